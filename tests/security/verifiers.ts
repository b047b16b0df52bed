/**
 * The doors' own way from a request's bytes to "verified", in process and without a database: the very functions that the
 * doors call, in the doors' order.
 */
import { WalletError } from '@tradepay/contract'
import { GatewayRefusal } from '../../apps/wallet-server/src/api/alipay/errors.ts'
import { methodOf } from '../../apps/wallet-server/src/api/alipay/methods.ts'
import { readContent } from '../../apps/wallet-server/src/api/alipay/read-content.ts'
import { queryOf, readParameters } from '../../apps/wallet-server/src/api/alipay/read-parameters.ts'
import { verifyRequest as verifyV3 } from '../../apps/wallet-server/src/api/alipay/v3/verify-request.ts'
import { verifyRequest as verifyAlipay } from '../../apps/wallet-server/src/api/alipay/verify-request.ts'
import type { Clients } from '../../apps/wallet-server/src/api/merchant-door/fresh-keys.ts'
import { verifyRequest as verifySuperapp } from '../../apps/wallet-server/src/api/superapp/verify-request.ts'
import { readBody } from './meaning.ts'
import { NOW, type Family, type Sent, type Signer } from './messages.ts'

/** Whether the family's door takes the request for what a client of the wallet has signed. */
export type Verifier = (sent: Sent) => Promise<boolean>

/** @throws (by the returned functions) whatever the doors do not foresee */
export function makeVerifiers(signers: readonly Signer[]): Record<Family, Verifier> {
  const known = new Map(signers.map(({ client }) => [client.clientId, client]))
  const find = async (clientId: string) => {
    const client = known.get(clientId)
    if (!client) throw new WalletError('CLIENT_UNKNOWN')
    return client
  }
  const clients: Clients = { client: find, freshClient: find }
  const explain = () => null

  return {
    superapp: (sent) => isTaken(verifySuperapp(sent, clients, { now: NOW, toleranceSeconds: 300 })),
    alipay: async (sent) => {
      const { method, url, headers } = sent
      if (!/^(GET|POST)$/.test(method) || url.split('?', 1)[0] !== '/gateway.do') return false
      return isTaken(
        (async () => {
          const parameters = readParameters(queryOf(url), headers['content-type'] ?? '', readBody(sent))
          const called = methodOf(parameters)
          await verifyAlipay(parameters, clients, { now: NOW, toleranceSeconds: 86_400, explain })
          if (!called.withoutContent) readContent(parameters)
        })(),
      )
    },
    'alipay-v3': (sent) =>
      isTaken(
        verifyV3(
          sent,
          { merchants: clients, nonces: { use: async () => true } },
          { now: NOW, windowSeconds: 300, explain },
        ),
      ),
  }
}

async function isTaken(verified: Promise<unknown>): Promise<boolean> {
  try {
    await verified
    return true
  } catch (error) {
    if (error instanceof WalletError || error instanceof GatewayRefusal) return false
    throw error
  }
}
