/**
 * What the wallet server needs from outside and never makes itself: time, chance, a way to reach strangers, and
 * somebody who keeps a record. Production and sandbox give different ones; the rooms cannot tell which.
 */
import type { BankFailure, TimelineEntry } from '@tradepay/contract'
import type { Money } from '@tradepay/money'

/** Time is a value. Every `now` that is stored or compared comes from here; the sandbox can move it. */
export interface Clock {
  now(): Date
}

/** What the worker can be woken for: notifications that are due, questions to the bank. */
export type WakesFor = 'NOTIFICATIONS' | 'BANK'

/** Tells the worker, after commit, what there is to do; it would find it by itself a second later. Never throws. */
export type Wake = (...what: WakesFor[]) => void

/** Chance, from a cryptographic source. */
export interface Random {
  /** Decimal digits, not guessable. */
  digits(count: number): string
  bytes(count: number): Buffer
}

/** A request to a stranger's server: a merchant's notify address, or a host that a mini program calls. */
export interface OutgoingRequest {
  url: string
  method: string
  headers: Record<string, string>
  body: Buffer | null
  timeoutMs: number
  /** Answers are cut off past this many bytes. */
  maxAnswerBytes: number
  /**
   * The receiver can tell a repeat: the request may go over a connection that was kept, and once more over a new one when
   * that was closed before anything came back. Default false.
   */
  mayRepeat?: boolean
}
export interface OutgoingAnswer {
  status: number
  headers: Record<string, string>
  body: Buffer
}

/** Why a stranger could not be reached. Never a reason to believe that it did not get the request. */
export class TransportError extends Error {
  override name = 'TransportError'
  constructor(
    readonly reason: 'ADDRESS_REFUSED' | 'UNREACHABLE' | 'TIMED_OUT' | 'ANSWER_TOO_LARGE',
    message: string,
  ) {
    super(message)
  }
}

/**
 * Sends to strangers. Follows no redirect; refuses addresses that the guard does not let through.
 * @throws TransportError
 */
export interface Transport {
  send(request: OutgoingRequest): Promise<OutgoingAnswer>
  /** Closes connections that are kept and idle. May be sent through further, and repeated. */
  close?(): void
}

/** An order to the bank: IN collects from the customer's account, OUT pays to it. */
export interface BankOrder {
  /** Made and stored before the first call; the same in every repetition. */
  fundingId: string
  direction: 'IN' | 'OUT'
  /** The bank's reference of the customer's account. */
  bankRef: string
  amount: Money
  /** What the customer reads on the bank's statement; at most 140 characters. */
  memo: string
}
export type BankAnswer =
  | { state: 'SUCCEEDED' }
  | { state: 'FAILED'; failure: BankFailure }
  | { state: 'PROCESSING' }
  /** Only to an inquiry: the bank has never heard of it. */
  | { state: 'NOT_FOUND' }

/**
 * The bank. Both calls may be repeated. Whatever is thrown means that the answer is not known, never that it is no. An
 * answer is about this very order: its number, its direction, its amount.
 */
export interface Bank {
  ask(order: BankOrder): Promise<BankAnswer>
  inquire(order: BankOrder): Promise<BankAnswer>
}

/**
 * Keeps what happened to an order, step by step. Must neither throw nor block: it is called on the way of money.
 * `tradeNo` is null where it is not known yet (steps 2 and 8 pass through the relay): the recorder may find it in
 * the bytes.
 */
export interface Recorder {
  record(tradeNo: string | null, entry: TimelineEntry): void
  /** True when nothing is kept: then bytes need not be put into words on the way of money. Default false. */
  readonly keepsNothing?: boolean
}

/** For whoever keeps no record. */
export const noRecorder: Recorder = { record: () => undefined, keepsNothing: true }

/** One of the wallet's own key pairs. */
export interface WalletKey {
  version: number
  /** PKCS#8 PEM. */
  privateKey: string
  /** SPKI PEM: what merchants verify with. */
  publicKey: string
}
