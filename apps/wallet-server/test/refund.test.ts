/** Refunds to the balance: the money goes back the way it came, a number has one effect, and a refusal leaves nothing. */
import { money } from '@tradepay/money'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Order } from '../src/order/types.ts'
import type { User } from '../src/user/types.ts'
import { aRefund, everythingKept, expectNothingBroken, refundCommand, refusalOf } from './refund-world.ts'
import {
  aMerchantWithClient,
  aPaidOrder,
  aUser,
  balanceOf,
  createTestWorld,
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
  shop = await aMerchantWithClient(world, { feeBasisPoints: 60 })
  mei = await aUser(world)
})
afterEach(() => expectNothingBroken(world))
afterAll(() => world.close())

const paid = async (about: Parameters<typeof aPaidOrder>[3] = {}): Promise<Order> =>
  (await aPaidOrder(world, shop, mei, about)).order
const find = (order: Order): Promise<Order> => world.rooms.orders.find(order.tradeNo)
const feesOf = async (order: Order): Promise<bigint> =>
  (await world.rooms.ledger.account(`fees:${String(order.bucket).padStart(3, '0')}:CNY`))!.available

describe('a refund', () => {
  test('gives the payer the money and takes it from the merchant, who gets the fee back in proportion', async () => {
    const order = await paid({ amount: money('CNY', 1_000n) })
    const feesBefore = await feesOf(order)
    const before = woken
    const given = await world.rooms.refunds.refund(refundCommand(order, { minor: 500n, reason: 'half was cold' }))
    expect(given).toMatchObject({
      created: true,
      refund: {
        state: 'SUCCEEDED',
        channel: 'BALANCE',
        amount: money('CNY', 500n),
        fee: money('CNY', 3n),
        reason: 'half was cold',
        failure: null,
        payerId: mei.userId,
        finishedAt: world.clock.now(),
      },
      order: { state: 'PAID', refunded: 500n, feeRefunded: 3n, sequence: 3 },
    })
    expect(await find(order)).toEqual(given.order)
    expect(await balanceOf(world, mei.userId)).toBe(10_000n - 1_000n + 500n)
    expect(await payableOf(world, shop.merchant.merchantId)).toBe(1_000n - 6n - 500n + 3n)
    expect(feesBefore - (await feesOf(order))).toBe(3n)
    expect(woken).toBeGreaterThan(before)
  })

  test('carries the bucket of its order in its id', async () => {
    const { refundId } = await aRefund(world, await paid())
    expect(refundId).toMatch(/^[0-9]{28}$/)
    expect(Number(refundId.slice(16, 19))).toBe(shop.client.bucket)
  })

  test('may be made by the merchant’s own number of the order', async () => {
    const order = await paid()
    const refund = await aRefund(world, order, { order: { requestId: order.requestId } })
    expect(refund.tradeNo).toBe(order.tradeNo)
  })

  test('of all of it leaves nobody poorer: the merchant, the payer and the fees are where they began', async () => {
    const order = await paid({ amount: money('CNY', 1_250n) })
    const fees = await feesOf(order)
    await aRefund(world, order, { minor: 1_250n })
    expect(await balanceOf(world, mei.userId)).toBe(10_000n)
    expect(await payableOf(world, shop.merchant.merchantId)).toBe(0n)
    expect(fees - (await feesOf(order))).toBe(8n)
    expect(await find(order)).toMatchObject({ state: 'PAID', refunded: 1_250n, feeRefunded: 8n, fee: 8n })
  })

  test('in many parts gives back exactly what was paid and exactly the fee', async () => {
    const order = await paid({ amount: money('CNY', 1_000n) })
    const parts = [1n, 83n, 84n, 333n, 333n, 165n, 1n]
    const fees: bigint[] = []
    for (const minor of parts) fees.push((await aRefund(world, order, { minor })).fee.minor)
    expect(fees.reduce((sum, fee) => sum + fee)).toBe(6n)
    expect(await find(order)).toMatchObject({ refunded: 1_000n, feeRefunded: 6n, sequence: 2 + parts.length })
    expect(await balanceOf(world, mei.userId)).toBe(10_000n)
    expect(await refusalOf(aRefund(world, order, { minor: 1n }))).toBe('REFUND_EXCEEDS_PAYMENT')
  })

  test('reaches a payer whose account is frozen: only taking from it is refused', async () => {
    const order = await paid()
    await world.rooms.users.setFrozen(mei.userId, true)
    await aRefund(world, order)
    expect(await balanceOf(world, mei.userId)).toBe(10_000n - 1_250n + 100n)
  })

  test('keeps the fee that the order was made with, whatever the rate is now', async () => {
    const order = await paid({ amount: money('CNY', 1_000n) })
    await world.rooms.merchants.setFee(shop.merchant.merchantId, 0)
    expect((await aRefund(world, order, { minor: 1_000n })).fee.minor).toBe(6n)
  })

  test('is on the timeline of its order, in a sentence', async () => {
    const order = await paid({ amount: money('CNY', 1_000n) })
    const refund = await aRefund(world, order, { minor: 500n })
    expect(world.recorder.of(order.tradeNo, 15).at(-1)).toEqual({
      step: 15,
      at: world.clock.now().toISOString(),
      ok: true,
      note: `Refunded 5.00 CNY to the balance of user ${mei.userId}`,
      facts: {
        outcome: 'SUCCEEDED',
        refundId: refund.refundId,
        refundRequestId: refund.requestId,
        amount: '5.00 CNY',
        feeGivenBack: '0.03 CNY',
      },
    })
    await refusalOf(aRefund(world, order, { minor: 501n }))
    expect(world.recorder.of(order.tradeNo, 15).at(-1)).toMatchObject({
      ok: false,
      note: 'No refund: The refunds would be more than what was paid.',
      facts: { outcome: 'REFUND_EXCEEDS_PAYMENT' },
    })
  })
})

