/**
 * How the test bank answers, as told for each order: when it makes up its mind, what it says (which may be a lie), and
 * how often it pushes. Pure, so that each behaviour is a line of a test's table.
 */
import { invalidParameter, type BankBehaviour, type BankFailure } from '@tradepay/contract'

/** LATER without a time. Seconds. */
export const LATER_SECONDS = 20
/** TWICE makes up its mind after this. Seconds. */
const TWICE_SECONDS = 1
/** How many answers of FLAP alternate before it tells the truth for good. */
const FLAPPING_ANSWERS = 6

/** What the bank has really done. */
export type Truth = { state: 'PROCESSING' } | { state: 'SUCCEEDED' } | { state: 'FAILED'; failure: BankFailure }

/** CUT: the connection is closed without an answer. */
export type Said = Truth | 'CUT'

/** @throws WalletError INVALID_PARAMETER for a part that this kind of answer does not take */
export function checkBehaviour({ answers, seconds, failure }: BankBehaviour, field = ''): void {
  const at = (name: string): string => (field === '' ? name : `${field}.${name}`)
  if (seconds !== undefined && answers !== 'LATER')
    throw invalidParameter(at('seconds'), 'nothing unless answers is LATER')
  if (failure !== undefined && answers !== 'REFUSE') {
    throw invalidParameter(at('failure'), 'nothing unless answers is REFUSE')
  }
}

/** Seconds until the bank makes up its mind; 0 for at once, null for never. */
export function secondsToDecide({ answers, seconds }: BankBehaviour): number | null {
  if (answers === 'NEVER') return null
  if (answers === 'LATER') return seconds ?? LATER_SECONDS
  return answers === 'TWICE' ? TWICE_SECONDS : 0
}

/** How often the outcome is pushed. What was answered right at once needs no push. */
export function pushesOf({ answers }: BankBehaviour): number {
  if (answers === 'NOW' || answers === 'REFUSE') return 0
  return answers === 'TWICE' ? 2 : 1
}

/** @param answersBefore how many answers were given about the order before this one */
export function answerTo({ answers }: BankBehaviour, truth: Truth, answersBefore: number): Said {
  const first = answersBefore === 0
  if (first && answers === 'LOST') return 'CUT'
  if (first && answers === 'CONTRADICT') return oppositeOf(truth)
  if (answers === 'FLAP' && answersBefore < FLAPPING_ANSWERS && answersBefore % 2 === 0) return oppositeOf(truth)
  return truth
}

function oppositeOf(truth: Truth): Said {
  if (truth.state === 'PROCESSING') return truth
  return truth.state === 'SUCCEEDED' ? { state: 'FAILED', failure: 'REFUSED' } : { state: 'SUCCEEDED' }
}
