/**
 * Lets two calls meet at the same instant, many times. Who has won more often waits a little before the next rounds, so
 * that on any machine the two stay close to a tie, which is where they can hurt each other.
 */
import { performance } from 'node:perf_hooks'
import { WalletError } from '@tradepay/contract'
import { isLostConnection } from '../../src/db/transaction.ts'

/** What a call came to, in one word: what `word` says of its result, or the code of the refusal. */
export async function wordOf<Result>(
  call: Promise<Result>,
  word: string | ((result: Result) => string),
): Promise<string> {
  try {
    const result = await call
    return typeof word === 'string' ? word : word(result)
  } catch (error) {
    if (error instanceof WalletError) return error.code
    throw error
  }
}

/**
 * True when a call has told neither yes nor no. A call that only looks something up first fails with the database's own error,
 * which the doors answer in the same way.
 */
export const isUnknown = (error: unknown): boolean =>
  (error instanceof WalletError && error.code === 'OUTCOME_UNKNOWN') || isLostConnection(error)

/**
 * Calls again while the outcome is unknown, as whoever is told so does: on a slow machine some of a thousand wait longer for
 * a connection than a server lets them.
 */
export async function insist<Result>(call: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (!isUnknown(error)) throw error
    }
  }
}

export interface Race<Subject> {
  /** At least so many. */
  rounds: number
  /** Goes on until each side has won so often, for ten times the rounds at most. Default 0. */
  often?: number
  /** Rounds that run at the same time. Default 20. */
  atOnce?: number
  /** Makes what is raced for: one for each round. Numbers go on from wave to wave. */
  prepare: (round: number) => Promise<Subject>
  /** The two calls, as one word each. They begin at about the same instant. */
  sides: readonly [
    (subject: Subject, round: number) => Promise<string>,
    (subject: Subject, round: number) => Promise<string>,
  ]
  /** True when the first side has won. */
  firstWon: (first: string, second: string) => boolean
  /** Looks at one round when both sides have ended. */
  check?: (subject: Subject, words: { first: string; second: string }) => Promise<void>
}

/**
 * Runs the rounds.
 * @returns how often each pair of words came: `{ "PAID | ORDER_PAID": 260, "ORDER_CLOSED | CLOSED": 240 }`
 */
export async function race<Subject>(options: Race<Subject>): Promise<Record<string, number>> {
  const { rounds, often = 0, atOnce = 20, prepare, sides, firstWon, check } = options
  const tally: Record<string, number> = {}
  let firstWins = 0
  const enough = (played: number): boolean =>
    (played >= rounds && Math.min(firstWins, played - firstWins) >= often) || played >= 10 * rounds
  /** How long the first side waits for the second; below zero, the second for the first. Milliseconds. */
  let handicap = 0
  for (let start = 0; !enough(start); start += atOnce) {
    const wave = Array.from({ length: atOnce }, (_, n) => start + n)
    const subjects = await Promise.all(wave.map(prepare))
    const began = performance.now()
    const words = await Promise.all(
      wave.map(async (round, n) => {
        const [first, second] = await Promise.all([
          after(handicap, () => sides[0](subjects[n]!, round)),
          after(-handicap, () => sides[1](subjects[n]!, round)),
        ])
        return { first, second }
      }),
    )
    const took = performance.now() - began
    for (const { first, second } of words) {
      const pair = `${first} | ${second}`
      tally[pair] = (tally[pair] ?? 0) + 1
    }
    if (check) await Promise.all(words.map((pair, n) => check(subjects[n]!, pair)))
    const wins = words.filter(({ first, second }) => firstWon(first, second)).length
    firstWins += wins
    handicap += (took / 10) * (wins / wave.length - 0.5) * 2
  }
  return tally
}

/** Begins the call when so much time is over; at once when it is not above zero. */
async function after<Result>(milliseconds: number, call: () => Promise<Result>): Promise<Result> {
  const end = performance.now() + milliseconds
  while (performance.now() < end) await new Promise((resolve) => setImmediate(resolve))
  return call()
}
