/** What the cashier promises: one confirmation at a time, no guess about money, one result. Every state meets every event. */
import { refusals, type RefusalCode } from '@tradepay/contract'
import { describe, expect, it } from 'vitest'
import {
  BALANCE,
  BANK,
  byBank,
  closed,
  declinedByBank,
  expired,
  late,
  lockedUntil,
  NOW,
  opened,
  order,
  paidByAnother,
  paidByYou,
  processingByAnother,
  processingByYou,
  withBalance,
  withBanks,
  withFrozenAccount,
} from '../../test/support/samples.ts'
import { inquiryWaits } from '../server-api/inquiry-waits.ts'
import { missingAmount, readBill } from './bill.ts'
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
const problem = (code: Problem['code'] = 'CONNECTION_LOST'): Problem => ({ code, message: 'm', action: 'a' })

/** One of each; where a field changes the behaviour, one of each value. */
const states: CashierState[] = [
  { name: 'loading' },
  { name: 'ready', bill, notice: null },
  { name: 'enteringPin', bill, triesLeft: null },
  { name: 'enteringPin', bill, triesLeft: 2 },
  { name: 'notEnough', bill },
  { name: 'locked', bill, until: AT + 60_000 },
  { name: 'paying', bill },
  { name: 'paid', bill },
  { name: 'processing', bill, by: 'you', method: BANK.label, tries: 0 },
  { name: 'processing', bill, by: 'you', method: BANK.label, tries: 9 },
  { name: 'processing', bill, by: 'another', method: null, tries: 0 },
  { name: 'declined', bill, method: BANK.label, problem: problem('BANK_REFUSED') },
  { name: 'late', bill, payment: byBank(), tries: 0 },
  { name: 'late', bill, payment: byBank({ state: 'FAILED', returned: 'RETURNED' }), tries: 3 },
  { name: 'ready', bill: readBill(withBanks(), AT), notice: null, failedBefore: true },
  { name: 'expired', bill },
  { name: 'alreadyPaid', bill, by: 'you' },
  { name: 'alreadyPaid', bill, by: 'another' },
  { name: 'closed', bill },
  { name: 'failed', problem: problem('MERCHANT_FROZEN') },
  { name: 'offline', problem: problem() },
  { name: 'unknown', bill, tries: 0, checking: true },
  { name: 'unknown', bill, tries: 6, checking: false },
  { name: 'done', resultCode: '6001' },
]

const inquired = (found: ReturnType<typeof order>): CashierEvent => ({
  type: 'inquired',
  order: found,
  now: NOW,
  at: AT,
})

const events: CashierEvent[] = [
  { type: 'opened', answer: opened(), at: AT },
  { type: 'openRefused', problem: problem('ORDER_NOT_FOUND') },
  { type: 'openLost', problem: problem() },
  { type: 'payPressed' },
  { type: 'pinClosed' },
  { type: 'pinEntered' },
  { type: 'confirmed', outcome: 'SUCCEEDED', paidAt: NOW },
  { type: 'confirmed', outcome: 'PROCESSING', paidAt: null },
  ...(Object.keys(refusals) as RefusalCode[]).map((code): CashierEvent => ({
    type: 'confirmRefused',
    problem: problem(code),
    triesLeft: 3,
  })),
  { type: 'confirmNotSent', problem: problem('OFFLINE') },
  { type: 'confirmLost' },
  inquired(order()),
  inquired(paidByYou()),
  inquired(paidByAnother()),
  inquired(expired()),
  inquired(closed()),
  inquired(processingByYou()),
  inquired(processingByAnother()),
  inquired(declinedByBank()),
  inquired(late(null)),
  inquired(late('RETURNED')),
  { type: 'inquiryLost' },
  { type: 'methodChosen', methodId: BANK.id },
  { type: 'timeIsUp' },
  { type: 'lockEnded' },
  { type: 'retryPressed' },
  { type: 'left' },
]

const pairs = states.flatMap((state) => events.map((event) => ({ state, event })))
const does = (effects: Effect[]): string[] => effects.map((effect) => effect.do)
const after = (state: CashierState, ...happened: CashierEvent[]): CashierState =>
  happened.reduce((now, event) => transition(now, event).state, state)

