/** A database of the first version, with its money, becomes one of this version: nothing is lost, and every promise holds. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate, readMigrations } from '../src/db/migrate.ts'
import { verify } from '../src/verify/verify.ts'
import { createTestDatabase, createTestWorld, type TestDatabase } from './support/index.ts'

/** The last migration of the first version that makes tables. */
const FIRST_VERSION = 3
const at = '2026-02-01T04:00:00.000Z'
const tradeNo = (serial: number): string => `2026020143200000200${String(serial).padStart(9, '0')}`
const [PAID, CLOSED, PAYMENT] = [tradeNo(1), tradeNo(2), tradeNo(3)]
const MEI = '2088100000000001'
const SHOP = '2088200100000001'

/** What the first version had written when Mei had topped up 50.00, paid 12.50, and let another order expire. */
const written = `
  insert into merchants values ('${SHOP}', 200, 'Shop', 'ACTIVE', '${at}');
  insert into clients values ('c-1', '${SHOP}', 200, 'Shop', 'ACTIVE', null, '${at}');
  insert into users (user_id, bucket, name, state, pin_hash, created_at) values ('${MEI}', 100, 'Mei', 'ACTIVE', 'x', '${at}');
  insert into logins values ('mei', '${MEI}');
  insert into accounts (id, bucket, kind, currency, computed, debits_posted, credits_posted, created_at) values
    ('users:${MEI}:CNY', 100, 'USER_BALANCE', 'CNY', false, 1250, 5000, '${at}'),
    ('merchants:${SHOP}:CNY', 200, 'MERCHANT_PAYABLE', 'CNY', false, 0, 1250, '${at}'),
    ('cash:100:CNY', 100, 'CASH', 'CNY', true, 0, 0, '${at}'), ('cash:200:CNY', 200, 'CASH', 'CNY', true, 0, 0, '${at}'),
    ('in-transit:100:CNY', 100, 'IN_TRANSIT', 'CNY', true, 0, 0, '${at}'),
    ('in-transit:200:CNY', 200, 'IN_TRANSIT', 'CNY', true, 0, 0, '${at}');
  insert into transfers values
    ('top-up-1', 'TOP_UP', 100, 'cash:100:CNY', 'users:${MEI}:CNY', 5000, 'CNY', '${at}'),
    ('${PAYMENT}', 'PAYER', 100, 'users:${MEI}:CNY', 'in-transit:100:CNY', 1250, 'CNY', '${at}'),
    ('${PAYMENT}', 'MERCHANT', 200, 'in-transit:200:CNY', 'merchants:${SHOP}:CNY', 1250, 'CNY', '${at}');
  insert into orders (trade_no, bucket, merchant_id, client_id, request_id, family, content, title, amount, currency, state,
    close_reason, sequence, created_at, expires_at, paid_at, closed_at, payer_id, payment_id) values
    ('${PAID}', 200, '${SHOP}', 'c-1', 'r-1', 'SUPERAPP', '{}', 'Coffee', 1250, 'CNY', 'PAID', null, 2, '${at}',
      '2026-02-01T04:15:00Z', '${at}', null, '${MEI}', '${PAYMENT}'),
    ('${CLOSED}', 200, '${SHOP}', 'c-1', 'r-2', 'ALIPAY', '{}', 'Tea', 800, 'CNY', 'CLOSED', 'EXPIRED', 2, '${at}',
      '2026-02-01T04:15:00Z', null, '2026-02-01T04:15:00Z', null, null);
  insert into payments (payment_id, bucket, trade_no, payer_id, payer_bucket, amount, currency, channel, state, created_at,
    finished_at) values ('${PAYMENT}', 200, '${PAID}', '${MEI}', 100, 1250, 'CNY', 'BALANCE', 'SUCCEEDED', '${at}', '${at}');
  insert into notifications (notification_id, bucket, client_id, family, url, subject_id, sequence, event, state, due_at,
    created_at) values ('${tradeNo(4)}', 200, 'c-1', 'SUPERAPP', 'https://shop.example/n', '${PAID}', 2,
    '{"type": "ORDER_PAID", "tradeNo": "${PAID}", "requestId": "r-1", "clientId": "c-1", "merchantId": "${SHOP}",
      "appId": null, "payerId": "${MEI}", "paymentId": "${PAYMENT}", "title": "Coffee", "amount": "1250",
      "currency": "CNY", "extra": {}, "createdAt": "${at}", "paidAt": "${at}"}', 'DUE', '${at}', '${at}');`

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ empty: true })
  const migrations = await readMigrations()
  await migrate(
    database.pool,
    migrations.filter(({ number }) => number <= FIRST_VERSION),
  )
  await database.asSuperuser((client) => client.query(written))
  await migrate(database.pool)
})
afterAll(() => database.close())

test('every promise about money holds', async () => {
  expect((await verify(database.pool)).violations).toEqual([])
})

test('balances, the top-up, and what was to be told are still there; the silent close is written down', async () => {
  const world = await createTestWorld({ database })
  world.clock.set(at)
  expect(await world.rooms.users.balances(MEI)).toMatchObject([{ available: { currency: 'CNY', minor: 3750n } }])
  expect(await world.rooms.topUps.of(MEI, 10)).toMatchObject([{ topUpId: 'top-up-1', state: 'SUCCEEDED' }])
  expect(await world.rooms.notifications.of(CLOSED)).toMatchObject([{ state: 'GIVEN_UP', sequence: 2 }])
  expect(await world.rooms.notifications.deliverDue()).toBe(1)
  expect(await world.rooms.notifications.of(PAID)).toMatchObject([{ state: 'DELIVERED' }])
  await world.close()
})

test('an old order can be refunded', async () => {
  const world = await createTestWorld({ database })
  world.clock.set('2026-02-02T04:00:00.000Z')
  const { refund } = await world.rooms.refunds.refund({
    clientId: 'c-1',
    order: { tradeNo: PAID },
    requestId: 'back-1',
    scope: 'CLIENT',
    amount: { currency: 'CNY', minor: 1250n },
    reason: null,
    notifyUrl: null,
    content: {},
  })
  expect(refund.state).toBe('SUCCEEDED')
  expect((await verify(database.pool)).violations).toEqual([])
  await world.close()
})
