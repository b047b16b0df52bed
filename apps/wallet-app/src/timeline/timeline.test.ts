/** What the wallet app tells the timeline: the right touch, the right page, at the right time, and never a wait. */
import type { AddTimelineRequest } from '@tradepay/contract'
import type { HostEvent } from '@tradepay/mini-program/host'
import { describe, expect, it } from 'vitest'
import { createReporter } from './reporter.ts'
import { placedOrder, resultShown, tradePayCall } from './steps.ts'

const touch = (at: number, page = 'pages/checkout'): HostEvent => ({ kind: 'interacted', at, page, type: 'tap' })
const call = (at: number, api: string, callId: number, page = 'pages/checkout'): HostEvent => ({
  kind: 'called',
  at,
  api,
  callId,
  page,
})
const answer = (at: number, api: string, callId: number): HostEvent => ({ kind: 'answered', at, api, callId, ok: true })
const painted = (at: number, page: string): HostEvent => ({ kind: 'pagePainted', at, page })

/** Touch, request, answer, my.tradePay. */
const usual = [touch(100), call(110, 'request', 1), answer(150, 'request', 1), call(160, 'tradePay', 2)]

describe('step 1', () => {
  it('is the touch before the request that led to my.tradePay', () => {
    expect(placedOrder([touch(10, 'pages/menu'), ...usual])).toMatchObject({
      at: 100,
      facts: { page: 'pages/checkout' },
    })
  })
  it('is not an impatient touch while the request was under way', () => {
    expect(
      placedOrder([
        touch(100),
        call(110, 'request', 1),
        touch(130),
        answer(150, 'request', 1),
        call(160, 'tradePay', 2),
      ])?.at,
    ).toBe(100)
  })
  it('is the touch itself when no request came between: an old order is paid from a list', () => {
    expect(
      placedOrder([touch(10), call(20, 'request', 1), answer(30, 'request', 1), touch(500), call(501, 'tradePay', 2)])
        ?.at,
    ).toBe(500)
  })
  it('looks only at requests since the payment before', () => {
    const before: HostEvent[] = [...usual, answer(400, 'tradePay', 2)]
    expect(placedOrder([...before, touch(500), call(501, 'tradePay', 3)])?.at).toBe(500)
    expect(placedOrder([...before, call(501, 'tradePay', 3)])?.at).toBe(100)
  })
  it('ignores other APIs and requests without an answer', () => {
    const events = [
      touch(100),
      call(105, 'request', 7),
      call(110, 'request', 1),
      call(120, 'showLoading', 3),
      answer(150, 'request', 1),
      call(160, 'tradePay', 2),
    ]
    expect(placedOrder(events)?.at).toBe(100)
  })
  it('does not exist where nobody touched anything', () => {
    expect(placedOrder([call(160, 'tradePay', 2)])).toBeNull()
    expect(placedOrder([touch(1)])).toBeNull()
  })
})

describe('step 9', () => {
  it('is the last call of my.tradePay', () => {
    expect(tradePayCall([...usual, call(900, 'tradePay', 5, 'pages/orders')])).toMatchObject({
      at: 900,
      facts: { page: 'pages/orders' },
    })
    expect(tradePayCall([touch(1)])).toBeNull()
  })
})

describe('step 19', () => {
  it('is the first page painted after the result', () => {
    expect(
      resultShown([painted(90, 'pages/menu'), ...usual, painted(300, 'pages/result'), painted(400, 'pages/menu')], 200),
    ).toMatchObject({
      at: 300,
      facts: { page: 'pages/result' },
    })
  })
  it('is the first request made and answered after it, when the page stays', () => {
    expect(resultShown([...usual, call(250, 'request', 9), answer(290, 'request', 9)], 200)?.at).toBe(290)
  })
  it('is no answer to a question of before', () => {
    expect(resultShown([call(190, 'request', 8), answer(290, 'request', 8)], 200)).toBeNull()
  })
  it('is no answer of another API', () => {
    expect(resultShown([call(250, 'alert', 9), answer(290, 'alert', 9)], 200)).toBeNull()
  })
})

