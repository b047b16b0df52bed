/**
 * The database asks to run a transaction again: a serialization failure or a deadlock, made up by a trigger or real. It is run
 * again whole, nobody hears of it, and it has one effect. When the conflicts do not end, the outcome is unknown, never no.
 */
import { money } from '@tradepay/money'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CONFLICT_TRIES } from '../src/db/transaction.ts'
import { merchantAccount, userAccount } from '../src/ledger/types.ts'
import { refundCommand } from './refund-world.ts'
import {
  aBankAccount,
  aMerchantWithClient,
  anOrder,
  aPaidOrder,
  aUser,
  balanceOf,
  createTestWorld,
  expectSound,
  createFailingTables,
  orderCommand,
  type FailingTables,
  type TestMerchant,
  type TestWorld,
} from './support/index.ts'

let world: TestWorld
let shop: TestMerchant
let userId: string
let tables: FailingTables
beforeAll(async () => {
  world = await createTestWorld()
  tables = await createFailingTables(world.database)
  shop = await aMerchantWithClient(world, { feeBasisPoints: 60 })
  userId = (await aUser(world, { balance: 1_000_000n })).userId
})
beforeEach(() => tables.recover())
afterEach(() => expectSound(world))
afterAll(() => world.close())

const UNKNOWN = { name: 'WalletError', code: 'OUTCOME_UNKNOWN' }
const conflicts = [
  ['a serialization failure', '40001'],
  ['a deadlock', '40P01'],
] as const
const pay = async () => {
  const { tradeNo, amount } = await anOrder(world, shop)
  return world.rooms.payments.confirm({ tradeNo, amount, payerId: userId })
}
const payByBank = async () => {
  const { bankAccountId, bankRef } = await aBankAccount(world, userId)
  const { tradeNo, amount } = await anOrder(world, shop)
  const source = { channel: 'BANK', bankAccountId } as const
  await world.rooms.payments.confirm({ tradeNo, amount, payerId: userId, source })
  return { tradeNo, amount, bankRef }
}

describe.each(conflicts)('%s (%s) that ends is tried again, and nobody hears of it', (_, code) => {
  const tries = CONFLICT_TRIES - 1

  test('by many who create orders', async () => {
    await tables.fail('orders', { code, times: tries })
    const commands = Array.from({ length: 50 }, () => orderCommand(world, shop.client.clientId))
    const answers = await Promise.all(commands.map((command) => world.rooms.orders.create(command)))
    expect(await tables.left()).toBe(0)
    expect(answers.every(({ created }) => created)).toBe(true)
    const numbers = commands.map(({ requestId }) => requestId)
    const { rowCount } = await world.database.pool.query('select 1 from orders where request_id = any ($1)', [numbers])
    expect(rowCount).toBe(50)
  })

  test.each(['transfers', 'payments', 'notifications', 'accounts'])(
    'by many who pay, wherever it is (%s)',
    async (table) => {
      const orders = await Promise.all(
        Array.from({ length: 50 }, () => anOrder(world, shop, { amount: money('CNY', 10n) })),
      )
      const before = await balanceOf(world, userId)
      await tables.fail(table, { code, times: tries })
      const payments = await Promise.all(
        orders.map(({ tradeNo, amount }) => world.rooms.payments.confirm({ tradeNo, amount, payerId: userId })),
      )
      expect(await tables.left()).toBe(0)
      expect(payments.every(({ first }) => first)).toBe(true)
      expect(await balanceOf(world, userId)).toBe(before - 500n)
    },
  )

  test('by who refunds, cancels, closes, and by the timer', async () => {
    const { order } = await aPaidOrder(world, shop, { userId })
    const { order: cancelled } = await aPaidOrder(world, shop, { userId })
    const closed = await anOrder(world, shop)
    const before = await balanceOf(world, userId)
    const each = async (work: () => Promise<unknown>): Promise<void> => {
      await tables.fail('notifications', { code, times: tries })
      await work()
      expect(await tables.left()).toBe(0)
    }
    await each(() => world.rooms.refunds.refund(refundCommand(order, { minor: 100n })))
    await each(() => world.rooms.refunds.cancel(cancelled.clientId, { tradeNo: cancelled.tradeNo }))
    await each(() => world.rooms.orders.close(closed.clientId, { tradeNo: closed.tradeNo }))
    const expiring = await anOrder(world, shop)
    world.clock.set(expiring.expiresAt)
    await each(() => world.rooms.orders.closeExpired())
    expect(await balanceOf(world, userId)).toBe(before + 100n + cancelled.amount.minor)
    for (const { tradeNo, sequence } of [
      { ...order, sequence: 3 },
      { ...cancelled, sequence: 3 },
      { ...closed, sequence: 2 },
      { ...expiring, sequence: 2 },
    ]) {
      expect((await world.rooms.orders.find(tradeNo)).sequence).toBe(sequence)
    }
  })

  test('by what settles the bank’s answer, which is asked no more often than otherwise', async () => {
    const { tradeNo, amount, bankRef } = await payByBank()
    const before = world.bank.balance(bankRef)
    const questions = world.bank.questions.length
    await tables.fail('notifications', { code, times: tries })
    await world.rooms.fundings.askDue()
    expect(await tables.left()).toBe(0)
    expect((await world.rooms.orders.find(tradeNo)).state).toBe('PAID')
    expect(before - world.bank.balance(bankRef)).toBe(amount.minor)
    expect(world.bank.questions.length - questions).toBe(2)
  })

  test('by what writes a delivery down, which is sent once', async () => {
    while ((await world.rooms.notifications.deliverDue()) > 0);
    const { tradeNo } = await pay()
    const sent = world.transport.requests.length
    await tables.fail('notification_attempts', { code, times: tries })
    await world.rooms.notifications.deliverDue()
    expect(await tables.left()).toBe(0)
    expect(await world.rooms.notifications.of(tradeNo)).toMatchObject([{ state: 'DELIVERED', attempts: 1 }])
    expect(world.transport.requests.length - sent).toBe(1)
  })
})

