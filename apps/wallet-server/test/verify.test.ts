/** Verification: a healthy database is found healthy, and whatever a hand with too many rights breaks is found. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { money } from '@tradepay/money'
import { createPool } from '../src/db/pool.ts'
import { verify } from '../src/verify/verify.ts'
import {
  aMerchantWithClient,
  anOrder,
  aPaidOrder,
  aUser,
  createTestWorld,
  refusal,
  type TestMerchant,
  type TestWorld,
} from './support/index.ts'

let world: TestWorld
let shop: TestMerchant
let userId: string
let paid: { tradeNo: string; paymentId: string }
let open: string

beforeAll(async () => {
  world = await createTestWorld()
  shop = await aMerchantWithClient(world)
  userId = (await aUser(world, { balance: 1_000_000n })).userId
  world.transport.on('https://down.example', () => refusal)
  for (let n = 0; n < 5; n++) await aPaidOrder(world, shop, { userId })
  await aPaidOrder(world, shop, { userId }, { notifyUrl: 'https://down.example/n' })
  await world.rooms.notifications.deliverDue()
  await anOrder(world, shop)
  world.clock.advance({ hours: 1 })
  await world.rooms.orders.closeExpired()
})
beforeEach(async () => {
  const { order, payment } = await aPaidOrder(world, shop, { userId })
  paid = { tradeNo: order.tradeNo, paymentId: payment.paymentId }
  open = (await anOrder(world, shop)).tradeNo
})
afterAll(() => world.close())

/** Which promises are broken, while this is done; then it is undone. */
async function brokenBy(sql: string, values: unknown[] = []): Promise<string[]> {
  // A copy of the database is broken, so that the tests do not meet each other's damage.
  const copy = `${new URL(world.database.url).pathname.slice(1)}_broken`
  const { pool } = world.database
  const tables = ['accounts', 'transfers', 'orders', 'payments', 'notifications', 'notification_attempts']
  await pool.query(`drop schema if exists ${copy} cascade`)
  await pool.query(`create schema ${copy}`)
  const client = await pool.connect()
  try {
    // Tables of the same names without their constraints and triggers: the checks must not lean on them.
    for (const table of tables) await client.query(`create table ${copy}.${table} as table public.${table}`)
    await client.query(`set search_path to ${copy}, public`)
    const { rowCount } = await client.query(sql, values)
    expect(rowCount, 'the test broke something').toBeGreaterThan(0)
  } finally {
    await client.query('reset search_path')
    client.release()
  }
  const url = new URL(world.database.url)
  url.searchParams.set('options', `-c search_path=${copy},public`)
  const brokenPool = createPool(url.href, { connections: 1 })
  try {
    return [...new Set((await verify(brokenPool)).violations.map(({ invariant }) => invariant))].sort()
  } finally {
    await brokenPool.end()
    await pool.query(`drop schema ${copy} cascade`)
  }
}

test('a healthy database breaks no promise, and says what was looked at', async () => {
  const report = await verify(world.deps.db)
  expect(report.violations).toEqual([])
  expect(report.checked.map(({ invariant }) => invariant)).toEqual(
    expect.arrayContaining(['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I10']),
  )
  expect(report.counts.orders).toBeGreaterThan(8n)
  expect(report.counts.transfers).toBe(2n * report.counts.payments + 1n)
})

test('an empty database is healthy', async () => {
  const empty = await createTestWorld()
  expect((await verify(empty.deps.db)).violations).toEqual([])
  await empty.close()
})

