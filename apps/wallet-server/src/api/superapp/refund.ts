/**
 * `POST …/payments/refund` and `…/payments/refundApply`: gives back all or part of a payment, or answers about the refund that
 * this number made. U while the payer's bank has not answered. Source: superapp-payment-api §5.7.
 */
import {
  refusals,
  superappCalls,
  type RefusalCode,
  type SuperappRefundAnswer,
  type SuperappRefundRequest,
  type SuperappResultCode,
} from '@tradepay/contract'
import type { Refund } from '../../refund/types.ts'
import { checkNotifyUrl } from '../merchant-door/notify-url.ts'
import { formatIsoTime } from '../merchant-door/times.ts'
import { keyAmount, readAmount } from './amount.ts'
import { contentCheckers } from './check-versions.ts'
import type { Call, Endpoint } from './endpoint.ts'
import { checkPartner, orderNumber } from './numbers.ts'
import { inOtherWords, superappResult } from './results.ts'
import { inWireNames } from './wire-names.ts'

const check = contentCheckers(superappCalls.refund)

/** What a refund calls these: there an order is in a wrong state, and an amount beyond all payments exceeds this one. */
const words = {
  ORDER_CLOSED: 'ORDER_STATUS_INVALID',
  AMOUNT_OUT_OF_RANGE: 'REFUND_AMOUNT_EXCEED',
} as const satisfies Partial<Record<RefusalCode, SuperappResultCode>>

const answer: Endpoint['answer'] = async (content, call) => {
  const request = check[call.version](content)
  checkPartner(request, call.client)
  try {
    return { body: answerBody(await refundOf(request, call)) }
  } catch (error) {
    throw inOtherWords(inWireNames(error, wireNames(request), 'refundRequestId'), words)
  }
}

const { path, otherPaths } = superappCalls.refund

/** One for each name of the call. */
export const refund: Endpoint[] = [path, ...otherPaths].map((each) => ({ path: each, answer }))

async function refundOf(request: SuperappRefundRequest, { client, rooms }: Call): Promise<Refund> {
  const order = orderNumber(request)
  const amount = readAmount('refundAmount', request.refundAmount)
  const reason = request.refundReason ?? null
  const notifyUrl = readNotifyUrl(request)
  const { refund } = await rooms.refunds.refund({
    clientId: client.clientId,
    order,
    requestId: request.refundRequestId,
    scope: 'CLIENT',
    amount,
    reason,
    notifyUrl,
    // What the number stands for. The payment may be named by either of its numbers; the room tells another one.
    content: { refundAmount: keyAmount(amount), refundReason: reason ?? '', refundNotifyUrl: notifyUrl ?? '' },
  })
  return refund
}

function answerBody({ refundId, state, failure, finishedAt }: Refund): SuperappRefundAnswer {
  switch (state) {
    case 'PROCESSING':
      return {
        result: superappResult(
          'REFUND_IN_PROCESS',
          "The money is reserved and the payer's bank has not answered yet. Inquire, or repeat with the same number.",
        ),
        refundId,
      }
    case 'SUCCEEDED':
      return {
        result: superappResult('SUCCESS', 'The money has gone back.'),
        refundId,
        ...(finishedAt ? { refundTime: formatIsoTime(finishedAt) } : {}),
      }
    case 'FAILED':
      return {
        result: superappResult(
          'PROCESS_FAIL',
          `${refusals[failure ?? 'BANK_REFUSED'].message} The money is at the merchant again. A new attempt needs a new number.`,
        ),
        refundId,
      }
  }
}

/** `refundNotifyUrl`, else `refundNotificationUrl` of an `extendInfo` that is JSON text. */
function readNotifyUrl({ refundNotifyUrl, extendInfo }: SuperappRefundRequest): string | null {
  if (refundNotifyUrl !== undefined) return checkNotifyUrl('refundNotifyUrl', refundNotifyUrl)
  const url = extendInfo === undefined ? undefined : memberOf(extendInfo, 'refundNotificationUrl')
  return typeof url === 'string' && url !== '' ? checkNotifyUrl('extendInfo.refundNotificationUrl', url) : null
}

/** A member of JSON text; undefined also for text of any other kind. */
function memberOf(text: string, name: string): unknown {
  try {
    return (JSON.parse(text) as Record<string, unknown> | null)?.[name]
  } catch {
    return undefined
  }
}

/** Names of the domain command's fields on this wire. */
const wireNames = ({ paymentId }: SuperappRefundRequest): Record<string, string> => {
  const order = paymentId === undefined ? 'paymentRequestId' : 'paymentId'
  return {
    order,
    tradeNo: order,
    requestId: 'refundRequestId',
    amount: 'refundAmount',
    reason: 'refundReason',
    notifyUrl: 'refundNotifyUrl',
  }
}
