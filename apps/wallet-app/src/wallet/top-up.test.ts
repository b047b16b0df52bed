/** What adding money promises: one request at a time under one number, no guess about money, the PIN in no state. */
import type { TopUpAnswer, TopUpRequest } from '@tradepay/contract'
import { describe, expect, it } from 'vitest'
import { ServerError } from '../server-api/server-error.ts'
import { inquiryWaits } from '../server-api/inquiry-waits.ts'
import { newTopUpId } from './new-top-up-id.ts'
import { readTyped } from './read-typed.ts'
import { createTopUp, type TopUpPorts } from './top-up-controller.ts'
import { firstState, transition, type TopUpEvent, type TopUpOrder, type TopUpState } from './top-up-state.ts'

const PIN = '246810'
const order: TopUpOrder = {
  topUpId: 'a1b2c3d4',
  bankAccountId: '7',
  label: 'Test Bank',
  amount: { currency: 'CNY', value: '5000' },
}
const answer = (state: TopUpAnswer['state'], failure: string | null = null): TopUpAnswer => ({
  topUpId: order.topUpId,
  state,
  amount: order.amount,
  failure,
})
const problem = { code: 'BANK_ACCOUNT_NOT_FOUND', message: 'm', action: 'a' }

const states: TopUpState[] = [
  firstState,
  { name: 'enteringPin', order, triesLeft: null },
  { name: 'sending', order },
  { name: 'processing', order, tries: 3 },
  { name: 'succeeded', order },
  { name: 'failed', order, failure: 'REFUSED' },
  { name: 'refused', order, problem },
  { name: 'unknown', order, tries: 2, checking: true },
  { name: 'unknown', order, tries: 6, checking: false },
  { name: 'notReceived', order },
]
const events: TopUpEvent[] = [
  { type: 'continued', order },
  { type: 'pinClosed' },
  { type: 'pinEntered' },
  { type: 'answered', answer: answer('SUCCEEDED') },
  { type: 'answered', answer: answer('PROCESSING') },
  { type: 'answered', answer: answer('FAILED', 'REFUSED') },
  { type: 'refused', problem },
  { type: 'lost' },
  { type: 'inquired', answer: answer('PROCESSING') },
  { type: 'inquired', answer: answer('SUCCEEDED') },
  { type: 'notFound' },
  { type: 'inquiryLost' },
  { type: 'retryPressed' },
]
const after = (state: TopUpState, ...happened: TopUpEvent[]): TopUpState =>
  happened.reduce((now, event) => transition(now, event).state, state)

describe('every state with every event', () => {
  const pairs = states.flatMap((state) => events.map((event) => ({ state, event })))

  it('sends only from the open PIN pad, and only when six digits are in', () => {
    for (const { state, event } of pairs) {
      const sends = transition(state, event).effects.some((effect) => effect.do === 'send')
      expect(sends, `${state.name} × ${event.type}`).toBe(state.name === 'enteringPin' && event.type === 'pinEntered')
    }
  })
  it('keeps its number from the first sending to the end', () => {
    for (const { state, event } of pairs) {
      const next = transition(state, event).state
      if (!('order' in state) || !('order' in next)) continue
      expect(next.order.topUpId).toBe(order.topUpId)
    }
  })
  it('shows success and failure only after the wallet said so', () => {
    for (const { state, event } of pairs) {
      const next = transition(state, event).state
      if (next.name === state.name || (next.name !== 'succeeded' && next.name !== 'failed')) continue
      expect(['answered', 'inquired']).toContain(event.type)
    }
  })
})

describe('an answer that was lost', () => {
  const lost = transition({ name: 'sending', order }, { type: 'lost' })

  it('is looked up, not sent again', () => {
    expect(lost).toMatchObject({ state: { name: 'unknown', checking: true }, effects: [{ do: 'inquire' }] })
  })
  it('is not taken for "not received" as long as the request may be on its way', () => {
    let state = lost.state
    for (let tries = 1; tries < inquiryWaits.length; tries += 1) {
      state = after(state, { type: 'notFound' })
      expect(state.name).toBe('unknown')
    }
    expect(after(state, { type: 'notFound' }).name).toBe('notReceived')
    expect(after(state, { type: 'inquiryLost' })).toMatchObject({ name: 'unknown', checking: false })
  })
  it('can be sent again under its number, with the PIN', () => {
    const again = after({ name: 'notReceived', order }, { type: 'retryPressed' })
    expect(again).toEqual({ name: 'enteringPin', order, triesLeft: null })
  })
  it('is whatever the wallet says of it', () => {
    expect(after(lost.state, { type: 'inquired', answer: answer('SUCCEEDED') }).name).toBe('succeeded')
    expect(after(lost.state, { type: 'inquired', answer: answer('PROCESSING') }).name).toBe('processing')
    expect(after(lost.state, { type: 'inquired', answer: answer('FAILED', 'ACCOUNT_CLOSED') })).toMatchObject({
      name: 'failed',
      failure: 'ACCOUNT_CLOSED',
    })
  })
})

