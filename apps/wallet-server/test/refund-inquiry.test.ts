/** Refunds as merchants inquire them and as users see what came back. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Order } from '../src/order/types.ts'
import type { User } from '../src/user/types.ts'
import { aRefund, expectNothingBroken, refusalOf } from './refund-world.ts'
import {
  aMerchantWithClient,
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

describe('inquiring', () => {
  test('finds a refund by its id, by the client’s number, and by the number within the order', async () => {
    const order = await paid()
    const { clientId, tradeNo } = order
    const one = await aRefund(world, order)
    world.clock.advance({ milliseconds: 1 })
    const two = await aRefund(world, order, { scope: 'ORDER', requestId: 'within' })
    const { refunds } = world.rooms
    expect(await refunds.inquire(clientId, { refundId: one.refundId })).toEqual(one)
    expect(await refunds.inquire(clientId, { requestId: one.requestId })).toEqual(one)
    expect(await refunds.inquire(clientId, { requestId: 'within', order: { tradeNo } })).toEqual(two)
    expect(await refunds.inquire(clientId, { requestId: 'within', order: { requestId: order.requestId } })).toEqual(two)
    expect(await refunds.of(tradeNo)).toEqual([one, two])
  })

  test('what is not there, or another client’s, is not found', async () => {
    const order = await paid()
    const { refundId, requestId } = await aRefund(world, order)
    const { clientId } = (await aMerchantWithClient(world)).client
    const { refunds } = world.rooms
    const { tradeNo } = order
    for (const [client, number] of [
      [clientId, { refundId }],
      [clientId, { requestId }],
      [clientId, { requestId, order: { tradeNo } }],
      [order.clientId, { refundId: '1' }],
      [order.clientId, { refundId: refundId.slice(0, 19) + '000000000' }],
      [order.clientId, { requestId: 'never' }],
      [order.clientId, { requestId: 'x\u0000' }],
      // A client's number is not one of the order.
      [order.clientId, { requestId, order: { tradeNo } }],
      [order.clientId, { requestId, order: { tradeNo: '1' } }],
    ] as const) {
      expect(await refusalOf(refunds.inquire(client, number))).toBe('REFUND_NOT_FOUND')
    }
    expect(await refunds.of('not a number')).toEqual([])
    expect(await refunds.of((await paid()).tradeNo)).toEqual([])
  })
})

describe('what reached a user', () => {
  test('comes newest first, page by page, none twice and none left out', async () => {
    const order = await paid()
    const made: string[] = []
    for (let number = 0; number < 7; number++) {
      made.unshift((await aRefund(world, order, { minor: 10n })).refundId)
      // Every second one shares its instant with the one before, and stands by its id.
      if (number % 2 === 1) world.clock.advance({ seconds: 1 })
    }
    const seen: string[] = []
    let before: string | null = null
    do {
      const page: Awaited<ReturnType<typeof world.rooms.refunds.refundsTo>> = await world.rooms.refunds.refundsTo(
        mei.userId,
        { before, limit: 3 },
      )
      expect(page.refunds.length).toBeLessThanOrEqual(3)
      seen.push(...page.refunds.map(({ refundId }) => refundId))
      before = page.next
    } while (before !== null)
    expect([...seen].sort()).toEqual([...made].sort())
    expect(seen.slice(1).every((id, index) => id < seen[index]!)).toBe(true)
    const { refunds } = await world.rooms.refunds.refundsTo(mei.userId, { before: null, limit: 1_000 })
    expect(refunds[0]).toMatchObject({ title: order.title, merchantName: shop.merchant.name, bankAccountId: null })
    expect(refunds).toHaveLength(7)
  })

  test('a page that ends with the list says so, and nobody else’s refunds are on it', async () => {
    await aRefund(world, await paid())
    const ming = await aUser(world)
    expect(await world.rooms.refunds.refundsTo(ming.userId, { before: null, limit: 5 })).toEqual({
      refunds: [],
      next: null,
    })
    const page = await world.rooms.refunds.refundsTo(mei.userId, { before: null, limit: 1 })
    expect(page).toMatchObject({ refunds: [{ payerId: mei.userId }], next: null })
    expect((await world.rooms.refunds.refundsTo(mei.userId, { before: null, limit: 0 })).refunds).toHaveLength(1)
  })

  test.each(['', 'x', '1-2', '1-' + '2'.repeat(29), '9'.repeat(16) + '-' + '2'.repeat(28)])(
    'the page “%s” is none',
    async (before) => {
      expect(await refusalOf(world.rooms.refunds.refundsTo(mei.userId, { before, limit: 5 }))).toBe(
        'INVALID_PARAMETER before',
      )
    },
  )
})
