/**
 * Who is to get an answer to a request that was not verified: the client that it names, believed or not, if there is one. One
 * that is disabled is told so. Source: superapp-payment-api §2.2.
 */
import { defaultSuperappDialect, WalletError, type SuperappDialect } from '@tradepay/contract'
import type { Client } from '../../merchant/types.ts'
import type { Clients } from '../merchant-door/fresh-keys.ts'
import { signedPath } from './dialect.ts'
import type { Addressee } from './send-result.ts'
import { identify, type RawRequest } from './verify-request.ts'

/** Both null when the request names no client of this wallet; no client, but an addressee, when it is disabled. */
export interface Named {
  client: Client | null
  addressee: Addressee | null
}

/** Never throws what a request can cause. */
export async function findAddressee(
  { method, url, headers }: Pick<RawRequest, 'method' | 'url' | 'headers'>,
  clients: Clients,
): Promise<Named> {
  const addressed = (clientId: string, dialect: SuperappDialect): Addressee => ({
    clientId,
    method,
    uri: signedPath(dialect, url),
    dialect,
  })
  try {
    const client = await identify(headers, clients)
    return { client, addressee: addressed(client.clientId, client.dialect) }
  } catch (error) {
    const isDisabled = error instanceof WalletError && error.code === 'CLIENT_DISABLED'
    return {
      client: null,
      addressee: isDisabled ? addressed(String(headers['client-id']), defaultSuperappDialect) : null,
    }
  }
}
