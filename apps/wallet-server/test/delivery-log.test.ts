/**
 * The delivery log: finding what was sent, sending it once more by hand (the same content, never behind the back of what
 * came after), and how addresses have answered.
 */
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Order } from '../src/order/types.ts'
import { TransportError, type OutgoingAnswer } from '../src/ports.ts'
import { verify } from '../src/verify/verify.ts'
import { aRefund } from './refund-world.ts'
import {
  acknowledgement,
  aMerchantWithClient,
  anOrder,
  aUser,
  createTestWorld,
  refusal,
  until,
  type TestMerchant,
  type TestWorld,
} from './support/index.ts'

const shopOrigin = 'https://shop.example'
const shopUrl = `${shopOrigin}/notify`
const UNKNOWN = '2026030143200000201123456789'

let world: TestWorld
let shop: TestMerchant
let payerId: string

beforeEach(async () => {
  world = await createTestWorld()
  shop = await aMerchantWithClient(world)
  payerId = (await aUser(world, { balance: 10_000_000n })).userId
})
afterEach(async () => {
  expect((await verify(world.deps.db)).violations).toEqual([])
  await world.close()
})

const room = () => world.rooms.notifications
async function paidOrder(notifyUrl: string | null = null, merchant = shop): Promise<Order> {
  const { tradeNo, amount } = await anOrder(world, merchant, { family: 'ALIPAY', notifyUrl })
  await world.rooms.payments.confirm({ tradeNo, payerId, amount })
  return world.rooms.orders.find(tradeNo)
}
const answering = (answer: OutgoingAnswer, origin = shopOrigin) => world.transport.on(origin, () => answer)
/** The number of a notification of an order, counted from 1. */
const idOf = async ({ tradeNo }: Order, nth = 1) => (await room().of(tradeNo))[nth - 1]!.notificationId
const settle = async () => {
  while ((await room().deliverDue()) > 0);
}
/** Sends it as often as the schedule says, in vain. */
async function giveUp(): Promise<void> {
  answering(refusal)
  for (let attempt = 0; attempt < 8; attempt++) {
    await settle()
    world.clock.advance({ hours: 24 })
  }
}
const contentOf = (body: Buffer | null) => {
  const { at: _at, ...content } = JSON.parse(String(body)) as Record<string, unknown>
  return content
}

