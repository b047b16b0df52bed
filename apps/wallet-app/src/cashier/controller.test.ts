/** The cashier against a server that answers, refuses, or falls silent. Waiting is done by hand. */
import type { ConfirmPaymentRequest } from '@tradepay/contract'
import { describe, expect, it } from 'vitest'
import {
  BANK,
  declinedByBank,
  NOW,
  opened,
  order,
  paidByYou,
  processingByYou,
  withBanks,
} from '../../test/support/samples.ts'
import { ServerError } from '../server-api/server-error.ts'
import { createCashier, type CashierPorts } from './controller.ts'

const PIN = '246810'
const refusal = (code: 'PIN_WRONG' | 'ORDER_NOT_FOUND', details = {}): ServerError =>
  new ServerError(code, 'REFUSED', 'refused', 'act', details)

function setUp(answers: Partial<CashierPorts['server']> = {}) {
  const confirms: ConfirmPaymentRequest[] = []
  const cancels: string[] = []
  const waiting: { ms: number; action: () => void }[] = []
  const steps: string[] = []
  const cashier = createCashier(
    { tradeNo: order().tradeNo, appId: '2021' },
    {
      server: {
        open: async () => opened(),
        inquire: async () => ({ order: order(), now: NOW }),
        ...answers,
        confirm(request) {
          confirms.push(request)
          steps.push('sent')
          return answers.confirm
            ? answers.confirm(request)
            : Promise.resolve({ outcome: 'SUCCEEDED', paymentId: 'p', amount: request.amount, paidAt: NOW })
        },
        cancel(tradeNo) {
          cancels.push(tradeNo)
          return answers.cancel ? answers.cancel(tradeNo) : Promise.resolve({ order: order() })
        },
      },
      now: () => Date.parse(NOW),
      after(ms, action) {
        const entry = { ms, action }
        waiting.push(entry)
        return () => void waiting.splice(waiting.indexOf(entry) >>> 0, 1)
      },
    },
    () => steps.push('confirmed'),
  )
  const is = (name: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (cashier.state.get().name === name) resolve()
      }
      cashier.state.subscribe(look)
      look()
    })
  return { cashier, confirms, cancels, waiting, steps, is }
}

async function atPad(answers: Partial<CashierPorts['server']> = {}) {
  const visit = setUp(answers)
  await visit.is('ready')
  visit.cashier.send({ type: 'payPressed' })
  return visit
}

describe('confirming', () => {
  it('sends the amount exactly as the server gave it, with the PIN, once', async () => {
    const { cashier, confirms, steps, is } = await atPad()
    cashier.confirm(PIN)
    cashier.confirm(PIN)
    await is('paid')
    cashier.send({ type: 'left' })
    expect(confirms).toEqual([
      { tradeNo: order().tradeNo, amount: { currency: 'CNY', value: '5600' }, methodId: 'BALANCE', pin: PIN },
    ])
    expect(steps).toEqual(['sent', 'confirmed'])
    expect(await cashier.result).toBe('9000')
  })

  it('does nothing while the pad is closed', async () => {
    const { cashier, confirms, is } = setUp()
    await is('ready')
    cashier.confirm(PIN)
    expect(confirms).toEqual([])
    expect(cashier.state.get().name).toBe('ready')
  })

  it('keeps the PIN out of every state', async () => {
    const { cashier, is } = await atPad({ confirm: () => Promise.reject(refusal('PIN_WRONG', { triesLeft: 4 })) })
    const seen: unknown[] = []
    cashier.state.subscribe(() => seen.push(cashier.state.get()))
    cashier.confirm(PIN)
    await is('enteringPin')
    expect(seen.length).toBeGreaterThan(0)
    expect(JSON.stringify(seen)).not.toContain(PIN)
    expect(cashier.state.get()).toMatchObject({ triesLeft: 4 })
  })

  it.each(['CONNECTION_LOST', 'TIMED_OUT', 'ANSWER_UNREADABLE', 'SERVER_FAILED'] as const)(
    'looks the payment up after %s, and finds it paid',
    async (code) => {
      const { cashier, waiting, is, confirms } = await atPad({
        confirm: () => Promise.reject(ServerError.lost(code)),
        inquire: async () => ({ order: paidByYou(), now: NOW }),
      })
      cashier.confirm(PIN)
      await is('unknown')
      expect(waiting).toHaveLength(1)
      waiting[0]!.action()
      await is('paid')
      expect(confirms).toHaveLength(1)
    },
  )

  it('stays unknown when even the inquiry is refused', async () => {
    const { cashier, waiting, is } = await atPad({
      confirm: () => Promise.reject(ServerError.lost('TIMED_OUT')),
      inquire: () => Promise.reject(refusal('ORDER_NOT_FOUND')),
    })
    cashier.confirm(PIN)
    await is('unknown')
    waiting[0]!.action()
    await expect.poll(() => waiting.length).toBe(2)
    expect(cashier.state.get().name).toBe('unknown')
    cashier.send({ type: 'left' })
    expect(await cashier.result).toBe('6004')
    expect(waiting).toHaveLength(1)
  })

  it('treats an error of this page as unknown, never as failed', async () => {
    const { cashier, is } = await atPad({ confirm: () => Promise.reject(new TypeError('a bug')) })
    cashier.confirm(PIN)
    await is('unknown')
  })

  it('knows that nothing was paid when the request never left', async () => {
    const { cashier, is } = await atPad({ confirm: () => Promise.reject(ServerError.lost('OFFLINE')) })
    cashier.confirm(PIN)
    await is('offline')
    cashier.send({ type: 'left' })
    expect(await cashier.result).toBe('6002')
  })
})

