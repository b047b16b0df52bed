/**
 * Refunds as they go into a client and come out of it, in the merchant's own words.
 */
import type { Money } from '@tradepay/money'
import type { OrderNumber } from './order-types.ts'

/** Money to be given back. Repeat it with exactly the same content when the first answer was lost. */
export type CreateRefund = OrderNumber & {
  /**
   * Your own number of the refund: 1 to 64 letters, digits, `_` and `-`. The same number never gives back twice. Let it be
   * unique among all your refunds: the super-app family knows it by itself, the Alipay family within the order
   * (alipay-openapi §14).
   */
  refundNo: string
  /** More than zero, in the order's currency. All refunds of an order together are at most what was paid. */
  amount: Money
  /** At most 256 characters. */
  reason?: string
  /**
   * Where the wallet tells you how the refund ended; without it nobody is told. The Alipay family tells of refunds at the
   * order's own address and has no place for this one: it is not sent.
   */
  notifyUrl?: string
}

/** Names a refund: your number of it, and the order, by which the Alipay family finds it. */
export type RefundNumber = OrderNumber & {
  /** Your own number of the refund. */
  refundNo: string
}

/** `PROCESSING`: the payer's bank has not answered. `SUCCEEDED`: the money is back. `FAILED`: it is yours again. */
export type RefundState = 'PROCESSING' | 'SUCCEEDED' | 'FAILED'

/** A refund that the wallet has taken. */
export interface Refund {
  /** Your own number. */
  refundNo: string
  /** The wallet's own number; null in the Alipay family, which has none. */
  refundId: string | null
  /** What has become of it. */
  state: RefundState
  /** Of this refund. */
  amount: Money
  /** Only for `SUCCEEDED`, when the wallet says when. */
  refundedAt: Date | null
  /** Only for `FAILED`, when the wallet says why. */
  failReason: string | null
}
