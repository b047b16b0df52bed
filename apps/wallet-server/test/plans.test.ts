/**
 * Plans are made once for a connection and kept, so they must not depend on what the tables held that day: what is found by
 * its key is found through the key's index, also where the database believes that a partial index would be shorter.
 */
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
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
let userId: string
beforeAll(async () => {
  world = await createTestWorld()
  shop = await aMerchantWithClient(world)
  userId = (await aUser(world, { balance: 1_000_000n })).userId
  // A quiet day: everything is paid and delivered when the database looks at what its tables hold.
  for (let count = 0; count < 20; count++) await aPaidOrder(world, shop, { userId })
  await world.rooms.notifications.deliverDue()
  await world.deps.db.query('analyze')
})
afterAll(() => world.close())

/** The statements that ran meanwhile, by their names. */
async function statementsOf(work: () => Promise<unknown>): Promise<Map<string, string>> {
  const query = vi.spyOn(pg.Client.prototype, 'query')
  await work()
  const ran = query.mock.calls.flatMap(([given]) => {
    const { name, text } = given as unknown as { name?: string; text?: string }
    return name !== undefined && text !== undefined ? [[name, text] as const] : []
  })
  query.mockRestore()
  return new Map(ran)
}

async function planOf(text: string): Promise<string> {
  const { rows } = await world.deps.db.query<{ 'QUERY PLAN': string }>(`explain (generic_plan) ${text}`)
  return rows.map((row) => row['QUERY PLAN']).join('\n')
}

const confirm = async (): Promise<void> => void (await aPaidOrder(world, shop, { userId }))
const close = async (): Promise<void> => {
  const { tradeNo } = await anOrder(world, shop)
  await world.rooms.orders.close(shop.client.clientId, { tradeNo })
}

test.each([
  { what: 'a payment', work: confirm, statement: 'insert-succeeded-payments', key: 'orders_pkey' },
  { what: 'a close', work: close, statement: 'close-orders', key: 'orders_pkey' },
])('$what made on a quiet day looks its row up by its key ($statement)', async ({ work, statement, key }) => {
  const text = (await statementsOf(work)).get(statement)
  expect(text).toBeDefined()
  expect(await planOf(text!)).toMatch(new RegExp(`Index Scan using ${key}|Bitmap Index Scan on ${key}`))
})

test('no statement on the way of a payment reads a table from end to end', async () => {
  const statements = await statementsOf(confirm)
  expect([...statements.keys()]).toEqual(
    expect.arrayContaining(['lock-payable-orders', 'lock-accounts', 'write-transfers']),
  )
  for (const [name, text] of statements) {
    expect(`${name}: ${await planOf(text)}`).not.toMatch(/Seq Scan|orders_to_expire|notifications_due/)
  }
})

test('a statement reads what its merchant’s account did through the indexes, which know nothing of users', async () => {
  world.clock.advance({ hours: 24 })
  const statements = await statementsOf(() =>
    world.rooms.statements.statement(shop.merchant.merchantId, '2026-03-01', 'CNY'),
  )
  const plan = await planOf(statements.get('statement-movements')!)
  expect(plan).toContain('transfers_by_debit_account')
  expect(plan).toContain('transfers_by_credit_account')
  expect(plan).not.toContain('Seq Scan on transfers')
})

test('what a user paid is looked for in the days it may lie in, not in all of a table or an index', async () => {
  const { tradeNo } = await anOrder(world, shop)
  const statements = new Map([
    ...(await statementsOf(() => world.rooms.payments.paidBy(userId, { before: null, limit: 3 }))),
    ...(await statementsOf(() => world.rooms.payments.ofOrder(userId, tradeNo))),
    ...(await statementsOf(() => world.rooms.payments.limits(userId, 'CNY'))),
  ])
  for (const name of ['select-payments-by', 'select-payment-of-order', 'select-allowances']) {
    expect(await planOf(statements.get(name)!), name).toMatch(
      /(using|Bitmap Index Scan on) payments_by_day_and_payer [^>]*Index Cond: [^>]*::date = ANY [^>]*payer_id = /,
    )
  }
  // The newest and the oldest day of all are the ends of the index.
  const ends = await planOf(statements.get('select-days-of-payments')!)
  expect(ends.match(/Limit[^>]*> {2}Index (Only )?Scan (Backward )?using payments_by_day_and_payer/g)).toHaveLength(2)
})
