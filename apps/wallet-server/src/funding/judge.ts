/**
 * What the bank's answers mean, judged over everything it has said so far. Pure.
 *
 * An answer is final when two questions in a row got the same one; so a bank that contradicts itself is believed when it has
 * said the same twice, and an answer that was lost is only asked for again. Nothing is ever taken for a no but a no.
 */
import { bankFailures, type BankFailure } from '@tradepay/contract'
import { inquiryDelaysSeconds, type FundingAnswer, type FundingOutcome } from './types.ts'

/** What of an answer is judged. */
export type JudgedAnswer = Pick<FundingAnswer, 'answer' | 'detail'>

export type Verdict =
  | { final: true; outcome: FundingOutcome }
  /** What to ask next, and after how many seconds; 0 is at once. */
  | { final: false; question: FundingAnswer['question']; pauseSeconds: number }

/**
 * Judges the log of a funding.
 * @param log every answer so far, oldest first; empty before the first question
 */
export function judge(log: readonly JudgedAnswer[]): Verdict {
  const decided = log.findIndex((entry, index) => isFinal(entry) && entry.answer === log[index - 1]?.answer)
  if (decided >= 0) return { final: true, outcome: outcomeOf(log[decided]!) }
  return { final: false, question: nextQuestion(log), pauseSeconds: pauseAfter(log) }
}

/** True for an answer after which the bank must not say anything else. */
export const isFinal = ({ answer }: Pick<FundingAnswer, 'answer'>): boolean =>
  answer === 'SUCCEEDED' || answer === 'FAILED'

/** True when an answer says the opposite of what the funding has ended with. */
export const contradicts = (state: string, { answer }: Pick<FundingAnswer, 'answer'>): boolean =>
  (state === 'SUCCEEDED' && answer === 'FAILED') || (state === 'FAILED' && answer === 'SUCCEEDED')

/** Seconds until the next question after so many; the last pause repeats. */
export function delaySeconds(attempts: number): number {
  return inquiryDelaysSeconds[Math.min(attempts, inquiryDelaysSeconds.length) - 1] ?? inquiryDelaysSeconds[0]
}

/**
 * The order is given again only to a bank that has never had it. One that has once known it and now does not is inquired and
 * never made to move the money a second time.
 */
function nextQuestion(log: readonly JudgedAnswer[]): FundingAnswer['question'] {
  const known = log.some((entry) => entry.answer === 'PROCESSING' || isFinal(entry))
  if (known) return 'INQUIRE'
  const last = log.at(-1)
  return last === undefined || last.answer === 'NOT_FOUND' ? 'ASK' : 'INQUIRE'
}

function pauseAfter(log: readonly JudgedAnswer[]): number {
  const last = log.at(-1)
  const before = log.at(-2)
  if (last === undefined) return 0
  // The first final answer is confirmed at once. One that contradicts another waits, or the two would take turns for ever.
  if (isFinal(last) && !(before && isFinal(before))) return 0
  // The bank has not got the order: whoever waits for it need not wait longer. It is given once for each inquiry.
  if (last.answer === 'NOT_FOUND' && nextQuestion(log) === 'ASK') return 0
  return delaySeconds(log.length)
}

function outcomeOf({ answer, detail }: JudgedAnswer): FundingOutcome {
  if (answer === 'SUCCEEDED') return { state: 'SUCCEEDED' }
  return { state: 'FAILED', failure: toFailure(detail) }
}

/** The bank's reason as the log keeps it. */
export function toFailure(detail: string | null): BankFailure {
  return bankFailures.find((failure) => failure === detail) ?? 'REFUSED'
}