describe('the notification of a refund', () => {
  const told = async (order: Order) => (await world.rooms.notifications.of(order.tradeNo)).slice(1)

  test('carries the next number of the order and everything about the refund', async () => {
    const order = await paid()
    const refund = await aRefund(world, order, { notifyUrl: 'https://shop.example/refunds', reason: 'cold' })
    expect(await told(order)).toMatchObject([
      {
        sequence: 3,
        url: 'https://shop.example/refunds',
        state: 'DUE',
        event: {
          type: 'ORDER_REFUNDED',
          refunded: '100',
          refund: {
            refundId: refund.refundId,
            requestId: refund.requestId,
            amount: '100',
            reason: 'cold',
            state: 'SUCCEEDED',
          },
        },
      },
    ])
  })

  test.each([
    ['SUPERAPP', null, 'GIVEN_UP', ''],
    ['SUPERAPP', 'https://own.example/', 'DUE', 'https://own.example/'],
    ['ALIPAY', null, 'DUE', 'https://order.example/'],
    ['ALIPAY', 'https://own.example/', 'DUE', 'https://own.example/'],
  ] as const)('of the %s family with the address %s is %s', async (family, notifyUrl, state, url) => {
    const order = await paid({ family, notifyUrl: 'https://order.example/' })
    await aRefund(world, order, { notifyUrl })
    expect(await told(order)).toMatchObject([{ state, url }])
  })

  test('of the Alipay family goes to the client’s own address where the order names none', async () => {
    const order = await paid({ family: 'ALIPAY' })
    await aRefund(world, order)
    expect(await told(order)).toMatchObject([{ state: 'DUE', url: 'https://shop.example/notify' }])
  })
})

describe('the same refund number', () => {
  test('with the same content answers the first refund, and no money moves again', async () => {
    const order = await paid()
    const command = refundCommand(order)
    const first = await world.rooms.refunds.refund(command)
    await aRefund(world, order)
    world.clock.advance({ hours: 1 })
    const again = await world.rooms.refunds.refund(command)
    expect(again).toEqual({ refund: first.refund, order: await find(order), created: false })
    expect(await balanceOf(world, mei.userId)).toBe(10_000n - 1_250n + 200n)
    expect(world.recorder.of(order.tradeNo, 15).at(-1)?.note).toBe(
      'The refund of 1.00 CNY was asked for again; no money moved again',
    )
  })

  test('answers the first refund also when it could not be made any more', async () => {
    const order = await paid()
    const command = refundCommand(order, { minor: 1_250n })
    const { refund } = await world.rooms.refunds.refund(command)
    world.clock.advance({ seconds: WINDOW_SECONDS })
    await world.rooms.merchants.setFrozen(shop.merchant.merchantId, true)
    expect(await world.rooms.refunds.refund(command)).toMatchObject({ refund, created: false })
  })

  test('with another amount is refused by the name of the field, and the first stands', async () => {
    const order = await paid()
    const command = refundCommand(order)
    const { refund } = await world.rooms.refunds.refund(command)
    const other = refundCommand(order, { requestId: command.requestId, minor: 101n })
    const before = await everythingKept(world)
    expect(await refusalOf(world.rooms.refunds.refund(other))).toBe('REFUND_INCONSISTENT refundAmount')
    expect(await everythingKept(world)).toBe(before)
    expect(await world.rooms.refunds.inquire(order.clientId, { refundId: refund.refundId })).toEqual(refund)
  })

  test('for another order of the client is refused by the name of the field', async () => {
    const [one, two] = [await paid(), await paid()]
    const { requestId } = await aRefund(world, one)
    expect(await refusalOf(aRefund(world, two, { requestId }))).toBe('REFUND_INCONSISTENT paymentId')
    const sameContent = { requestId, content: refundCommand(one).content }
    expect(await refusalOf(aRefund(world, two, sameContent))).toBe('REFUND_INCONSISTENT tradeNo')
  })

  test('where numbers belong to the order, is another refund for another order', async () => {
    const [one, two] = [await paid(), await paid()]
    const [first, second] = [
      await aRefund(world, one, { requestId: 'a', scope: 'ORDER' }),
      await aRefund(world, two, { requestId: 'a', scope: 'ORDER' }),
    ]
    expect(second.refundId).not.toBe(first.refundId)
    expect(await refusalOf(aRefund(world, one, { requestId: 'a', scope: 'ORDER', minor: 5n }))).toBe(
      'REFUND_INCONSISTENT refundAmount',
    )
  })

  test('of another client is another refund', async () => {
    const order = await paid()
    const { requestId } = await aRefund(world, order)
    const other = await aMerchantWithClient(world)
    const theirs = (await aPaidOrder(world, other, mei)).order
    expect((await aRefund(world, theirs, { requestId })).tradeNo).toBe(theirs.tradeNo)
  })
})