describe.each(conflicts)('%s (%s) that does not end', (_, code) => {
  test('leaves the payment, the order and the refund unknown and undone, and the same calls succeed when it has', async () => {
    const { tradeNo, amount } = await anOrder(world, shop)
    const { order } = await aPaidOrder(world, shop, { userId })
    const create = orderCommand(world, shop.client.clientId)
    const refund = refundCommand(order, { minor: 100n })
    const calls = [
      () => world.rooms.orders.create(create),
      () => world.rooms.payments.confirm({ tradeNo, amount, payerId: userId }),
      () => world.rooms.refunds.refund(refund),
    ]
    const before = await balanceOf(world, userId)
    for (const table of ['orders', 'transfers']) await tables.fail(table, { code, times: 1_000 })
    for (const call of calls) await expect(call()).rejects.toMatchObject(UNKNOWN)
    expect(await balanceOf(world, userId)).toBe(before)
    await tables.recover()
    for (const call of calls) await call()
    expect(await balanceOf(world, userId)).toBe(before - amount.minor + 100n)
  })
})

describe('a real deadlock with somebody who locks in the wrong order', () => {
  test.each(['payment', 'refund'])('ends with the %s done once', async (kind) => {
    const { order } = await aPaidOrder(world, shop, { userId })
    const waiting = await anOrder(world, shop)
    const before = await balanceOf(world, userId)
    const subject = kind === 'payment' ? waiting : order
    const accounts = [userAccount(userId, 'CNY'), merchantAccount(shop.merchant.merchantId, 'CNY')]
    await world.database.asSuperuser(async (client) => {
      // The stranger waits for ever; the server's transaction is the one that PostgreSQL ends.
      await client.query("set deadlock_timeout = '10min'")
      await client.query('begin')
      await client.query('select 1 from accounts where id = any ($1) for update', [accounts])
      const call =
        kind === 'payment'
          ? world.rooms.payments.confirm({ tradeNo: subject.tradeNo, amount: subject.amount, payerId: userId })
          : world.rooms.refunds.refund(refundCommand(subject, { minor: 100n }))
      // It holds the order by the time it waits for an account.
      await expect.poll(() => waitingFor(client), { interval: 5 }).toBe(1)
      const stranger = client.query('select 1 from orders where trade_no = $1 for update', [subject.tradeNo])
      await stranger
      await client.query('commit')
      await call
    })
    expect(await balanceOf(world, userId)).toBe(kind === 'payment' ? before - subject.amount.minor : before + 100n)
    const { rows } = await world.database.pool.query('select 1 from notifications where subject_id = $1', [
      subject.tradeNo,
    ])
    expect(rows).toHaveLength(kind === 'payment' ? 1 : 2)
  })
})

/** Connections of this database that wait for a lock. */
async function waitingFor(client: { query(sql: string): Promise<{ rows: { count: string }[] }> }): Promise<number> {
  const { rows } = await client.query(
    `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  )
  return Number(rows[0]!.count)
}
