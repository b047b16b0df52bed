/**
 * A payment: a user paying an order (steps 14 to 16). Confirmations that arrive while one transaction is in flight
 * form the next one (`db/batcher.ts`); the SQL function `pay` gives each its own outcome.
 */
import type { Money } from '@tradepay/money'

export interface ConfirmPayment {
  tradeNo: string
  payerId: string
  /** What the user saw and confirmed. */
  amount: Money
}

export interface Payment {
  paymentId: string
  tradeNo: string
  amount: Money
  paidAt: Date
  /** False when the same user had paid this order before: the first result again, no money moved. */
  first: boolean
}

export interface PaymentService {
  /**
   * Pays an order from the user's balance. Everything happens in one transaction or nothing does: the two transfers,
   * the payment, the order PAID, and its notification. Repeating the call answers the first result.
   * The session and the PIN have been checked at the door.
   * @throws WalletError ORDER_NOT_FOUND, ORDER_PAID, ORDER_CLOSED, ORDER_EXPIRED, ORDER_BUYER_MISMATCH,
   * AMOUNT_MISMATCH, PAYER_IS_PAYEE, CURRENCY_NOT_SUPPORTED, USER_FROZEN, MERCHANT_FROZEN, BALANCE_NOT_ENOUGH;
   * OUTCOME_UNKNOWN when the database was lost in the middle: inquire, or repeat the call.
   */
  confirm(command: ConfirmPayment): Promise<Payment>

  /** What a user paid, newest first. `before` is the `next` of the page before. */
  paidBy(
    userId: string,
    page: { before: string | null; limit: number },
  ): Promise<{ payments: PaidOrder[]; next: string | null }>
}

export interface PaidOrder {
  paymentId: string
  tradeNo: string
  title: string
  merchantName: string
  amount: Money
  paidAt: Date
}

/** The `before` of the page that follows a payment: for whoever shows payments among other things. */
export const pageAfter = ({ paidAt, paymentId }: Pick<PaidOrder, 'paidAt' | 'paymentId'>): string =>
  `${paidAt.getTime()}-${paymentId}`