describe('every state with every event', () => {
  it('stays inside the machine: each pair leads to a known state', () => {
    const names = new Set(states.map(({ name }) => name))
    for (const { state, event } of pairs) expect(names).toContain(transition(state, event).state.name)
    expect(pairs.length).toBe(states.length * events.length)
  })

  it('is pure: the state given is never changed', () => {
    for (const { state, event } of pairs) {
      const before = structuredClone(state)
      transition(state, event)
      expect(state).toEqual(before)
    }
  })

  it('confirms only from the open PIN pad, and only when six digits are in', () => {
    for (const { state, event } of pairs) {
      const confirms = does(transition(state, event).effects).includes('confirm')
      expect(confirms, `${state.name} × ${event.type}`).toBe(
        state.name === 'enteringPin' && event.type === 'pinEntered',
      )
    }
  })

  it('never becomes failed, closed or offline out of an unknown outcome unless the order itself says so', () => {
    for (const { state, event } of pairs) {
      if (state.name !== 'unknown' && state.name !== 'processing' && state.name !== 'late') continue
      const next = transition(state, event).state
      if (event.type === 'inquired' || event.type === 'left') continue
      expect([state.name], event.type).toContain(next.name)
    }
  })

  it('finishes once: only leaving finishes, and a finished visit does nothing any more', () => {
    for (const { state, event } of pairs) {
      const finishes = does(transition(state, event).effects).includes('finish')
      if (finishes) expect(event.type).toBe('left')
      if (state.name === 'done') expect(transition(state, event)).toEqual({ state, effects: [] })
    }
  })

  it('keeps in mind that a payment of this visit has failed, whatever comes, until it ends', () => {
    for (const { state, event } of pairs) {
      const next = transition(state, event).state
      if (next.name === 'done') continue
      expect(next.failedBefore === true, `${state.name} × ${event.type}`).toBe(
        state.failedBefore === true || next.name === 'declined',
      )
    }
  })

  it('shows "paid" only after the server said so', () => {
    for (const { state, event } of pairs) {
      if (state.name === 'paid' || transition(state, event).state.name !== 'paid') continue
      const said = event.type === 'confirmed' || (event.type === 'inquired' && event.order.paidByYou)
      expect(said, `${state.name} × ${event.type}`).toBe(true)
    }
  })
})

describe('opening', () => {
  const open = (answer: ReturnType<typeof opened>): CashierState =>
    transition({ name: 'loading' }, { type: 'opened', answer, at: AT }).state
  const refused = (code: RefusalCode): CashierState =>
    transition({ name: 'loading' }, { type: 'openRefused', problem: problem(code) }).state

  it('starts by asking for the order', () => {
    expect(start()).toEqual({ state: { name: 'loading' }, effects: [{ do: 'open' }] })
  })
  it('shows a payable order', () => expect(open(opened())).toMatchObject({ name: 'ready', notice: null }))
  it('shows how much is missing', () => {
    const state = open(withBalance('1234'))
    expect(state.name).toBe('notEnough')
    expect(state.name === 'notEnough' && missingAmount(state.bill)).toEqual({ currency: 'CNY', value: '4366' })
  })
  it('counts a balance in another currency as nothing', () => {
    const answer = opened()
    const state = open({
      ...answer,
      methods: [{ ...BALANCE, available: { currency: 'JPY', value: '999999' }, enough: false }],
    })
    expect(state.name === 'notEnough' && missingAmount(state.bill).value).toBe('5600')
  })
  it('shows a lock until it ends', () => {
    expect(open(lockedUntil('2026-11-22T10:30:00.000Z'))).toMatchObject({ name: 'locked', until: AT + 30 * 60_000 })
  })
  it('lets a lock of the past be', () => expect(open(lockedUntil('2026-11-22T09:30:00.000Z')).name).toBe('ready'))
  it('refuses a frozen account', () => {
    expect(open(withFrozenAccount())).toMatchObject({ name: 'failed', problem: { code: 'USER_FROZEN' } })
  })
  it('refuses an account without a way to pay', () => expect(open(opened({ methods: [] })).name).toBe('failed'))
  it('tells a paid order by whom it was paid', () => {
    expect(open(opened({ order: paidByYou() }))).toMatchObject({ name: 'alreadyPaid', by: 'you' })
    expect(open(opened({ order: paidByAnother() }))).toMatchObject({ name: 'alreadyPaid', by: 'another' })
  })
  it('tells expired from closed', () => {
    expect(open(opened({ order: expired() })).name).toBe('expired')
    expect(open(opened({ order: closed() })).name).toBe('closed')
  })
  it.each([
    ['ORDER_EXPIRED', 'expired'],
    ['ORDER_CLOSED', 'closed'],
    ['ORDER_PAID', 'alreadyPaid'],
    ['RATE_LIMITED', 'offline'],
    ['ORDER_NOT_FOUND', 'failed'],
    ['ORDER_BUYER_MISMATCH', 'failed'],
    ['ORDER_PROGRAM_MISMATCH', 'failed'],
    ['USER_FROZEN', 'failed'],
    ['SESSION_REQUIRED', 'failed'],
  ] as const)('shows the refusal %s as %s', (code, name) => expect(refused(code).name).toBe(name))
  it('reads the times of the server as times of a device whose clock is an hour wrong', () => {
    const wrong = AT + 3_600_000
    const state = transition({ name: 'loading' }, { type: 'opened', answer: opened(), at: wrong }).state
    expect(state.name === 'ready' && state.bill.expiresAt - wrong).toBe(15 * 60_000)
  })
})

