/** Refunds that are refused: the merchant is told why, nothing is kept of them, and the same call may succeed later. */
import { money } from '@tradepay/money'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Order } from '../src/order/types.ts'
import type { User } from '../src/user/types.ts'
import { aRefund, everythingKept, expectNothingBroken, refundCommand, refusalOf } from './refund-world.ts'
import {
  aBankAccount,
  aMerchantWithClient,
  anOrder,
  aPaidOrder,
  aUser,
  createTestWorld,
  type TestMerchant,
  type TestWorld,
} from './support/index.ts'

const WINDOW_SECONDS = 1_000
let world: TestWorld
let shop: TestMerchant
let mei: User
beforeAll(async () => {
  world = await createTestWorld({ settings: { refundWindowSeconds: WINDOW_SECONDS } })
})
beforeEach(async () => {
  shop = await aMerchantWithClient(world, { feeBasisPoints: 60 })
  mei = await aUser(world)
})
afterEach(() => expectNothingBroken(world))
afterAll(() => world.close())

const paid = async (about: Parameters<typeof aPaidOrder>[3] = {}): Promise<Order> =>
  (await aPaidOrder(world, shop, mei, about)).order

describe('a refund is refused and nothing is kept', () => {
  test.each<[string, (order: Order) => Parameters<typeof aRefund>[2], string]>([
    ['of more than was paid', () => ({ minor: 1_251n }), 'REFUND_EXCEEDS_PAYMENT'],
    ['of nothing', () => ({ minor: 0n }), 'AMOUNT_OUT_OF_RANGE'],
    ['of less than nothing', () => ({ amount: { currency: 'CNY', minor: -5n } }), 'AMOUNT_OUT_OF_RANGE'],
    ['in another currency', () => ({ amount: money('USD', 5n) }), 'CURRENCY_NOT_SUPPORTED'],
    ['from an unknown client', () => ({ clientId: '2021000000000000' }), 'CLIENT_UNKNOWN'],
    ['of an order of no bucket', () => ({ order: { tradeNo: '1' } }), 'ORDER_NOT_FOUND'],
    [
      'of an order that never was',
      (order) => ({ order: { tradeNo: order.tradeNo.slice(0, 19) + '000000000' } }),
      'ORDER_NOT_FOUND',
    ],
    ['of a number that never came', () => ({ order: { requestId: 'never' } }), 'ORDER_NOT_FOUND'],
    ['with the character NUL in its reason', () => ({ reason: 'x\u0000' }), 'INVALID_PARAMETER reason'],
    ['with the character NUL in its order', () => ({ order: { requestId: 'x\u0000' } }), 'INVALID_PARAMETER order'],
    ['with half a character in its number', () => ({ requestId: '\ud800' }), 'INVALID_PARAMETER requestId'],
  ])('%s', async (_, about, code) => {
    const order = await paid()
    const before = await everythingKept(world)
    expect(await refusalOf(aRefund(world, order, about(order)))).toBe(code)
    expect(await everythingKept(world)).toBe(before)
  })

  test('of somebody else’s order, which is not there for them', async () => {
    const order = await paid()
    const other = await aMerchantWithClient(world)
    const before = await everythingKept(world)
    const { clientId } = other.client
    expect(await refusalOf(aRefund(world, order, { clientId }))).toBe('ORDER_NOT_FOUND')
    expect(await refusalOf(aRefund(world, order, { clientId, order: { requestId: order.requestId } }))).toBe(
      'ORDER_NOT_FOUND',
    )
    expect(await everythingKept(world)).toBe(before)
    expect(world.recorder.of(order.tradeNo).every(({ ok }) => ok)).toBe(true)
  })

  test('of another client of the same merchant, which lies in the same bucket', async () => {
    const order = await paid()
    const { clientId } = await world.rooms.merchants.registerClient({
      merchantId: shop.merchant.merchantId,
      name: 'Second',
      notifyUrl: null,
    })
    expect(await refusalOf(aRefund(world, order, { clientId }))).toBe('ORDER_NOT_FOUND')
  })

  test('of an order that is not paid, or is closed', async () => {
    const unpaid = await anOrder(world, shop)
    expect(await refusalOf(aRefund(world, unpaid))).toBe('ORDER_NOT_PAID')
    await world.rooms.orders.close(unpaid.clientId, { tradeNo: unpaid.tradeNo })
    expect(await refusalOf(aRefund(world, unpaid))).toBe('ORDER_CLOSED')
  })

  test('when the time for refunds is over, and not a millisecond before', async () => {
    const order = await paid()
    world.clock.advance({ seconds: WINDOW_SECONDS, milliseconds: -1 })
    await aRefund(world, order)
    world.clock.advance({ milliseconds: 1 })
    expect(await refusalOf(aRefund(world, order))).toBe('REFUND_WINDOW_OVER')
  })

  test('while the merchant is frozen, and is possible again afterwards with the same number', async () => {
    const order = await paid()
    const command = refundCommand(order)
    await world.rooms.merchants.setFrozen(shop.merchant.merchantId, true)
    const before = await everythingKept(world)
    expect(await refusalOf(world.rooms.refunds.refund(command))).toBe('MERCHANT_FROZEN')
    expect(await everythingKept(world)).toBe(before)
    await world.rooms.merchants.setFrozen(shop.merchant.merchantId, false)
    expect(await world.rooms.refunds.refund(command)).toMatchObject({ created: true })
  })

  test('while the merchant has not enough, and is possible later with the same number', async () => {
    const [one, two] = [await paid({ amount: money('CNY', 1_000n) }), await paid({ amount: money('CNY', 500n) })]
    await aRefund(world, one, { minor: 1_000n })
    const { bankAccountId } = await aBankAccount(world, shop.merchant.merchantId)
    const payOut = { merchantId: shop.merchant.merchantId, requestId: 'out', bankAccountId, amount: money('CNY', 1n) }
    await world.rooms.payOuts.request(payOut)
    const command = refundCommand(two, { minor: 500n })
    const before = await everythingKept(world)
    expect(await refusalOf(world.rooms.refunds.refund(command))).toBe('MERCHANT_BALANCE_NOT_ENOUGH')
    expect(await everythingKept(world)).toBe(before)
    // A part is possible, and with the next payment all of it.
    await paid({ amount: money('CNY', 10n) })
    expect(await world.rooms.refunds.refund(command)).toMatchObject({ created: true, order: { refunded: 500n } })
  })

  test('where another database decides about one of the two ends', async () => {
    const order = await paid()
    const { pool } = world.database
    for (const bucket of [order.bucket, mei.bucket]) {
      await pool.query('delete from owned_buckets where bucket = $1', [bucket])
      const before = await everythingKept(world)
      expect(await refusalOf(aRefund(world, order))).toBe('OUTCOME_UNKNOWN')
      expect(await everythingKept(world)).toBe(before)
      await pool.query('insert into owned_buckets values ($1)', [bucket])
    }
    await aRefund(world, order)
  })
})
