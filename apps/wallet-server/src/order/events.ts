/**
 * What a merchant is to know of an order, as the facts were in the transaction that made them true. The rooms between keep an
 * event as opaque JSON; `api/merchant-door` reads it back and each API family puts it into its own words.
 */
import { announced, type OrderEventType, type RefundState, type RefusalCode } from '@tradepay/contract'
import type { Money } from '@tradepay/money'
import type { NewNotification } from '../notification/outbox.ts'
import type { Order } from './types.ts'

/** Amounts are whole smallest units as text, times ISO 8601. */
export interface OrderEvent {
  type: OrderEventType
  tradeNo: string
  requestId: string
  clientId: string
  merchantId: string
  appId: string | null
  title: string
  amount: string
  currency: string
  extra: Record<string, unknown>
  createdAt: string
  /** Null when it was never paid. */
  payerId: string | null
  paymentId: string | null
  paidAt: string | null
  /** Null while it is not closed. */
  closedAt: string | null
  closeReason: string | null
  /** What has reached the payer again in all, this refund included; what waits for a bank is not. */
  refunded: string
  /** Only for ORDER_REFUNDED and REFUND_FAILED. */
  refund: EventRefund | null
}

export interface EventRefund {
  refundId: string
  requestId: string
  amount: string
  reason: string | null
  state: RefundState
  failure: RefusalCode | null
  createdAt: string
  finishedAt: string | null
}

/** What an event tells of a refund. */
export interface RefundFacts {
  refundId: string
  requestId: string
  amount: Money
  reason: string | null
  state: RefundState
  failure: RefusalCode | null
  createdAt: Date
  finishedAt: Date | null
}

/** @param order as it is after the change */
export function orderEvent(type: OrderEventType, order: Order, refund: RefundFacts | null = null): OrderEvent {
  return {
    type,
    tradeNo: order.tradeNo,
    requestId: order.requestId,
    clientId: order.clientId,
    merchantId: order.merchantId,
    appId: order.appId,
    title: order.title,
    amount: String(order.amount.minor),
    currency: order.amount.currency,
    extra: order.extra,
    createdAt: order.createdAt.toISOString(),
    payerId: order.payerId,
    paymentId: order.paymentId,
    paidAt: order.paidAt?.toISOString() ?? null,
    closedAt: order.closedAt?.toISOString() ?? null,
    closeReason: order.closeReason,
    refunded: String(order.refunded),
    refund: refund && {
      refundId: refund.refundId,
      requestId: refund.requestId,
      amount: String(refund.amount.minor),
      reason: refund.reason,
      state: refund.state,
      failure: refund.failure,
      createdAt: refund.createdAt.toISOString(),
      finishedAt: refund.finishedAt?.toISOString() ?? null,
    },
  }
}

/**
 * The notification of a transition of an order.
 * @param order as it is after the change: its sequence is the notification's
 */
export function orderNotification(
  type: OrderEventType,
  notificationId: string,
  order: Order,
  refund: (RefundFacts & { notifyUrl: string | null }) | null = null,
): NewNotification {
  // Super-app wallets tell of a refund only where the refund itself asked for it; its handlers know no other address for it.
  const onlyItsOwnAddress = refund !== null && order.family === 'SUPERAPP'
  return {
    notificationId,
    bucket: order.bucket,
    clientId: order.clientId,
    family: order.family,
    subjectId: order.tradeNo,
    sequence: order.sequence,
    event: orderEvent(type, order, refund),
    url: onlyItsOwnAddress ? refund.notifyUrl : (refund?.notifyUrl ?? order.notifyUrl),
    clientAddress: !onlyItsOwnAddress,
    announce: announced[order.family][type],
  }
}
