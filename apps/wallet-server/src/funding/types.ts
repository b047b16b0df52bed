/**
 * Funding: money across the wallet's border, collected from a bank account or paid to one, and the bank accounts that users
 * and merchants have linked.
 *
 * The room that moves the money (payment, refund, top-up, pay-out) reserves it and requests the funding in one transaction;
 * the bank is called after commit and inquired, with growing pauses, until its answer is known; then the owner settles: it
 * posts or voids what it had reserved, in the transaction that ends the funding. Unknown is never taken for no.
 */
import type { BankFailure, FundingState } from '@tradepay/contract'
import type { Currency, Money } from '@tradepay/money'
import type { Queryable } from '../db/transaction.ts'

export type FundingPurpose = 'PAYMENT' | 'TOP_UP' | 'REFUND' | 'PAY_OUT' | 'RETURN'

/** IN for PAYMENT and TOP_UP, OUT for the others. */
export interface Funding {
  fundingId: string
  /** Of the bank account. */
  bucket: number
  direction: 'IN' | 'OUT'
  purpose: FundingPurpose
  /** The payment, top-up, refund or pay-out it is for; with the purpose it names one funding. */
  subjectId: string
  bankAccountId: string
  bankRef: string
  amount: Money
  state: FundingState
  failure: BankFailure | null
  attempts: number
  dueAt: Date | null
  /** The bank said something else after its final answer. No money moves by itself then. */
  contradictedAt: Date | null
  createdAt: Date
  finishedAt: Date | null
}

/** The bank's final answer. */
export type FundingOutcome = { state: 'SUCCEEDED' } | { state: 'FAILED'; failure: BankFailure }

/** Who asked for money to cross the border, and decides what the bank's answer means. */
export interface FundingOwner {
  /**
   * Writes what the answer means, in the transaction that ends the funding. Locks its own rows first (order, then
   * accounts); called once for each funding that ends, again only when that transaction was rolled back.
   */
  settle(tx: Queryable, funding: Funding, outcome: FundingOutcome): Promise<void>
  /** After that transaction has committed: for records. Must not throw. */
  settled?(funding: Funding, outcome: FundingOutcome): void
  /** After each question, when its answer has been written down: for records. Must not throw. */
  answered?(funding: Funding, answer: FundingAnswer): void
}

export interface BankAccount {
  bankAccountId: string
  bucket: number
  ownerId: string
  bankRef: string
  label: string
  currency: Currency
}

/** One question to the bank and its answer. */
export interface FundingAnswer {
  attempt: number
  question: 'ASK' | 'INQUIRE'
  askedAt: Date
  durationMs: number
  answer: 'SUCCEEDED' | 'FAILED' | 'PROCESSING' | 'NOT_FOUND' | 'UNKNOWN'
  detail: string | null
}

/** Seconds after each unanswered question until the next; the last one repeats for as long as it takes. */
export const inquiryDelaysSeconds = [1, 2, 5, 10, 30, 60, 300, 900, 3600] as const

export interface FundingService {
  /** True when the wallet is connected to a bank. */
  readonly available: boolean
  /** Says who settles fundings of a purpose. Called once for each, when the rooms are made. */
  own(purpose: FundingPurpose, owner: FundingOwner): void

  /** Links a bank account to a user or merchant. Linking the same again answers the first. @throws WalletError INVALID_PARAMETER, CURRENCY_NOT_SUPPORTED (the owner holds no account in it) */
  link(account: { ownerId: string; bankRef: string; label: string; currency: Currency }): Promise<BankAccount>
  /** Removes the link. What is under way with it goes on. */
  unlink(ownerId: string, bankAccountId: string): Promise<void>
  /** Linked accounts of an owner, oldest first; of one currency when it is given. */
  bankAccounts(ownerId: string, currency?: Currency): Promise<BankAccount[]>
  /** @throws WalletError BANK_ACCOUNT_NOT_FOUND, also for another owner's; BANK_NOT_AVAILABLE */
  bankAccount(ownerId: string, bankAccountId: string): Promise<BankAccount>
  /** Also removed ones, by their ids: for money that goes back, and for labels. Inside the caller's transaction when one is given. */
  bankAccountsByIds(ids: string[], tx?: Queryable): Promise<BankAccount[]>

  /** Writes the order to the bank down, in the caller's transaction. It is asked after commit, when `wake` is called. */
  request(
    tx: Queryable,
    funding: {
      purpose: FundingPurpose
      subjectId: string
      bankAccount: Pick<BankAccount, 'bankAccountId' | 'bucket' | 'bankRef'>
      amount: Money
    },
  ): Promise<string>
  /** Asks and inquires what is due, at most `limit` at once; answers how many. Safe on many servers at once. */
  askDue(limit?: number): Promise<number>
  /** When the next question is due, or null. */
  nextDue(): Promise<Date | null>
  /** The bank says that something has changed: inquire now. Unknown ids are ignored. */
  lookAgain(fundingId: string): Promise<void>
  /** The fundings of a payment, refund, top-up or pay-out, each with every question and answer. */
  of(subjectId: string): Promise<(Funding & { log: FundingAnswer[] })[]>
}
