/**
 * `POST /v1/payments/inquiryPayment`: what has become of an order. `result` speaks of the query, `paymentStatus` of the
 * payment. Source: superapp-payment-api §5.5.
 */
import {
  invalidParameter,
  SuperappInquiryPaymentRequest,
  type CloseReason,
  type OrderState,
  type SuperappPaymentStatus,
} from '@tradepay/contract'
import { contentChecker } from '../merchant-door/check-content.ts'
import { formatIsoTime } from '../merchant-door/times.ts'
import type { Endpoint } from './endpoint.ts'
import { superappResult } from './results.ts'

const check = contentChecker(SuperappInquiryPaymentRequest)

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
  path: '/payments/inquiryPayment',
  async answer(content, { client, rooms }) {
    const { paymentId, paymentRequestId } = check(content)
    const order = await rooms.orders.inquire(client.clientId, numberOf(paymentId, paymentRequestId))
    const extendInfo = order.extra['extendInfo']
    return {
      body: {
        result: superappResult('SUCCESS', 'Success.'),
        paymentId: order.tradeNo,
        paymentRequestId: order.requestId,
        paymentAmount: { currency: order.amount.currency, value: String(order.amount.minor) },
        paymentStatus: statuses[order.state],
        ...(order.paidAt ? { paymentTime: formatIsoTime(order.paidAt) } : {}),
        ...(order.closeReason ? { paymentFailReason: closeReasons[order.closeReason] } : {}),
        ...(typeof extendInfo === 'string' ? { extendInfo } : {}),
      },
    }
  },
}

/** Where both numbers are given, `paymentId` wins. */
function numberOf(
  paymentId: string | undefined,
  requestId: string | undefined,
): { tradeNo: string } | { requestId: string } {
  if (paymentId !== undefined) return { tradeNo: paymentId }
  if (requestId !== undefined) return { requestId }
  throw invalidParameter('paymentId', 'paymentId or paymentRequestId, one of the two')
}
