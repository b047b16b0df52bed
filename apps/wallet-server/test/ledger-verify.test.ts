/** Verification of the ledger: a healthy one is found healthy, and each damage is found, by its invariant and its rows. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Violation } from '../src/ledger/types.ts'
import { ledgerChecks, ROWS_REPORTED_MAX, runChecks, sweepTables, verifyLedger } from '../src/ledger/verify.ts'
import { answering, bank, between, createLedgerWorld, inTransit, reserving, type LedgerWorld } from './ledger-world.ts'

let world: LedgerWorld
let user: string
let count = 0

beforeAll(async () => {
  world = await createLedgerWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  user = await world.aUserAccount(100n)
  const expiresAt = new Date(world.clock.now().getTime() + 1000)
  const steps = ['posted', 'voided', 'open', 'ended'].map((name) =>
    reserving(user, bank, 10n, { causeId: name + ++count, step: 'T', ...(name === 'ended' ? { expiresAt } : {}) }),
  )
  const [posted, voided] = steps
  await world.ledger.postBatch(steps.map((step) => [step]))
  await world.ledger.postBatch([
    [answering(posted!, 'POST')],
    [answering(voided!, 'VOID')],
    [between(user, inTransit, 5n)],
    [reserving(bank, user, 7n)],
  ])
  world.clock.advance({ seconds: 1 })
  await world.ledger.expirePending()
})

/** What is found while the damage is there. The tables are copied without their constraints, and rolled back. */
async function foundAfter(sql: string, values: unknown[] = []): Promise<Violation[]> {
  return world.database.asSuperuser(async (client) => {
    await client.query('begin')
    await client.query('create schema damaged')
    for (const table of ['accounts', 'transfers']) {
      await client.query(`create table damaged.${table} as table public.${table}`)
    }
    await client.query('set local search_path to damaged, public')
    const { rowCount } = await client.query(sql, values)
    expect(rowCount, 'the test broke something').toBeGreaterThan(0)
    const found = await verifyLedger(client)
    await client.query('rollback')
    return found
  })
}
const invariants = (found: Violation[]): string[] => [...new Set(found.map(({ invariant }) => invariant))].sort()

test('a healthy ledger breaks no promise, with every kind of transfer in it', async () => {
  const { rows } = await world.database.pool.query<{ kind: string }>('select distinct kind from transfers order by 1')
  expect(rows.map(({ kind }) => kind)).toEqual(['EXPIRE', 'PENDING', 'POST', 'POSTED', 'VOID'])
  expect(await world.ledger.verify()).toEqual([])
})

test('an empty ledger is healthy', async () => {
  const empty = await createLedgerWorld()
  expect(await empty.ledger.verify()).toEqual([])
  await empty.close()
})

describe('finds a stored sum that was changed by hand:', () => {
  test.each([
    ['debits_posted', ['I1', 'I6']],
    ['debits_pending', ['I1', 'I6']],
    ['credits_posted', ['I1', 'I6']],
    ['credits_pending', ['I1', 'I6']],
  ])('%s, with the account', async (sum, expected) => {
    const found = await foundAfter(`update accounts set ${sum} = ${sum} + 1 where id = $1`, [user])
    expect(invariants(found)).toEqual(expected)
    expect(found.find(({ invariant }) => invariant === 'I6')?.rows).toEqual([expect.objectContaining({ id: user })])
    expect(found.find(({ message }) => /sum to zero/.test(message))?.rows).toEqual([
      expect.objectContaining({ bucket: 7, currency: 'CNY' }),
    ])
  })

  test.each(['debits_posted', 'debits_pending', 'credits_posted', 'credits_pending'])(
    '%s on one of the wallet’s own',
    async (sum) => {
      const found = await foundAfter(`update accounts set ${sum} = 1 where id = $1`, [bank])
      expect(found).toMatchObject([{ invariant: 'I6', rows: [{ id: bank }] }])
    },
  )
})

describe('finds a balance below zero', () => {
  test.each([
    ['as posted', 'debits_posted = credits_posted + 1'],
    ['as reserved', 'debits_pending = credits_posted + 1'],
    ['as both together', 'debits_posted = 60, debits_pending = 41'],
  ])('stored %s', async (_, set) => {
    const found = await foundAfter(`update accounts set ${set} where id = $1`, [user])
    expect(found.find(({ invariant }) => invariant === 'I2')?.rows).toMatchObject([{ id: user }])
  })

  test.each([
    ['as posted', 'POSTED', null],
    ['as reserved', 'PENDING', null],
  ])('in the transfers %s, while what is stored agrees', async (_, kind) => {
    const found = await foundAfter(
      `with added as (insert into transfers (cause_id, step, bucket, debit_account, credit_account, amount, currency,
          kind, posted_at) values ('over', 'S', 7, $1, $2, 1000, 'CNY', $3, now()))
        update accounts set debits_posted = debits_posted where id = $1`,
      [user, inTransit, kind],
    )
    expect(found.find(({ invariant }) => invariant === 'I2')?.rows).toMatchObject([{ id: user }])
  })
})

