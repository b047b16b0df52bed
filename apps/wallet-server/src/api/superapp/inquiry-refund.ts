/**
 * `POST …/payments/inquiryRefund`: what has become of a refund, by either of its numbers; where both are given, `refundId`
 * wins. `result` speaks of the query, `refundStatus` of the refund. Source: superapp-payment-api §5.8.
 */
import {
  invalidParameter,
  refusals,
  superappCalls,
  type RefundState,
  type SuperappInquiryRefundAnswer,
  type SuperappInquiryRefundRequest,
  type SuperappRefundStatus,
} from '@tradepay/contract'
import { formatIsoTime } from '../merchant-door/times.ts'
import { sentAmount } from './amount.ts'
import { contentCheckers } from './check-versions.ts'
import type { Endpoint } from './endpoint.ts'
import { checkPartner } from './numbers.ts'
import { superappResult } from './results.ts'

const check = contentCheckers(superappCalls.inquiryRefund)

/** What a refund's state is called. */
export const refundStatuses = {
  PROCESSING: 'PROCESSING',
  SUCCEEDED: 'SUCCESS',
  FAILED: 'FAIL',
} as const satisfies Record<RefundState, SuperappRefundStatus>

export const inquiryRefund: Endpoint = {
  path: superappCalls.inquiryRefund.path,
  async answer(content, { client, rooms, version }) {
    const request = check[version](content)
    checkPartner(request, client)
    const refund = await rooms.refunds.inquire(client.clientId, numberOf(request))
    const { refundId, requestId, amount, reason, state, failure, finishedAt } = refund
    const body: SuperappInquiryRefundAnswer = {
      result: superappResult('SUCCESS', 'Success.'),
      refundId,
      refundRequestId: requestId,
      refundAmount: sentAmount(amount),
      refundStatus: refundStatuses[state],
      ...(reason === null ? {} : { refundReason: reason }),
      ...(state === 'SUCCEEDED' && finishedAt ? { refundTime: formatIsoTime(finishedAt) } : {}),
      ...(failure === null ? {} : { refundFailReason: refusals[failure].message }),
    }
    return { body }
  },
}

/** @throws WalletError INVALID_PARAMETER when there is none */
function numberOf(request: SuperappInquiryRefundRequest): { refundId: string } | { requestId: string } {
  const { refundId, refundRequestId } = request
  if (refundId !== undefined) return { refundId }
  if (refundRequestId !== undefined) return { requestId: refundRequestId }
  throw invalidParameter('refundId', 'refundId or refundRequestId, one of the two')
}
