/**
 * The database goes away under load: every connection is ended, nobody gets in, all connections are taken. Calls are done or
 * unknown; when the database is back, the server, its batches and its worker go on by themselves.
 */
import { walletPaths } from '@tradepay/contract'
import { money } from '@tradepay/money'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createPool } from '../src/db/pool.ts'
import type { Order } from '../src/order/types.ts'
import { refundCommand } from './refund-world.ts'
import {
  aBankAccount,
  aMerchantWithClient,
  anOrder,
  aPaidOrder,
  aUser,
  balanceOf,
  createFaultProxy,
  createTestDatabase,
  expectSound,
  insist,
  isUnknown,
  orderCommand,
  startTestServer,
  until,
  type FaultProxy,
  type TestDatabase,
  type TestMerchant,
  type TestServer,
} from './support/index.ts'

const CONNECTIONS = 5
let database: TestDatabase
let proxy: FaultProxy
let pool: pg.Pool
/** The whole server with its worker. Its way to the database leads through the proxy. */
let server: TestServer
let shop: TestMerchant
let silentShop: TestMerchant
let userId: string
beforeAll(async () => {
  database = await createTestDatabase()
  proxy = await createFaultProxy(database.url)
  pool = createPool(proxy.url, { connections: CONNECTIONS })
  server = await startTestServer({ database, deps: { db: pool }, logLevel: 'silent' })
  shop = await aMerchantWithClient(server, { feeBasisPoints: 60 })
  // Of the many orders of a test nobody has to be told.
  silentShop = await aMerchantWithClient(server, { notifyUrl: null })
  userId = (await aUser(server, { balance: 10_000_000n })).userId
  server.transport.on('https://shop.example', () => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from('{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}'),
  }))
})
afterEach(async () => {
  proxy.refuse(false)
  await settled()
  await expectSound({ database, bank: server.bank })
})
afterAll(async () => {
  await server.close()
  await pool.end()
  await proxy.close()
  await database.close()
})

const orders = (count: number): Promise<Order[]> =>
  Promise.all(Array.from({ length: count }, () => anOrder(server, silentShop, { amount: money('CNY', 10n) })))
const confirm = ({ tradeNo, amount }: Pick<Order, 'tradeNo' | 'amount'>) =>
  server.rooms.payments.confirm({ tradeNo, amount, payerId: userId })

/**
 * The worker has done everything there is to do, by itself. Only the clock goes on, now and then: what the worker had claimed
 * when the database went away is due again when the claim has run out.
 */
async function settled(): Promise<void> {
  let looks = 0
  await until(
    'nothing is due any more',
    async () => {
      if (++looks % 50 === 0) server.clock.advance({ minutes: 2 })
      const { rows } = await database.pool.query<{ due: bigint }>(
        `select (select count(*) from notifications where state = 'DUE')
          + (select count(*) from fundings where state = 'PROCESSING') as due`,
      )
      return rows[0]!.due === 0n
    },
    20_000,
  )
}

/** Calls until it was done for sure, and counts how often it was unknown. Anything else is thrown. */
function counting() {
  const counted = { unknown: 0 }
  async function once<Result>(call: () => Promise<Result>): Promise<Result> {
    try {
      return await call()
    } catch (error) {
      if (!isUnknown(error)) throw error
      counted.unknown += 1
      return insist(call)
    }
  }
  return { counted, once }
}

