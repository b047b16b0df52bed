/** The worker: what is due happens by itself, on time, also after trouble, and nothing is cut off in the middle. */
import { afterEach, describe, expect, test } from 'vitest'
import { money } from '@tradepay/money'
import { inTransitAccount } from '../src/ledger/types.ts'
import type { OutgoingAnswer } from '../src/ports.ts'
import { POLL_MS, startWorker, type Worker, type WorkerRooms } from '../src/worker/worker.ts'
import { aTopUp, aUserWithBank, fundingOf } from './bank-world.ts'
import {
  acknowledgement,
  aMerchantWithClient,
  anOrder,
  aPaidOrder,
  aUser,
  balanceOf,
  createTestWorld,
  ManualClock,
  refusal,
  until,
  type TestWorld,
} from './support/index.ts'

let world: TestWorld | undefined
let worker: Worker | undefined
const errors: unknown[] = []
afterEach(async () => {
  await worker?.close()
  await world?.close()
  worker = world = undefined
  errors.length = 0
})

async function start(): Promise<TestWorld> {
  world = await createTestWorld({ wake: () => worker?.wake() })
  worker = startWorker(world.rooms, world.clock, (error) => errors.push(error))
  return world
}
const stateOf = async (world: TestWorld, tradeNo: string) => (await world.rooms.notifications.of(tradeNo))[0]?.state
const inDatabase = async (world: TestWorld, tradeNo: string) =>
  (await world.database.pool.query<{ state: string }>('select state from orders where trade_no = $1', [tradeNo]))
    .rows[0]!.state

describe('with a real database', () => {
  test('a payment is notified at once, without waiting for the next round', async () => {
    const world = await start()
    const [shop, mei] = [await aMerchantWithClient(world), await aUser(world)]
    const begun = performance.now()
    const { order } = await aPaidOrder(world, shop, mei)
    await until('it is delivered', async () => (await stateOf(world, order.tradeNo)) === 'DELIVERED')
    expect(performance.now() - begun).toBeLessThan(POLL_MS)
  })

  test('when the clock is moved and the worker woken, orders expire and retries are sent', async () => {
    const world = await start()
    const [shop, mei] = [await aMerchantWithClient(world), await aUser(world)]
    world.transport.on('https://shop.example', () => refusal)
    const open = await anOrder(world, shop)
    const { order } = await aPaidOrder(world, shop, mei)
    await until(
      'the first attempt is written',
      async () => (await world.rooms.notifications.of(order.tradeNo))[0]!.attempts === 1,
    )
    world.transport.on('https://shop.example', () => acknowledgement)
    world.clock.advance({ minutes: 16 })
    worker!.wake()
    await until('it is delivered', async () => (await stateOf(world, order.tradeNo)) === 'DELIVERED')
    await until('the order is closed', async () => (await inDatabase(world, open.tradeNo)) === 'CLOSED')
  })

  test('what another server has written is sent, though nobody woke this one', async () => {
    const world = await start()
    const other = await createTestWorld({ database: world.database, seed: 2 })
    const { order } = await aPaidOrder(other, await aMerchantWithClient(other), await aUser(other))
    await until('it is delivered', async () => (await stateOf(world, order.tradeNo)) === 'DELIVERED')
    expect(world.transport.requests).toHaveLength(1)
    await other.close()
  })

  test('closing waits for what is being sent, and writes it down', async () => {
    const world = await start()
    let answer: (answer: OutgoingAnswer) => void = () => undefined
    world.transport.on('https://shop.example', () => new Promise((resolve) => (answer = resolve)))
    const { order } = await aPaidOrder(world, await aMerchantWithClient(world), await aUser(world))
    await until('it is being sent', () => world.transport.requests.length === 1)
    const closed = worker!.close()
    answer(acknowledgement)
    await closed
    expect(await stateOf(world, order.tradeNo)).toBe('DELIVERED')
  })

  test('a merchant that does not answer holds up neither expiry nor other merchants', async () => {
    const world = await start()
    let answer: (answer: OutgoingAnswer) => void = () => undefined
    world.transport.on('https://dead.example', () => new Promise((resolve) => (answer = resolve)))
    const dead = await aMerchantWithClient(world, { notifyUrl: 'https://dead.example/n' })
    const alive = await aMerchantWithClient(world)
    const mei = await aUser(world)
    const stuck = await aPaidOrder(world, dead, mei)
    await until('it is being sent', () => world.transport.to('https://dead.example').length === 1)
    const { order } = await aPaidOrder(world, alive, mei)
    await until('the other is delivered', async () => (await stateOf(world, order.tradeNo)) === 'DELIVERED')
    expect(await stateOf(world, stuck.order.tradeNo)).toBe('DUE')
    answer(acknowledgement)
  })

  test('the bank is asked at once, and what it has not decided is asked again on time', async () => {
    const world = await start()
    const mei = await aUserWithBank(world)
    world.bank.next({ moves: 'LATER' })
    const { topUpId, fundingId } = await aTopUp(world, mei)
    const begun = performance.now()
    await until('the answer is written', async () => (await fundingOf(world, topUpId)).attempts === 1)
    expect(performance.now() - begun).toBeLessThan(POLL_MS)
    world.bank.finish(fundingId)
    world.clock.advance({ seconds: 1 })
    worker!.wake()
    await until('the money is there', async () => (await balanceOf(world, mei.user.userId)) === 5_000n)
  })

  test('a bank that does not answer holds up neither merchants nor expiry, and closing waits for it', async () => {
    const world = await start()
    const mei = await aUserWithBank(world)
    let letGo: () => void = () => undefined
    world.bank.next({ before: () => new Promise((resolve) => (letGo = resolve)) })
    const { topUpId, fundingId } = await aTopUp(world, mei)
    await until('it is being asked', () => world.bank.asked(fundingId) === 'ASK')
    const shop = await aMerchantWithClient(world)
    const open = await anOrder(world, shop)
    const { order } = await aPaidOrder(world, shop, await aUser(world))
    await until('the other is delivered', async () => (await stateOf(world, order.tradeNo)) === 'DELIVERED')
    world.clock.advance({ minutes: 16 })
    worker!.wake()
    await until('the order is closed', async () => (await inDatabase(world, open.tradeNo)) === 'CLOSED')
    const closed = worker!.close()
    world.bank.script(fundingId, {})
    letGo()
    await closed
    expect(await fundingOf(world, topUpId)).toMatchObject({ state: 'SUCCEEDED' })
  })

  test('a reservation whose time is over is given back', async () => {
    const world = await start()
    const { userId, bucket } = await aUser(world)
    const from = `users:${userId}:CNY`
    await world.rooms.ledger.post([
      {
        causeId: 'held',
        step: 'HOLD',
        bucket,
        debitAccount: from,
        creditAccount: inTransitAccount(bucket, 'CNY'),
        amount: money('CNY', 100n),
        kind: 'PENDING',
        expiresAt: new Date(world.clock.now().getTime() + 60_000),
      },
    ])
    expect(await world.rooms.ledger.account(from)).toMatchObject({ pending: 100n })
    world.clock.advance({ minutes: 2 })
    worker!.wake()
    await until('it is given back', async () => (await world.rooms.ledger.account(from))?.pending === 0n)
    expect(await balanceOf(world, userId)).toBe(10_000n)
  })
})

