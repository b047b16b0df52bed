/**
 * POST /sandbox/v1/explain: why the signature of a message does not verify, for anybody. Every app of a sandbox belongs to
 * whoever runs it, so their keys are compared with each other: the seeded apps first, then the newest.
 */
import { ExplainAnswer, ExplainRequest, sandboxPaths } from '@tradepay/contract'
import { explainMessage, neighbourKeys } from '@tradepay/wallet-server'
import type { FastifyInstance } from 'fastify'
import { coffeeShop, integration } from '../world/people.ts'
import type { SandboxParts } from './shared.ts'

export function explainDoor(http: FastifyInstance, { rooms, settings, made }: SandboxParts): void {
  const { client } = rooms.merchants
  http.post<{ Body: ExplainRequest }>(
    sandboxPaths.explain,
    { schema: { body: ExplainRequest } },
    async ({ body }): Promise<ExplainAnswer> =>
      await explainMessage(body, {
        walletKeys: settings.walletKeys,
        client,
        async neighbours(clientId) {
          const apps = [coffeeShop, integration, ...(await made.apps()).toReversed()]
          return await neighbourKeys(
            apps.filter((each) => each.clientId !== clientId),
            client,
          )
        },
      }),
  )
}
