/**
 * Writes steps 3 to 7 of the timeline for a create-order call, with the exact bytes both ways. Called after the answer
 * has been made, when the order is known; a refused call has no order and leaves no steps.
 */
import type { RecordedMessage, RecordedSignature } from '@tradepay/contract'
import { formatDecimal } from '@tradepay/money'
import type { IncomingHttpHeaders } from 'node:http'
import type { Order } from '../../order/types.ts'
import type { Recorder } from '../../ports.ts'
import { recordedBody, recordedHeaders } from '../record.ts'

/** What a create door knows once it has answered. */
export interface CreateRecord {
  order: Order
  /** False for a repeat: then nothing was created and no number generated. */
  created: boolean
  /** The merchant's own words about its order, from the signed body. */
  merchantOrder: { number: string; createTime: string | null }
  receivedAt: Date
  answeredAt: Date
  request: RecordedMessage
  requestSignature: RecordedSignature
  answer: RecordedMessage
  answerSignature: RecordedSignature
}

/** @param tell what there is to keep; asked only when somebody keeps it */
export function recordCreate(recorder: Recorder, tell: () => CreateRecord): void {
  if (recorder.keepsNothing) return
  const record = tell()
  const { order, created, merchantOrder } = record
  const amount = `${formatDecimal(order.amount)} ${order.amount.currency}`
  const received = record.receivedAt.toISOString()
  const answered = record.answeredAt.toISOString()
  if (created) {
    recorder.record(order.tradeNo, {
      step: 3,
      at: received,
      ok: true,
      note: `The merchant made its order ${merchantOrder.number}`,
      facts: {
        orderNumber: merchantOrder.number,
        ...(merchantOrder.createTime === null ? {} : { createTime: merchantOrder.createTime }),
      },
    })
  }
  recorder.record(order.tradeNo, {
    step: 4,
    at: received,
    ok: true,
    note: created ? `Asks for an order of ${amount}` : `Asks again with the same number ${order.requestId}`,
    message: record.request,
    signature: record.requestSignature,
  })
  recorder.record(order.tradeNo, {
    step: 5,
    at: answered,
    ok: true,
    note: created
      ? `Signature verified; order "${order.title}" created`
      : 'Signature verified; the order exists already',
    facts: {
      merchantId: order.merchantId,
      requestId: order.requestId,
      amount,
      state: order.state,
      expiresAt: order.expiresAt.toISOString(),
    },
  })
  if (created) {
    recorder.record(order.tradeNo, {
      step: 6,
      at: answered,
      ok: true,
      note: `tradeNo ${order.tradeNo}`,
      facts: { tradeNo: order.tradeNo },
    })
  }
  recorder.record(order.tradeNo, {
    step: 7,
    at: answered,
    ok: true,
    note: 'Answers with the tradeNo, signed by the wallet',
    message: record.answer,
    signature: record.answerSignature,
  })
}

/** An HTTP message as it went over the wire. */
export function recordedMessage(
  startLine: string,
  headers: IncomingHttpHeaders | Record<string, string>,
  body: Buffer,
): RecordedMessage {
  return { startLine, headers: recordedHeaders(headers), ...recordedBody(body) }
}
