/** Creating orders (steps 5 and 6): a request number has one effect, and what is refused leaves nothing behind. */
import { money } from '@tradepay/money'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CreateOrder } from '../src/order/types.ts'
import {
  aMerchantWithClient,
  anOrder,
  aPaidOrder,
  aUser,
  createTestWorld,
  createTwoServers,
  orderCommand,
  type TestMerchant,
  type TestWorld,
} from './support/index.ts'

let world: TestWorld
let shop: TestMerchant
beforeAll(async () => {
  world = await createTestWorld()
  shop = await aMerchantWithClient(world, { name: 'Coffee Shop' })
})
afterAll(() => world.close())

const command = (about: Partial<CreateOrder> = {}): CreateOrder => orderCommand(world, shop.client.clientId, about)
const ordersInDatabase = async (): Promise<bigint> =>
  (await world.database.pool.query<{ count: bigint }>('select count(*) from orders')).rows[0]!.count

describe('a new order', () => {
  test('waits to be paid for fifteen minutes when the merchant says nothing', async () => {
    const { order, created } = await world.rooms.orders.create(command())
    expect(created).toBe(true)
    expect(order).toMatchObject({ state: 'CREATED', sequence: 1, refunded: 0n, merchantId: shop.merchant.merchantId })
    expect(order.expiresAt.getTime() - order.createdAt.getTime()).toBe(15 * 60 * 1000)
  })

  test('has a tradeNo of 28 digits that begins with the wallet’s day and carries the merchant’s bucket', async () => {
    const { tradeNo } = await anOrder(world, shop)
    // 04:00 UTC is noon in Shanghai.
    expect(tradeNo).toMatch(/^20260301432[0-9]{5}[0-9]{12}$/)
    expect(Number(tradeNo.slice(16, 19))).toBe(shop.client.bucket)
  })

  test('takes the time the merchant asked for', async () => {
    const expiresAt = new Date(world.clock.now().getTime() + 60_000)
    expect((await anOrder(world, shop, { expiresAt })).expiresAt).toEqual(expiresAt)
  })

  test('keeps what the door wants back, unread', async () => {
    const extra = { passback: 'a=1&b=你好', nested: { list: [1, 'two', null] } }
    const order = await anOrder(world, shop, { extra })
    expect((await world.rooms.orders.find(order.tradeNo)).extra).toEqual(extra)
  })

  test('has the fee of the merchant’s rate as it is when it is made, rounded half up', async () => {
    const { merchantId } = shop.merchant
    await world.rooms.merchants.setFee(merchantId, 60)
    const order = await anOrder(world, shop, { amount: money('CNY', 1_250n) })
    await world.rooms.merchants.setFee(merchantId, 0)
    expect(order.fee).toBe(8n)
    expect(await world.rooms.orders.find(order.tradeNo)).toEqual(order)
    expect((await anOrder(world, shop)).fee).toBe(0n)
  })

  test('is answered exactly as it is kept, whatever it carries', async () => {
    const order = await anOrder(world, shop, {
      family: 'ALIPAY',
      title: '珍珠奶茶 🧋 "a\\b" {c,d} NULL',
      notifyUrl: 'https://own.example/?a={b}',
      extra: { text: '"\\{},', none: null, list: [[], {}, ''] },
      buyerId: (await aUser(world)).userId,
      expiresAt: new Date(world.clock.now().getTime() + 90_001),
    })
    expect(await world.rooms.orders.find(order.tradeNo)).toEqual(order)
  })

  test('has the largest amount there is, exactly', async () => {
    const order = await anOrder(world, shop, { amount: money('CNY', 9_999_999_999_999_999n) })
    expect((await world.rooms.orders.find(order.tradeNo)).amount.minor).toBe(9_999_999_999_999_999n)
  })
})

