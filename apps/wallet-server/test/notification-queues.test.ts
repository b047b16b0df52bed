/**
 * A queue for each receiver (step 18): however much waits for one that is down, the others are told at once; and what ends
 * together is written down together.
 */
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { insertNotifications, type NewNotification } from '../src/notification/outbox.ts'
import { CLAIM_SECONDS } from '../src/notification/service.ts'
import type { NotificationFamily } from '../src/notification/types.ts'
import type { Transport } from '../src/ports.ts'
import { SENDING_MAX, SENDING_PER_CLIENT_MAX, WINDOW_MAX, WINDOW_START } from '../src/notification/windows.ts'
import { createTransport } from '../src/transport/index.ts'
import {
  acknowledgement,
  aMerchantWithClient,
  aPaidOrder,
  aUser,
  createTestDatabase,
  createTestWorld,
  plainFamily,
  refusal,
  startTestServer,
  until,
  type TestDatabase,
  type TestWorld,
} from './support/index.ts'

let database: TestDatabase
let world: TestWorld
let woken = 0
let deadReason = 'down'
/** A merchant at dead.example never acknowledges; the reason is what a test says. */
const family: NotificationFamily = {
  ...plainFamily,
  judge: async (answer, notification) =>
    notification.url.startsWith('https://dead')
      ? { accepted: false, reason: deadReason }
      : plainFamily.judge(answer, notification),
}
const families = { SUPERAPP: family, ALIPAY: family }
beforeAll(async () => {
  database = await createTestDatabase()
})
beforeEach(async () => {
  woken = 0
  deadReason = 'down'
  world = await createTestWorld({ database, families, wake: () => void woken++ })
})
afterEach(async () => {
  await world.close()
  await database.asSuperuser((client) => client.query('truncate notifications, notification_attempts'))
})
afterAll(() => database.close())

let number = 0
/** Writes notifications as a room does in its transaction; they are due now. */
async function due(count: number, about: (n: number) => Partial<NewNotification>): Promise<string[]> {
  const rows = Array.from({ length: count }, (_, n): NewNotification => {
    const id = `order-${++number}`
    return {
      notificationId: id,
      subjectId: id,
      sequence: 2,
      bucket: number % 1000,
      clientId: 'shop',
      family: 'SUPERAPP',
      event: { type: 'ORDER_PAID' },
      url: 'https://shop.example/n',
      clientAddress: false,
      announce: true,
      ...about(n),
    }
  })
  await insertNotifications(world.deps.db, rows, world.clock.now())
  return rows.map(({ subjectId }) => subjectId)
}
const dead = (clientId = 'dead') => ({ url: 'https://dead.example/n', clientId })
const deliverDue = (limit?: number): Promise<number> => world.rooms.notifications.deliverDue(limit)
const stateOf = async (subjectId: string) => (await world.rooms.notifications.of(subjectId))[0]!.state
const told = (origin: string): number => world.transport.to(origin).length
async function countOf(state: string, origin: string): Promise<number> {
  const text = 'select count(*) from notifications where state = $1 and starts_with(url, $2)'
  return Number((await database.pool.query<{ count: bigint }>(text, [state, origin])).rows[0]!.count)
}

test('thousands that are due for one receiver keep no other waiting, not even for one pass', async () => {
  await due(3_000, () => dead())
  world.clock.advance({ seconds: 1 })
  const [tradeNo] = await due(1, () => ({ url: 'https://alive.example/n', clientId: 'alive' }))
  await deliverDue()
  expect([told('https://dead.example'), told('https://alive.example')]).toEqual([WINDOW_START, 1])
  expect(await stateOf(tradeNo!)).toBe('DELIVERED')
})

test('also when they are of the same client, and when the receiver does not answer at all', async () => {
  let answer = (): void => undefined
  const silence = new Promise<void>((resolve) => (answer = resolve))
  world.transport.on('https://dead.example', () => silence.then(() => refusal))
  await due(3_000, () => dead('shop'))
  world.clock.advance({ seconds: 1 })
  const [tradeNo] = await due(1, () => ({}))
  const slow = deliverDue()
  await until('it is told', async () => (await stateOf(tradeNo!)) === 'DELIVERED')
  const [next] = await due(1, () => ({ url: 'https://late.example/n' }))
  expect(await deliverDue()).toBe(1)
  expect(await stateOf(next!)).toBe('DELIVERED')
  expect(told('https://dead.example')).toBe(WINDOW_START)
  answer()
  await slow
})

