/**
 * What goes into the client and what comes out, in the merchant's own words; `superapp-client.ts` translates.
 */
import type { Money } from '@tradepay/money'

/** An order to be paid. Repeat it with exactly the same content when the first answer was lost. */
export interface CreateOrder {
  /** Your own number of the order, at most 64 letters, digits, `-` and `_`. The same number never makes a second order. */
  orderNo: string
  /** What the user sees in the cashier, at most 256 characters. */
  title: string
  amount: Money
  /** When your order was made. Shown in the wallet's records. */
  orderCreatedAt: Date
  /** The mini program that will pay. */
  appId?: string
  /** After this the order can no longer be paid. The wallet's default (15 minutes) when left out. */
  expiresAt?: Date
  /** Where the wallet tells you that the order was paid; the address registered for your app when left out. */
  notifyUrl?: string
  /** A longer text about the order, at most 256 characters. */
  description?: string
  /** Only this wallet user may pay. */
  buyerId?: string
}

export interface CreatedOrder {
  /** Give it to your mini program for `my.tradePay({ tradeNO: tradeNo })`. */
  tradeNo: string
  orderNo: string
  /** `ACCEPTED`: waits for the user. `PAID`: money has moved already. */
  status: 'ACCEPTED' | 'PAID'
  /** The wallet's own words. */
  resultCode: string
}

/** One of the two; the tradeNo is the surer one, the order number serves when create gave no answer. */
export type InquireOrder = { tradeNo: string } | { orderNo: string }

/**
 * `PROCESSING`: not paid yet, or not decided. `PAID`: money has moved. `CLOSED`: nothing was paid and nothing can be.
 * `FAILED`: the payment failed for good (`reason` says why).
 */
export type PaymentState = 'PROCESSING' | 'PAID' | 'CLOSED' | 'FAILED'

export interface InquiredOrder {
  tradeNo: string
  orderNo: string
  state: PaymentState
  amount: Money
  /** Only for `PAID`. */
  paidAt: Date | null
  /** Only for `FAILED`, when the wallet says why. */
  reason: string | null
}
