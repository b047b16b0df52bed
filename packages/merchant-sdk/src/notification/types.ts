/**
 * Notifications as a merchant's server hears them, the same for both families, and what a handler takes and gives.
 */
import type { Money } from '@tradepay/money'
import type { RawHeaders } from '../verify-message.ts'

interface AboutOrder {
  /** The wallet's number of the order. */
  tradeNo: string
  /**
   * The number of the order's change that this tells of: of two about one order, the larger is the later. Numbers are left
   * out where a change is not told. Null from a wallet that does not number them.
   */
  sequence: number | null
}

/** Tells how the payment of an order ended. */
export interface PaymentNotification extends AboutOrder {
  /** Tells it from a refund. */
  type: 'PAYMENT'
  /** Your own number, as given to `createOrder`. */
  orderNo: string
  /** Compare it with your own order before you believe that this order was paid. */
  amount: Money
  /** `PAID`, or `FAILED`: the payment failed for good. The Alipay family only tells of what is paid. */
  state: 'PAID' | 'FAILED'
  /** When the money moved: only for `PAID`, when the wallet says when. */
  paidAt: Date | null
  /** Only for `FAILED`, when the wallet says why. */
  reason: string | null
}

/** Tells how a refund ended. */
export interface RefundNotification extends AboutOrder {
  /** Tells it from a payment. */
  type: 'REFUND'
  /** Null in the super-app family, which names the order by its tradeNo alone (superapp-payment-api §7). */
  orderNo: string | null
  /** Your own number, as given to `refund`; for an order that was cancelled, the wallet's word for it. */
  refundNo: string
  /** The wallet's number; null in the Alipay family, which has none. */
  refundId: string | null
  /** Of this refund. */
  amount: Money
  /** All that has gone back of the order so far, this refund included; null in the super-app family, which does not say. */
  refunded: Money | null
  /** `SUCCEEDED`, or `FAILED`: the money is yours again. The Alipay family only tells of what has gone back. */
  state: 'SUCCEEDED' | 'FAILED'
  /** When it ended, when the wallet says when. */
  finishedAt: Date | null
}

/** A verified notification. */
export type Notification = PaymentNotification | RefundNotification

/**
 * What is done with verified notifications. The wallet is told that one was heard when its function returns (or its
 * promise resolves), so do everything that must not be lost before that; and do it once only, however often it is called.
 * An error thrown makes the wallet send again.
 */
export interface NotificationListeners {
  /** The order is paid. */
  onPaid(notification: PaymentNotification & { state: 'PAID' }): unknown
  /** A payment failed for good. Without it such a notification is acknowledged and nothing else happens. */
  onFailed?(notification: PaymentNotification & { state: 'FAILED' }): unknown
  /** A refund ended. Without it such a notification is acknowledged and nothing else happens. */
  onRefund?(notification: RefundNotification): unknown
}

/** Why a notification was not acknowledged, for your log. */
export interface Refusal {
  /** What is wrong, in the words of the super-app family, such as `INVALID_SIGNATURE`. */
  code: string
  /** The same in a sentence. */
  message: string
  /** What your listener threw, or what could not be read. */
  error?: unknown
}

/** A request as it arrived. */
export interface RawRequest {
  /** Such as `POST`. */
  method: string
  /** Path with query, as it arrived. */
  path: string
  /** In any spelling of their names. */
  headers: RawHeaders
  /** Its bytes, before any parser. */
  body: Uint8Array
}

/** What to answer, as it is: sending other bytes breaks the signature. */
export interface RawAnswer {
  /** HTTP status. */
  status: number
  /** Every header that is to be sent, but for the length. */
  headers: Record<string, string>
  /** The bytes, as they were signed. */
  body: Buffer
}

/** From bytes to bytes; it never rejects. An adapter connects it to a server. */
export type NotificationHandler = (request: RawRequest) => Promise<RawAnswer>

/**
 * Throw it in a listener to say "this is not an order of mine as you describe it": another amount, an unknown number. The
 * super-app family is answered with `F`. Any other error is answered with `U`, so that the wallet sends again; the Alipay
 * family knows no difference, and sends again in both cases.
 */
export class NotificationRefused extends Error {
  /** `NotificationRefused`. */
  override name = 'NotificationRefused'
  constructor(
    message: string,
    /** `ORDER_NOT_EXIST`, `REPEAT_REQ_INCONSISTENT`, or another code of the super-app family. */
    readonly code: string = 'PROCESS_FAIL',
  ) {
    super(message)
  }
}