test('of hundreds of receivers behind thousands for one, each is told within a few passes', async () => {
  await due(1_000, () => dead())
  world.clock.advance({ seconds: 1 })
  await due(300, (n) => ({ url: `https://alive-${n}.example/n`, clientId: `alive-${n}` }))
  let passes = 0
  for (; (await countOf('DUE', 'https://alive-')) > 0; passes++) {
    expect(passes).toBeLessThan(20)
    await deliverDue()
  }
  expect(told('https://dead.example')).toBeLessThan(WINDOW_START + passes)
})

test('a receiver behind a hundred that are down, each with a long queue, is told within a few passes', async () => {
  await due(4_000, (n) => ({ url: `https://dead.example/${n % 100}`, clientId: `dead-${n % 100}` }))
  world.clock.advance({ seconds: 1 })
  const [tradeNo] = await due(1, () => ({ url: 'https://alive.example/n', clientId: 'alive' }))
  for (let passes = 0; (await stateOf(tradeNo!)) === 'DUE'; passes++) {
    expect(passes).toBeLessThan(5)
    await deliverDue()
  }
})

test('a receiver that acknowledges is sent more at once with every answer, up to 128', async () => {
  await due(300, () => ({}))
  const passes: number[] = []
  for (let sent = await deliverDue(); sent > 0; sent = await deliverDue()) passes.push(sent)
  expect(passes).toEqual([4, 8, 16, 32, 64, 128, 48])
  expect(world.transport.mostAtOnce.get('https://shop.example/n')).toBe(WINDOW_MAX)
})

test('a receiver that begins to fail is sent one at a time, until it acknowledges again', async () => {
  await due(40, () => ({}))
  expect([await deliverDue(), await deliverDue()]).toEqual([4, 8])
  world.transport.on('https://shop.example', () => refusal)
  expect([await deliverDue(), await deliverDue(), await deliverDue()]).toEqual([16, 1, 1])
  world.transport.on('https://shop.example', () => acknowledgement)
  expect([await deliverDue(), await deliverDue(), await deliverDue()]).toEqual([1, 2, 4])
})

test('one process sends no more than 512 at once, and no more than 128 for one client', async () => {
  let answer = (): void => undefined
  const silence = new Promise<void>((resolve) => (answer = resolve))
  for (let n = 0; n < 800; n++)
    world.transport.on(`https://slow-${n}.example`, () => silence.then(() => acknowledgement))
  const to = (n: number) => ({ url: `https://slow-${n}.example/n` })
  await due(200, (n) => ({ ...to(n), clientId: 'one' }))
  const first = deliverDue()
  await until('its share is under way', () => world.transport.requests.length === SENDING_PER_CLIENT_MAX)
  await due(600, (n) => ({ ...to(200 + n), clientId: `client-${n}` }))
  const second = deliverDue()
  await until('as many as may be are under way', () => world.transport.requests.length === SENDING_MAX)
  expect(await deliverDue()).toBe(0)
  expect(world.transport.requests).toHaveLength(SENDING_MAX)
  answer()
  await Promise.all([first, second])
})

test('the end of a sending calls for the next, when something had to wait for its turn', async () => {
  await due(WINDOW_START, () => ({}))
  await deliverDue()
  expect(woken).toBe(0)
  await due(3 * WINDOW_START, () => ({}))
  await deliverDue()
  expect(woken).toBeGreaterThan(0)
})

test('two servers together send each once, also when thousands wait', async () => {
  await due(1_200, (n) => ({ url: `https://alive-${n % 40}.example/n`, clientId: `alive-${n % 40}` }))
  const two = await createTestWorld({
    database,
    seed: 2,
    families,
  })
  const drain = async ({ rooms }: TestWorld): Promise<void> => {
    // A server that finds everything in the other's hands is not at the end.
    while ((await countOf('DUE', 'https://alive-')) > 0) await rooms.notifications.deliverDue()
  }
  await Promise.all([drain(world), drain(two)])
  const ids = [world, two].flatMap(({ transport }) => transport.requests).map(({ body }) => JSON.parse(String(body)).id)
  expect([ids.length, new Set(ids).size]).toEqual([1_200, 1_200])
  expect(two.transport.requests.length).toBeGreaterThan(0)
  await two.close()
})

test('what a server had claimed when it died is found behind thousands that are due', async () => {
  const [lost] = await due(1, () => ({}))
  let answer = (): void => undefined
  world.transport.on('https://shop.example', () => new Promise((resolve) => (answer = () => resolve(acknowledgement))))
  const abandoned = deliverDue()
  await until('it is under way', () => told('https://shop.example') === 1)
  await due(2_000, () => dead())
  const two = await createTestWorld({
    database,
    seed: 2,
    families,
  })
  two.clock.set(new Date(world.clock.now().getTime() + CLAIM_SECONDS * 1000))
  await two.rooms.notifications.deliverDue()
  expect(two.transport.to('https://shop.example')).toHaveLength(1)
  expect(await stateOf(lost!)).toBe('DELIVERED')
  answer()
  await abandoned
  await two.close()
})