describe('paying by bank', () => {
  const byBank = async (answers: Partial<CashierPorts['server']> = {}) => {
    const visit = setUp({
      open: async () => withBanks(),
      confirm: async ({ amount }) => ({ outcome: 'PROCESSING', paymentId: 'p', amount, paidAt: null }),
      ...answers,
    })
    await visit.is('ready')
    visit.cashier.send({ type: 'methodChosen', methodId: BANK.id })
    visit.cashier.send({ type: 'payPressed' })
    visit.cashier.confirm(PIN)
    await visit.is('processing')
    return visit
  }

  it('confirms with the bank account that was chosen, and asks after a second', async () => {
    const { confirms, waiting } = await byBank()
    expect(confirms).toMatchObject([{ methodId: BANK.id, pin: PIN }])
    expect(waiting.map(({ ms }) => ms)).toEqual([1_000])
  })
  it('finds it paid', async () => {
    const { cashier, waiting, is } = await byBank({ inquire: async () => ({ order: paidByYou(), now: NOW }) })
    waiting[0]!.action()
    await is('paid')
    cashier.send({ type: 'left' })
    expect(await cashier.result).toBe('9000')
  })
  it('goes on asking while the bank is silent, and stops when the user leaves with 8000', async () => {
    const { cashier, waiting } = await byBank({ inquire: async () => ({ order: processingByYou(), now: NOW }) })
    for (let turn = 1; turn < 10; turn += 1) {
      waiting.at(-1)!.action()
      await expect.poll(() => waiting.length).toBe(turn + 1)
    }
    const before = waiting.length
    cashier.send({ type: 'left' })
    expect(await cashier.result).toBe('8000')
    expect(waiting).toHaveLength(before - 1)
  })
  it('lets the user pay another way when the bank refused', async () => {
    let failed = false
    const { cashier, waiting, confirms, is } = await byBank({
      open: async () => withBanks(failed ? { order: declinedByBank() } : {}),
      inquire: async () => ({ order: declinedByBank(), now: NOW }),
    })
    failed = true
    waiting[0]!.action()
    await is('declined')
    cashier.send({ type: 'retryPressed' })
    await is('ready')
    cashier.send({ type: 'payPressed' })
    cashier.confirm(PIN)
    await expect.poll(() => confirms.length).toBe(2)
    expect(confirms[1]).toMatchObject({ methodId: 'BALANCE' })
  })
})

describe('leaving', () => {
  it('tells the server, and does not wait for it', async () => {
    const { cashier, cancels, is } = setUp({ cancel: () => new Promise(() => undefined) })
    await is('ready')
    cashier.send({ type: 'left' })
    expect(await cashier.result).toBe('6001')
    expect(cancels).toEqual([order().tradeNo])
  })

  it('is 6001 even when the server cannot be told', async () => {
    const { cashier, is } = setUp({ cancel: () => Promise.reject(ServerError.lost('CONNECTION_LOST')) })
    await is('ready')
    cashier.send({ type: 'left' })
    expect(await cashier.result).toBe('6001')
  })

  it('drops an answer that comes afterwards', async () => {
    let answer: (value: ReturnType<typeof opened>) => void = () => undefined
    const { cashier } = setUp({ open: () => new Promise((resolve) => (answer = resolve)) })
    cashier.send({ type: 'left' })
    answer(opened())
    expect(await cashier.result).toBe('6001')
    await Promise.resolve()
    expect(cashier.state.get()).toEqual({ name: 'done', resultCode: '6001' })
  })
})

describe('opening', () => {
  it('tells a refusal from a lost connection', async () => {
    await setUp({ open: () => Promise.reject(refusal('ORDER_NOT_FOUND')) }).is('failed')
    await setUp({ open: () => Promise.reject(ServerError.lost('SERVER_FAILED')) }).is('offline')
  })

  it('can be tried again', async () => {
    let calls = 0
    const { cashier, is } = setUp({
      open: () => ((calls += 1) === 1 ? Promise.reject(ServerError.lost('OFFLINE')) : Promise.resolve(opened())),
    })
    await is('offline')
    cashier.send({ type: 'retryPressed' })
    await is('ready')
  })
})
