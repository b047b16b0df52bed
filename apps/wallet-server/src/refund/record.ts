/**
 * What a refund leaves on the timeline of its order (step 15), in plain sentences. For after the transaction has committed.
 */
import { refusals, type RefusalCode, type TimelineEntry } from '@tradepay/contract'
import { formatDecimal, type Money } from '@tradepay/money'
import type { Funding, FundingAnswer } from '../funding/types.ts'
import type { Recorder } from '../ports.ts'
import type { Refund } from './types.ts'

/** A refund that was granted, or asked for again. */
export function recordRefund(recorder: Recorder, refund: Refund, created: boolean, at: Date): void {
  recorder.record(refund.tradeNo, entry(at, true, created ? granted(refund) : repeated(refund), factsOf(refund)))
}

/** A refund that the bank has ended. */
export function recordSettled(recorder: Recorder, refund: Refund): void {
  const sum = text(refund.amount)
  const succeeded = refund.state === 'SUCCEEDED'
  const note = succeeded
    ? `Refunded ${sum} to the bank account of user ${refund.payerId}`
    : `The refund of ${sum} failed: the bank did not take it, and the merchant has the money again`
  recorder.record(refund.tradeNo, entry(refund.finishedAt ?? refund.createdAt, succeeded, note, factsOf(refund)))
}

/** A refund or cancel that was refused. */
export function recordRefused(
  recorder: Recorder,
  tradeNo: string,
  what: 'refund' | 'cancel',
  code: RefusalCode,
  at: Date,
): void {
  const note =
    code === 'OUTCOME_UNKNOWN'
      ? `It is not known what became of the ${what}: the database did not answer.`
      : `No ${what}: ${refusals[code].message}`
  recorder.record(tradeNo, entry(at, false, note, { outcome: code }))
}

/** A question to the bank and what it answered. */
export function recordBankAnswer(
  recorder: Recorder,
  tradeNo: string,
  funding: Pick<Funding, 'fundingId' | 'subjectId' | 'amount'>,
  answer: FundingAnswer,
): void {
  const question = answer.question === 'ASK' ? 'Asked the bank to pay' : 'Inquired at the bank about'
  const known = answer.answer !== 'UNKNOWN'
  const said = known ? answer.answer : `no answer that can be understood (${answer.detail ?? 'no reason known'})`
  const note = `${question} the refund of ${text(funding.amount)}: ${said}`
  recorder.record(
    tradeNo,
    entry(answer.askedAt, known, note, {
      fundingId: funding.fundingId,
      refundId: funding.subjectId,
      attempt: String(answer.attempt),
      question: answer.question,
      answer: answer.answer,
      ...(answer.detail === null ? {} : { detail: answer.detail }),
    }),
  )
}

function granted(refund: Refund): string {
  const sum = text(refund.amount)
  if (refund.state !== 'PROCESSING') return `Refunded ${sum} to the balance of user ${refund.payerId}`
  return `Refund of ${sum}: reserved from the merchant; the bank is asked to pay it to user ${refund.payerId}`
}

const repeated = (refund: Refund): string =>
  `The refund of ${text(refund.amount)} was asked for again; no money moved again`

const factsOf = (refund: Refund): Record<string, string> => ({
  outcome: refund.state,
  refundId: refund.refundId,
  refundRequestId: refund.requestId,
  amount: text(refund.amount),
  ...(refund.fee.minor === 0n ? {} : { feeGivenBack: text(refund.fee) }),
})

const entry = (at: Date, ok: boolean, note: string, facts: Record<string, string>): TimelineEntry => ({
  step: 15,
  at: at.toISOString(),
  ok,
  note,
  facts,
})

const text = (amount: Money): string => `${formatDecimal(amount)} ${amount.currency}`
