/** Notifications (step 18): every merchant hears of every payment, at least once, and nobody waits for somebody else. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CLAIM_SECONDS } from '../src/notification/service.ts'
import { retryDelaysSeconds } from '../src/notification/types.ts'
import { SENDING_PER_CLIENT_MAX, WINDOW_START } from '../src/notification/windows.ts'
import { TransportError, type OutgoingAnswer } from '../src/ports.ts'
import { verify } from '../src/verify/verify.ts'
import {
  acknowledgement,
  aMerchantWithClient,
  aPaidOrder,
  aUser,
  createTestWorld,
  plainFamily,
  refusal,
  until,
  type TestMerchant,
  type TestWorld,
  type WorldOptions,
} from './support/index.ts'

const shopOrigin = 'https://shop.example'
let world: TestWorld
let shop: TestMerchant
let payerId: string

async function start(options: WorldOptions = {}): Promise<void> {
  world = await createTestWorld(options)
  shop = await aMerchantWithClient(world)
  payerId = (await aUser(world, { balance: 10_000_000n })).userId
}
beforeEach(() => start())
afterEach(async () => {
  expect((await verify(world.deps.db)).violations).toEqual([])
  await world.close()
})

const paidOrder = async (notifyUrl: string | null = null, merchant = shop): Promise<string> =>
  (await aPaidOrder(world, merchant, { userId: payerId }, { notifyUrl })).order.tradeNo
const deliverDue = (limit?: number): Promise<number> => world.rooms.notifications.deliverDue(limit)
const only = async (tradeNo: string) => (await world.rooms.notifications.of(tradeNo))[0]!

/** A host that answers only when it is told to. */
function slowHost(): {
  host: () => Promise<OutgoingAnswer>
  answer: (answer: OutgoingAnswer) => void
  waiting: () => number
} {
  const waiting: ((answer: OutgoingAnswer) => void)[] = []
  let answered: OutgoingAnswer | null = null
  return {
    host: () => (answered ? Promise.resolve(answered) : new Promise((resolve) => waiting.push(resolve))),
    answer: (answer) => {
      answered = answer
      for (const resolve of waiting.splice(0)) resolve(answer)
    },
    waiting: () => waiting.length,
  }
}

describe('a merchant that acknowledges', () => {
  test('is sent the notification once', async () => {
    const tradeNo = await paidOrder()
    expect([await deliverDue(), await deliverDue()]).toEqual([1, 0])
    world.clock.advance({ hours: 48 })
    expect(await deliverDue()).toBe(0)
    expect(await only(tradeNo)).toMatchObject({ state: 'DELIVERED', attempts: 1, dueAt: null })
    expect(world.transport.requests).toHaveLength(1)
  })

  test('and the attempt is kept with the bytes of both sides', async () => {
    const tradeNo = await paidOrder()
    await deliverDue()
    const [sent] = world.transport.requests
    expect((await only(tradeNo)).log).toEqual([
      {
        attempt: 1,
        startedAt: world.clock.now(),
        durationMs: expect.any(Number),
        accepted: true,
        reason: null,
        requestHeaders: { 'content-type': 'application/json' },
        requestBody: sent!.body,
        responseStatus: 200,
        responseHeaders: { 'content-type': 'text/plain' },
        responseBody: Buffer.from('success'),
      },
    ])
  })

  test('and the attempt is recorded as step 18', async () => {
    const tradeNo = await paidOrder()
    await deliverDue()
    expect(world.recorder.of(tradeNo, 18)).toMatchObject([
      {
        ok: true,
        message: { startLine: 'POST https://shop.example/notify' },
        signature: { signedBy: 'WALLET' },
        facts: { attempt: '1', accepted: 'true', state: 'DELIVERED', answerStatus: '200', answerBody: 'success' },
      },
    ])
  })
})