/** Ends every connection of the server that is in the middle of something, as soon as there is one. Answers how many. */
const endEveryConnection = (): Promise<number> =>
  database.asSuperuser(async (client) => {
    let killed = 0
    await until('a connection was ended', async () => {
      const { rowCount } = await client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and application_name = 'tradepay' and state <> 'idle'`,
      )
      killed = rowCount ?? 0
      return killed > 0
    })
    return killed
  })

describe('while every connection is ended again and again under load', { timeout: 120_000 }, () => {
  test('calls are done or unknown, and repeated until they are known all of them have one effect', async () => {
    const [toPay, paid] = [await orders(200), await orders(60)]
    for (const order of paid) await confirm(order)
    const commands = Array.from({ length: 200 }, () => orderCommand(server, silentShop.client.clientId))
    const refunds = paid.map((order) => refundCommand(order, { minor: 4n }))
    const before = await balanceOf(server, userId)
    const { counted, once } = counting()
    // In portions, with a blow into the middle of each.
    let killed = 0
    for (let n = 0; n < 200; n += 40) {
      const portion = Promise.all([
        ...toPay.slice(n, n + 40).map((order) => once(() => confirm(order))),
        ...commands.slice(n, n + 40).map((command) => once(() => server.rooms.orders.create(command))),
        ...refunds
          .slice((n / 40) * 12, (n / 40) * 12 + 12)
          .map((command) => once(() => server.rooms.refunds.refund(command))),
      ])
      killed += await endEveryConnection()
      await portion
    }
    expect(killed).toBeGreaterThan(0)
    expect(counted.unknown).toBeGreaterThan(0)
    expect(await balanceOf(server, userId)).toBe(before - 2_000n + 240n)
    const numbers = commands.map(({ requestId }) => requestId)
    const { rowCount } = await database.pool.query('select 1 from orders where request_id = any ($1)', [numbers])
    expect(rowCount).toBe(200)
  })
})

describe('while nobody gets in', { timeout: 120_000 }, () => {
  test('every call is unknown at once; when the database is back, calls succeed and the worker delivers and asks by itself', async () => {
    const [order, later] = await orders(2)
    const { bankAccountId, bankRef } = await aBankAccount(server, userId)
    const { order: paid } = await aPaidOrder(server, shop, { userId })
    const create = orderCommand(server, shop.client.clientId)
    // The bank and the merchant answer, but their answers cannot be written down.
    const byBank = await anOrder(server, shop)
    const source = { channel: 'BANK', bankAccountId } as const
    const before = server.bank.balance(bankRef)
    let away = false
    server.bank.next({
      before: async () => {
        if (!away) {
          proxy.refuse(true)
          proxy.cutAll()
        }
        away = true
      },
    })
    await server.rooms.payments.confirm({ tradeNo: byBank.tradeNo, amount: byBank.amount, payerId: userId, source })
    await until('the bank was asked', () => server.bank.balance(bankRef) < before)
    await until('nobody is connected', () => proxy.connections() === 0)

    const refund = refundCommand(paid, { minor: 100n })
    for (const call of [
      () => confirm(order!),
      () => server.rooms.orders.create(create),
      () => server.rooms.refunds.refund(refund),
    ]) {
      await expect(call()).rejects.toSatisfy(isUnknown)
    }
    const answer = await fetch(`${server.url}${walletPaths.session}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: server.url },
      body: JSON.stringify({ loginId: 'user-1@example.com', pin: '000000' }),
    })
    expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([
      503,
      'OUTCOME_UNKNOWN',
    ])

    proxy.refuse(false)
    expect((await confirm(order!)).first).toBe(true)
    expect((await server.rooms.orders.create(create)).created).toBe(true)
    expect((await server.rooms.refunds.refund(refund)).created).toBe(true)
    await settled()
    expect(await server.rooms.orders.find(byBank.tradeNo)).toMatchObject({ state: 'PAID' })
    expect(before - server.bank.balance(bankRef)).toBe(byBank.amount.minor)
    expect(await server.rooms.notifications.of(byBank.tradeNo)).toMatchObject([{ state: 'DELIVERED' }])
    expect((await confirm(later!)).first).toBe(true)
  })

  test('the worker tries again and again, and neither it nor the process ends', async () => {
    proxy.refuse(true)
    proxy.cutAll()
    const [failed, rounds] = [await unknownCalls(20), 3]
    expect(failed).toBe(20)
    for (let round = 0; round < rounds; round++) {
      server.server.wake()
      expect(await unknownCalls(1)).toBe(1)
    }
    proxy.refuse(false)
    const { order } = await aPaidOrder(server, shop, { userId })
    await settled()
    expect(await server.rooms.notifications.of(order.tradeNo)).toMatchObject([{ state: 'DELIVERED' }])
  })
})

describe('while all connections are taken by others', { timeout: 120_000 }, () => {
  test('a call that waited in vain is unknown and undone; when one is free again it succeeds', async () => {
    const [order] = await orders(1)
    await settled()
    const before = await balanceOf(server, userId)
    const taken = await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.connect()))
    const create = orderCommand(server, shop.client.clientId)
    const calls = [() => confirm(order!), () => server.rooms.orders.create(create)]
    const waited = await Promise.allSettled(calls.map((call) => call()))
    for (const call of waited) expect(call).toMatchObject({ status: 'rejected', reason: expect.toSatisfy(isUnknown) })
    for (const client of taken) client.release()
    expect(await balanceOf(server, userId)).toBe(before)
    expect(await confirm(order!)).toMatchObject({ first: true })
    expect(await server.rooms.orders.create(create)).toMatchObject({ created: true })
  })
})

/** How many of so many calls are unknown. Others are thrown. */
async function unknownCalls(count: number): Promise<number> {
  const commands = Array.from({ length: count }, () => orderCommand(server, shop.client.clientId))
  const calls = await Promise.allSettled(commands.map((command) => server.rooms.orders.create(command)))
  return calls.filter((call) => call.status === 'rejected' && isUnknown(call.reason)).length
}
