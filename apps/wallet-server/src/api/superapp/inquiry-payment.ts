/**
 * `POST …/payments/inquiryPayment`: what has become of an order. `result` speaks of the query, `paymentStatus` of the
 * payment; version 2 says the latter also as `paymentResult`. Source: superapp-payment-api §4 and §5.5.
 */
import {
  superappCalls,
  type CloseReason,
  type OrderState,
  type SuperappInquiryPaymentAnswerV1,
  type SuperappInquiryPaymentAnswerV2,
  type SuperappPaymentStatus,
  type SuperappResult,
  type SuperappTransaction,
} from '@tradepay/contract'
import type { Order } from '../../order/types.ts'
import type { Refund } from '../../refund/types.ts'
import { formatIsoTime } from '../merchant-door/times.ts'
import { sentAmount } from './amount.ts'
import { contentCheckers } from './check-versions.ts'
import type { Endpoint } from './endpoint.ts'
import { refundStatuses } from './inquiry-refund.ts'
import { checkPartner, orderNumber } from './numbers.ts'
import { superappResult } from './results.ts'

const check = contentCheckers(superappCalls.inquiryPayment)

/** How many refunds an answer names. */
const TRANSACTIONS_MAX = 100

const statuses = {
  CREATED: 'PROCESSING',
  PAID: 'SUCCESS',
  CLOSED: 'CANCELLED',
} as const satisfies Record<OrderState, SuperappPaymentStatus>

const closeReasons = {
  EXPIRED: 'The order expired before it was paid.',
  MERCHANT: 'The merchant closed the order.',
  CANCELLED: 'The order was cancelled.',
} as const satisfies Record<CloseReason, string>

export const inquiryPayment: Endpoint = {
  path: superappCalls.inquiryPayment.path,
  async answer(content, { client, rooms, version }) {
    const request = check[version](content)
    checkPartner(request, client)
    const order = await rooms.orders.inquire(client.clientId, orderNumber(request))
    const extendInfo = order.extra['extendInfo']
    const refunds = order.state === 'PAID' ? await rooms.refunds.of(order.tradeNo) : []
    const body: SuperappInquiryPaymentAnswerV1 = {
      result: superappResult('SUCCESS', 'Success.'),
      paymentId: order.tradeNo,
      paymentRequestId: order.requestId,
      paymentAmount: sentAmount(order.amount),
      paymentStatus: statuses[order.state],
      ...(order.paidAt ? { paymentTime: formatIsoTime(order.paidAt) } : {}),
      ...(order.closeReason ? { paymentFailReason: closeReasons[order.closeReason] } : {}),
      ...(refunds.length > 0 ? { transactions: refunds.slice(-TRANSACTIONS_MAX).map(toTransaction) } : {}),
      ...(typeof extendInfo === 'string' ? { extendInfo } : {}),
    }
    if (version === 'v1') return { body }
    const inV2: SuperappInquiryPaymentAnswerV2 = { ...body, paymentResult: paymentResult(order) }
    return { body: inV2 }
  },
}

const toTransaction = ({ refundId, amount, state, createdAt, finishedAt }: Refund): SuperappTransaction => ({
  transactionId: refundId,
  transactionTime: formatIsoTime(finishedAt ?? createdAt),
  transactionType: 'REFUND',
  transactionAmount: sentAmount(amount),
  transactionStatus: refundStatuses[state],
})

function paymentResult({ state, closeReason }: Order): SuperappResult {
  switch (state) {
    case 'CREATED':
      return superappResult('PAYMENT_IN_PROCESS', 'The order is not paid yet.')
    case 'PAID':
      return superappResult('SUCCESS', 'The order is paid.')
    case 'CLOSED':
      return superappResult('ORDER_IS_CLOSED', closeReason ? closeReasons[closeReason] : 'The order is closed.')
  }
}
