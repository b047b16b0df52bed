/** What the cashier promises where a bank pays: the choice of the way, processing without a guess, and late money told. */
import { describe, expect, it } from 'vitest'
import {
  BANK,
  byBank,
  declinedByBank,
  late,
  NOW,
  opened,
  order,
  paidByAnother,
  paidByYou,
  poorWithBank,
  processingByAnother,
  processingByYou,
  withBanks,
} from '../../test/support/samples.ts'
import { processingWaits } from '../server-api/inquiry-waits.ts'
import { readBill } from './bill.ts'
import {
  resultOf,
  start,
  transition,
  type CashierEvent,
  type CashierState,
  type Effect,
  type Problem,
} from './state.ts'

const AT = Date.parse(NOW)
const bill = readBill(opened(), AT)
const problem = (code: Problem['code']): Problem => ({ code, message: 'm', action: 'a' })
const inquired = (found: ReturnType<typeof order>): CashierEvent => ({
  type: 'inquired',
  order: found,
  now: NOW,
  at: AT,
})
const does = (effects: Effect[]): string[] => effects.map((effect) => effect.do)
const after = (state: CashierState, ...happened: CashierEvent[]): CashierState =>
  happened.reduce((now, event) => transition(now, event).state, state)

describe('the way to pay', () => {
  const ready = transition({ name: 'loading' }, { type: 'opened', answer: withBanks(), at: AT }).state
  const methodOf = (state: CashierState): string | undefined =>
    state.name === 'ready' ? state.bill.method?.id : undefined

  it('is the balance at first, when it is enough', () => expect(methodOf(ready)).toBe('BALANCE'))
  it('is the first bank account when the balance is not enough', () => {
    const state = transition({ name: 'loading' }, { type: 'opened', answer: poorWithBank(), at: AT }).state
    expect(state.name).toBe('ready')
    expect(methodOf(state)).toBe(BANK.id)
  })
  it('is what the user chooses, and what is confirmed then', () => {
    const chosen = after(ready, { type: 'methodChosen', methodId: BANK.id })
    expect(methodOf(chosen)).toBe(BANK.id)
    expect(after(chosen, { type: 'payPressed' }, { type: 'pinEntered' })).toMatchObject({
      name: 'paying',
      bill: { method: { id: BANK.id } },
    })
  })
  it('stays when the user leaves the PIN pad', () => {
    const chosen = after(ready, { type: 'methodChosen', methodId: BANK.id }, { type: 'payPressed' })
    expect(methodOf(after(chosen, { type: 'pinClosed' }))).toBe(BANK.id)
  })
  it('is never one that cannot pay, or that is none', () => {
    const poor = transition({ name: 'loading' }, { type: 'opened', answer: poorWithBank(), at: AT }).state
    expect(methodOf(after(poor, { type: 'methodChosen', methodId: 'BALANCE' }))).toBe(BANK.id)
    expect(methodOf(after(ready, { type: 'methodChosen', methodId: 'BANK:1' }))).toBe('BALANCE')
  })
  it('cannot be changed any more when the PIN is being entered or sent', () => {
    const pad = after(ready, { type: 'payPressed' })
    expect(after(pad, { type: 'methodChosen', methodId: BANK.id })).toEqual(pad)
    const sent = after(pad, { type: 'pinEntered' })
    expect(after(sent, { type: 'methodChosen', methodId: BANK.id })).toEqual(sent)
  })
})

