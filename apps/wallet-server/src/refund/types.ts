/**
 * A refund: giving back all or part of a payment; and taking an order back whole (cancel).
 *
 * A refund of a balance payment succeeds at once. A refund of a payment by bank reserves the merchant's money and is
 * PROCESSING until the payer's bank has answered. The order's fee comes back in proportion, to the last unit.
 */
import type { RefundState, RefusalCode } from '@tradepay/contract'
import type { Money } from '@tradepay/money'
import type { Order, OrderNumber } from '../order/types.ts'

export type { OrderNumber }

export interface Refund {
  refundId: string
  bucket: number
  tradeNo: string
  clientId: string
  /** The merchant's own number: refundRequestId, out_request_no. */
  requestId: string
  payerId: string
  amount: Money
  /** What the merchant gets back of the order's fee. */
  fee: Money
  reason: string | null
  channel: 'BALANCE' | 'BANK'
  state: RefundState
  failure: RefusalCode | null
  createdAt: Date
  finishedAt: Date | null
}

export interface CreateRefund {
  clientId: string
  order: OrderNumber
  requestId: string
  /** Inside of what the number is unique: the client (super-app) or the order (Alipay). */
  scope: 'CLIENT' | 'ORDER'
  amount: Money
  reason: string | null
  /** Where to tell; null tells nobody (super-app) or the order's own address (Alipay). */
  notifyUrl: string | null
  /** As in CreateOrder.content: key content in the door's own field names. */
  content: Record<string, string>
}

export type CancelAction =
  /** It was unpaid and is closed now. */
  | 'CLOSED'
  /** It was paid; all of it goes back. */
  | 'REFUNDED'
  /** It was closed already. */
  | 'ALREADY_CLOSED'
  /** No such order has come; if it comes, it is refused. */
  | 'REMEMBERED'

export interface RefundService {
  /**
   * Refunds. May be repeated: the same number with the same content answers the first refund, and moves no money.
   * @throws WalletError ORDER_NOT_FOUND, ORDER_NOT_PAID, ORDER_CLOSED, REFUND_INCONSISTENT (`field`), REFUND_EXCEEDS_PAYMENT,
   * REFUND_WINDOW_OVER, CURRENCY_NOT_SUPPORTED (another currency than the order's), AMOUNT_OUT_OF_RANGE,
   * MERCHANT_BALANCE_NOT_ENOUGH, MERCHANT_FROZEN, OUTCOME_UNKNOWN
   */
  refund(command: CreateRefund): Promise<{ refund: Refund; order: Order; created: boolean }>
  /**
   * @param number the refund's own id, or the merchant's number in its scope
   * @throws WalletError REFUND_NOT_FOUND, also for another client's
   */
  inquire(clientId: string, number: { refundId: string } | { requestId: string; order?: OrderNumber }): Promise<Refund>
  /** All refunds of an order, oldest first. */
  of(tradeNo: string): Promise<Refund[]>
  /**
   * Takes an order back: unpaid, it is closed; paid, all of it is refunded; unknown (by the merchant's number), the number
   * is remembered and a late create refused. May be repeated: the answer is the same, no more money moves.
   * @throws WalletError ORDER_NOT_FOUND (by tradeNo), ORDER_REFUNDED (parts were refunded before), and what `refund` throws
   */
  cancel(
    clientId: string,
    order: OrderNumber,
  ): Promise<{ action: CancelAction; order: Order | null; refund: Refund | null }>
  /** Refunds that reached or will reach a user, newest first. `before` is the `next` of the page before. */
  refundsTo(
    userId: string,
    page: { before: string | null; limit: number },
  ): Promise<{ refunds: ReceivedRefund[]; next: string | null }>
}

/** A refund as its receiver sees it. */
export interface ReceivedRefund extends Refund {
  title: string
  merchantName: string
  bankAccountId: string | null
}

/** The `before` of the page that follows a refund: for whoever shows refunds among other things. */
export const refundPageAfter = ({ createdAt, refundId }: Pick<Refund, 'createdAt' | 'refundId'>): string =>
  `${createdAt.getTime()}-${refundId}`
