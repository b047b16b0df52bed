/**
 * `tradepay owners`: which users speak for a merchant of a wallet in production, and the operator's changes to that. Owners may
 * ask the wallet why a signature of the merchant's clients does not verify. May be repeated.
 */
import { WalletError } from '@tradepay/contract'
import { walletRooms, type Rooms } from '@tradepay/wallet-server'
import { CommandError } from './command-error.ts'
import { openProduction } from './production.ts'
import type { ServeSettings } from './serve-settings.ts'

export interface OwnersOptions {
  /** The login of a user. */
  add?: string
  remove?: string
}

/** @returns what to print: the owners, one a line. @throws CommandError for a merchant or login that there is not */
export async function owners(merchantId: string, options: OwnersOptions, given: ServeSettings): Promise<string> {
  const production = await openProduction(given)
  try {
    return await change(merchantId, options, walletRooms(production.deps))
  } catch (error) {
    if (error instanceof WalletError) throw new CommandError(error.message)
    throw error
  } finally {
    await production.close()
  }
}

async function change(
  merchantId: string,
  { add, remove }: OwnersOptions,
  { merchants, users }: Rooms,
): Promise<string> {
  const userId = async (login: string): Promise<string> => {
    const user = await users.findByLogin(login)
    if (!user) throw new CommandError(`No user signs in as "${login}".`)
    return user.userId
  }
  // Both are looked for before anything is changed.
  const added = add === undefined ? undefined : await userId(add)
  const removed = remove === undefined ? undefined : await userId(remove)
  if (added !== undefined) await merchants.owners.add(merchantId, added)
  if (removed !== undefined) await merchants.owners.remove(merchantId, removed)
  const found = await Promise.all((await merchants.owners.of(merchantId)).map((id) => users.get(id)))
  return found.length === 0
    ? 'Nobody speaks for this merchant.'
    : found.map(({ userId, loginId, name }) => `${userId}  ${loginId}  ${name}`).join('\n')
}
