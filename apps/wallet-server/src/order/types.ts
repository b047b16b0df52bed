/**
 * An order: what is to be paid, created by a merchant (steps 5 to 7). This file says what an order is and what the
 * room does with it; `state.ts` holds the transitions, `store.ts` the SQL, `service.ts` tells the story.
 */
import type { ApiFamily, CloseReason, OrderState } from '@tradepay/contract'
import type { Money } from '@tradepay/money'

export interface Order {
  tradeNo: string
  bucket: number
  merchantId: string
  clientId: string
  /** The merchant's own number: paymentRequestId, out_trade_no. */
  requestId: string
  family: ApiFamily
  appId: string | null
  buyerId: string | null
  title: string
  amount: Money
  notifyUrl: string | null
  /** What the door wants back later; opaque to the room. */
  extra: Record<string, unknown>
  state: OrderState
  closeReason: CloseReason | null
  sequence: number
  createdAt: Date
  expiresAt: Date
  paidAt: Date | null
  closedAt: Date | null
  payerId: string | null
  paymentId: string | null
  /** The payment that waits for the bank; nobody else can pay meanwhile. */
  processingPaymentId: string | null
  /** What the wallet keeps of the payment. Smallest unit. */
  fee: bigint
  /** Given back, or reserved for it: refunds that are not FAILED. Smallest unit. */
  refunded: bigint
  /** What of the fee went back with them. Smallest unit. */
  feeRefunded: bigint
}

/** The domain command behind every create door. The client has been authenticated; fields have been read, not judged. */
export interface CreateOrder {
  clientId: string
  requestId: string
  family: ApiFamily
  title: string
  amount: Money
  appId: string | null
  buyerId: string | null
  notifyUrl: string | null
  /** When the merchant wants it to close; null takes the default lifetime. */
  expiresAt: Date | null
  extra: Record<string, unknown>
  /**
   * Key content in the door's own field names, as canonical text: { paymentAmount: "CNY 1250", … }. When the number
   * comes again, the first name whose text differs is the `field` of ORDER_INCONSISTENT.
   */
  content: Record<string, string>
}

/** How a merchant names an order: by our number or by theirs. */
export type OrderNumber = { tradeNo: string } | { requestId: string }

export interface OrderService {
  /**
   * Creates an order and generates its tradeNo (steps 5 and 6). May be repeated: the same number with the same content
   * answers the same order, whatever has become of it.
   * @throws WalletError ORDER_INCONSISTENT (other content, `field` names it), CURRENCY_NOT_SUPPORTED (the merchant has
   * no account in it), MERCHANT_FROZEN, ORDER_CANCELLED (the number was cancelled before), PROGRAM_NOT_FOUND (appId unknown or not the client's), USER_NOT_FOUND (buyer),
   * INVALID_PARAMETER (expiry in the past or too far)
   */
  create(command: CreateOrder): Promise<{ order: Order; created: boolean }>

  /**
   * The present state, as the merchant that made it may see it. An order past its time is CLOSED/EXPIRED in the answer
   * even before the timer has written it.
   * @throws WalletError ORDER_NOT_FOUND, also for another client's order
   */
  inquire(clientId: string, number: OrderNumber): Promise<Order>

  /** For the cashier: any order by its tradeNo. @throws WalletError ORDER_NOT_FOUND */
  find(tradeNo: string): Promise<Order>

  /**
   * Closes an unpaid order for its merchant. May be repeated: what is closed already is answered as it is. A payment that
   * waits for the bank does not hinder it: money that comes later goes back.
   * @throws WalletError ORDER_NOT_FOUND, also for another client's; ORDER_PAID
   */
  close(clientId: string, number: OrderNumber): Promise<Order>

  /** Closes what is unpaid and past its time, at most `limit` at once; answers how many. Safe on many servers at once. */
  closeExpired(limit?: number): Promise<number>

  /** When the next unpaid order expires, or null. */
  nextExpiry(): Promise<Date | null>
}
