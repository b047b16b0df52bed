/** What a payment leaves on the timeline, sentence by sentence and fact by fact. */
import { money } from '@tradepay/money'
import { beforeEach, expect, test } from 'vitest'
import { MemoryRecorder } from '../../test/support/fakes.ts'
import type { FundingAnswer } from '../funding/types.ts'
import type { Order } from '../order/types.ts'
import { recordBankAnswer, recordPaid, recordProcessing, recordRefusal, recordSettlement } from './record.ts'
import type { Settlement } from './settle.ts'
import type { StoredPayment } from './store.ts'

const at = new Date('2026-03-01T04:00:00.000Z')
const TRADE_NO = '2026030144000000100000000001'
const asked = { tradeNo: TRADE_NO, payerId: 'u1', amount: money('CNY', 1250n) }
const who = { payerId: 'u1', amount: '12.50 CNY' }
const entry = { step: 15, at: at.toISOString() }

const payment: StoredPayment = {
  paymentId: 'p1',
  bucket: 42,
  tradeNo: TRADE_NO,
  payerId: 'u1',
  payerBucket: 7,
  amount: money('CNY', 1250n),
  channel: 'BANK',
  bankAccountId: 'b1',
  state: 'PROCESSING',
  createdAt: at,
}

let recorder: MemoryRecorder
beforeEach(() => {
  recorder = new MemoryRecorder()
})
const recorded = () => recorder.of(TRADE_NO)

test('a payment: who paid whom how much, and the fee where there is one', () => {
  const paid = { paymentId: 'p1', merchantId: 'm1', first: true }
  recordPaid(recorder, asked, { ...paid, fee: 0n }, at)
  recordPaid(recorder, asked, { ...paid, fee: 8n }, at)
  const told = { ...entry, ok: true, note: '12.50 CNY from user u1 to merchant m1' }
  const facts = { outcome: 'PAID', paymentId: 'p1', merchantId: 'm1', ...who }
  expect(recorded()).toEqual([
    { ...told, facts },
    { ...told, facts: { ...facts, fee: '0.08 CNY' } },
  ])
})

test('a payment that was confirmed again moved nothing again', () => {
  recordPaid(recorder, asked, { paymentId: 'p1', merchantId: 'm1', fee: 0n, first: false }, at)
  expect(recorded()).toEqual([
    {
      ...entry,
      ok: true,
      note: 'Already paid by this user; no money moved again',
      facts: { outcome: 'REPEATED', paymentId: 'p1', merchantId: 'm1', ...who },
    },
  ])
})

test.each([
  ['BALANCE_NOT_ENOUGH', 'No money moved: The balance is not enough for this payment.'],
  ['OUTCOME_UNKNOWN', 'It is not known whether the money moved: the database did not answer.'],
] as const)('a confirmation that ends with %s', (code, note) => {
  recordRefusal(recorder, asked, code, at)
  expect(recorded()).toEqual([{ ...entry, ok: false, note, facts: { outcome: code, ...who } }])
})

test('a payment that waits for the bank, and one that was confirmed again meanwhile', () => {
  recordProcessing(recorder, asked, 'p1', true, at)
  recordProcessing(recorder, asked, 'p1', false, at)
  const facts = { outcome: 'PROCESSING', paymentId: 'p1', ...who }
  expect(recorded()).toEqual([
    { ...entry, ok: true, note: '12.50 CNY reserved; the bank is being asked', facts },
    { ...entry, ok: true, note: 'The bank has been asked already; nothing was asked again', facts },
  ])
})

test('a payment that the bank has confirmed reads as one from the balance', () => {
  const order = { merchantId: 'm1', fee: 8n } as Order
  recordSettlement(recorder, { end: 'PAID', payment, order }, at)
  expect(recorded()).toEqual([
    {
      ...entry,
      ok: true,
      note: '12.50 CNY from user u1 to merchant m1',
      facts: { outcome: 'PAID', paymentId: 'p1', merchantId: 'm1', ...who, fee: '0.08 CNY' },
    },
  ])
})

test.each<[Exclude<Settlement['end'], 'PAID'>, string]>([
  ['REFUSED', 'The bank refused; the reservation of 12.50 CNY is given back'],
  ['LATE', "The bank's 12.50 CNY came after the order was closed; it goes back"],
  ['RETURNED', '12.50 CNY is back in the bank account'],
  ['RETURNED_TO_BALANCE', 'The bank does not take 12.50 CNY back; it is in the balance of user u1'],
])('a payment by bank that ends as %s', (end, note) => {
  recordSettlement(recorder, { end, payment }, at)
  expect(recorded()).toEqual([{ ...entry, ok: false, note, facts: { outcome: end, paymentId: 'p1', ...who } }])
})

const ASKED = 'The bank is asked to move the money'
test.each<[Partial<FundingAnswer>, boolean, string]>([
  [{}, true, `${ASKED}: it has moved the money`],
  [
    { question: 'INQUIRE', answer: 'PROCESSING' },
    true,
    'The bank is asked what has become of it: it has not decided yet',
  ],
  [{ answer: 'NOT_FOUND' }, true, `${ASKED}: it has never heard of it`],
  [{ answer: 'FAILED', detail: 'ACCOUNT_CLOSED' }, false, `${ASKED}: it refuses (ACCOUNT_CLOSED)`],
  [{ answer: 'FAILED' }, false, `${ASKED}: it refuses (no reason given)`],
  [
    { answer: 'UNKNOWN', detail: 'It answered 502.' },
    false,
    `${ASKED}: no answer that can be understood (It answered 502.)`,
  ],
  [{ answer: 'UNKNOWN' }, false, `${ASKED}: no answer that can be understood (no reason known)`],
])('the bank’s answer %j', (about, ok, note) => {
  const answer: FundingAnswer = {
    attempt: 2,
    question: 'ASK',
    askedAt: at,
    durationMs: 4,
    answer: 'SUCCEEDED',
    detail: null,
    ...about,
  }
  recordBankAnswer(recorder, TRADE_NO, answer)
  const facts = { question: answer.question, answer: answer.answer, attempt: '2', durationMs: '4' }
  expect(recorded()).toEqual([{ ...entry, ok, note, facts }])
})
