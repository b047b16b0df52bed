/**
 * A bank for tests: it keeps books of its own, in which every order has at most one effect, and says about them what the test
 * has told it to: the truth, nothing, or something else. What really moved is in `moved`, whatever was said.
 */
import type { BankFailure } from '@tradepay/contract'
import type { Money } from '@tradepay/money'
import { TransportError, type Bank, type BankAnswer, type BankOrder } from '../../src/ports.ts'

/** What the bank says to one question. */
export type FakeBankWord =
  /** Does what it was asked to and says how it is. */
  | 'TRUTH'
  /** The question was lost on the way: nothing is done, nothing comes back. */
  | 'LOST_BEFORE'
  /** The answer was lost on the way: what was asked is done, nothing comes back. */
  | 'LOST_AFTER'
  /** Does what it was asked to and says this, whether it is so or not. */
  | BankAnswer

export interface FakeBankScript {
  /**
   * When the money moves: `NOW` with the first question that arrives; `LATER` when the test calls `finish`; `NEVER`.
   * Default NOW.
   */
  moves?: 'NOW' | 'LATER' | 'NEVER'
  /** Refuses for this reason instead of moving the money. */
  refuses?: BankFailure
  /** What it says to the first questions, one after another; to all that follow, the truth. */
  says?: FakeBankWord[]
  /** Waited for before each answer: holds the bank's answer back until the test lets it go. */
  before?: (question: 'ASK' | 'INQUIRE') => Promise<void>
}

interface KnownOrder {
  order: BankOrder
  state: BankAnswer
}

/** The wallet's own account at the bank. */
export const WALLET_AT_BANK = 'the wallet'
/** What a customer has at the bank unless the test says otherwise. Smallest units. */
const OPENING_BALANCE = 1_000_000_000n

/** Answers now, and truthfully, unless it is told otherwise. */
export class FakeBank implements Bank {
  /** Every question that was put, in order, also the lost ones. */
  readonly questions: { question: 'ASK' | 'INQUIRE'; fundingId: string; order: BankOrder | null }[] = []
  /** What really moved: one debit and one credit each. */
  readonly moved: { fundingId: string; debit: string; credit: string; amount: Money }[] = []
  /** Most questions that were being answered at once. */
  mostAtOnce = 0
  #atOnce = 0
  readonly #orders = new Map<string, KnownOrder>()
  readonly #opening = new Map<string, bigint>()
  readonly #closed = new Set<string>()
  readonly #scripts = new Map<string, { script: FakeBankScript; said: number }>()
  #next: FakeBankScript[] = []
  #default: FakeBankScript = {}

  /** How every order is handled from now on that has no script yet. */
  always(script: FakeBankScript): void {
    this.#default = script
  }
  /** How the next new orders are handled, one after another. */
  next(...scripts: FakeBankScript[]): void {
    this.#next.push(...scripts)
  }
  /** How the questions about one order are answered from now on. What it has said before does not count. */
  script(fundingId: string, script: FakeBankScript): void {
    this.#scripts.set(fundingId, { script, said: 0 })
  }
  /** Sets what a customer has at the bank, before anything moves. */
  opens(bankRef: string, balance: bigint): void {
    this.#opening.set(bankRef, balance)
  }
  /** From now on the account takes and gives nothing. */
  closes(bankRef: string): void {
    this.#closed.add(bankRef)
  }
  /** What is on an account now. The wallet's begins at 0 and may go below. */
  balance(account: string): bigint {
    const opening = account === WALLET_AT_BANK ? 0n : (this.#opening.get(account) ?? OPENING_BALANCE)
    return this.moved.reduce(
      (sum, { debit, credit, amount }) =>
        sum - (debit === account ? amount.minor : 0n) + (credit === account ? amount.minor : 0n),
      opening,
    )
  }
  /** Orders that have neither succeeded nor failed. */
  waiting(): BankOrder[] {
    return [...this.#orders.values()].filter(({ state }) => state.state === 'PROCESSING').map(({ order }) => order)
  }
  /** Ends an order that waits: the money moves, or it is refused. */
  finish(fundingId: string, failure?: BankFailure): void {
    const known = this.#orders.get(fundingId)
    if (known?.state.state !== 'PROCESSING') throw new Error(`The bank has no order ${fundingId} that waits.`)
    this.#decide(known, failure)
  }
  /** The questions about one order: "ASK INQUIRE". */
  asked(fundingId: string): string {
    return this.questions
      .filter((put) => put.fundingId === fundingId)
      .map((put) => put.question)
      .join(' ')
  }

  ask(order: BankOrder): Promise<BankAnswer> {
    return this.#answer('ASK', order.fundingId, order)
  }
  inquire({ fundingId }: BankOrder): Promise<BankAnswer> {
    return this.#answer('INQUIRE', fundingId, null)
  }

  async #answer(question: 'ASK' | 'INQUIRE', fundingId: string, order: BankOrder | null): Promise<BankAnswer> {
    this.questions.push({ question, fundingId, order })
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#atOnce)
    try {
      const told = this.#scriptOf(fundingId)
      const word = told.script.says?.[told.said++] ?? 'TRUTH'
      await told.script.before?.(question)
      if (word === 'LOST_BEFORE') throw new TransportError('UNREACHABLE', 'The bank could not be reached.')
      const truth = order
        ? this.#take(order, told.script)
        : (this.#orders.get(fundingId)?.state ?? { state: 'NOT_FOUND' })
      if (word === 'LOST_AFTER') throw new TransportError('TIMED_OUT', 'The bank did not answer in time.')
      return word === 'TRUTH' ? truth : word
    } finally {
      this.#atOnce -= 1
    }
  }

  #scriptOf(fundingId: string): { script: FakeBankScript; said: number } {
    let told = this.#scripts.get(fundingId)
    if (!told) {
      told = { script: this.#next.shift() ?? this.#default, said: 0 }
      this.#scripts.set(fundingId, told)
    }
    return told
  }

  /** The same id with the same content is the same order, whatever has become of it. */
  #take(order: BankOrder, script: FakeBankScript): BankAnswer {
    const known = this.#orders.get(order.fundingId)
    if (known) {
      if (contentOf(known.order) !== contentOf(order)) {
        throw new Error('The bank knows another order under this id (409).')
      }
      return known.state
    }
    const taken: KnownOrder = { order, state: { state: 'PROCESSING' } }
    this.#orders.set(order.fundingId, taken)
    if ((script.moves ?? 'NOW') === 'NOW') this.#decide(taken, script.refuses)
    return taken.state
  }

  #decide(known: KnownOrder, refuses?: BankFailure): void {
    const { fundingId, direction, bankRef, amount } = known.order
    const [debit, credit] = direction === 'IN' ? [bankRef, WALLET_AT_BANK] : [WALLET_AT_BANK, bankRef]
    const failure =
      refuses ??
      (this.#closed.has(bankRef) ? 'ACCOUNT_CLOSED' : undefined) ??
      (debit !== WALLET_AT_BANK && this.balance(debit) < amount.minor ? 'BALANCE_NOT_ENOUGH' : undefined)
    if (failure !== undefined) {
      known.state = { state: 'FAILED', failure }
      return
    }
    this.moved.push({ fundingId, debit, credit, amount })
    known.state = { state: 'SUCCEEDED' }
  }
}

const contentOf = ({ direction, bankRef, amount, memo }: BankOrder): string =>
  JSON.stringify([direction, bankRef, amount.currency, String(amount.minor), memo])