describe('a merchant that does not acknowledge', () => {
  test('is sent the notification again after each delay of the schedule, and then no more', async () => {
    world.transport.on(shopOrigin, () => refusal)
    const tradeNo = await paidOrder()
    expect(await deliverDue()).toBe(1)
    for (const [index, seconds] of retryDelaysSeconds.entries()) {
      expect(await only(tradeNo)).toMatchObject({ state: 'DUE', attempts: index + 1 })
      world.clock.advance({ seconds: seconds, milliseconds: -1 })
      expect(await deliverDue(), `one millisecond before delay ${index + 1}`).toBe(0)
      world.clock.advance({ milliseconds: 1 })
      expect(await deliverDue(), `after delay ${index + 1}`).toBe(1)
    }
    expect(await only(tradeNo)).toMatchObject({ state: 'GIVEN_UP', attempts: 8, dueAt: null })
    world.clock.advance({ hours: 1000 })
    expect(await deliverDue()).toBe(0)
    expect((await only(tradeNo)).log.map(({ attempt, accepted }) => [attempt, accepted])).toEqual(
      Array.from({ length: 8 }, (_, n) => [n + 1, false]),
    )
  })

  test('waits 4 m, 10 m, 10 m, 1 h, 2 h, 6 h and 15 h', () => {
    expect(retryDelaysSeconds.map((seconds) => seconds / 60)).toEqual([4, 10, 10, 60, 120, 360, 900])
  })

  test('and comes back gets it at the next attempt, with the same id and a new time', async () => {
    world.transport.on(shopOrigin, () => {
      throw new TransportError('UNREACHABLE', 'shop.example refused the connection (ECONNREFUSED).')
    })
    const tradeNo = await paidOrder()
    await deliverDue()
    world.transport.on(shopOrigin, () => acknowledgement)
    world.clock.advance({ minutes: 4 })
    await deliverDue()
    expect(await only(tradeNo)).toMatchObject({
      state: 'DELIVERED',
      log: [
        {
          accepted: false,
          responseStatus: null,
          responseBody: null,
          reason: 'shop.example refused the connection (ECONNREFUSED).',
        },
        { accepted: true, responseStatus: 200 },
      ],
    })
    const [first, second] = world.transport.requests.map(({ body }) => JSON.parse(String(body)))
    expect(first.id).toBe(second.id)
    expect(first.at).not.toBe(second.at)
  })

  test.each<[string, OutgoingAnswer]>([
    ['500', { status: 500, headers: {}, body: Buffer.from('success ') }],
    ['200 with another body', { status: 200, headers: {}, body: Buffer.from('ok') }],
    ['302', { status: 302, headers: { location: 'http://127.0.0.1/' }, body: Buffer.alloc(0) }],
    ['bytes that are no text', { status: 200, headers: {}, body: Buffer.from([0, 255, 0]) }],
  ])('because it answers %s', async (_, answer) => {
    world.transport.on(shopOrigin, () => answer)
    const tradeNo = await paidOrder()
    await deliverDue()
    expect(await only(tradeNo)).toMatchObject({ state: 'DUE', log: [{ accepted: false, responseBody: answer.body }] })
  })

  test('and of a long answer only the beginning is kept', async () => {
    world.transport.on(shopOrigin, () => ({ ...refusal, body: Buffer.alloc(60_000, 'x') }))
    const tradeNo = await paidOrder()
    await deliverDue()
    expect((await only(tradeNo)).log[0]!.responseBody).toHaveLength(16 * 1024)
  })

  test('because there is no address: it is given up at once and stays as evidence', async () => {
    const merchant = await aMerchantWithClient(world, { notifyUrl: null })
    const tradeNo = await paidOrder(null, merchant)
    expect(await deliverDue()).toBe(0)
    expect(await only(tradeNo)).toMatchObject({ state: 'GIVEN_UP', attempts: 0, log: [] })
  })
})

test('a notification that cannot be rendered is an attempt like any other, and does not spin', async () => {
  await world.close()
  await start({
    families: { ALIPAY: plainFamily, SUPERAPP: { ...plainFamily, render: () => Promise.reject(new Error('no key')) } },
  })
  const tradeNo = await paidOrder()
  expect([await deliverDue(), await deliverDue()]).toEqual([1, 0])
  expect(await only(tradeNo)).toMatchObject({
    state: 'DUE',
    attempts: 1,
    log: [{ reason: 'The notification could not be rendered.' }],
  })
  // The reason names what failed and carries nothing of what is secret.
  expect(JSON.stringify(world.recorder.of(tradeNo, 18))).not.toContain('no key')
})