describe('a payment by bank', () => {
  const open = (answer: ReturnType<typeof opened>) =>
    transition({ name: 'loading' }, { type: 'opened', answer, at: AT })
  const bankBill = { ...bill, method: BANK }
  const asked = transition(
    { name: 'paying', bill: bankBill },
    { type: 'confirmed', outcome: 'PROCESSING', paidAt: null },
  )

  it('is being processed after the confirmation, and inquired after a second', () => {
    expect(asked.state).toMatchObject({ name: 'processing', by: 'you', method: BANK.label })
    expect(asked.effects).toEqual([{ do: 'inquire', afterMs: 1_000 }])
  })
  it('is inquired more and more slowly, for as long as the bank takes', () => {
    const waits: number[] = []
    let step = asked
    for (let turn = 0; turn < 40; turn += 1) {
      const inquiry = step.effects.find((effect) => effect.do === 'inquire')
      waits.push(inquiry!.afterMs)
      step = transition(step.state, turn % 2 === 0 ? { type: 'inquiryLost' } : inquired(processingByYou()))
      expect(step.state).toMatchObject({ name: 'processing', by: 'you' })
    }
    expect(waits.slice(0, processingWaits.length)).toEqual([...processingWaits])
    expect(new Set(waits.slice(processingWaits.length))).toEqual(new Set([10_000]))
  })
  it('becomes paid when the order is', () => expect(after(asked.state, inquired(paidByYou())).name).toBe('paid'))
  it('becomes declined when the bank refused, and the order can be paid another way', () => {
    const state = after(asked.state, inquired(declinedByBank()))
    expect(state).toMatchObject({ name: 'declined', method: BANK.label, problem: { code: 'BANK_REFUSED' } })
    expect(transition(state, { type: 'retryPressed' })).toEqual({
      state: { name: 'loading', failedBefore: true },
      effects: [{ do: 'open' }],
    })
  })
  it('that failed makes leaving the next try "failed", and a second try that succeeds "paid"', () => {
    const again = after(
      asked.state,
      inquired(declinedByBank()),
      { type: 'retryPressed' },
      { type: 'opened', answer: withBanks({ order: declinedByBank() }), at: AT },
    )
    expect(again.name).toBe('ready')
    expect(resultOf(again)).toBe('4000')
    const paid = after(
      again,
      { type: 'payPressed' },
      { type: 'pinEntered' },
      { type: 'confirmed', outcome: 'SUCCEEDED', paidAt: NOW },
    )
    expect(resultOf(paid)).toBe('9000')
  })
  it('of an earlier visit that failed does not make this visit a failed one', () => {
    const ready = open(withBanks({ order: declinedByBank() })).state
    expect(ready.name).toBe('ready')
    expect(resultOf(ready)).toBe('6001')
  })
  it('is not declined by an order that waits for nobody while the payment does not say so', () => {
    expect(after(asked.state, inquired(order({ yourPayment: byBank() })))).toMatchObject({
      name: 'processing',
      by: 'you',
    })
    expect(after(asked.state, inquired(order()))).toMatchObject({ name: 'processing', by: 'you' })
  })
  it('ends without a word of lateness when the order closed and the bank had refused', () => {
    const refused = order({ state: 'CLOSED', closeReason: 'MERCHANT', yourPayment: declinedByBank().yourPayment })
    expect(after(asked.state, inquired(refused)).name).toBe('closed')
  })

  it('that goes on is shown when the cashier is opened, by whom, and inquired', () => {
    const mine = open(withBanks({ order: processingByYou() }))
    expect(mine.state).toMatchObject({ name: 'processing', by: 'you', method: BANK.label })
    expect(does(mine.effects)).toEqual(['inquire'])
    const theirs = open(withBanks({ order: processingByAnother() }))
    expect(theirs.state).toMatchObject({ name: 'processing', by: 'another', method: null })
    expect(does(theirs.effects)).toEqual(['inquire'])
  })
  it('of another that fails leaves the order to be paid here', () => {
    const { state } = open(withBanks({ order: processingByAnother() }))
    expect(transition(state, inquired(order()))).toEqual(start())
    expect(after(state, inquired(paidByAnother()))).toMatchObject({ name: 'alreadyPaid', by: 'another' })
  })

  it.each(['PAYMENT_PROCESSING'] as const)('reads the order again after %s', (code) => {
    expect(transition({ name: 'paying', bill }, { type: 'confirmRefused', problem: problem(code) })).toEqual(start())
  })
  it.each(['PAYMENT_LIMIT_EXCEEDED', 'DAY_LIMIT_EXCEEDED'] as const)('ends at %s: no other way would do', (code) => {
    expect(after({ name: 'paying', bill }, { type: 'confirmRefused', problem: problem(code) })).toMatchObject({
      name: 'failed',
      problem: { code },
    })
  })
  it.each(['BANK_ACCOUNT_NOT_FOUND', 'BANK_NOT_AVAILABLE', 'BANK_REFUSED'] as const)(
    'offers other ways after %s',
    (code) => {
      const state = after({ name: 'paying', bill: bankBill }, { type: 'confirmRefused', problem: problem(code) })
      expect(state).toMatchObject({ name: 'declined', method: BANK.label, problem: { code } })
    },
  )

  it('whose confirmation was lost is found again by what became of it', () => {
    const lost = after({ name: 'paying', bill: bankBill }, { type: 'confirmLost' })
    expect(after(lost, inquired(processingByYou()))).toMatchObject({ name: 'processing', by: 'you' })
    expect(after(lost, inquired(declinedByBank()))).toMatchObject({ name: 'declined' })
  })
  it('whose confirmation was lost is not taken for an earlier one that failed', () => {
    const second = readBill(withBanks({ order: declinedByBank() }), AT)
    const lost = after({ name: 'paying', bill: second }, { type: 'confirmLost' })
    expect(after(lost, inquired(declinedByBank())).name).toBe('unknown')
  })
  it("whose confirmation was lost is not settled by another's payment", () => {
    const lost = after({ name: 'paying', bill: bankBill }, { type: 'confirmLost' })
    expect(after(lost, inquired(processingByAnother())).name).toBe('unknown')
  })
})

describe('late money', () => {
  const open = (answer: ReturnType<typeof opened>) =>
    transition({ name: 'loading' }, { type: 'opened', answer, at: AT })

  it('is expected while the bank has not answered for an order that has closed', () => {
    const asked: CashierState = { name: 'processing', bill, by: 'you', method: BANK.label, tries: 4 }
    const step = transition(asked, inquired(late(null)))
    expect(step.state).toMatchObject({ name: 'late', payment: { state: 'PROCESSING' } })
    expect(does(step.effects)).toEqual(['inquire'])
  })
  it('is followed until it is back, and then no more', () => {
    const opening = open(opened({ order: late('RETURNING') }))
    expect(opening.state).toMatchObject({ name: 'late', payment: { returned: 'RETURNING' } })
    const still = transition(opening.state, inquired(late('RETURNING')))
    expect(does(still.effects)).toEqual(['inquire'])
    const lost = transition(still.state, { type: 'inquiryLost' })
    expect(does(lost.effects)).toEqual(['inquire'])
    for (const end of ['RETURNED', 'RETURNED_TO_BALANCE'] as const) {
      const back = transition(lost.state, inquired(late(end)))
      expect(back.state).toMatchObject({ name: 'late', payment: { returned: end } })
      expect(back.effects).toEqual([])
    }
  })
  it('that never came is no longer spoken of', () => {
    const step = open(opened({ order: late(null) }))
    const refused = order({ state: 'CLOSED', closeReason: 'EXPIRED', yourPayment: declinedByBank().yourPayment })
    expect(after(step.state, inquired(refused)).name).toBe('expired')
  })
})
