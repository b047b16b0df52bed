/**
 * The virtual bank: a ledger of its own behind the wallet's `Bank` port, with every bad habit of real ones. It answers at
 * once, later, or not for weeks; loses questions and answers; says the opposite once, before its final answer or after it.
 *
 * What it has really done (`truth`) is decided when it first hears of an order and never changes, so that the wallet's
 * money can be held against it.
 */
import type { BankFailure } from '@tradepay/contract'
import type { Bank, BankAnswer, BankOrder } from '@tradepay/wallet-server'
import { BANK_BALANCE } from './cast.ts'
import { hash } from './dice.ts'
import type { Tally } from './tally.ts'

const moods = {
  'at once': 34,
  'at once, refused': 12,
  later: 14,
  'later, refused': 8,
  'after weeks': 6,
  'question lost': 8,
  'answer lost': 8,
  'first answer is wrong': 8,
  'changes its mind afterwards': 8,
  'forgets for a moment': 6,
} as const
type Mood = keyof typeof moods

interface Known {
  order: BankOrder
  mood: Mood
  /** What it does, or has done: nothing else ever becomes of the order. */
  truth: { state: 'SUCCEEDED' } | { state: 'FAILED'; failure: BankFailure }
  /** True when the money has moved, or it is certain that it will not. */
  settled: boolean
  questions: number
  /** Final answers given so far, the lies among them. */
  finals: number
}

export class VirtualBank {
  readonly #seed: number
  readonly #tally: Tally
  readonly #balances = new Map<string, bigint>()
  readonly #known = new Map<string, Known>()
  /** Calls of a kind so far, for what the dice say of the next one. */
  readonly #counts = new Map<string, number>()
  /** What the wallet holds here: collected less paid. */
  walletBalance = 0n
  /** Set at the end of a seed: from then on it is the best of banks. */
  healed = false
  /** What the wallet must never do to a bank. */
  readonly complaints: string[] = []

  constructor(seed: number, tally: Tally) {
    this.#seed = seed
    this.#tally = tally
  }

  /** What became of an order here; null when it was never heard of, or is not decided yet. */
  truthOf(fundingId: string): Known['truth'] | null {
    const known = this.#known.get(fundingId)
    return known?.settled ? known.truth : null
  }
  /** The numbers of all orders, oldest first. */
  get orderIds(): string[] {
    return [...this.#known.keys()]
  }

  /** The bank as one server sees it. */
  readonly port: Bank = {
    ask: async (order) => {
      await this.#takeAMoment()
      const known = this.#known.get(order.fundingId) ?? this.#hear(order)
      if (known === null) throw new Error('The question did not reach the bank.')
      if (contentOf(known.order) !== contentOf(order))
        this.complaints.push(`${order.fundingId} came again with other content.`)
      return this.#answer(known, true)
    },
    inquire: async ({ fundingId }) => {
      await this.#takeAMoment()
      const known = this.#known.get(fundingId)
      return known ? this.#answer(known, false) : { state: 'NOT_FOUND' }
    },
  }

  #hear(order: BankOrder): Known | null {
    if (order.amount.minor <= 0n) this.complaints.push(`${order.fundingId} is about nothing.`)
    const kind = `${order.direction} ${order.bankRef} ${order.amount.minor}`
    const mood = this.healed ? 'at once' : moodFor(hash(this.#seed, 'mood', kind, this.#count(kind)))
    if (mood === 'question lost' && hash(this.#seed, 'lost', kind, this.#count(`lost ${kind}`)) % 3 !== 0) {
      this.#tally.count('bank', mood)
      return null
    }
    const refused = mood.endsWith('refused') || hash(this.#seed, 'refused', kind) % 8 === 0
    const known: Known = {
      order,
      mood,
      truth: refused ? { state: 'FAILED', failure: 'REFUSED' } : { state: 'SUCCEEDED' },
      settled: false,
      questions: 0,
      finals: 0,
    }
    this.#known.set(order.fundingId, known)
    this.#tally.count('bank', mood)
    return known
  }

  #answer(known: Known, asked: boolean): BankAnswer {
    const question = known.questions++
    const waits = known.mood === 'after weeks' ? 40 : known.mood.startsWith('later') ? 3 : 0
    if (question < waits && !this.healed) return { state: 'PROCESSING' }
    if (!known.settled) this.#settle(known)
    if (this.healed) return known.truth
    if (known.mood === 'answer lost' && question % 3 === 0) throw new Error('The answer of the bank was lost.')
    const final = known.finals++
    if (known.mood === 'forgets for a moment' && final === 0 && !asked) return { state: 'NOT_FOUND' }
    const lies =
      (known.mood === 'first answer is wrong' && final === 0) ||
      (known.mood === 'changes its mind afterwards' && final >= 2 && final % 2 === 0)
    return lies ? opposite(known.truth) : known.truth
  }

  /** Moves the money in the bank's own ledger, once. */
  #settle(known: Known): void {
    const { direction, bankRef, amount } = known.order
    const balance = this.#balances.get(bankRef) ?? BANK_BALANCE
    if (known.truth.state === 'SUCCEEDED' && direction === 'IN' && balance < amount.minor) {
      known.truth = { state: 'FAILED', failure: 'BALANCE_NOT_ENOUGH' }
    }
    known.settled = true
    if (known.truth.state === 'FAILED') return
    const change = direction === 'IN' ? -amount.minor : amount.minor
    this.#balances.set(bankRef, balance + change)
    this.walletBalance -= change
  }

  #count(kind: string): number {
    const count = (this.#counts.get(kind) ?? 0) + 1
    this.#counts.set(kind, count)
    return count
  }

  /** Lets the others go first, sometimes. */
  async #takeAMoment(): Promise<void> {
    for (let turns = hash(this.#seed, 'moment', this.#count('moment')) % 3; turns > 0; turns--) {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

function moodFor(number: number): Mood {
  let left = number % Object.values(moods).reduce((sum, weight) => sum + weight, 0)
  return (Object.keys(moods) as Mood[]).find((mood) => (left -= moods[mood]) < 0)!
}

const contentOf = ({ direction, bankRef, amount }: BankOrder): string =>
  `${direction} ${bankRef} ${amount.currency} ${amount.minor}`

const opposite = (truth: Known['truth']): Known['truth'] =>
  truth.state === 'SUCCEEDED' ? { state: 'FAILED', failure: 'REFUSED' } : { state: 'SUCCEEDED' }

/** Every mood, for the report of what occurred. */
export const bankMoods = Object.keys(moods)
