/**
 * Reads a verified notification of the super-app family. Source: superapp-payment-api §7; `orderSequence` is this wallet's
 * own field, which others do not send.
 */
import {
  NotUnderstood,
  readAmount,
  readOptionalText,
  readOptionalTime,
  readResult,
  readText,
  type JsonObject,
} from '../wire/json.ts'
import { readSequence } from '../wire/sequence.ts'
import type { Notification, PaymentNotification, RefundNotification } from './types.ts'

/** @throws NotUnderstood */
export function readSuperappNotification(content: JsonObject): Notification {
  return content['refundRequestId'] === undefined ? readPayment(content) : readRefund(content)
}

/**
 * Dialects say the outcome as `paymentStatus`, as `paymentResult`, or both. Where both stand they must agree: a message
 * that contradicts itself is believed in neither way.
 */
function readPayment(content: JsonObject): PaymentNotification {
  const states = new Set<'PAID' | 'FAILED'>()
  const status = readOptionalText(content, 'paymentStatus', 64)
  if (status !== null) states.add(finalState(status, { SUCCESS: 'PAID', FAIL: 'FAILED' }, 'paymentStatus'))
  if (content['paymentResult'] !== undefined && content['paymentResult'] !== null) {
    states.add(finalState(readResult(content, 'paymentResult').status, { S: 'PAID', F: 'FAILED' }, 'paymentResult'))
  }
  const [state, contradiction] = states
  if (state === undefined) throw new NotUnderstood('There is neither "paymentStatus" nor "paymentResult".')
  if (contradiction !== undefined) throw new NotUnderstood('"paymentStatus" and "paymentResult" contradict each other.')
  return {
    type: 'PAYMENT',
    tradeNo: readText(content, 'paymentId'),
    orderNo: readText(content, 'paymentRequestId'),
    amount: readAmount(content, 'paymentAmount'),
    state,
    paidAt: state === 'PAID' ? readOptionalTime(content, 'paymentTime') : null,
    reason: state === 'FAILED' ? readOptionalText(content, 'paymentFailReason') : null,
    sequence: readSequence(content['orderSequence'], 'orderSequence'),
  }
}

/** The shape of the family's second version. */
function readRefund(content: JsonObject): RefundNotification {
  return {
    type: 'REFUND',
    tradeNo: readText(content, 'paymentId'),
    orderNo: null,
    refundNo: readText(content, 'refundRequestId'),
    refundId: readText(content, 'refundId'),
    amount: readAmount(content, 'refundAmount'),
    refunded: null,
    state: finalState(
      readText(content, 'refundStatus'),
      { SUCCESS: 'SUCCEEDED', FAIL: 'FAILED' } as const,
      'refundStatus',
    ),
    finishedAt: readOptionalTime(content, 'refundTime'),
    sequence: readSequence(content['orderSequence'], 'orderSequence'),
  }
}

function finalState<State extends string>(
  word: string,
  meanings: Readonly<Record<string, State>>,
  name: string,
): State {
  const state = Object.hasOwn(meanings, word) ? meanings[word] : undefined
  if (state === undefined) throw new NotUnderstood(`"${name}" is none of ${Object.keys(meanings).join(', ')}.`)
  return state
}
