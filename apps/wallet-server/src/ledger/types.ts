/**
 * The ledger: accounts and transfers, and nothing about who or why. See migrations/000001_ledger.sql for the rules
 * that the database itself keeps.
 */
import type { Currency, Money } from '@tradepay/money'
import type { Queryable } from '../db/transaction.ts'

export type AccountKind = 'USER_BALANCE' | 'MERCHANT_PAYABLE' | 'IN_TRANSIT' | 'CASH' | 'FEES' | 'BANK_CLEARING'

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

/**
 * POSTED moves money at once. PENDING reserves it: the debit can no longer be spent, the credit not yet. POST, VOID and
 * EXPIRE answer a pending transfer of the same cause, once: the money moves, or the reservation is given back.
 */
export type TransferKind = 'POSTED' | 'PENDING' | 'POST' | 'VOID' | 'EXPIRE'

/** Identified by (causeId, step, bucket): what caused it, and the step in it. */
export interface Transfer {
  causeId: string
  step: string
  bucket: number
  debitAccount: string
  creditAccount: string
  amount: Money
  /** Default POSTED. */
  kind?: TransferKind
  /** Only for POST, VOID and EXPIRE: the step of the pending transfer, whose accounts and amount are repeated here. */
  resolves?: string
  /** Only for PENDING: until when it holds. Default: until it is answered. */
  expiresAt?: Date
}

export interface PostedTransfer extends Transfer {
  kind: TransferKind
  postedAt: Date
}

/** Why linked transfers were not posted. Nothing of them was. */
export type TransferRefusal =
  | 'AMOUNT_NOT_POSITIVE'
  /** The amount, or what the account has ever been credited together with it, is more than a sum can hold (2⁶³ − 1). */
  | 'AMOUNT_TOO_LARGE'
  /** `resolves` belongs to POST, VOID and EXPIRE and to no other kind, `expiresAt` only to PENDING. */
  | 'FIELDS_DO_NOT_FIT_KIND'
  | 'ACCOUNTS_MUST_DIFFER'
  | 'ACCOUNT_NOT_FOUND'
  | 'ACCOUNT_IN_OTHER_BUCKET'
  /** Another database holds the bucket. */
  | 'BUCKET_NOT_OWNED'
  | 'CURRENCIES_DIFFER'
  | 'ACCOUNT_FROZEN'
  | 'BALANCE_NOT_ENOUGH'
  | 'EXISTS_WITH_OTHER_CONTENT'
  | 'PENDING_NOT_FOUND'
  | 'PENDING_HAS_OTHER_CONTENT'
  | 'PENDING_ALREADY_POSTED'
  | 'PENDING_ALREADY_VOIDED'
  | 'PENDING_EXPIRED'
  | 'PENDING_NOT_EXPIRED_YET'

/** What became of one item of a batch. EXISTS: the very same transfers were there already; that is a good answer. */
export type PostOutcome =
  | { outcome: 'POSTED' | 'EXISTS' }
  | {
      outcome: 'REFUSED'
      reason: TransferRefusal
      /** Which of the linked transfers, counted from 0, was refused, and on which account where that matters. */
      transfer: number
      account?: string
    }

/** Which transfers of an account to list. */
export interface TransfersPage {
  before: Date | Pick<PostedTransfer, 'postedAt' | 'causeId' | 'step'> | null
  limit: number
  step?: string
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
   * Posts items of linked transfers: of each item all or none. A refused item never harms its neighbours, and items see
   * each other exactly as if they had come one after another. May be repeated: what is there already is EXISTS.
   *
   * Inside the caller's transaction when one is given: then the caller holds whatever locks come before accounts.
   */
  postBatch(items: Transfer[][], tx?: Queryable): Promise<PostOutcome[]>
  /**
   * One item of {@link postBatch}.
   * @throws WalletError BALANCE_NOT_ENOUGH, MERCHANT_BALANCE_NOT_ENOUGH, USER_FROZEN or MERCHANT_FROZEN by the kind of the
   * account; OUTCOME_UNKNOWN when another database holds the bucket; Error for every other refusal, which is a bug of ours
   */
  post(transfers: Transfer[], tx?: Queryable): Promise<void>
  /** Writes EXPIRE for pending transfers past their time, at most `limit`; answers how many. Safe on many servers at once. */
  expirePending(limit?: number): Promise<number>
  /**
   * Transfers of an account, newest first, in an order that never changes; only those of one step when it is named.
   * `before` is exclusive: a time, or the last transfer of the page before (many may have the same time). Of a user, as in
   * transit, the whole table is read: what a user did is asked of their payments, refunds and top-ups.
   */
  transfersOf(accountId: string, page: TransfersPage): Promise<PostedTransfer[]>
  /** Recomputes everything from the transfers, on one snapshot of a live database. Empty means all is well. */
  verify(): Promise<Violation[]>
}

export const userAccount = (userId: string, currency: Currency): string => `users:${userId}:${currency}`
export const merchantAccount = (merchantId: string, currency: Currency): string => `merchants:${merchantId}:${currency}`
export const cashAccount = (bucket: number, currency: Currency): string =>
  `cash:${String(bucket).padStart(3, '0')}:${currency}`
export const inTransitAccount = (bucket: number, currency: Currency): string =>
  `in-transit:${String(bucket).padStart(3, '0')}:${currency}`
export const feesAccount = (bucket: number, currency: Currency): string =>
  `fees:${String(bucket).padStart(3, '0')}:${currency}`
export const bankClearingAccount = (bucket: number, currency: Currency): string =>
  `bank-clearing:${String(bucket).padStart(3, '0')}:${currency}`

/** True for the wallet's own accounts, whose balance is computed and which are never locked. */
export const isComputedAccount = (id: string): boolean => /^(in-transit|cash|fees|bank-clearing):/.test(id)