/** How often each statement ran meanwhile. */
async function statementsOf(work: () => Promise<unknown>): Promise<(name: string) => number> {
  const query = vi.spyOn(pg.Client.prototype, 'query')
  await work()
  const names = query.mock.calls.map(([given]) => (given as unknown as { name?: string }).name)
  query.mockRestore()
  return (name) => names.filter((each) => each === name).length
}

test('many are claimed by one statement, and written down by few', async () => {
  await due(100, (n) => ({ url: `https://alive-${n}.example/n`, clientId: `alive-${n}` }))
  const ran = await statementsOf(deliverDue)
  expect(world.transport.requests).toHaveLength(100)
  expect([ran('select-due-notifications'), ran('claim-notifications'), ran('select-notification-standings')]).toEqual([
    1, 1, 1,
  ])
  expect(ran('write-notification-outcomes')).toBeLessThanOrEqual(6)
})

test('what cannot be stored harms nobody that is written down with it', async () => {
  await due(20, (n) => ({ url: `https://alive-${n}.example/n`, clientId: `alive-${n}` }))
  const [bad] = await due(1, () => ({ url: 'https://bad.example/n', clientId: 'bad' }))
  world.transport.on('https://bad.example', () => ({ ...acknowledgement, headers: { 'x-bad': '\0' } }))
  await expect(deliverDue()).rejects.toMatchObject({ code: '22P05' })
  expect(await countOf('DELIVERED', 'https://alive-')).toBe(20)
  expect(await stateOf(bad!)).toBe('DUE')
})

test('a reason that quotes what no text can hold is written down all the same', async () => {
  deadReason = 'the body is "\0\ud83d" instead of "success"'
  const [tradeNo] = await due(1, () => dead())
  await deliverDue()
  const [notification] = await world.rooms.notifications.of(tradeNo!)
  expect(notification).toMatchObject({ state: 'DUE', attempts: 1 })
  expect(notification!.log[0]!.reason).toBe('the body is "��" instead of "success"')
})

test('a merchant that closes its connection after each answer is told over new ones, and none of that counts as a failed attempt', async () => {
  const served = new WeakSet<Socket>()
  let cut = 0
  const merchant = createServer((incoming, outgoing) => {
    if (served.has(incoming.socket)) return void (cut++, incoming.socket.destroy())
    served.add(incoming.socket)
    incoming.resume().on('end', () => outgoing.end('success'))
  })
  await new Promise<void>((resolve) => merchant.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(merchant.address() as AddressInfo).port}/n`
  const transport = createTransport({ allowLoopback: true })
  const real = await createTestWorld({ database, families, deps: { notificationTransport: transport } })
  const ids = await due(6, () => ({ url }))
  for (let n = 0; n < 6; n++) expect(await real.rooms.notifications.deliverDue(1)).toBe(1)
  for (const id of ids) {
    const [notification] = await real.rooms.notifications.of(id)
    expect(notification).toMatchObject({ state: 'DELIVERED', attempts: 1, log: [{ accepted: true, reason: null }] })
  }
  expect(cut).toBeGreaterThan(0)
  transport.close()
  await real.close()
  await new Promise((resolve) => merchant.close(resolve))
})

test('a server that closes ends its kept connections, after what was being sent', async () => {
  const happened: string[] = []
  let answer = (): void => undefined
  const notificationTransport: Transport = {
    async send() {
      happened.push('sent')
      await new Promise<void>((resolve) => (answer = resolve))
      happened.push('answered')
      return acknowledgement
    },
    close: () => void happened.push('closed'),
  }
  const server = await startTestServer({ database, deps: { notificationTransport } })
  const merchant = await aMerchantWithClient(server)
  await aPaidOrder(server, merchant, await aUser(server))
  await until('it is being sent', () => happened.length === 1)
  const closed = server.close()
  answer()
  await closed
  expect(happened).toEqual(['sent', 'answered', 'closed'])
})

test('an address as long as one may be has a queue like any other', async () => {
  const long = (n: number): string => `https://shop.example/${String(n).repeat(2_000)}`
  await due(3, (n) => ({ url: long(n) }))
  expect([await deliverDue(), await deliverDue()]).toEqual([3, 0])
})