describe('the same request number', () => {
  test('with the same content answers the same order', async () => {
    const asked = command()
    const first = await world.rooms.orders.create(asked)
    const again = await world.rooms.orders.create(asked)
    expect(again).toEqual({ order: first.order, created: false })
  })

  test('asked by 200 callers at once makes one order', async () => {
    const asked = command()
    const answers = await Promise.all(Array.from({ length: 200 }, () => world.rooms.orders.create(asked)))
    expect(new Set(answers.map(({ order }) => order.tradeNo)).size).toBe(1)
    expect(answers.filter(({ created }) => created)).toHaveLength(1)
  })

  test('asked through two servers at once makes one order', async () => {
    const other = await createTestWorld({ database: world.database, seed: 2 })
    try {
      const asked = Array.from({ length: 60 }, () => command())
      const answers = await Promise.all(
        asked.flatMap((one) => [world.rooms.orders.create(one), other.rooms.orders.create(one)]),
      )
      for (const one of asked) {
        const same = answers.filter(({ order }) => order.requestId === one.requestId)
        expect(new Set(same.map(({ order }) => order.tradeNo)).size).toBe(1)
        expect(same.filter(({ created }) => created)).toHaveLength(1)
      }
    } finally {
      await other.close()
    }
  })

  test.each([
    ['another amount', { paymentAmount: 'CNY 1251', title: 'Two coffees' }, 'paymentAmount'],
    ['another title', { paymentAmount: 'CNY 1250', title: 'Two teas' }, 'title'],
    ['a field more', { paymentAmount: 'CNY 1250', title: 'Two coffees', buyer: 'somebody' }, 'buyer'],
    ['a field less', { paymentAmount: 'CNY 1250' }, 'title'],
  ])('with %s is refused by the name of the field', async (_, content, field) => {
    const asked = command()
    const { order } = await world.rooms.orders.create(asked)
    await expect(world.rooms.orders.create({ ...asked, content })).rejects.toMatchObject({
      code: 'ORDER_INCONSISTENT',
      details: { field },
    })
    expect(await world.rooms.orders.find(order.tradeNo)).toEqual(order)
  })

  test('with other content in the same batch is refused, and the first stands', async () => {
    const asked = command()
    const [first, second] = await Promise.allSettled([
      world.rooms.orders.create(asked),
      world.rooms.orders.create({ ...asked, content: { paymentAmount: 'CNY 9' } }),
    ])
    expect(first.status).toBe('fulfilled')
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'ORDER_INCONSISTENT' } })
  })

  test('three times in one batch makes one order: the first creates, the others see it', async () => {
    const asked = command()
    const other = command()
    const answers = await Promise.all([
      world.rooms.orders.create(asked),
      world.rooms.orders.create(other),
      world.rooms.orders.create(asked),
      world.rooms.orders.create(asked),
    ])
    expect(answers.map(({ created }) => created)).toEqual([true, true, false, false])
    expect(answers[2]!.order).toEqual(answers[0]!.order)
    expect(answers[1]!.order.requestId).toBe(other.requestId)
  })

  test('many of them in two different orders, through two servers at once, deadlock nobody', async () => {
    const servers = await createTwoServers()
    const { one, two } = servers
    const { clientId } = (await aMerchantWithClient(one)).client
    for (let round = 0; round < 30; round++) {
      const asked = Array.from({ length: 100 }, () => orderCommand(one, clientId))
      const create = (from: TestWorld, all: CreateOrder[]) =>
        Promise.all(all.map((each) => from.rooms.orders.create(each)))
      const [forward, backward] = await Promise.all([create(one, asked), create(two, [...asked].reverse())])
      expect(backward.reverse().map(({ order }) => order.tradeNo)).toEqual(forward.map(({ order }) => order.tradeNo))
      expect([...forward, ...backward].filter(({ created }) => created)).toHaveLength(100)
    }
    expect(await servers.close()).toEqual({ deadlocks: 0 })
  })

  test('of another client is another order', async () => {
    const other = await aMerchantWithClient(world)
    const asked = command()
    const mine = await world.rooms.orders.create(asked)
    const theirs = await world.rooms.orders.create({ ...asked, clientId: other.client.clientId })
    expect(theirs).toMatchObject({ created: true })
    expect(theirs.order.tradeNo).not.toBe(mine.order.tradeNo)
  })

  test('answers the same order after it was paid', async () => {
    const asked = command()
    const { order } = await aPaidOrder(world, shop, await aUser(world), asked)
    expect(await world.rooms.orders.create(asked)).toEqual({ order, created: false })
  })

  test('answers the same order when the time it asked for is over', async () => {
    const asked = command({ expiresAt: new Date(world.clock.now().getTime() + 1_000) })
    const { order } = await world.rooms.orders.create(asked)
    world.clock.advance({ minutes: 1 })
    const again = await world.rooms.orders.create(asked)
    expect(again.order).toMatchObject({ tradeNo: order.tradeNo, state: 'CLOSED', closeReason: 'EXPIRED' })
  })
})

