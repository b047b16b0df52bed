/**
 * POST /sandbox/v1/orders/{tradeNo}/timeline: the wallet app adds the steps that only it can see. With the session of
 * somebody who is signed in, for an order that exists, and for those steps only.
 */
import { AddTimelineRequest, sandboxPaths } from '@tradepay/contract'
import type { FastifyInstance } from 'fastify'
import { pathOf } from './orders.ts'
import type { SandboxParts } from './shared.ts'

export function addTimelineEntries(http: FastifyInstance, { rooms, recorder, clock }: SandboxParts): void {
  http.post<{ Params: { tradeNo: string }; Body: AddTimelineRequest }>(
    pathOf(sandboxPaths.timeline),
    { schema: { body: AddTimelineRequest } },
    async ({ params: { tradeNo }, body }, reply) => {
      const arrivedAt = clock.now().getTime()
      await rooms.orders.find(tradeNo)
      for (const { agoMs, ...entry } of body.entries) {
        recorder.record(tradeNo, { ...entry, at: new Date(arrivedAt - agoMs).toISOString() })
      }
      return reply.status(202).send({ added: body.entries.length })
    },
  )
}
