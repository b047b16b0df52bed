/**
 * Verifies with a client's keys as they are remembered and, when that fails, once more with the keys as they are: a key that was
 * registered through another server a moment ago is known here from its first call on.
 */
import { WalletError } from '@tradepay/contract'
import type { Client, MerchantService } from '../../merchant/types.ts'

/** Where doors find a client. */
export type Clients = Pick<MerchantService, 'client' | 'freshClient'>

/**
 * @param verify throws what the door answers when the client's keys do not verify
 * @param isAboutKeys whether another key could have made a difference
 * @throws what `verify` throws
 */
export async function withFreshKeys<Verified>(
  client: Client,
  clients: Clients,
  verify: (client: Client) => Promise<Verified>,
  isAboutKeys: (error: unknown) => boolean = isRefusedSignature,
): Promise<Verified> {
  try {
    return await verify(client)
  } catch (error) {
    const fresh = isAboutKeys(error) ? await clients.freshClient(client.clientId) : null
    if (fresh === null || haveSameKeys(fresh, client)) throw error
    return verify(fresh)
  }
}

/** Whether a call was refused for its signature, so that another key could have made a difference. */
export const isRefusedSignature = (error: unknown): boolean =>
  error instanceof WalletError && (error.code === 'KEY_UNKNOWN' || error.code === 'SIGNATURE_INVALID')

/** A version is never given to another key. */
const haveSameKeys = (a: Client, b: Client): boolean => versionsOf(a) === versionsOf(b)
const versionsOf = ({ keys }: Client): string => keys.map(({ version }) => version).join()
