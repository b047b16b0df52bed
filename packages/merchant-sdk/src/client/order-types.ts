/**
 * Orders as they go into a client and come out of it, in the merchant's own words; each family's client translates.
 */
import type { Money } from '@tradepay/money'
import type { TradePayError } from '../errors.ts'

/** An order to be paid. Repeat it with exactly the same content when the first answer was lost. */
export interface CreateOrder {
  /**
   * Your own number of the order: 1 to 64 letters, digits, `_` and, in the super-app family only, `-`. The same number
   * never makes a second order. Source: superapp-payment-api §5.1, alipay-openapi §5.
   */
  orderNo: string
  /** What the user sees in the cashier: 1 to 256 characters; in the Alipay family without `/`, `=` and `&`. */
  title: string
  /** More than zero. The Alipay family speaks of yuan only: CNY. */
  amount: Money
  /** When your order was made, for the wallet's records. The Alipay family has no place for it. */
  orderCreatedAt?: Date
  /** The mini program that will pay. */
  appId?: string
  /**
   * After this the order can no longer be paid; the wallet's default (15 minutes) when left out. The Alipay family keeps
   * whole seconds.
   */
  expiresAt?: Date
  /** Where the wallet tells you that the order was paid; the address registered for your app when left out. */
  notifyUrl?: string
  /** A longer text about the order: at most 256 characters; 128 in the Alipay family. */
  description?: string
  /** Only this wallet user may pay. */
  buyerId?: string
}

/** What the wallet made of an order. */
export interface CreatedOrder {
  /** The wallet's number. Give it to your mini program for `my.tradePay({ tradeNO: tradeNo })`. */
  tradeNo: string
  /** Your own number. */
  orderNo: string
  /** `ACCEPTED`: waits for the user. `PAID`: money has moved already, after an earlier call with this number. */
  status: 'ACCEPTED' | 'PAID'
}

/** Names an order: one of its two numbers. The tradeNo is the surer one; your own serves when create gave no answer. */
export type OrderNumber =
  | {
      /** The wallet's number. */
      tradeNo: string
    }
  | {
      /** Your own number. */
      orderNo: string
    }

/**
 * `PROCESSING`: not paid yet, or not decided. `PAID`: money has moved; refunds do not change it. `CLOSED`: nothing was paid
 * and nothing can be. `FAILED`: the payment failed for good (`reason` says why).
 */
export type PaymentState = 'PROCESSING' | 'PAID' | 'CLOSED' | 'FAILED'

/** What the wallet knows of an order. */
export interface InquiredOrder {
  /** The wallet's number. */
  tradeNo: string
  /** Your own number. */
  orderNo: string
  /** What has become of it. */
  state: PaymentState
  /** What it costs. Compare it with your own order before you believe that this order was paid. */
  amount: Money
  /** When the money moved: only for `PAID`. */
  paidAt: Date | null
  /** Only for `FAILED`, when the wallet says why. */
  reason: string | null
}

/** A closed order: nothing was paid for it, and nothing can be. */
export interface ClosedOrder {
  /** The wallet's number. */
  tradeNo: string
  /** Your own number. */
  orderNo: string
}

/** An order that was taken back. */
export interface CancelledOrder {
  /** The wallet's number; null when the order was named by yours, and the wallet has never had it or does not say. */
  tradeNo: string | null
  /** Your own number; null when the order was named by the wallet's, and the wallet does not say. */
  orderNo: string | null
  /**
   * `CLOSED`: it was unpaid. `REFUNDED`: it was paid, and all of it is back. `NEVER_CAME`: there is no such order; this
   * wallet refuses one that comes with the number later. Null: taken back, and the wallet does not say from which state:
   * the super-app family never does (superapp-payment-api §5.6).
   */
  outcome: 'CLOSED' | 'REFUNDED' | 'NEVER_CAME' | null
}

/** How long to ask, and how to stop. */
export interface WaitOptions {
  /** Asks until then. Default: one minute from now, as wallets of the super-app family advise (superapp-payment-api §5.5). */
  until?: Date
  /** Stops at once: the promise rejects with the signal's reason. */
  signal?: AbortSignal
  /**
   * Pause before the second question, in milliseconds; each further one is half as long again, up to 30 s. Default 5,000,
   * the shortest that the wallets advise.
   */
  firstPauseMs?: number
}

/**
 * What `waitForFinal` found out. While `isFinal` is false nothing is decided, whatever `order` says: the order may still be
 * paid. Wait for the notification, or ask again later.
 */
export type FinalOrder =
  | {
      /** Paid, closed or failed: it will not change any more. */
      isFinal: true
      /** How it ended. */
      order: InquiredOrder
    }
  | {
      /** Not decided when the time was over. */
      isFinal: false
      /** What was last known; null when no question was answered. */
      order: InquiredOrder | null
      /** Why the last question had no answer; null when it had one. */
      error: TradePayError | null
    }