describe('paying', () => {
  const pad: CashierState = { name: 'enteringPin', bill, triesLeft: null }
  const paying: CashierState = { name: 'paying', bill }
  const refused = (code: Problem['code'], triesLeft?: number): CashierEvent => ({
    type: 'confirmRefused',
    problem: problem(code),
    ...(triesLeft === undefined ? {} : { triesLeft }),
  })

  it('sends one confirmation however often the sixth digit comes', () => {
    const first = transition(pad, { type: 'pinEntered' })
    const second = transition(first.state, { type: 'pinEntered' })
    expect(does([...first.effects, ...second.effects])).toEqual(['confirm'])
  })
  it('cannot be left while the confirmation is on its way', () => {
    expect(transition(paying, { type: 'left' })).toEqual({ state: paying, effects: [] })
  })
  it('shows a wrong PIN with the tries left', () => {
    expect(after(paying, refused('PIN_WRONG', 4))).toMatchObject({ name: 'enteringPin', triesLeft: 4 })
  })
  it.each(['PIN_LOCKED', 'BALANCE_NOT_ENOUGH'] as const)('reads the order again after %s', (code) => {
    expect(transition(paying, refused(code))).toEqual(start())
  })
  it('looks up who paid when the order turns out to be paid', () => {
    const step = transition(paying, refused('ORDER_PAID'))
    expect(step).toMatchObject({ state: { name: 'unknown', checking: true }, effects: [{ do: 'inquire', afterMs: 0 }] })
    expect(after(step.state, inquired(paidByAnother()))).toMatchObject({ name: 'alreadyPaid', by: 'another' })
    expect(after(step.state, inquired(paidByYou())).name).toBe('paid')
  })
  it('lets the user try again after too many calls', () => {
    expect(after(paying, refused('RATE_LIMITED'))).toMatchObject({ name: 'ready', notice: { code: 'RATE_LIMITED' } })
  })
  it.each(['AMOUNT_MISMATCH', 'USER_FROZEN', 'MERCHANT_FROZEN', 'PAYER_IS_PAYEE'] as const)('ends at %s', (code) => {
    expect(after(paying, refused(code))).toMatchObject({ name: 'failed', problem: { code } })
  })
  it('is offline, not unknown, when the confirmation never left the device', () => {
    expect(after(paying, { type: 'confirmNotSent', problem: problem('OFFLINE') }).name).toBe('offline')
  })
  it('does not let the time to pay end what is on its way', () => {
    expect(after(paying, { type: 'timeIsUp' }).name).toBe('paying')
    expect(after(paying, { type: 'confirmLost' }, { type: 'timeIsUp' }).name).toBe('unknown')
  })
})