/** Rooms without anything to do, but for what a test gives. */
const idle = (busy: Partial<WorkerRooms>): WorkerRooms => ({
  orders: { closeExpired: async () => 0, nextExpiry: async () => null },
  notifications: { deliverDue: async () => 0, nextDue: async () => null },
  fundings: { askDue: async () => 0, nextDue: async () => null },
  ledger: { expirePending: async () => 0 },
  nonces: { deleteOld: async () => 0 },
  ...busy,
})
const run = (busy: Partial<WorkerRooms>): void => {
  worker = startWorker(idle(busy), new ManualClock(), (error) => errors.push(error))
}

describe('a round that fails', () => {
  test('is reported, and the next one works', async () => {
    let rounds = 0
    run({
      orders: {
        closeExpired: async () => {
          if (++rounds === 1) throw new Error('the database is away')
          return 0
        },
        nextExpiry: async () => null,
      },
    })
    await until('it failed', () => errors.length === 1)
    worker!.wake()
    await until('it works again', () => rounds >= 2)
    expect(errors.map(String)).toEqual(['Error: the database is away'])
  })

  test.each<[string, Partial<WorkerRooms>]>([
    [
      'nothing could be delivered',
      { notifications: { deliverDue: () => Promise.reject(new Error('no')), nextDue: async () => null } },
    ],
    [
      'the bank could not be asked',
      { fundings: { askDue: () => Promise.reject(new Error('no')), nextDue: async () => null } },
    ],
    ['reservations could not be given back', { ledger: { expirePending: () => Promise.reject(new Error('no')) } }],
  ])('because %s is reported, and expiry goes on', async (_what, broken) => {
    let rounds = 0
    run({ ...broken, orders: { closeExpired: async () => (rounds++, 0), nextExpiry: async () => null } })
    await until('it is reported', () => errors.length > 0)
    worker!.wake()
    await until('expiry goes on', () => rounds >= 2)
  })
})

test('the pause ends when the next question to the bank is due', async () => {
  const clock = new ManualClock()
  const asked: number[] = []
  const fundings: WorkerRooms['fundings'] = {
    askDue: async () => (asked.push(performance.now()), 0),
    nextDue: async () => new Date(clock.now().getTime() + 50),
  }
  worker = startWorker(idle({ fundings }), clock, (error) => errors.push(error))
  await until('it has asked again', () => asked.length >= 3)
  expect(asked[2]! - asked[0]!).toBeLessThan(POLL_MS)
})

test('many wakes at once make few rounds', async () => {
  let rounds = 0
  run({ orders: { closeExpired: async () => (rounds++, 0), nextExpiry: async () => null } })
  for (let n = 0; n < 1_000; n++) worker!.wake()
  await until('it has looked again', () => rounds >= 2)
  expect(rounds).toBeLessThan(5)
})
