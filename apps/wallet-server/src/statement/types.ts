/**
 * A statement: what moved a merchant's money on one day of the wallet's time zone, in one currency (I9).
 */
import type { Currency } from '@tradepay/money'

export type StatementKind = 'PAYMENT' | 'FEE' | 'REFUND' | 'FEE_REFUND' | 'PAY_OUT'

/** One movement of the merchant's account, in the order in which they happened. */
export interface StatementRow {
  kind: StatementKind
  at: Date
  /**
   * Signed, from the merchant's side: payments and returned fees are positive, the others negative. A returned fee that is
   * taken again, because the bank refused the refund, is a FEE_REFUND below zero. Smallest unit.
   */
  minor: bigint
  /** The payment, refund or pay-out. */
  id: string
  tradeNo: string | null
  /** The merchant's own numbers: of the order, and of the refund or pay-out. */
  orderRequestId: string | null
  requestId: string | null
  title: string | null
}

export interface Statement {
  merchantId: string
  /** yyyy-MM-dd in `timeZone`. */
  day: string
  timeZone: string
  currency: Currency
  /** Of the merchant's account, from the ledger, at both ends of the day. Smallest unit. */
  opening: bigint
  closing: bigint
  rows: StatementRow[]
  /** The sum of the rows by kind; opening + all of them = closing. */
  totals: Record<StatementKind, { count: number; minor: bigint }>
}

/** A line of somebody else's list: the merchant's own books. */
export interface OtherRow {
  kind: StatementKind
  /** Any one of the numbers that a statement row carries: tradeNo, the merchant's numbers, or our id. */
  number: string
  minor: bigint
}

/** What two lists do not agree on. */
export type Difference =
  | { kind: 'MISSING_THERE'; row: StatementRow }
  | { kind: 'MISSING_HERE'; other: OtherRow }
  | { kind: 'AMOUNT_DIFFERS'; row: StatementRow; other: OtherRow }
  | { kind: 'TWICE_THERE'; row: StatementRow; others: OtherRow[] }

export interface StatementService {
  /**
   * @throws WalletError INVALID_PARAMETER (day not yyyy-MM-dd, in the future), CURRENCY_NOT_SUPPORTED (the merchant has no
   * account in it); Error when the rows do not add up to the ledger, which `tradepay verify` would report as I9
   */
  statement(merchantId: string, day: string, currency: Currency): Promise<Statement>
}