describe('the reporter', () => {
  function setUp(send: (tradeNo: string, request: AddTimelineRequest) => Promise<unknown> = async () => undefined) {
    const sent: { tradeNo: string; entries: AddTimelineRequest['entries'] }[] = []
    let now = 0
    const reporter = createReporter({
      send(tradeNo, request) {
        sent.push({ tradeNo, entries: request.entries })
        return send(tradeNo, request)
      },
      now: () => now,
      oneWayMs: () => 5,
    })
    const at = (time: number): typeof reporter => {
      now = time
      return reporter
    }
    return { sent, at, steps: () => sent.flatMap(({ entries }) => entries.map(({ step }) => step)) }
  }

  it('reports each step once, at once, dated back to when it happened', () => {
    const { at, sent, steps } = setUp()
    for (const event of usual) at(event.at).see(event)
    const visit = at(160).visit('T1')
    at(260)
    visit.cashierPainted('ready')
    expect(sent[0]?.entries.map(({ step, agoMs, ok }) => [step, agoMs, ok])).toEqual([
      [1, 165, true],
      [9, 105, true],
      [12, 5, true],
    ])
    at(900)
    visit.confirmed()
    visit.handedBack('9000')
    at(950).see(painted(950, 'pages/result'))
    at(990).see(painted(990, 'pages/menu'))
    expect(steps()).toEqual([1, 9, 12, 13, 17, 19])
    expect(new Set(sent.map(({ tradeNo }) => tradeNo))).toEqual(new Set(['T1']))
    expect(sent.at(-2)?.entries[0]).toMatchObject({ step: 17, ok: true, facts: { resultCode: '9000' } })
  })

  it('calls a result other than 9000, and a cashier that cannot pay, not as it should be', () => {
    const { at, sent } = setUp()
    const visit = at(0).visit('T1')
    visit.cashierPainted('expired')
    visit.handedBack('4000')
    expect(sent.flatMap(({ entries }) => entries.map(({ ok }) => ok))).toEqual([false, false])
  })

  it('has no steps 1, 9 and 19 for a cashier behind a link', () => {
    const { at, steps } = setUp()
    const visit = at(0).visit('T1')
    visit.cashierPainted('ready')
    visit.handedBack('6001')
    at(10).see(painted(10, 'pages/menu'))
    expect(steps()).toEqual([12, 17])
  })

  it('does not watch for the end of an older payment once another has begun', () => {
    const { at, sent } = setUp()
    for (const event of usual) at(event.at).see(event)
    at(200).visit('T1').handedBack('6001')
    at(300).see(call(300, 'tradePay', 4))
    const second = at(300).visit('T2')
    at(350).see(painted(350, 'pages/result'))
    second.handedBack('9000')
    at(500).see(painted(500, 'pages/result'))
    expect(sent.filter(({ entries }) => entries.some(({ step }) => step === 19)).map(({ tradeNo }) => tradeNo)).toEqual(
      ['T2'],
    )
  })

  it('loses a report in silence', async () => {
    const { at } = setUp(() => Promise.reject(new Error('offline')))
    at(0).visit('T1').confirmed()
    await new Promise((resolve) => setImmediate(resolve))
  })

  it('stays inside the limits of the door, whatever a mini program calls its pages', () => {
    const { at, sent } = setUp()
    const page = 'p'.repeat(5_000)
    at(0).see(touch(0, page))
    at(1).see(call(1, 'tradePay', 1, page))
    at(9_000_000).visit('T1').cashierPainted('ready')
    for (const entry of sent[0]!.entries) {
      expect(entry.agoMs).toBeLessThanOrEqual(3_600_000)
      expect(entry.note.length).toBeLessThanOrEqual(500)
      for (const fact of Object.values(entry.facts ?? {})) expect(fact.length).toBeLessThanOrEqual(500)
    }
  })
})
