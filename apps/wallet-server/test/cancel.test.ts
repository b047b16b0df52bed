/** Cancelling: whatever has become of an order, afterwards it is taken back, and asking twice is asking once. */
import { money } from '@tradepay/money'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { User } from '../src/user/types.ts'
import { fundingOf } from './bank-world.ts'
import { anOrderPaidByBank, aRefund, everythingKept, expectNothingBroken, refusalOf } from './refund-world.ts'
import {
  aBankAccount,
  aMerchantWithClient,
  anOrder,
  aPaidOrder,
  aUser,
  balanceOf,
  createTestWorld,
  orderCommand,
  payableOf,
  type TestMerchant,
  type TestWorld,
} from './support/index.ts'

const WINDOW_SECONDS = 1_000
let world: TestWorld
let shop: TestMerchant
let mei: User
let woken = 0
beforeAll(async () => {
  world = await createTestWorld({ settings: { refundWindowSeconds: WINDOW_SECONDS }, wake: () => void (woken += 1) })
})
beforeEach(async () => {
  world.bank.always({})
  shop = await aMerchantWithClient(world, { feeBasisPoints: 60 })
  mei = await aUser(world)
})
afterEach(() => expectNothingBroken(world))
afterAll(() => world.close())

const cancel = (number: { tradeNo: string } | { requestId: string }) =>
  world.rooms.refunds.cancel(shop.client.clientId, number)
const told = async (tradeNo: string) =>
  (await world.rooms.notifications.of(tradeNo)).map(({ sequence, event }) => `${sequence} ${String(event['type'])}`)

describe('an unpaid order', () => {
  test.each(['tradeNo', 'requestId'] as const)('is closed, by its %s', async (name) => {
    const order = await anOrder(world, shop)
    const number = name === 'tradeNo' ? { tradeNo: order.tradeNo } : { requestId: order.requestId }
    const cancelled = await cancel(number)
    expect(cancelled).toEqual({
      action: 'CLOSED',
      order: { ...order, state: 'CLOSED', closeReason: 'CANCELLED', closedAt: world.clock.now(), sequence: 2 },
      refund: null,
    })
    expect(await world.rooms.orders.find(order.tradeNo)).toEqual(cancelled.order)
    expect(await told(order.tradeNo)).toEqual(['2 ORDER_CLOSED'])
    expect(world.recorder.of(order.tradeNo, 15)).toMatchObject([
      { ok: true, note: 'Cancelled by the merchant before it was paid', facts: { closeReason: 'CANCELLED' } },
    ])
    const again = await cancel(number)
    expect(again).toEqual(cancelled)
    expect(world.recorder.of(order.tradeNo, 15)).toHaveLength(1)
    expect(await told(order.tradeNo)).toHaveLength(1)
    expect(
      await refusalOf(
        world.rooms.payments.confirm({ tradeNo: order.tradeNo, payerId: mei.userId, amount: order.amount }),
      ),
    ).toBe('ORDER_CLOSED')
  })

  test('that ran out of time, or that the merchant closed, is answered as it is', async () => {
    const expired = await anOrder(world, shop)
    const closed = await anOrder(world, shop)
    await world.rooms.orders.close(shop.client.clientId, { tradeNo: closed.tradeNo })
    world.clock.advance({ hours: 1 })
    for (const [order, closeReason] of [
      [expired, 'EXPIRED'],
      [closed, 'MERCHANT'],
    ] as const) {
      const recorded = world.recorder.of(order.tradeNo)
      const { action, order: after, refund } = await cancel({ tradeNo: order.tradeNo })
      expect([action, after?.closeReason, refund]).toEqual(['ALREADY_CLOSED', closeReason, null])
      expect(after).toEqual(await world.rooms.orders.find(order.tradeNo))
      expect(world.recorder.of(order.tradeNo), 'nothing has happened').toEqual(recorded)
    }
  })

  test('whose payment waits for the bank is closed, and the money that comes later goes back', async () => {
    const { bankAccountId, bankRef } = await aBankAccount(world, mei.userId)
    const before = world.bank.balance(bankRef)
    const { tradeNo, amount } = await anOrder(world, shop)
    world.bank.next({ moves: 'LATER' })
    const source = { channel: 'BANK', bankAccountId } as const
    const { paymentId } = await world.rooms.payments.confirm({ tradeNo, payerId: mei.userId, amount, source })
    await world.rooms.fundings.askDue()
    expect(await cancel({ tradeNo })).toMatchObject({ action: 'CLOSED' })
    expect(world.recorder.of(tradeNo, 15).some(({ note }) => note.includes('A payment still waits for the bank'))).toBe(
      true,
    )
    world.bank.finish((await fundingOf(world, paymentId)).fundingId)
    for (let round = 0; round < 3; round++) {
      world.clock.advance({ minutes: 5 })
      await world.rooms.fundings.askDue()
    }
    expect(world.bank.balance(bankRef)).toBe(before)
    expect((await world.rooms.orders.find(tradeNo)).state).toBe('CLOSED')
    expect(await cancel({ tradeNo })).toMatchObject({ action: 'CLOSED' })
  })
})

