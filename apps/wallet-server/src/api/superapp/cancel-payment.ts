/**
 * `POST …/payments/cancelPayment` and `…/payments/cancel`: takes an order back, for a merchant who does not know what has
 * become of it. Unpaid, it is closed; paid, all of it goes back. Source: superapp-payment-api §5.6.
 *
 * A `paymentRequestId` that no order has come with is remembered: the cancel has succeeded, and if the order comes it is
 * refused. Only the wallet can have given a `paymentId`, so an unknown one is ORDER_NOT_EXIST.
 */
import {
  superappCalls,
  WalletError,
  type RefusalCode,
  type SuperappCancelPaymentAnswer,
  type SuperappCancelPaymentRequest,
  type SuperappResultCode,
} from '@tradepay/contract'
import type { Order } from '../../order/types.ts'
import type { Refund } from '../../refund/types.ts'
import { formatIsoTime } from '../merchant-door/times.ts'
import { contentCheckers } from './check-versions.ts'
import type { Endpoint } from './endpoint.ts'
import { checkPartner, orderNumber } from './numbers.ts'
import { inOtherWords, SuperappRefusal, superappResult } from './results.ts'
import { inWireNames } from './wire-names.ts'

const check = contentCheckers(superappCalls.cancelPayment)

/** What the codes of a refund are called when a cancel makes it. */
const words = {
  REFUND_WINDOW_OVER: 'CANCEL_WINDOW_EXCEED',
} as const satisfies Partial<Record<RefusalCode, SuperappResultCode>>

const wireNames = { tradeNo: 'paymentId', requestId: 'paymentRequestId' }

const answer: Endpoint['answer'] = async (content, { client, rooms, version }) => {
  const request = check[version](content)
  checkPartner(request, client)
  const number = orderNumber(request)
  const { action, order, refund } = await rooms.refunds.cancel(client.clientId, number).catch((error: unknown) => {
    throw inOtherWords(inWireNames(error, wireNames, 'paymentRequestId'), words)
  })
  if (action === 'ALREADY_CLOSED') throw new WalletError('ORDER_CLOSED')
  const body: SuperappCancelPaymentAnswer = {
    ...(refund ? ofRefund(refund) : ofClosed(order)),
    ...numbersOf(order, request),
  }
  return { body }
}

const { path, otherPaths } = superappCalls.cancelPayment

/** One for each name of the call. */
export const cancelPayment: Endpoint[] = [path, ...otherPaths].map((each) => ({ path: each, answer }))

type CancelResult = Pick<SuperappCancelPaymentAnswer, 'result' | 'cancelTime'>
type Numbers = Pick<SuperappCancelPaymentAnswer, 'paymentId' | 'paymentRequestId'>

const numbersOf = (order: Order | null, { paymentRequestId }: SuperappCancelPaymentRequest): Numbers => {
  if (order) return { paymentId: order.tradeNo, paymentRequestId: order.requestId }
  return paymentRequestId === undefined ? {} : { paymentRequestId }
}

/** @param order null where only its number is known and has been remembered */
function ofClosed(order: Order | null): CancelResult {
  if (!order) {
    const message = 'No such order has come. The number is cancelled: an order that comes with it is refused.'
    return { result: superappResult('SUCCESS', message) }
  }
  return {
    result: superappResult('SUCCESS', 'The order is closed.'),
    ...(order.closedAt ? { cancelTime: formatIsoTime(order.closedAt) } : {}),
  }
}

/** The order was paid; a cancel has the end that its refund has. @throws SuperappRefusal when the bank did not take it */
function ofRefund({ state, finishedAt }: Refund): CancelResult {
  if (state === 'FAILED') {
    throw new SuperappRefusal(
      'PROCESS_FAIL',
      "The payer's bank did not take the money; it is at the merchant again. Refund the payment under a number of your own.",
    )
  }
  if (state === 'PROCESSING') {
    const message =
      "The money is reserved and the payer's bank has not answered yet. Cancel again with the same number."
    return { result: superappResult('UNKNOWN_EXCEPTION', message) }
  }
  return {
    result: superappResult('SUCCESS', 'The order was paid; all of it has gone back.'),
    ...(finishedAt ? { cancelTime: formatIsoTime(finishedAt) } : {}),
  }
}