describe('a replay by hand', () => {
  test('of a delivered notification sends the same content once more, and changes nothing but the log', async () => {
    const order = await paidOrder()
    await settle()
    const before = await room().find(await idOf(order))
    world.clock.advance({ minutes: 5 })
    const after = await room().replay(before.notificationId)
    expect(after).toMatchObject({ state: 'DELIVERED', attempts: 2, dueAt: null, finishedAt: before.finishedAt })
    expect(after.log.map(({ byHand, accepted }) => [byHand, accepted])).toEqual([
      [false, true],
      [true, true],
    ])
    const [first, second] = world.transport.requests
    expect(contentOf(second!.body)).toEqual(contentOf(first!.body))
    expect(second!.body).not.toEqual(first!.body)
    expect(second!.url).toBe(first!.url)
    expect(await room().nextDue()).toBeNull()
    expect(world.recorder.of(order.tradeNo, 18).at(-1)).toMatchObject({
      note: 'By hand: The merchant acknowledged attempt 2',
      facts: { byHand: 'true' },
    })
  })

  test('that is not acknowledged leaves a delivered one delivered, with the reason in the log', async () => {
    const order = await paidOrder()
    await settle()
    answering({ ...acknowledgement, body: Buffer.from('no') })
    const { state, log } = await room().replay(await idOf(order))
    expect(state).toBe('DELIVERED')
    expect(log.at(-1)).toMatchObject({ accepted: false, byHand: true, reason: '200, and the body is not "success"' })
    expect(log.at(-1)!.responseBody).toEqual(Buffer.from('no'))
  })

  test('of a given up one delivers it, once the merchant acknowledges', async () => {
    const order = await paidOrder()
    await giveUp()
    const id = await idOf(order)
    expect(await room().replay(id)).toMatchObject({ state: 'GIVEN_UP', attempts: 9, dueAt: null })
    answering(acknowledgement)
    expect(await room().replay(id)).toMatchObject({ state: 'DELIVERED', attempts: 10, finishedAt: world.clock.now() })
    expect(await room().deliverDue()).toBe(0)
  })

  test('that cannot reach anybody is an attempt like any other', async () => {
    const order = await paidOrder()
    await settle()
    world.transport.on(shopOrigin, () => {
      throw new TransportError('UNREACHABLE', 'The connection was refused.')
    })
    const { log } = await room().replay(await idOf(order))
    expect(log.at(-1)).toMatchObject({ responseStatus: null, accepted: false, reason: 'The connection was refused.' })
  })

  describe('is refused, and nothing is sent,', () => {
    const refused = async (id: string, code: string) => {
      const before = world.transport.requests.length
      await expect(room().replay(id)).rejects.toMatchObject({ code })
      expect(world.transport.requests.length).toBe(before)
    }

    test.each([UNKNOWN, '', 'latest', `${UNKNOWN}0`, "' or 1=1", '２０２６'])('for the number %j', (id) =>
      refused(id, 'NOTIFICATION_NOT_FOUND'),
    )

    test('for one that is still due', async () => {
      answering(refusal)
      const order = await paidOrder()
      await settle()
      const { dueAt } = (await room().of(order.tradeNo))[0]!
      await expect(room().replay(await idOf(order))).rejects.toMatchObject({
        code: 'NOTIFICATION_IN_PROGRESS',
        message: expect.stringContaining(dueAt!.toISOString()) as string,
      })
      await refused(await idOf(order), 'NOTIFICATION_IN_PROGRESS')
    })

    test('for one without an address', async () => {
      const silent = await aMerchantWithClient(world, { notifyUrl: null })
      const order = await paidOrder(null, silent)
      await refused(await idOf(order), 'NOTIFICATION_NOT_FOUND')
    })

    test('while it is being replayed already, also from another server', async () => {
      const order = await paidOrder()
      await settle()
      const id = await idOf(order)
      let answer: (answer: OutgoingAnswer) => void = () => undefined
      world.transport.on(shopOrigin, () => new Promise((resolve) => (answer = resolve)))
      const replaying = room().replay(id)
      await until('it is being sent', () => world.transport.requests.length === 2)
      const other = await createTestWorld({ database: world.database, seed: 2 })
      await expect(other.rooms.notifications.replay(id)).rejects.toMatchObject({ code: 'NOTIFICATION_IN_PROGRESS' })
      await refused(id, 'NOTIFICATION_IN_PROGRESS')
      answer(acknowledgement)
      expect((await replaying).attempts).toBe(2)
      await other.close()
    })

    test('while another of its order is being sent', async () => {
      const order = await paidOrder()
      await settle()
      let answer: (answer: OutgoingAnswer) => void = () => undefined
      world.transport.on(shopOrigin, () => new Promise((resolve) => (answer = resolve)))
      await aRefund(world, order)
      const sending = settle()
      await until('the newer is being sent', () => world.transport.requests.length === 2)
      await refused(await idOf(order), 'NOTIFICATION_IN_PROGRESS')
      answer(acknowledgement)
      await sending
    })

    test('for an older one than its address has acknowledged, unless that is asked for', async () => {
      const order = await paidOrder()
      await settle()
      await aRefund(world, order)
      await settle()
      const older = await idOf(order)
      await refused(older, 'NOTIFICATION_OVERTAKEN')
      await expect(room().replay(older)).rejects.toMatchObject({
        message: 'The same address has acknowledged number 3 of this order; this one is number 2.',
      })
      expect(await room().replay(older, { evenIfOlder: true })).toMatchObject({ sequence: 2, attempts: 2 })
      expect(await room().replay(await idOf(order, 2))).toMatchObject({ sequence: 3, attempts: 2 })
    })
  })

  test('holds up others of its order and nobody else, and a refused one holds up nothing', async () => {
    const order = await paidOrder()
    await settle()
    await aRefund(world, order)
    await settle()
    await expect(room().replay(await idOf(order))).rejects.toMatchObject({ code: 'NOTIFICATION_OVERTAKEN' })

    let answer: (answer: OutgoingAnswer) => void = () => undefined
    world.transport.on(shopOrigin, () => new Promise((resolve) => (answer = resolve)))
    const replaying = room().replay(await idOf(order, 2))
    await until('it is being sent', () => world.transport.requests.length === 3)
    await aRefund(world, order)
    expect(await room().deliverDue()).toBe(0)
    answer(acknowledgement)
    await replaying
    answering(acknowledgement)
    expect(await room().deliverDue()).toBe(1)
  })

  test('of a server that died meanwhile is no obstacle when its claim has run out', async () => {
    const order = await paidOrder()
    await settle()
    await world.deps.db.query('update notifications set claimed_until = $1', [
      new Date(world.clock.now().getTime() + 30_000),
    ])
    await expect(room().replay(await idOf(order))).rejects.toMatchObject({ code: 'NOTIFICATION_IN_PROGRESS' })
    world.clock.advance({ seconds: 31 })
    expect(await room().replay(await idOf(order))).toMatchObject({ attempts: 2 })
  })
})