describe('sending', () => {
  function setUp(answers: Partial<TopUpPorts['server']> = {}) {
    const sent: TopUpRequest[] = []
    const waiting: { ms: number; action: () => void }[] = []
    const topUp = createTopUp({
      server: {
        inquire: async () => answer('PROCESSING'),
        ...answers,
        async send(request) {
          sent.push(request)
          return answers.send ? answers.send(request) : answer('PROCESSING')
        },
      },
      after(ms, action) {
        const entry = { ms, action }
        waiting.push(entry)
        return () => void waiting.splice(waiting.indexOf(entry) >>> 0, 1)
      },
    })
    topUp.send({ type: 'continued', order })
    const is = (name: string) => expect.poll(() => topUp.state.get().name).toBe(name)
    return { topUp, sent, waiting, is }
  }

  it('sends what was entered, with the PIN, once under impatient fingers', async () => {
    const { topUp, sent, is } = setUp()
    topUp.confirm(PIN)
    topUp.confirm(PIN)
    await is('processing')
    const { topUpId, bankAccountId, amount } = order
    expect(sent).toEqual([{ topUpId, bankAccountId, amount, pin: PIN }])
    expect(topUp.hasSent()).toBe(true)
  })
  it('asks what has become of it until the bank has answered', async () => {
    const { topUp, waiting, is } = setUp({ inquire: async () => answer('SUCCEEDED') })
    topUp.confirm(PIN)
    await is('processing')
    expect(waiting.map(({ ms }) => ms)).toEqual([1_000])
    waiting[0]!.action()
    await is('succeeded')
  })
  it('shows a wrong PIN with the tries left, keeps the number and the PIN out of every state', async () => {
    const refusal = new ServerError('PIN_WRONG', 'REFUSED', 'm', 'a', { triesLeft: 4 })
    const { topUp, sent, is } = setUp({ send: () => Promise.reject(refusal) })
    const seen: TopUpState[] = []
    topUp.state.subscribe(() => seen.push(topUp.state.get()))
    topUp.confirm(PIN)
    await is('enteringPin')
    expect(topUp.state.get()).toMatchObject({ triesLeft: 4, order: { topUpId: order.topUpId } })
    expect(JSON.stringify(seen)).not.toContain(PIN)
    expect(sent).toHaveLength(1)
  })
  it('tells a refusal and a request that never left from a lost answer', async () => {
    const refused = setUp({ send: () => Promise.reject(new ServerError('PIN_LOCKED', 'REFUSED', 'm', 'a')) })
    refused.topUp.confirm(PIN)
    await refused.is('refused')
    const offline = setUp({ send: () => Promise.reject(ServerError.lost('OFFLINE')) })
    offline.topUp.confirm(PIN)
    await offline.is('refused')
    const lost = setUp({ send: () => Promise.reject(ServerError.lost('TIMED_OUT')) })
    lost.topUp.confirm(PIN)
    await lost.is('unknown')
    const bug = setUp({ send: () => Promise.reject(new TypeError('a bug')) })
    bug.topUp.confirm(PIN)
    await bug.is('unknown')
  })
  it('knows "not found" from a lost inquiry', async () => {
    const { topUp, waiting, is } = setUp({
      send: () => Promise.reject(ServerError.lost('CONNECTION_LOST')),
      inquire: () => Promise.reject(new ServerError('TOP_UP_NOT_FOUND', 'REFUSED', 'm', 'a')),
    })
    topUp.confirm(PIN)
    await is('unknown')
    for (let turn = 0; turn < inquiryWaits.length; turn += 1) {
      await expect.poll(() => waiting.length).toBe(turn + 1)
      waiting[turn]!.action()
    }
    await is('notReceived')
  })
  it('asks no more when nobody watches', async () => {
    const { topUp, waiting, is } = setUp()
    topUp.confirm(PIN)
    await is('processing')
    topUp.stop()
    expect(waiting).toEqual([])
  })
})

describe('the amount', () => {
  it.each([
    ['CNY', '50', '5000'],
    ['CNY', ' 50.5 ', '5050'],
    ['CNY', '0.01', '1'],
    ['JPY', '5000', '5000'],
    ['CNY', '0', null],
    ['CNY', '0.00', null],
    ['CNY', '', null],
    ['CNY', '-5', null],
    ['CNY', '5,00', null],
    ['CNY', '1.005', null],
    ['JPY', '1.5', null],
    ['CNY', '99999999999999.99', '9999999999999999'],
    ['CNY', '100000000000000.00', null],
    ['CNY', '1e3', null],
  ])('in %s typed as "%s" is %s', (currency, text, value) => {
    expect(readTyped(currency, text)).toEqual(value === null ? null : { currency, value })
  })
})

it('a number is new each time, and one that the contract takes', () => {
  const ids = Array.from({ length: 100 }, newTopUpId)
  expect(new Set(ids).size).toBe(100)
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9-]{8,64}$/)
})
