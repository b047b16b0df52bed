/**
 * GET /sandbox/v1/orders/{tradeNo}/timeline, and the same as server-sent events. `latest` in place of the number means
 * the newest order.
 */
import { sandboxPaths, WalletError, type Timeline } from '@tradepay/contract'
import type { FastifyInstance } from 'fastify'
import { WATCHERS_MAX } from '../timeline/stream.ts'
import { pathOf } from './orders.ts'
import type { SandboxParts } from './shared.ts'

type OfOrder = { Params: { tradeNo: string } }

export function timelineDoor(http: FastifyInstance, { rooms, recorder, store, streams }: SandboxParts): void {
  http.get<OfOrder>(pathOf(sandboxPaths.timeline), async ({ params }): Promise<Timeline> => {
    // What was recorded before this call is in the answer: a test may ask right after it has paid.
    await recorder.flushed()
    const tradeNo = params.tradeNo === 'latest' ? await store.newest() : params.tradeNo
    if (tradeNo === null) throw new WalletError('ORDER_NOT_FOUND', {}, 'There is no order yet.')
    await rooms.orders.find(tradeNo)
    return { tradeNo, entries: await store.read(tradeNo) }
  })

  // No HEAD: a stream without a body would stay open and say nothing.
  const stream = { exposeHeadRoute: false }
  http.get<OfOrder>(pathOf(sandboxPaths.timelineEvents), stream, async ({ params: { tradeNo } }, reply) => {
    if (tradeNo !== 'latest') await rooms.orders.find(tradeNo)
    if (!streams.hasRoom()) {
      throw new WalletError('RATE_LIMITED', {}, `Already ${WATCHERS_MAX} pages watch timelines: close one.`)
    }
    reply.hijack()
    streams.open(reply.raw, tradeNo)
  })
}