describe('the list', () => {
  test('goes from the newest order to the oldest, page by page, without a gap', async () => {
    const orders: Order[] = []
    for (let count = 0; count < 5; count++) {
      orders.push(await paidOrder())
      world.clock.advance({ seconds: 1 })
    }
    await aRefund(world, orders[2]!)
    const all = await room().list({ limit: 100 })
    expect(all.map(({ subjectId, sequence }) => [subjectId, sequence])).toEqual(
      orders.toReversed().flatMap(({ tradeNo }) =>
        tradeNo === orders[2]!.tradeNo
          ? [
              [tradeNo, 3],
              [tradeNo, 2],
            ]
          : [[tradeNo, 2]],
      ),
    )
    const paged = []
    for (let page = await room().list({ limit: 2 }); page.length > 0;) {
      paged.push(...page)
      page = await room().list({ limit: 2, after: page.at(-1)! })
    }
    expect(paged).toEqual(all)
  })

  test('is of one order, one address, one state, or of the days from one on', async () => {
    answering(refusal, 'https://down.example')
    const [told, down] = [await paidOrder(), await paidOrder('https://down.example/n')]
    const silent = await paidOrder(null, await aMerchantWithClient(world, { notifyUrl: null }))
    await settle()
    const subjects = async (query: object) =>
      (await room().list({ limit: 10, ...query })).map(({ subjectId }) => subjectId).sort()
    expect(await subjects({ subjectId: down.tradeNo })).toEqual([down.tradeNo])
    expect(await subjects({ url: shopUrl })).toEqual([told.tradeNo])
    expect(await subjects({ state: 'DUE' })).toEqual([down.tradeNo])
    expect(await subjects({ state: 'GIVEN_UP' })).toEqual([silent.tradeNo])
    expect(await subjects({ url: shopUrl, state: 'DUE' })).toEqual([])
    expect(await subjects({ fromSubject: '20260301' })).toHaveLength(3)
    expect(await subjects({ fromSubject: '20260302' })).toEqual([])
    expect(await room().list({ limit: 1, state: 'GIVEN_UP' })).toMatchObject([{ url: null, attempts: 0 }])
  })
})

describe('the health of an address', () => {
  const HOUR = 3_600_000
  const endpoints = (hours = 24) => room().endpoints(new Date(world.clock.now().getTime() - hours * HOUR), 100)

  test('counts attempts, acknowledgements, and the failures since the last success', async () => {
    answering(refusal)
    await paidOrder()
    await settle()
    answering(acknowledgement)
    world.clock.advance({ minutes: 4 })
    await settle()
    const success = world.clock.now()
    answering({ ...refusal, status: 503 })
    for (let count = 0; count < 2; count++) {
      world.clock.advance({ seconds: 1 })
      await paidOrder()
      await settle()
    }
    expect(await endpoints()).toEqual([
      {
        url: shopUrl,
        attempts: 4,
        acknowledged: 1,
        p95Ms: expect.any(Number) as number,
        lastSuccessAt: success,
        lastFailure: { at: world.clock.now(), reason: '503, and the body is not "success"' },
        consecutiveFailures: 2,
        due: 0,
        waiting: 2,
      },
    ])
    world.clock.advance({ minutes: 4 })
    expect((await endpoints())[0]).toMatchObject({ due: 2, waiting: 0 })
  })

  test('puts the most troubled first, and shows one that was never tried', async () => {
    answering(refusal, 'https://down.example')
    await paidOrder('https://down.example/n')
    await paidOrder()
    await settle()
    await paidOrder('https://new.example/n')
    expect((await endpoints()).map(({ url, attempts, due }) => [url, attempts, due])).toEqual([
      ['https://down.example/n', 1, 0],
      ['https://new.example/n', 0, 1],
      [shopUrl, 1, 0],
    ])
    expect(await room().endpoints(new Date(0), 1)).toHaveLength(1)
  })

  test('looks no further back than it is told', async () => {
    await paidOrder()
    await settle()
    world.clock.advance({ hours: 2 })
    expect(await endpoints(1)).toEqual([])
    expect(await endpoints(3)).toHaveLength(1)
  })

  test('says how long 95 of 100 attempts took', async () => {
    for (let count = 0; count < 20; count++) await paidOrder()
    await settle()
    await world.deps.db.query('update notification_attempts set duration_ms = 10')
    await world.deps.db.query(`update notification_attempts set duration_ms = 9000 where notification_id =
      (select min(notification_id) from notification_attempts)`)
    expect((await endpoints())[0]).toMatchObject({ attempts: 20, p95Ms: 10 })
  })

  test('does not blame it for what was never sent', async () => {
    world.transport.on(shopOrigin, ({ body }) => (String(body).includes('ORDER_PAID') ? refusal : acknowledgement))
    const order = await paidOrder()
    await settle()
    await aRefund(world, order)
    await settle()
    world.clock.advance({ minutes: 4 })
    await settle()
    expect((await room().find(await idOf(order))).log.at(-1)!.reason).toMatch(/^Not sent/)
    expect((await endpoints())[0]).toMatchObject({ attempts: 2, acknowledged: 1, consecutiveFailures: 0 })
  })

  test('is read by the time of the attempts, not by reading the log from end to end', async () => {
    await world.deps.db
      .query(`insert into notification_attempts (notification_id, bucket, attempt, started_at, duration_ms,
        request_headers, request_body, accepted)
      select 'old-' || n, 1, 1, '2020-01-01'::timestamptz + n * interval '1 minute', 1, '{}', 'x', true
      from generate_series(1, 20000) as n`)
    await world.deps.db.query('analyze notification_attempts')
    const query = vi.spyOn(pg.Client.prototype, 'query')
    await endpoints()
    const { text, values } = query.mock.calls.at(-1)![0] as unknown as { text: string; values: unknown[] }
    query.mockRestore()
    const { rows } = await world.deps.db.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values)
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('notification_attempts_by_time')
    await world.deps.db.query(`delete from notification_attempts where notification_id like 'old-%'`)
  })
})
