/**
 * A statement as the SDK reads it, whichever file it came in: what moved a merchant's money on a day or in a month.
 */
import type { Currency } from '@tradepay/money'

/** What a line of a statement is. */
export type StatementKind = 'PAYMENT' | 'FEE' | 'REFUND' | 'FEE_REFUND' | 'PAY_OUT'

/** One movement of the merchant's money. Lines stand in the order in which they happened. */
export interface StatementRow {
  /** What it is. */
  kind: StatementKind
  /** When the money moved. */
  at: Date
  /** Of the smallest unit, signed from the merchant's side: a payment is positive; a fee, a refund, a pay-out negative. */
  minor: bigint
  /** ISO 4217, such as CNY. */
  currency: Currency
  /** The wallet's number of the payment, refund or pay-out. A payment and its fee have the same. */
  id: string
  /** The wallet's number of the order; null for a pay-out. */
  tradeNo: string | null
  /** Your number of the order; null for a pay-out. */
  orderNo: string | null
  /** Your number of the refund or pay-out; null for a payment. */
  requestNo: string | null
  /** What the order was called; null for a pay-out. */
  title: string | null
  /** Your balance after it, in the smallest unit; null where the file does not tell. */
  balance: bigint | null
}

/** All rows of one kind. */
export interface StatementTotal {
  /** How many there are. */
  count: number
  /** Their sum, signed as they are, in the smallest unit. */
  minor: bigint
}

/** A statement. */
export interface Statement {
  /** Of all its rows; null for a file without rows that does not say. */
  currency: Currency | null
  /** In the order in which they happened. */
  rows: StatementRow[]
  /** Count and sum of the rows of each kind. Where the file brings its own totals, they were compared with these. */
  totals: Record<StatementKind, StatementTotal>
}

/** Which statement to download. */
export interface StatementRequest {
  /** `yyyy-MM-dd`, or `yyyy-MM` for a month, in the wallet's time zone. The day or month must be over. */
  date: string
  /**
   * `trade`: payments and refunds with their fees. `signcustomer`: everything that moved your money, pay-outs too, with the
   * balance after each. Default `trade`. Source: alipay-openapi §6.7.
   */
  type?: 'trade' | 'signcustomer'
  /** Larger files are refused, in bytes as downloaded; unpacked they may be eight times that. Default 64 MiB. */
  maxBytes?: number
}
