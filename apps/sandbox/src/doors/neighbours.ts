/**
 * Keys that may have been mixed up with those of an app: of every other app of this sandbox, seeded or made at the door. They
 * are all of whoever runs it; a production server has no such door, and explains to nobody.
 */
import { WalletError } from '@tradepay/contract'
import type { OtherKey } from '@tradepay/signature/explain'
import { coffeeShop, integration } from '../world/people.ts'
import type { SandboxParts } from './shared.ts'

/**
 * Most keys that are compared, and most apps that are looked at for them. A key takes up to twelve RSA public operations, some
 * hundredths of a millisecond each: all together about a tenth of a second.
 */
export const NEIGHBOURS_MAX = 200

/** The seeded apps first, then the newest; each with all its good keys. */
export async function neighbourKeys(
  clientId: string,
  { rooms, made }: Pick<SandboxParts, 'rooms' | 'made'>,
  most = NEIGHBOURS_MAX,
): Promise<OtherKey[]> {
  const apps = [coffeeShop, integration, ...(await made.apps()).toReversed()]
  const found: OtherKey[] = []
  for (const app of apps.filter((each) => each.clientId !== clientId).slice(0, most)) {
    if (found.length >= most) break
    const { keys } = await rooms.merchants.client(app.clientId).catch(noClient)
    const owner = `${app.name} (${app.clientId})`
    found.push(...keys.map(({ publicKey }) => ({ owner, publicKey, otherSide: false })))
  }
  return found.slice(0, most)
}

/** One that is disabled is no neighbour to be mixed up with. */
function noClient(error: unknown): { keys: [] } {
  if (error instanceof WalletError) return { keys: [] }
  throw error
}
