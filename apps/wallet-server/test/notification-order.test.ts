/**
 * The order of notifications (step 18): of one order one is on its way at a time, and a merchant that has acknowledged what
 * came after is never told what was before.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Order } from '../src/order/types.ts'
import type { NotificationFamily } from '../src/notification/types.ts'
import type { OutgoingAnswer, OutgoingRequest } from '../src/ports.ts'
import { verify } from '../src/verify/verify.ts'
import { aRefund } from './refund-world.ts'
import {
  acknowledgement,
  aMerchantWithClient,
  anOrder,
  aUser,
  createTestWorld,
  plainFamily,
  refusal,
  seededRandom,
  until,
  type TestMerchant,
  type TestWorld,
} from './support/index.ts'

const shopOrigin = 'https://shop.example'
/** Says which order and which number of it. */
const family: NotificationFamily = {
  ...plainFamily,
  render: async (notification, now) => ({
    ...(await plainFamily.render(notification, now)),
    body: Buffer.from(JSON.stringify([notification.subjectId, notification.sequence])),
  }),
}
const families = { SUPERAPP: family, ALIPAY: family }
const read = ({ body }: OutgoingRequest) => JSON.parse(String(body)) as [tradeNo: string, sequence: number]

let world: TestWorld
let shop: TestMerchant
let payerId: string

beforeEach(async () => {
  world = await createTestWorld({ families })
  shop = await aMerchantWithClient(world)
  payerId = (await aUser(world, { balance: 10_000_000n })).userId
})
afterEach(async () => {
  expect((await verify(world.deps.db)).violations).toEqual([])
  await world.close()
})

/** A paid order: notification 2 is due. Each refund of it adds one; this family tells them all to one address. */
async function paidOrder(notifyUrl: string | null = null): Promise<Order> {
  const { tradeNo, amount } = await anOrder(world, shop, { family: 'ALIPAY', notifyUrl })
  await world.rooms.payments.confirm({ tradeNo, payerId, amount })
  return world.rooms.orders.find(tradeNo)
}
const deliverDue = () => world.rooms.notifications.deliverDue()
const of = (order: Order) => world.rooms.notifications.of(order.tradeNo)
const states = async (order: Order) => (await of(order)).map(({ sequence, state }) => `${sequence} ${state}`)
const received = () => world.transport.requests.map((request) => read(request)[1])
const answering = (answer: (sequence: number) => OutgoingAnswer) =>
  world.transport.on(shopOrigin, (request) => answer(read(request)[1]))