describe('finds a transfer', () => {
  const move = `where step = 'MOVE' and debit_account = $1 and kind = 'POSTED'`
  test.each([
    ['of another amount', `update transfers set amount = amount + 1 ${move}`, ['I1', 'I6']],
    ['of nothing', `update transfers set amount = 0 ${move}`, ['I1', 'I6']],
    ['to its own account', `update transfers set credit_account = debit_account ${move}`, ['I1', 'I6']],
    ['to an account that is not there', `update transfers set credit_account = 'users:x:CNY' ${move}`, ['I1']],
    ['in another bucket', `update transfers set bucket = 8 ${move}`, ['I1', 'I6']],
    ['in another currency', `update transfers set currency = 'USD' ${move}`, ['I1']],
    ['that was reserved only', `update transfers set kind = 'PENDING' ${move}`, ['I1', 'I6']],
    ['that is gone', `delete from transfers ${move}`, ['I1', 'I6']],
  ])('%s', async (_, sql, expected) => {
    expect(invariants(await foundAfter(sql, [user]))).toEqual(expected)
  })
})

describe('finds an answer', () => {
  const post = `where kind = 'POST' and debit_account = $1`
  const answers = /^An answer repeats/
  test.each([
    ['of another amount', `update transfers set amount = 9 ${post}`, answers],
    ['from another account', `update transfers set debit_account = 'cash:007:CNY' ${post}`, answers],
    ['to another account', `update transfers set credit_account = 'cash:007:CNY' ${post}`, answers],
    ['in another currency', `update transfers set currency = 'USD' ${post}`, answers],
    ['to nothing', `update transfers set resolves = 'X' ${post}`, answers],
    ['that does not say what it answers', `update transfers set resolves = null ${post}`, answers],
    [
      'to a transfer that was posted at once',
      `update transfers set kind = 'POSTED' where kind = 'PENDING' and debit_account = $1`,
      answers,
    ],
    ['that is no answer by its kind', `update transfers set kind = 'POSTED' ${post}`, answers],
    [
      'that is a second one',
      `insert into transfers select cause_id, 'S', bucket, debit_account, credit_account, amount, currency, posted_at, 'VOID', resolves, null from transfers ${post}`,
      /^A pending transfer has at most one/,
    ],
    [
      'that came too late',
      `update transfers set kind = 'POST' where kind = 'EXPIRE' and debit_account = $1`,
      /before its time/,
    ],
    [
      'that came too early',
      `update transfers set posted_at = posted_at - interval '1 ms' where kind = 'EXPIRE' and debit_account = $1`,
      /before its time/,
    ],
    [
      'of expiry where there is no end',
      `update transfers set kind = 'EXPIRE' where kind = 'VOID' and debit_account = $1`,
      /before its time/,
    ],
  ])('%s', async (_, sql, message) => {
    const found = await foundAfter(sql, [user])
    expect(found.filter((violation) => message.test(violation.message))).toMatchObject([{ invariant: 'I1' }])
  })
})

test('reports no more rows than a person reads', async () => {
  const found = await foundAfter(
    `insert into transfers select cause_id, 'S' || n, bucket, debit_account, credit_account, amount, currency, posted_at,
      kind, resolves, expires_at from transfers, generate_series(1, 100) as n where kind = 'POST' and debit_account = $1`,
    [user],
  )
  expect(Math.max(...found.map(({ rows }) => rows.length))).toBeLessThanOrEqual(ROWS_REPORTED_MAX)
})

test('verifies while money moves, on one snapshot', async () => {
  const [from, to] = [await world.aUserAccount(1000n), await world.aUserAccount()]
  let done = false
  const moving = (async () => {
    for (let n = 0; n < 200; n++) await world.ledger.postBatch([[between(from, to, 1n)], [reserving(from, bank, 1n)]])
    done = true
  })()
  let runs = 0
  while (!done) {
    expect(await world.ledger.verify()).toEqual([])
    runs++
  }
  await moving
  expect(runs).toBeGreaterThan(1)
})

test('sweeps the tables its own way, and leaves the connection as it was', async () => {
  const client = await world.database.pool.connect()
  const settings = async (): Promise<unknown> =>
    (
      await client.query(`select current_setting('enable_seqscan') as seqscan, current_setting('enable_hashjoin') as hashjoin,
      current_setting('enable_mergejoin') as mergejoin, current_setting('plan_cache_mode') as plans`)
    ).rows[0]
  const before = await settings()
  await client.query('begin')
  await sweepTables(client)
  expect(await settings()).toEqual({ seqscan: 'on', hashjoin: 'on', mergejoin: 'on', plans: 'auto' })
  expect(await runChecks(client, ledgerChecks)).toEqual([])
  await client.query('commit')
  expect(await settings()).toEqual(before)
  client.release()
})