describe('a paid order', () => {
  test('goes back whole, once, and every repeat answers the same refund', async () => {
    const { order } = await aPaidOrder(world, shop, mei, { amount: money('CNY', 1_000n) })
    woken = 0
    const first = await cancel({ tradeNo: order.tradeNo })
    expect(woken).toBe(1)
    expect(first).toMatchObject({
      action: 'REFUNDED',
      order: { state: 'PAID', refunded: 1_000n, feeRefunded: 6n, sequence: 3 },
      refund: { state: 'SUCCEEDED', amount: money('CNY', 1_000n), fee: money('CNY', 6n), reason: null },
    })
    world.clock.advance({ hours: 2 })
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        cancel(index % 2 === 0 ? { tradeNo: order.tradeNo } : { requestId: order.requestId }),
      ),
    )
    for (const answer of answers) expect(answer).toEqual(first)
    expect(woken).toBe(1)
    const notes = world.recorder.of(order.tradeNo, 15).map(({ note }) => note)
    expect(notes.filter((note) => note === `Refunded 10.00 CNY to the balance of user ${mei.userId}`)).toHaveLength(1)
    expect(notes.filter((note) => note.endsWith('was asked for again; no money moved again'))).toHaveLength(20)
    expect(await balanceOf(world, mei.userId)).toBe(10_000n)
    expect(await payableOf(world, shop.merchant.merchantId)).toBe(0n)
    expect(await told(order.tradeNo)).toEqual(['2 ORDER_PAID', '3 ORDER_REFUNDED'])
  })

  test('no number of the merchant can be in its way, nor can the merchant come upon its number', async () => {
    const { order } = await aPaidOrder(world, shop, mei)
    const scopes = {
      CLIENT: { requestId: 'cancel' },
      ORDER: { requestId: 'cancel', order: { tradeNo: order.tradeNo } },
    }
    await cancel({ tradeNo: order.tradeNo })
    for (const number of Object.values(scopes)) {
      expect(await refusalOf(world.rooms.refunds.inquire(order.clientId, number))).toBe('REFUND_NOT_FOUND')
    }
    for (const scope of ['CLIENT', 'ORDER'] as const) {
      expect(await refusalOf(aRefund(world, order, { scope, requestId: 'cancel' }))).toBe('REFUND_EXCEEDS_PAYMENT')
    }
  })

  test('of which parts went back is refused, and nothing changes', async () => {
    const { order } = await aPaidOrder(world, shop, mei)
    await aRefund(world, order, { minor: 1n })
    const before = await everythingKept(world)
    expect(await refusalOf(cancel({ tradeNo: order.tradeNo }))).toBe('ORDER_REFUNDED')
    expect(await everythingKept(world)).toBe(before)
    expect(world.recorder.of(order.tradeNo, 15).at(-1)).toMatchObject({
      ok: false,
      note: 'No cancel: Parts of the order were refunded already.',
    })
  })

  test('is refused when its time for refunds is over, or the merchant is frozen', async () => {
    const { order } = await aPaidOrder(world, shop, mei)
    await world.rooms.merchants.setFrozen(shop.merchant.merchantId, true)
    expect(await refusalOf(cancel({ tradeNo: order.tradeNo }))).toBe('MERCHANT_FROZEN')
    await world.rooms.merchants.setFrozen(shop.merchant.merchantId, false)
    world.clock.advance({ seconds: WINDOW_SECONDS })
    expect(await refusalOf(cancel({ tradeNo: order.tradeNo }))).toBe('REFUND_WINDOW_OVER')
  })

  test('by bank goes back to the bank; when the bank does not take it, the repeat says so', async () => {
    const { order, bankRef } = await anOrderPaidByBank(world, shop, mei)
    world.bank.closes(bankRef)
    const first = await cancel({ tradeNo: order.tradeNo })
    expect(first).toMatchObject({ action: 'REFUNDED', refund: { state: 'PROCESSING' } })
    expect(await cancel({ tradeNo: order.tradeNo })).toEqual(first)
    await world.rooms.fundings.askDue()
    expect(await cancel({ tradeNo: order.tradeNo })).toMatchObject({
      action: 'REFUNDED',
      order: { refunded: 0n },
      refund: { refundId: first.refund!.refundId, state: 'FAILED' },
    })
    // The merchant may still try another way.
    expect(await aRefund(world, order, { minor: 1_250n })).toMatchObject({ state: 'PROCESSING' })
  })
})