describe('an order is refused and nothing is kept', () => {
  test.each<[string, () => Partial<CreateOrder>, string]>([
    ['from an unknown client', () => ({ clientId: '2021000000000000' }), 'CLIENT_UNKNOWN'],
    ['in a currency the merchant has no account in', () => ({ amount: money('JPY', 100n) }), 'CURRENCY_NOT_SUPPORTED'],
    ['of nothing', () => ({ amount: money('CNY', 0n) }), 'AMOUNT_OUT_OF_RANGE'],
    ['for an unknown mini program', () => ({ appId: '2021000000000009' }), 'PROGRAM_NOT_FOUND'],
    ['for an unknown buyer', () => ({ buyerId: '2088000000000009' }), 'USER_NOT_FOUND'],
    ['for a buyer id that is none', () => ({ buyerId: 'nobody' }), 'USER_NOT_FOUND'],
    ['that has expired', () => ({ expiresAt: world.clock.now() }), 'INVALID_PARAMETER'],
    [
      'that lives too long',
      () => ({ expiresAt: new Date(world.clock.now().getTime() + 16 * 86_400_000) }),
      'INVALID_PARAMETER',
    ],
    ['with the character NUL in its title', () => ({ title: 'coffee\u0000' }), 'INVALID_PARAMETER'],
    ['with half a character in its number', () => ({ requestId: 'r-\ud800' }), 'INVALID_PARAMETER'],
    [
      'with the character NUL deep in what it wants back',
      () => ({ extra: { a: [{ b: '\u0000' }] } }),
      'INVALID_PARAMETER',
    ],
  ])('%s', async (_, about, code) => {
    const before = await ordersInDatabase()
    await expect(world.rooms.orders.create(command(about()))).rejects.toMatchObject({ code })
    expect(await ordersInDatabase()).toBe(before)
  })

  test('and a refused neighbour does not harm the others that came with it', async () => {
    const answers = await Promise.allSettled(
      Array.from({ length: 30 }, (_, n) => world.rooms.orders.create(command(n % 3 === 0 ? { title: 'x\u0000' } : {}))),
    )
    expect(answers.map(({ status }) => status)).toEqual(
      Array.from({ length: 30 }, (_, n) => (n % 3 === 0 ? 'rejected' : 'fulfilled')),
    )
  })
})

describe('inquiring', () => {
  test('finds an order by either number', async () => {
    const order = await anOrder(world, shop)
    const { clientId } = shop.client
    expect(await world.rooms.orders.inquire(clientId, { tradeNo: order.tradeNo })).toEqual(order)
    expect(await world.rooms.orders.inquire(clientId, { requestId: order.requestId })).toEqual(order)
  })

  test('somebody else’s order is not found', async () => {
    const order = await anOrder(world, shop)
    const { clientId } = (await aMerchantWithClient(world)).client
    await expect(world.rooms.orders.inquire(clientId, { tradeNo: order.tradeNo })).rejects.toMatchObject({
      code: 'ORDER_NOT_FOUND',
    })
    await expect(world.rooms.orders.inquire(clientId, { requestId: order.requestId })).rejects.toMatchObject({
      code: 'ORDER_NOT_FOUND',
    })
  })

  test.each(['', '1', 'x'.repeat(64), '2'.repeat(28), '20260301\u0000', '９'.repeat(28)])(
    '“%s” is not found',
    async (tradeNo) => {
      await expect(world.rooms.orders.find(tradeNo)).rejects.toMatchObject({ code: 'ORDER_NOT_FOUND' })
      await expect(world.rooms.orders.inquire(shop.client.clientId, { requestId: tradeNo })).rejects.toMatchObject({
        code: 'ORDER_NOT_FOUND',
      })
    },
  )
})