describe('an older notification', () => {
  test('is not sent again once a newer one was acknowledged, and the log says why', async () => {
    answering((sequence) => (sequence === 2 ? refusal : acknowledgement))
    const order = await paidOrder()
    await deliverDue()
    await aRefund(world, order)
    await deliverDue()
    expect(await states(order)).toEqual(['2 DUE', '3 DELIVERED'])

    answering(() => acknowledgement)
    world.clock.advance({ minutes: 4 })
    expect(await deliverDue()).toBe(1)
    expect(received()).toEqual([2, 3])
    expect(await states(order)).toEqual(['2 GIVEN_UP', '3 DELIVERED'])
    const [older] = await of(order)
    expect(older).toMatchObject({ attempts: 2, dueAt: null })
    expect(older!.log[1]).toEqual({
      attempt: 2,
      startedAt: world.clock.now(),
      durationMs: 0,
      requestHeaders: {},
      requestBody: Buffer.alloc(0),
      responseStatus: null,
      responseHeaders: null,
      responseBody: null,
      accepted: false,
      reason: 'Not sent: number 3 was acknowledged before number 2 of the same subject.',
    })
    world.clock.advance({ hours: 48 })
    expect(await deliverDue()).toBe(0)
  })

  test('that was overtaken is recorded as step 18, without a message', async () => {
    answering((sequence) => (sequence === 2 ? refusal : acknowledgement))
    const order = await paidOrder()
    await deliverDue()
    await aRefund(world, order)
    await deliverDue()
    world.clock.advance({ minutes: 4 })
    await deliverDue()
    const last = world.recorder.of(order.tradeNo, 18).at(-1)!
    expect(last).toMatchObject({ ok: false, facts: { state: 'GIVEN_UP', accepted: 'false' } })
    expect(last.facts!['reason']).toMatch(/^Not sent: number 3 was acknowledged/)
    expect(last.message).toBeUndefined()
  })

  test('is overtaken however many there are, and whichever of the newer it was', async () => {
    answering((sequence) => (sequence < 4 ? refusal : acknowledgement))
    const order = await paidOrder()
    await aRefund(world, order)
    await aRefund(world, order)
    for (let n = 0; n < 3; n++) await deliverDue()
    expect(await states(order)).toEqual(['2 DUE', '3 DUE', '4 DELIVERED'])
    world.clock.advance({ minutes: 4 })
    for (let n = 0; n < 3; n++) await deliverDue()
    expect(received()).toEqual([2, 3, 4])
    expect(await states(order)).toEqual(['2 GIVEN_UP', '3 GIVEN_UP', '4 DELIVERED'])
  })

  test('is still sent while the newer one is not acknowledged', async () => {
    answering(() => refusal)
    const order = await paidOrder()
    await deliverDue()
    await aRefund(world, order)
    await deliverDue()
    answering(() => acknowledgement)
    world.clock.advance({ minutes: 4 })
    expect([await deliverDue(), await deliverDue()]).toEqual([1, 1])
    expect(received()).toEqual([2, 3, 2, 3])
    expect(await states(order)).toEqual(['2 DELIVERED', '3 DELIVERED'])
  })

  test('does not hold up the newer one while it waits for its next attempt', async () => {
    answering((sequence) => (sequence === 2 ? refusal : acknowledgement))
    const order = await paidOrder()
    await deliverDue()
    await aRefund(world, order)
    expect(await deliverDue()).toBe(1)
    expect(received()).toEqual([2, 3])
  })

  test('is still sent where the newer one was acknowledged at another address', async () => {
    world.transport.on('https://refunds.example', () => acknowledgement)
    answering(() => refusal)
    const order = await paidOrder()
    await deliverDue()
    await aRefund(world, order, { notifyUrl: 'https://refunds.example/told' })
    await deliverDue()
    expect(await states(order)).toEqual(['2 DUE', '3 DELIVERED'])
    answering(() => acknowledgement)
    world.clock.advance({ minutes: 4 })
    await deliverDue()
    expect(await states(order)).toEqual(['2 DELIVERED', '3 DELIVERED'])
  })

  test('of another order is sent as ever', async () => {
    answering((sequence) => (sequence === 2 ? refusal : acknowledgement))
    const [order, other] = [await paidOrder(), await paidOrder()]
    await deliverDue()
    await aRefund(world, order)
    await deliverDue()
    answering(() => acknowledgement)
    world.clock.advance({ minutes: 4 })
    await deliverDue()
    expect(await states(other)).toEqual(['2 DELIVERED'])
    expect(read(world.transport.requests.at(-1)!)).toEqual([other.tradeNo, 2])
  })
})

describe('of one order', () => {
  test('the older goes first when both are due, and the newer when that one has been answered', async () => {
    const order = await paidOrder()
    await aRefund(world, order)
    expect([await deliverDue(), await deliverDue(), await deliverDue()]).toEqual([1, 1, 0])
    expect(received()).toEqual([2, 3])
  })

  test('one is on its way at a time, also from another server', async () => {
    let answer: (answer: OutgoingAnswer) => void = () => undefined
    world.transport.on(shopOrigin, () => new Promise((resolve) => (answer = resolve)))
    const order = await paidOrder()
    const first = deliverDue()
    await until('the older is being sent', () => received().length === 1)
    await aRefund(world, order)
    const other = await createTestWorld({ database: world.database, seed: 2, families })
    expect([await deliverDue(), await other.rooms.notifications.deliverDue()]).toEqual([0, 0])

    answer(refusal)
    await first
    expect(await other.rooms.notifications.deliverDue()).toBe(1)
    expect(await states(order)).toEqual(['2 DUE', '3 DELIVERED'])
    world.clock.advance({ minutes: 4 })
    await deliverDue()
    expect(received()).toEqual([2])
    await other.close()
  })
})