describe('several servers', () => {
  test('at once send each notification once', async () => {
    for (let n = 0; n < 6; n++) await paidOrder(`https://shop-${n}.example/n`)
    const other = await createTestWorld({ database: world.database, seed: 2 })
    const sent = await Promise.all([deliverDue(), other.rooms.notifications.deliverDue(), deliverDue()])
    expect(sent.reduce((sum, count) => sum + count)).toBe(6)
    expect(world.transport.requests.length + other.transport.requests.length).toBe(6)
    await other.close()
  })

  test('what one had claimed when it died is sent by another when the claim has run out', async () => {
    const { host, answer, waiting } = slowHost()
    world.transport.on(shopOrigin, host)
    const tradeNo = await paidOrder()
    const lost = deliverDue()
    await until('it is being sent', () => waiting() === 1)

    const other = await createTestWorld({ database: world.database, seed: 2 })
    other.clock.set(new Date(world.clock.now().getTime() + CLAIM_SECONDS * 1000 - 1))
    expect(await other.rooms.notifications.deliverDue()).toBe(0)
    other.clock.advance({ milliseconds: 1 })
    expect(await other.rooms.notifications.nextDue()).toEqual(other.clock.now())
    expect(await other.rooms.notifications.deliverDue()).toBe(1)
    expect(await only(tradeNo)).toMatchObject({ state: 'DELIVERED', attempts: 1 })

    // It was not dead, only slow: what it did is kept too, and the final state stays.
    answer(refusal)
    await lost
    expect(await only(tradeNo)).toMatchObject({ state: 'DELIVERED', attempts: 2, dueAt: null })
    await other.close()
  })
})

describe('a merchant that is slow', () => {
  test('delays nobody else, however much is waiting for it', async () => {
    const { host, answer, waiting } = slowHost()
    world.transport.on(shopOrigin, host)
    for (let n = 0; n < 3 * WINDOW_START; n++) await paidOrder()
    const slow = deliverDue()
    await until('its share is being sent', () => waiting() === WINDOW_START)

    const other = await aMerchantWithClient(world, { notifyUrl: 'https://fast.example/n' })
    const tradeNo = await paidOrder(null, other)
    expect(await deliverDue()).toBe(1)
    expect((await only(tradeNo)).state).toBe('DELIVERED')

    answer(acknowledgement)
    await slow
    let sent = 0
    for (let more = await deliverDue(); more > 0; more = await deliverDue()) sent += more
    expect(sent).toBe(2 * WINDOW_START)
    // What it has acknowledged has opened its window.
    expect(world.transport.mostAtOnce.get(`${shopOrigin}/notify`)).toBe(2 * WINDOW_START)
  })

  test('gets no larger share by naming many addresses', async () => {
    const { host, answer, waiting } = slowHost()
    for (let n = 0; n < SENDING_PER_CLIENT_MAX + 4; n++) {
      world.transport.on(`https://many-${n}.example`, host)
      await paidOrder(`https://many-${n}.example/n`)
    }
    const slow = deliverDue()
    await until('its share is being sent', () => waiting() === SENDING_PER_CLIENT_MAX)
    const other = await aMerchantWithClient(world, { notifyUrl: 'https://fast.example/n' })
    await paidOrder(null, other)
    expect(await deliverDue()).toBe(1)
    expect(world.transport.to('https://fast.example')).toHaveLength(1)
    answer(acknowledgement)
    await slow
    expect(await deliverDue()).toBe(4)
  })

  test('holds no database connection while it is waited for', async () => {
    const { host, answer, waiting } = slowHost()
    world.transport.on(shopOrigin, host)
    await paidOrder()
    const slow = deliverDue()
    await until('it is being sent', () => waiting() === 1)
    expect(world.database.pool.totalCount - world.database.pool.idleCount).toBe(0)
    const { rows } = await world.database.pool.query(
      `select 1 from pg_stat_activity where state like 'idle in transaction%' and datname = current_database()`,
    )
    expect(rows).toEqual([])
    answer(acknowledgement)
    await slow
  })
})

test('no more are sent at once than asked', async () => {
  for (let n = 0; n < 5; n++) await paidOrder(`https://shop-${n}.example/n`)
  expect([await deliverDue(2), await deliverDue(2), await deliverDue(2)]).toEqual([2, 2, 1])
})

test('the next is due when the schedule says, or never', async () => {
  expect(await world.rooms.notifications.nextDue()).toBeNull()
  world.transport.on(shopOrigin, () => refusal)
  await paidOrder()
  expect(await world.rooms.notifications.nextDue()).toEqual(world.clock.now())
  await deliverDue()
  expect(await world.rooms.notifications.nextDue()).toEqual(new Date(world.clock.now().getTime() + 240_000))
})
