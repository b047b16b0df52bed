/** Verification: whatever a hand with too many rights breaks is found, named, and shown with its rows. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { roomChecks } from '../src/verify/checks.ts'
import { moneyBreaks } from './support/breaks/money.ts'
import { orderBreaks } from './support/breaks/orders.ts'
import { whileBroken } from './support/broken.ts'
import { createTestWorld, type TestWorld } from './support/index.ts'
import { aMoneyWorld, type MoneyWorld } from './support/money-world.ts'

const breaks = [...orderBreaks, ...moneyBreaks]

let world: TestWorld
let made: MoneyWorld

beforeAll(async () => {
  world = await createTestWorld()
  made = await aMoneyWorld(world)
})
afterAll(() => world.close())

/** The promises that are broken while this is done to the database, by their first words. */
async function brokenBy(...statements: [sql: string, ...values: unknown[]][]): Promise<string[]> {
  const { violations } = await whileBroken(world.database, statements)
  return violations.map(({ invariant, message }) => `${invariant} ${message}`)
}

describe('it reports', () => {
  test.each(breaks)('%s', async (_what, statements, promises) => {
    const run = statements.map(([sql, ...values]): [string, ...unknown[]] => [
      sql,
      ...values.map((value) => value(made)),
    ])
    const broken = await brokenBy(...run)
    for (const promise of promises) expect(broken).toEqual(expect.arrayContaining([expect.stringContaining(promise)]))
    expect(broken.filter((each) => !promises.some((promise) => each.startsWith(promise)))).toEqual([])
  })

  test('each promise of the rooms: none is without a test that breaks it', () => {
    const seen = breaks.flatMap(([, , promises]) => promises)
    const unseen = roomChecks.filter(
      ({ invariant, message }) => !seen.some((promise) => `${invariant} ${message}`.startsWith(promise)),
    )
    expect(unseen).toEqual([])
  })

  test('what the ledger says of itself: a balance written by hand, with its row', async () => {
    const id = `users:${made.userId}:CNY`
    const { violations } = await whileBroken(world.database, [
      ['update accounts set credits_posted = credits_posted + 1 where id = $1', id],
    ])
    expect(violations.map(({ invariant }) => invariant)).toEqual(['I1', 'I6'])
    expect(violations[1]!.rows).toEqual([expect.objectContaining({ id })])
  })

  test('amounts exactly, however large', async () => {
    const { violations } = await whileBroken(world.database, [
      ['update orders set fee = 9007199254740993 where trade_no = $1', made.paid.tradeNo],
    ])
    expect(JSON.stringify(violations)).toContain('"9007199254740993"')
  })

  test('at most twenty rows of each', async () => {
    const { violations } = await whileBroken(world.database, [
      [
        `insert into payment_limits (user_id, currency, bucket, spent) select n::text, 'CNY', 0, -1 from generate_series(1, 50) n`,
      ],
    ])
    expect(violations.map(({ rows }) => rows.length)).toEqual([20])
  })
})