test('what waits behind another of its order is not the next thing due; the end of that one is', async () => {
  answering(() => refusal)
  const order = await paidOrder()
  await deliverDue()
  await aRefund(world, order)
  // A server took the older along and was lost: its claim stands until it ends.
  const claimedUntil = new Date(world.clock.now().getTime() + 30_000)
  const claim = 'update notifications set claimed_until = $1 where subject_id = $2 and sequence = 2'
  await world.database.pool.query(claim, [claimedUntil, order.tradeNo])
  expect(await deliverDue()).toBe(0)
  expect(await world.rooms.notifications.nextDue()).toEqual(claimedUntil)
})

test('two servers that claim two of one order in the same moment do not both send', async () => {
  const { pool } = world.database
  answering((sequence) => (sequence === 2 ? refusal : acknowledgement))
  const order = await paidOrder()
  await deliverDue()
  await aRefund(world, order)

  // Another server, whose clock is ahead, has claimed the older; its commit comes between our claim and our second look.
  const other = await pool.connect()
  const claim = 'update notifications set claimed_until = $1 where subject_id = $2 and sequence = 2'
  await other.query('begin')
  await other.query(claim, [new Date(world.clock.now().getTime() + 1_000), order.tradeNo])
  const query = pool.query.bind(pool) as (query: { name?: string }) => Promise<unknown>
  pool.query = (async (asked: { name?: string }) => {
    if (asked.name === 'select-notification-standings') await other.query('commit')
    return query(asked)
  }) as typeof pool.query
  expect(await deliverDue()).toBe(0)
  expect(received()).toEqual([2])
  pool.query = query as typeof pool.query

  await other.query(claim, [null, order.tradeNo])
  other.release()
  expect(await deliverDue()).toBe(1)
  expect(received()).toEqual([2, 3])
})

test('over two servers whose clocks differ, with refusals at random, nothing older arrives after what was acknowledged', async () => {
  const two = await createTestWorld({ database: world.database, seed: 2, families })
  const servers = [world, two]
  const chance = seededRandom(7)
  const acknowledged = new Map<string, number>()
  const onTheirWay = new Set<string>()
  const wrong: string[] = []
  for (const { transport } of servers) {
    transport.on(shopOrigin, async (request) => {
      const [tradeNo, sequence] = read(request)
      if (onTheirWay.has(tradeNo)) wrong.push(`${sequence} came while another was on its way`)
      if (sequence < (acknowledged.get(tradeNo) ?? 0)) wrong.push(`${sequence} came after a newer one`)
      onTheirWay.add(tradeNo)
      await new Promise((resolve) => setImmediate(resolve))
      onTheirWay.delete(tradeNo)
      if (chance.digits(1) < '6') return refusal
      acknowledged.set(tradeNo, sequence)
      return acknowledgement
    })
  }
  const orders: Order[] = []
  for (let round = 0; round < 20; round++) {
    // An address for each order: one receiver's share of what is sent at once is not what is tried here.
    if (round < 8) orders.push(await paidOrder(`${shopOrigin}/${round}`))
    if (round < 10) for (const order of orders.slice(-3)) await aRefund(world, order, { minor: 10n })
    // The second server's clock is behind: what is due for the first is not yet due for it.
    two.clock.set(new Date(world.clock.now().getTime() - 3_000))
    await Promise.all([...servers, ...servers].map(({ rooms }) => rooms.notifications.deliverDue()))
    world.clock.advance({ minutes: 4, seconds: 1 })
  }
  expect(wrong).toEqual([])
  const ends = (await Promise.all(orders.map(states))).flat()
  for (const state of ['DELIVERED', 'GIVEN_UP'])
    expect(ends.filter((end) => end.endsWith(state)).length).toBeGreaterThan(0)
  await two.close()
})
