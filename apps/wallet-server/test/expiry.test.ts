/** Orders end by themselves: when their time is over they can no longer be paid, whether or not anybody looked. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  aMerchantWithClient,
  anOrder,
  aPaidOrder,
  aUser,
  createTestWorld,
  type TestMerchant,
  type TestWorld,
} from './support/index.ts'

let world: TestWorld
let shop: TestMerchant
beforeAll(async () => {
  world = await createTestWorld()
  shop = await aMerchantWithClient(world)
})
afterAll(() => world.close())

describe('when the time of an order is over', () => {
  test('it is closed by the timer, and says why and since when', async () => {
    const order = await anOrder(world, shop)
    world.clock.advance({ minutes: 20 })
    expect(await world.rooms.orders.closeExpired()).toBe(1)
    expect(await world.rooms.orders.find(order.tradeNo)).toEqual({
      ...order,
      state: 'CLOSED',
      closeReason: 'EXPIRED',
      closedAt: order.expiresAt,
      sequence: 2,
    })
  })

  test('it looks the same before and after the timer came round', async () => {
    const order = await anOrder(world, shop)
    world.clock.set(order.expiresAt)
    const before = await world.rooms.orders.find(order.tradeNo)
    world.clock.advance({ hours: 5 })
    await world.rooms.orders.closeExpired()
    expect(await world.rooms.orders.find(order.tradeNo)).toEqual(before)
  })

  test('one millisecond before it is still open', async () => {
    const order = await anOrder(world, shop)
    world.clock.set(new Date(order.expiresAt.getTime() - 1))
    expect(await world.rooms.orders.closeExpired()).toBe(0)
    expect((await world.rooms.orders.find(order.tradeNo)).state).toBe('CREATED')
    world.clock.advance({ milliseconds: 1 })
    expect(await world.rooms.orders.closeExpired()).toBe(1)
  })

  test('a paid order stays paid', async () => {
    const { order } = await aPaidOrder(world, shop, await aUser(world))
    world.clock.advance({ hours: 1 })
    expect(await world.rooms.orders.closeExpired()).toBe(0)
    expect(await world.rooms.orders.find(order.tradeNo)).toEqual(order)
  })

  test.each(['SUPERAPP', 'ALIPAY'] as const)(
    'its end is written down once, and nobody is told: the %s family does not announce it',
    async (family) => {
      const order = await anOrder(world, shop, { family })
      world.clock.advance({ hours: 1 })
      await world.rooms.orders.closeExpired()
      await world.rooms.orders.closeExpired()
      expect(await world.rooms.notifications.of(order.tradeNo)).toMatchObject([
        { state: 'GIVEN_UP', sequence: 2, attempts: 0, event: { type: 'ORDER_CLOSED', closeReason: 'EXPIRED' } },
      ])
      await world.rooms.notifications.deliverDue()
      expect(world.transport.requests.filter(({ body }) => body?.includes(order.tradeNo))).toEqual([])
    },
  )

  test('its timeline says so, as of the moment it expired', async () => {
    const order = await anOrder(world, shop)
    world.clock.advance({ hours: 1 })
    await world.rooms.orders.closeExpired()
    expect(world.recorder.of(order.tradeNo, 15)).toEqual([
      {
        step: 15,
        at: order.expiresAt.toISOString(),
        ok: true,
        note: 'Closed unpaid: the time to pay it was over',
        facts: { outcome: 'CLOSED', closeReason: 'EXPIRED' },
      },
    ])
  })

  test('orders of a bucket that moved to another database are left to it, and do not keep the timer busy', async () => {
    const other = await aMerchantWithClient(world)
    const order = await anOrder(world, other)
    const { pool } = world.database
    await pool.query('delete from owned_buckets where bucket = $1', [order.bucket])
    try {
      world.clock.advance({ hours: 1 })
      expect(await world.rooms.orders.closeExpired()).toBe(0)
      expect(await world.rooms.orders.nextExpiry()).toBeNull()
    } finally {
      await pool.query('insert into owned_buckets values ($1)', [order.bucket])
    }
    expect(await world.rooms.orders.closeExpired()).toBe(1)
  })

  test('a server that starts later closes what expired while none ran', async () => {
    const order = await anOrder(world, shop)
    const restarted = await createTestWorld({ database: world.database, seed: 9 })
    try {
      restarted.clock.set(new Date(order.expiresAt.getTime() + 86_400_000))
      expect(await restarted.rooms.orders.closeExpired()).toBe(1)
      expect((await restarted.rooms.orders.find(order.tradeNo)).closeReason).toBe('EXPIRED')
    } finally {
      await restarted.close()
    }
  })

  test('several servers at once close each order once', async () => {
    const orders = await Promise.all(Array.from({ length: 50 }, () => anOrder(world, shop)))
    const servers = await Promise.all([5, 6, 7].map((seed) => createTestWorld({ database: world.database, seed })))
    try {
      for (const server of servers) server.clock.set(orders[0]!.expiresAt)
      const closed = await Promise.all(servers.map((server) => server.rooms.orders.closeExpired()))
      expect(closed.reduce((sum, count) => sum + count)).toBe(50)
    } finally {
      for (const server of servers) await server.close()
    }
    const { rows } = await world.database.pool.query('select distinct sequence from orders where trade_no = any ($1)', [
      orders.map(({ tradeNo }) => tradeNo),
    ])
    expect(rows).toEqual([{ sequence: 2 }])
  })

  test('no more are closed at once than asked', async () => {
    const [first] = await Promise.all(Array.from({ length: 5 }, () => anOrder(world, shop)))
    world.clock.set(first!.expiresAt)
    expect([await world.rooms.orders.closeExpired(3), await world.rooms.orders.closeExpired(3)]).toEqual([3, 2])
  })
})

test('the next expiry is that of the earliest unpaid order, or none', async () => {
  expect(await world.rooms.orders.nextExpiry()).toBeNull()
  const inSeconds = (seconds: number): Date => new Date(world.clock.now().getTime() + seconds * 1000)
  await anOrder(world, shop, { expiresAt: inSeconds(90) })
  const early = await anOrder(world, shop, { expiresAt: inSeconds(30) })
  expect(await world.rooms.orders.nextExpiry()).toEqual(early.expiresAt)
})
