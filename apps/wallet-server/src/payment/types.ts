/**
 * A payment: a user paying an order (steps 14 to 16), from the balance or from a linked bank account.
 *
 * Where the money comes from is a funding channel: the balance posts at once; the bank answers later, so its payment is
 * PROCESSING until then. Both go through the same three steps: reserve (the payer's end), decide (the merchant's end),
 * finish (the payer's end: post or void).
 */
import type { PaymentState, RefusalCode } from '@tradepay/contract'
import type { Currency, Money } from '@tradepay/money'

/** Where the money of a payment comes from. */
export type PaymentSource = { channel: 'BALANCE' } | { channel: 'BANK'; bankAccountId: string }

export interface ConfirmPayment {
  tradeNo: string
  payerId: string
  /** What the user saw and confirmed. */
  amount: Money
  /** Default: the balance. */
  source?: PaymentSource
}

export interface Payment {
  paymentId: string
  tradeNo: string
  amount: Money
  /** PROCESSING until the bank has answered; only from a bank account. */
  state: 'PROCESSING' | 'SUCCEEDED'
  /** Null while PROCESSING. */
  paidAt: Date | null
  /** False when the same user had paid, or begun to pay, this order before: the first result again, no money moved. */
  first: boolean
}

/** A payment as its payer sees it. */
export interface OwnPayment {
  paymentId: string
  tradeNo: string
  title: string
  merchantName: string
  amount: Money
  channel: 'BALANCE' | 'BANK'
  bankAccountId: string | null
  state: PaymentState
  failure: RefusalCode | null
  /** The bank's money came too late for the order, and where it goes. */
  returned: 'RETURNING' | 'RETURNED' | 'RETURNED_TO_BALANCE' | null
  createdAt: Date
  finishedAt: Date | null
}

/** What a user may pay in one currency; null is no limit. Smallest units. */
export interface PaymentLimits {
  perPayment: bigint | null
  /** In one day of the wallet's time zone. Failed payments do not count; refunds do not give back. */
  perDay: bigint | null
}

export interface PaymentService {
  /**
   * Pays an order. From the balance everything happens in one transaction or nothing does: the transfers, the payment, the
   * order PAID, and its notification. From a bank account the money is reserved, and the rest follows the bank's answer.
   * Repeating the call answers the first result. The session and the PIN have been checked at the door.
   * @throws WalletError ORDER_NOT_FOUND, ORDER_PAID, ORDER_CLOSED, ORDER_EXPIRED, ORDER_BUYER_MISMATCH, AMOUNT_MISMATCH,
   * PAYER_IS_PAYEE, CURRENCY_NOT_SUPPORTED, USER_FROZEN, MERCHANT_FROZEN, BALANCE_NOT_ENOUGH, PAYMENT_LIMIT_EXCEEDED,
   * DAY_LIMIT_EXCEEDED, PAYMENT_PROCESSING (somebody is paying it by bank), BANK_ACCOUNT_NOT_FOUND, BANK_NOT_AVAILABLE;
   * OUTCOME_UNKNOWN when the database was lost in the middle: inquire, or repeat the call.
   */
  confirm(command: ConfirmPayment): Promise<Payment>

  /** The user's payment of an order: the one that has not failed, else the newest; null when there is none. */
  ofOrder(userId: string, tradeNo: string): Promise<OwnPayment | null>
  /** A user's payments, newest first. `before` is the `next` of the page before. */
  paidBy(
    userId: string,
    page: { before: string | null; limit: number },
  ): Promise<{ payments: OwnPayment[]; next: string | null }>

  /** Sets a user's own limits in a currency; null takes the settings' limit. @throws WalletError USER_NOT_FOUND, INVALID_PARAMETER */
  setLimits(userId: string, currency: Currency, limits: PaymentLimits): Promise<void>
  /** What holds for a user, and what is left of today. */
  limits(userId: string, currency: Currency): Promise<PaymentLimits & { spentToday: bigint }>
}

/** The `before` of the page that follows a payment: for whoever shows payments among other things. */
export const pageAfter = ({ createdAt, paymentId }: Pick<OwnPayment, 'createdAt' | 'paymentId'>): string =>
  `${createdAt.getTime()}-${paymentId}`
