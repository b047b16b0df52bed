/**
 * The ledger: accounts and transfers, and nothing about who or why. See migrations/000001_ledger.sql for the rules
 * that the database itself keeps.
 */
import type { Currency, Money } from '@tradepay/money'
import type { Queryable } from '../db/transaction.ts'

export type AccountKind = 'USER_BALANCE' | 'MERCHANT_PAYABLE' | 'IN_TRANSIT' | 'CASH'

export interface Account {
  id: string
  bucket: number
  kind: AccountKind
  currency: Currency
  frozen: boolean
  /** What the owner can spend: credits posted − debits posted − debits pending. */
  available: bigint
  /** Reserved by transfers that are not decided yet. */
  pending: bigint
}

export interface Transfer {
  causeId: string
  step: string
  bucket: number
  debitAccount: string
  creditAccount: string
  amount: Money
}

export interface PostedTransfer extends Transfer {
  postedAt: Date
}

/** A broken invariant, with the rows that break it. */
export interface Violation {
  invariant: string
  message: string
  rows: unknown[]
}

export interface LedgerService {
  /** Opens an account, and the wallet's own accounts of that bucket and currency with it. May be repeated. */
  open(account: { id: string; bucket: number; kind: AccountKind; currency: Currency }): Promise<void>
  /** @returns null when there is no such account */
  account(id: string): Promise<Account | null>
  accounts(ids: string[]): Promise<Account[]>
  /** Inside the caller's transaction when one is given. */
  setFrozen(id: string, frozen: boolean, tx?: Queryable): Promise<void>
  /**
   * Posts linked transfers: all or none. Repeating the same (causeId, step) with the same content changes nothing.
   * @throws WalletError BALANCE_NOT_ENOUGH; Error when an account is missing or content differs (a bug of ours)
   */
  post(transfers: Transfer[]): Promise<void>
  /**
   * Transfers of an account, newest first, in an order that never changes; only those of one step when it is named.
   * `before` is exclusive.
   */
  transfersOf(accountId: string, page: { before: Date | null; limit: number; step?: string }): Promise<PostedTransfer[]>
  /** Recomputes everything from the transfers, on one snapshot of a live database. Empty means all is well. */
  verify(): Promise<Violation[]>
}

export const userAccount = (userId: string, currency: Currency): string => `users:${userId}:${currency}`
export const merchantAccount = (merchantId: string, currency: Currency): string => `merchants:${merchantId}:${currency}`
export const cashAccount = (bucket: number, currency: Currency): string =>
  `cash:${String(bucket).padStart(3, '0')}:${currency}`
export const inTransitAccount = (bucket: number, currency: Currency): string =>
  `in-transit:${String(bucket).padStart(3, '0')}:${currency}`
