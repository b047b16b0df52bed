/**
 * Step 15 of the timeline, in words: which way the money went, or why it did not move. Never throws; holds no secret.
 */
import { refusals, type RefusalCode } from '@tradepay/contract'
import { formatDecimal, type Money } from '@tradepay/money'
import type { FundingAnswer } from '../funding/types.ts'
import type { Recorder } from '../ports.ts'
import type { Settlement } from './settle.ts'

const inWords = (amount: Money): string => `${formatDecimal(amount)} ${amount.currency}`

interface Asked {
  tradeNo: string
  payerId: string
  amount: Money
}

export function recordRefusal(recorder: Recorder, asked: Asked, code: RefusalCode, at: Date): void {
  const unknown = 'It is not known whether the money moved: the database did not answer.'
  recorder.record(asked.tradeNo, {
    step: 15,
    at: at.toISOString(),
    ok: false,
    note: code === 'OUTCOME_UNKNOWN' ? unknown : `No money moved: ${refusals[code].message}`,
    facts: { outcome: code, payerId: asked.payerId, amount: inWords(asked.amount) },
  })
}

export function recordPaid(
  recorder: Recorder,
  asked: Asked,
  paid: { paymentId: string; merchantId: string; fee: bigint; first: boolean },
  at: Date,
): void {
  const sum = inWords(asked.amount)
  recorder.record(asked.tradeNo, {
    step: 15,
    at: at.toISOString(),
    ok: true,
    note: paid.first
      ? `${sum} from user ${asked.payerId} to merchant ${paid.merchantId}`
      : 'Already paid by this user; no money moved again',
    facts: {
      outcome: paid.first ? 'PAID' : 'REPEATED',
      paymentId: paid.paymentId,
      payerId: asked.payerId,
      merchantId: paid.merchantId,
      amount: sum,
      ...(paid.fee > 0n ? { fee: inWords({ currency: asked.amount.currency, minor: paid.fee }) } : {}),
    },
  })
}

export function recordProcessing(recorder: Recorder, asked: Asked, paymentId: string, first: boolean, at: Date): void {
  const sum = inWords(asked.amount)
  recorder.record(asked.tradeNo, {
    step: 15,
    at: at.toISOString(),
    ok: true,
    note: first
      ? `${sum} reserved; the bank is being asked`
      : 'The bank has been asked already; nothing was asked again',
    facts: { outcome: 'PROCESSING', paymentId, payerId: asked.payerId, amount: sum },
  })
}

export function recordSettlement(recorder: Recorder, settlement: Settlement, at: Date): void {
  const { payment } = settlement
  const sum = inWords(payment.amount)
  if (settlement.end === 'PAID') {
    const { merchantId, fee } = settlement.order
    return recordPaid(recorder, payment, { paymentId: payment.paymentId, merchantId, fee, first: true }, at)
  }
  const notes = {
    REFUSED: `The bank refused; the reservation of ${sum} is given back`,
    LATE: `The bank's ${sum} came after the order was closed; it goes back`,
    RETURNED: `${sum} is back in the bank account`,
    RETURNED_TO_BALANCE: `The bank does not take ${sum} back; it is in the balance of user ${payment.payerId}`,
  }
  recorder.record(payment.tradeNo, {
    step: 15,
    at: at.toISOString(),
    ok: false,
    note: notes[settlement.end],
    facts: { outcome: settlement.end, paymentId: payment.paymentId, payerId: payment.payerId, amount: sum },
  })
}

/** What the bank was asked and what it said. */
export function recordBankAnswer(
  recorder: Recorder,
  tradeNo: string,
  { question, askedAt, answer, ...rest }: FundingAnswer,
): void {
  const asked = question === 'ASK' ? 'The bank is asked to move the money' : 'The bank is asked what has become of it'
  const said = {
    SUCCEEDED: 'it has moved the money',
    FAILED: `it refuses (${rest.detail ?? 'no reason given'})`,
    PROCESSING: 'it has not decided yet',
    NOT_FOUND: 'it has never heard of it',
    UNKNOWN: `no answer that can be understood (${rest.detail ?? 'no reason known'})`,
  }[answer]
  recorder.record(tradeNo, {
    step: 15,
    at: askedAt.toISOString(),
    ok: answer !== 'UNKNOWN' && answer !== 'FAILED',
    note: `${asked}: ${said}`,
    facts: { question, answer, attempt: String(rest.attempt), durationMs: String(rest.durationMs) },
  })
}
