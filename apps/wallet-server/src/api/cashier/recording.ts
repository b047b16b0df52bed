/**
 * Puts the cashier's messages into the order's timeline: steps 10 and 11 for open, 14 and 16 for confirm, with the
 * bytes as they went over the wire. The PIN is blanked before anything is kept.
 *
 * Only messages about an order that exists are kept; the request is kept before the money moves, so that step 14 stands
 * before step 15.
 */
import type { ApiError } from '@tradepay/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../../build-server.ts'
import type { Order } from '../../order/types.ts'
import { rawBodyOf } from '../json-bodies.ts'
import { blankKey, recordedAnswer, recordedRequest } from '../record.ts'

interface Awaited {
  tradeNo: string
  step: 11 | 16
  /** One line for a person, of an answer that is no refusal. */
  noteOf: (body: string) => string
}

export interface CashierRecording {
  /** To be told when the order of a request is found; keeps the request, and the answer when it leaves. */
  keep(
    request: FastifyRequest,
    notes: { step: 10 | 14; asked: (order: Order) => string; answered: (order: Order, body: string) => string },
  ): (order: Order) => void
}

export function recordCashier(
  http: FastifyInstance,
  { recorder, clock }: Pick<Deps, 'recorder' | 'clock'>,
): CashierRecording {
  const awaited = new WeakMap<FastifyRequest, Awaited>()

  http.addHook('onSend', async (request: FastifyRequest, reply: FastifyReply, payload: unknown) => {
    const answer = awaited.get(request)
    if (!answer) return payload
    const ok = reply.statusCode < 400
    const refusal = ok ? null : (JSON.parse(String(payload)) as ApiError).error
    recorder.record(answer.tradeNo, {
      step: answer.step,
      at: clock.now().toISOString(),
      ok,
      note: refusal ? `Refused: ${refusal.message}` : answer.noteOf(String(payload)),
      message: recordedAnswer(reply, payload),
      ...(refusal && { facts: { code: refusal.code } }),
    })
    return payload
  })

  return {
    keep(request, { step, asked, answered }) {
      const at = clock.now().toISOString()
      return (order) => {
        // Only a confirmation carries a PIN; the rest is kept byte for byte.
        const body = step === 14 ? blankKey(rawBodyOf(request).toString('utf8'), 'pin') : rawBodyOf(request)
        recorder.record(order.tradeNo, {
          step,
          at,
          ok: true,
          note: asked(order),
          message: recordedRequest(request, body),
        })
        const answerStep = step === 10 ? 11 : 16
        awaited.set(request, { tradeNo: order.tradeNo, step: answerStep, noteOf: (sent) => answered(order, sent) })
      }
    },
  }
}
