/** What a refund leaves on the timeline, sentence by sentence and fact by fact. */
import { money } from '@tradepay/money'
import { beforeEach, expect, test } from 'vitest'
import { MemoryRecorder } from '../../test/support/fakes.ts'
import type { FundingAnswer } from '../funding/types.ts'
import { recordBankAnswer, recordRefund, recordRefused, recordSettled } from './record.ts'
import type { Refund } from './types.ts'

const created = new Date('2026-03-01T04:00:00.000Z')
const ended = new Date('2026-03-01T04:00:09.000Z')
const TRADE_NO = '2026030144000000100000000001'

const refund = (about: Partial<Refund> = {}): Refund => ({
  refundId: 'f1',
  bucket: 42,
  tradeNo: TRADE_NO,
  clientId: 'c1',
  requestId: 'r1',
  payerId: 'u1',
  amount: money('CNY', 500n),
  fee: money('CNY', 0n),
  reason: null,
  channel: 'BALANCE',
  state: 'SUCCEEDED',
  failure: null,
  createdAt: created,
  finishedAt: ended,
  ...about,
})
const facts = { outcome: 'SUCCEEDED', refundId: 'f1', refundRequestId: 'r1', amount: '5.00 CNY' }

let recorder: MemoryRecorder
beforeEach(() => {
  recorder = new MemoryRecorder()
})
const recorded = () => recorder.of(TRADE_NO)

test('a refund to the balance, with the fee that came back where there was one', () => {
  recordRefund(recorder, refund(), true, created)
  recordRefund(recorder, refund({ fee: money('CNY', 3n) }), true, created)
  const entry = { step: 15, at: created.toISOString(), ok: true, note: 'Refunded 5.00 CNY to the balance of user u1' }
  expect(recorded()).toEqual([
    { ...entry, facts },
    { ...entry, facts: { ...facts, feeGivenBack: '0.03 CNY' } },
  ])
})

test('a refund that waits for the bank, and one that was asked for again', () => {
  recordRefund(recorder, refund({ state: 'PROCESSING', finishedAt: null }), true, created)
  recordRefund(recorder, refund(), false, ended)
  expect(recorded().map(({ at, note }) => `${at} ${note}`)).toEqual([
    `${created.toISOString()} Refund of 5.00 CNY: reserved from the merchant; the bank is asked to pay it to user u1`,
    `${ended.toISOString()} The refund of 5.00 CNY was asked for again; no money moved again`,
  ])
})

test('what the bank has ended, at the time when it ended', () => {
  recordSettled(recorder, refund())
  recordSettled(recorder, refund({ state: 'FAILED', failure: 'BANK_REFUSED' }))
  const at = ended.toISOString()
  expect(recorded()).toEqual([
    { step: 15, at, ok: true, note: 'Refunded 5.00 CNY to the bank account of user u1', facts },
    {
      step: 15,
      at,
      ok: false,
      note: 'The refund of 5.00 CNY failed: the bank did not take it, and the merchant has the money again',
      facts: { ...facts, outcome: 'FAILED' },
    },
  ])
})

test.each([
  ['refund', 'ORDER_NOT_PAID', 'No refund: The order is not paid.'],
  ['cancel', 'ORDER_REFUNDED', 'No cancel: Parts of the order were refunded already.'],
  ['refund', 'OUTCOME_UNKNOWN', 'It is not known what became of the refund: the database did not answer.'],
] as const)('a %s that ends with %s', (what, code, note) => {
  recordRefused(recorder, TRADE_NO, what, code, created)
  expect(recorded()).toEqual([{ step: 15, at: created.toISOString(), ok: false, note, facts: { outcome: code } }])
})

test.each<[Partial<FundingAnswer>, boolean, string]>([
  [{}, true, 'Asked the bank to pay the refund of 5.00 CNY: SUCCEEDED'],
  [
    { question: 'INQUIRE', answer: 'PROCESSING' },
    true,
    'Inquired at the bank about the refund of 5.00 CNY: PROCESSING',
  ],
  [{ answer: 'FAILED', detail: 'ACCOUNT_CLOSED' }, true, 'Asked the bank to pay the refund of 5.00 CNY: FAILED'],
  [
    { answer: 'UNKNOWN', detail: 'It answered 502.' },
    false,
    'Asked the bank to pay the refund of 5.00 CNY: no answer that can be understood (It answered 502.)',
  ],
  [
    { answer: 'UNKNOWN' },
    false,
    'Asked the bank to pay the refund of 5.00 CNY: no answer that can be understood (no reason known)',
  ],
])('the bank’s answer %j', (about, ok, note) => {
  const funding = { fundingId: 'b1', subjectId: 'f1', amount: money('CNY', 500n) }
  const answer: FundingAnswer = {
    attempt: 2,
    question: 'ASK',
    askedAt: ended,
    durationMs: 4,
    answer: 'SUCCEEDED',
    detail: null,
    ...about,
  }
  recordBankAnswer(recorder, TRADE_NO, funding, answer)
  const told = { fundingId: 'b1', refundId: 'f1', attempt: '2', question: answer.question, answer: answer.answer }
  const detail = about.detail ? { detail: about.detail } : {}
  expect(recorded()).toEqual([{ step: 15, at: ended.toISOString(), ok, note, facts: { ...told, ...detail } }])
})