describe('an unknown outcome', () => {
  const lost = transition({ name: 'paying', bill }, { type: 'confirmLost' })

  it('is looked up with growing waits, and then left open', () => {
    const waits: number[] = []
    let step = lost
    for (let turn = 0; turn < 50; turn += 1) {
      const inquiry = step.effects.find((effect) => effect.do === 'inquire')
      if (!inquiry) break
      waits.push(inquiry.afterMs)
      step = transition(step.state, waits.length % 2 === 0 ? { type: 'inquiryLost' } : inquired(order()))
    }
    expect(waits).toEqual([...inquiryWaits])
    expect(step.state).toMatchObject({ name: 'unknown', checking: false })
    expect(resultOf(step.state)).toBe('6004')
  })
  it('is not settled by an order that is still unpaid: the confirmation may come late', () => {
    expect(after(lost.state, inquired(order()), inquired(order())).name).toBe('unknown')
  })
  it('becomes paid when the order is', () => {
    expect(after(lost.state, { type: 'inquiryLost' }, inquired(paidByYou())).name).toBe('paid')
  })
  it('becomes closed or expired only when the order is: nothing can be paid after that', () => {
    expect(after(lost.state, inquired(closed())).name).toBe('closed')
    expect(after(lost.state, inquired(expired())).name).toBe('expired')
  })
  it('can be looked up again by hand, from the beginning', () => {
    const given: CashierState = { name: 'unknown', bill, tries: 6, checking: false }
    expect(transition(given, { type: 'retryPressed' })).toEqual({
      state: { name: 'unknown', bill, tries: 0, checking: true },
      effects: [{ do: 'inquire', afterMs: 0 }],
    })
  })
  it('is not looked up twice at once', () => {
    expect(transition(lost.state, { type: 'retryPressed' }).effects).toEqual([])
  })
})

describe('leaving', () => {
  it.each([
    [{ name: 'loading' }, '6001'],
    [{ name: 'ready', bill, notice: null }, '6001'],
    [{ name: 'enteringPin', bill, triesLeft: 1 }, '6001'],
    [{ name: 'notEnough', bill }, '6001'],
    [{ name: 'locked', bill, until: AT }, '6001'],
    [{ name: 'paid', bill }, '9000'],
    [{ name: 'ready', bill, notice: null, failedBefore: true }, '4000'],
    [{ name: 'enteringPin', bill, triesLeft: 1, failedBefore: true }, '4000'],
    [{ name: 'loading', failedBefore: true }, '4000'],
    [{ name: 'notEnough', bill, failedBefore: true }, '4000'],
    [{ name: 'paid', bill, failedBefore: true }, '9000'],
    [{ name: 'offline', problem: problem(), failedBefore: true }, '6002'],
    [{ name: 'processing', bill, by: 'you', method: BANK.label, tries: 0 }, '8000'],
    [{ name: 'processing', bill, by: 'you', method: BANK.label, tries: 9, failedBefore: true }, '8000'],
    [{ name: 'processing', bill, by: 'another', method: null, tries: 0 }, '8000'],
    [{ name: 'declined', bill, method: BANK.label, problem: problem('BANK_REFUSED') }, '4000'],
    [{ name: 'late', bill, payment: byBank(), tries: 0 }, '4000'],
    [{ name: 'alreadyPaid', bill, by: 'you' }, '9000'],
    [{ name: 'alreadyPaid', bill, by: 'another' }, '4000'],
    [{ name: 'expired', bill }, '4000'],
    [{ name: 'closed', bill }, '4000'],
    [{ name: 'failed', problem: problem('ORDER_NOT_FOUND') }, '4000'],
    [{ name: 'offline', problem: problem() }, '6002'],
    [{ name: 'unknown', bill, tries: 0, checking: true }, '6004'],
    [{ name: 'unknown', bill, tries: 6, checking: false }, '6004'],
  ] as [CashierState, string][])('%o hands back %s', (state, resultCode) => {
    const step = transition(state, { type: 'left' })
    expect(step.state).toEqual({ name: 'done', resultCode })
    expect(step.effects.at(-1)).toEqual({ do: 'finish', resultCode })
    // The server hears of it exactly when the user walked away from an order that can still be paid.
    expect(does(step.effects).includes('cancel')).toBe(resultCode === '6001')
  })
})
