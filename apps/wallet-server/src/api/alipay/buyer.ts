/**
 * Who has paid a trade, as its merchant may see it: the user id, and the login so far masked that it can be recognised and
 * not used. Source: alipay-openapi §6.2 and §6.5.
 */
import type { AlipayBuyer } from '@tradepay/contract'
import type { Order } from '../../order/types.ts'
import type { UserService } from '../../user/types.ts'

/** Nothing for a trade that nobody has paid. */
export async function buyerOf(
  { payerId }: Pick<Order, 'payerId'>,
  users: Pick<UserService, 'get'>,
): Promise<AlipayBuyer> {
  if (payerId === null) return {}
  const { loginId } = await users.get(payerId)
  return { buyer_user_id: payerId, buyer_logon_id: masked(loginId) }
}

/** `mei@example.com` is `mei***@example.com`; of anything else only both ends are left: `139****5620`. */
export function masked(loginId: string): string {
  const characters = [...loginId]
  const at = characters.lastIndexOf('@')
  if (at > 0) return `${shown(characters.slice(0, at), 3)}***${characters.slice(at).join('')}`
  return `${shown(characters, 3)}****${characters.length > 7 ? characters.slice(-4).join('') : ''}`
}

/** The first characters, and never more than half of them. */
const shown = (characters: string[], count: number): string =>
  characters.slice(0, Math.min(count, Math.floor(characters.length / 2))).join('')