describe('an order that has not come', () => {
  test('is remembered by its number, and a create that comes late is refused, however often it is tried', async () => {
    const command = orderCommand(world, shop.client.clientId)
    const number = { requestId: command.requestId }
    expect(await cancel(number)).toEqual({ action: 'REMEMBERED', order: null, refund: null })
    expect(await refusalOf(world.rooms.orders.create(command))).toBe('ORDER_CANCELLED')
    expect(await refusalOf(world.rooms.orders.create(command))).toBe('ORDER_CANCELLED')
    expect(await cancel(number)).toEqual({ action: 'REMEMBERED', order: null, refund: null })
    expect(await refusalOf(world.rooms.orders.inquire(shop.client.clientId, number))).toBe('ORDER_NOT_FOUND')
  })

  test('leaves the neighbours in the same batch unharmed', async () => {
    const commands = Array.from({ length: 30 }, () => orderCommand(world, shop.client.clientId))
    await Promise.all(commands.filter((_, index) => index % 3 === 0).map(({ requestId }) => cancel({ requestId })))
    const answers = await Promise.all(commands.map((command) => refusalOf(world.rooms.orders.create(command))))
    expect(answers).toEqual(commands.map((_, index) => (index % 3 === 0 ? 'ORDER_CANCELLED' : 'no refusal')))
  })

  test('of another client is another number', async () => {
    const other = await aMerchantWithClient(world)
    const command = orderCommand(world, other.client.clientId)
    await cancel({ requestId: command.requestId })
    expect(await world.rooms.orders.create(command)).toMatchObject({ created: true })
  })

  test('by a tradeNo of ours is not found: those are never of the future', async () => {
    const { tradeNo } = await anOrder(world, shop)
    const before = await everythingKept(world)
    for (const unknown of ['1', tradeNo.slice(0, 19) + '000000000', '2'.repeat(28)]) {
      expect(await refusalOf(cancel({ tradeNo: unknown }))).toBe('ORDER_NOT_FOUND')
    }
    expect(await refusalOf(cancel({ requestId: 'x\u0000' }))).toBe('INVALID_PARAMETER requestId')
    expect(await everythingKept(world)).toBe(before)
  })

  test('somebody else’s order is not there, and stays as it is', async () => {
    const order = await anOrder(world, await aMerchantWithClient(world))
    expect(await refusalOf(cancel({ tradeNo: order.tradeNo }))).toBe('ORDER_NOT_FOUND')
    expect(await cancel({ requestId: order.requestId })).toMatchObject({ action: 'REMEMBERED' })
    expect(await world.rooms.orders.find(order.tradeNo)).toEqual(order)
  })

  test('is not remembered where another database decides', async () => {
    const { pool } = world.database
    await pool.query('delete from owned_buckets where bucket = $1', [shop.client.bucket])
    try {
      const command = orderCommand(world, shop.client.clientId)
      const before = await everythingKept(world)
      expect(await refusalOf(cancel({ requestId: command.requestId }))).toBe('OUTCOME_UNKNOWN')
      expect(await refusalOf(world.rooms.orders.create(command))).toBe('OUTCOME_UNKNOWN')
      expect(await everythingKept(world)).toBe(before)
    } finally {
      await pool.query('insert into owned_buckets values ($1)', [shop.client.bucket])
    }
  })
})