describe('it reports', () => {
  test('a balance that was written by hand, with the row', async () => {
    await world.database.asSuperuser((client) =>
      client.query(`update accounts set credits_posted = credits_posted + 1 where id = $1`, [`users:${userId}:CNY`]),
    )
    const { violations } = await verify(world.deps.db)
    await world.database.asSuperuser((client) =>
      client.query(`update accounts set credits_posted = credits_posted - 1 where id = $1`, [`users:${userId}:CNY`]),
    )
    expect(violations.map(({ invariant }) => invariant)).toEqual(['I1', 'I6'])
    expect(violations[1]!.rows).toEqual([expect.objectContaining({ id: `users:${userId}:CNY` })])
    expect((await verify(world.deps.db)).violations).toEqual([])
  })

  test('a balance below zero', async () => {
    expect(
      await brokenBy(`update accounts set debits_posted = credits_posted + 1 where id = $1`, [`users:${userId}:CNY`]),
    ).toContain('I2')
  })
  test('a transfer of another amount than its payment', async () => {
    expect(
      await brokenBy(`update transfers set amount = amount + 1 where cause_id = $1 and step = 'PAYER'`, [
        paid.paymentId,
      ]),
    ).toEqual(['I1', 'I10', 'I6'])
  })
  test('a transfer across currencies', async () => {
    expect(await brokenBy(`update transfers set currency = 'USD' where cause_id = $1`, [paid.paymentId])).toContain(
      'I1',
    )
  })
  test('a transfer to an account that is not there', async () => {
    expect(
      await brokenBy(
        `update transfers set credit_account = 'users:nobody:CNY' where cause_id = $1 and step = 'PAYER'`,
        [paid.paymentId],
      ),
    ).toContain('I1')
  })
  test('a transfer that is gone', async () => {
    expect(await brokenBy(`delete from transfers where cause_id = $1 and step = 'MERCHANT'`, [paid.paymentId])).toEqual(
      ['I1', 'I10', 'I6'],
    )
  })
  test('a payment that moved money to the wrong merchant', async () => {
    const other = await aMerchantWithClient(world)
    expect(
      await brokenBy(`update transfers set credit_account = $2 where cause_id = $1 and step = 'MERCHANT'`, [
        paid.paymentId,
        `merchants:${other.merchant.merchantId}:CNY`,
      ]),
    ).toContain('I10')
  })
  test('more refunded than paid', async () => {
    expect(await brokenBy('update orders set refunded = amount + 1 where trade_no = $1', [paid.tradeNo])).toEqual([
      'I3',
    ])
  })
  test('a refund of an unpaid order', async () => {
    expect(await brokenBy('update orders set refunded = 1 where trade_no = $1', [open])).toEqual(['I3'])
  })
  test('an order that is paid twice', async () => {
    expect(
      await brokenBy(
        `insert into payments select 'another', bucket, trade_no, payer_id, payer_bucket, amount, currency, channel, state, created_at, finished_at
          from payments where payment_id = $1`,
        [paid.paymentId],
      ),
    ).toEqual(['I10', 'I4'])
  })
  test('an order that is paid without a payment', async () => {
    expect(await brokenBy(`delete from payments where payment_id = $1`, [paid.paymentId])).toContain('I10')
  })
  test('an order whose payment is forgotten', async () => {
    expect(
      await brokenBy(
        `update orders set state = 'CREATED', sequence = 1, paid_at = null, payer_id = null, payment_id = null where trade_no = $1`,
        [paid.tradeNo],
      ),
    ).toEqual(['I10', 'I4', 'I5'])
  })
  test('an order that is both paid and closed', async () => {
    expect(
      await brokenBy(`update orders set closed_at = paid_at, close_reason = 'EXPIRED' where trade_no = $1`, [
        paid.tradeNo,
      ]),
    ).toEqual(['I4'])
  })
  test('a payment of another amount than its order', async () => {
    expect(await brokenBy(`update orders set amount = amount + 1 where trade_no = $1`, [paid.tradeNo])).toEqual([
      'I10',
      'I5',
    ])
  })
  test('a paid order that nobody is told of', async () => {
    expect(await brokenBy('delete from notifications where subject_id = $1', [paid.tradeNo])).toEqual(['I5'])
  })
  test('a notification of an order that is not paid', async () => {
    expect(
      await brokenBy('update notifications set subject_id = $2 where subject_id = $1', [paid.tradeNo, open]),
    ).toEqual(['I5'])
  })
  test('a notification with other facts', async () => {
    expect(
      await brokenBy(`update notifications set event = jsonb_set(event, '{amount}', '"1"') where subject_id = $1`, [
        paid.tradeNo,
      ]),
    ).toEqual(['I5'])
  })
  test('a transition that left no number', async () => {
    expect(await brokenBy('update orders set sequence = 1 where trade_no = $1', [paid.tradeNo])).toEqual(['I5', 'I7'])
  })
  test('a delivery that is not in the log', async () => {
    expect(await brokenBy(`delete from notification_attempts where accepted`)).toEqual(['I7'])
  })
  test('a request number with two orders', async () => {
    expect(
      await brokenBy(
        'update orders o set request_id = p.request_id from orders p where o.trade_no = $1 and p.trade_no = $2',
        [open, paid.tradeNo],
      ),
    ).toEqual(['I8'])
  })
})

test('it may run while payments go on, and finds nothing half done', async () => {
  const busy = await aUser(world, { balance: 1_000_000n })
  let done = false
  const paying = (async () => {
    for (let round = 0; round < 15; round++) {
      const orders = await Promise.all(
        Array.from({ length: 20 }, () => anOrder(world, shop, { amount: money('CNY', 3n) })),
      )
      await Promise.all(
        orders.map(({ tradeNo, amount }) => world.rooms.payments.confirm({ tradeNo, amount, payerId: busy.userId })),
      )
    }
    done = true
  })()
  let runs = 0
  while (!done) {
    expect((await verify(world.deps.db)).violations).toEqual([])
    runs++
  }
  await paying
  expect(runs).toBeGreaterThan(0)
})
