/** GET /sandbox/v1/endpoints: how merchants' addresses have answered lately, the most troubled first. */
import { SandboxEndpointsQuery, sandboxPaths, type SandboxEndpointsAnswer } from '@tradepay/contract'
import type { FastifyInstance } from 'fastify'
import type { SandboxParts } from './shared.ts'

const HOURS = 24
const HOUR_MS = 3_600_000
/** Most addresses of one answer. */
const SHOWN_MAX = 100

export function endpointsDoor(http: FastifyInstance, { rooms: { notifications }, clock }: SandboxParts): void {
  http.get<{ Querystring: SandboxEndpointsQuery }>(
    sandboxPaths.endpoints,
    { schema: { querystring: SandboxEndpointsQuery } },
    async ({ query: { hours } }): Promise<SandboxEndpointsAnswer> => {
      const since = new Date(clock.now().getTime() - (hours === undefined ? HOURS : Number(hours)) * HOUR_MS)
      const endpoints = await notifications.endpoints(since, SHOWN_MAX)
      return {
        since: since.toISOString(),
        endpoints: endpoints.map(({ lastSuccessAt, lastFailure, ...counted }) => ({
          ...counted,
          lastSuccessAt: lastSuccessAt && lastSuccessAt.toISOString(),
          lastFailure: lastFailure && { at: lastFailure.at.toISOString(), reason: lastFailure.reason },
        })),
      }
    },
  )
}
