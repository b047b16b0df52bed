/**
 * POST /wallet/v1/explain: why a signature does not verify, for a signed-in owner of the merchant. To everybody else there is no
 * such client, whether there is one or not. Compared are the owner's own clients, and nobody else's.
 */
import { ExplainAnswer, ExplainRequest, WalletError, walletPaths } from '@tradepay/contract'
import { callLimits } from '../merchant-door/call-limits.ts'
import { explainMessage, neighbourKeys, NEIGHBOURS_MAX } from '../merchant-door/explain-message.ts'
import { sessionOf } from '../session-guard.ts'
import type { WalletEndpoint } from './endpoint.ts'

export const explainEndpoint: WalletEndpoint = (http, { deps, rooms: { merchants } }) => {
  const limits = callLimits(deps)
  const { client, owners } = merchants

  http.post<{ Body: ExplainRequest }>(
    walletPaths.explain,
    { schema: { body: ExplainRequest, response: { 200: ExplainAnswer } } },
    async (request) => {
      const { userId } = sessionOf(request)
      return await explainMessage(request.body, {
        walletKeys: deps.settings.walletKeys,
        async client(clientId) {
          await owners.requireClient(userId, clientId)
          if (!limits.countExplanation(`owner ${userId}`)) throw new WalletError('RATE_LIMITED')
          return await client(clientId)
        },
        async neighbours(clientId) {
          const ids = await owners.clientIds(userId, NEIGHBOURS_MAX + 1)
          const others = ids.filter((id) => id !== clientId)
          return await neighbourKeys(
            others.map((id) => ({ clientId: id })),
            client,
          )
        },
      })
    },
  )
}
