/** A database that a test has used is like a new one for the next test, or is not used again. */
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { verify } from '../src/verify/verify.ts'
import { emptyAgain, shapeOf } from './support/empty-again.ts'
import {
  aMerchantWithClient,
  aPaidOrder,
  aUser,
  createTestDatabase,
  createTestWorld,
  type TestDatabase,
} from './support/index.ts'

let database: TestDatabase
let shape: string
beforeEach(async () => {
  database = await createTestDatabase()
  shape = await database.asSuperuser(shapeOf)
})
afterEach(() => database.close())

const empty = (): Promise<boolean> => database.asSuperuser((client) => emptyAgain(client, shape))
const asSuperuser = (sql: string) => database.asSuperuser((client) => client.query(sql))

/** How many rows each table has. */
const rowsOf = (): Promise<Record<string, number>> =>
  database.asSuperuser(async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'public'`,
    )
    const counted: [string, number][] = []
    for (const { name } of tables) {
      const { rows } = await client.query<{ count: number }>(`select count(*)::int as count from ${name}`)
      counted.push([name, rows[0]!.count])
    }
    return Object.fromEntries(counted.sort())
  })

async function used(): Promise<void> {
  const world = await createTestWorld({ database })
  await aPaidOrder(world, await aMerchantWithClient(world), await aUser(world))
  await asSuperuser('delete from owned_buckets where bucket < 500')
}

describe('a database that was used', () => {
  test('has the rows of a new one: none but what the migrations put in', async () => {
    const before = await rowsOf()
    await used()
    const between = await rowsOf()
    expect(Object.keys(before).filter((name) => between[name]! > before[name]!)).toEqual(
      expect.arrayContaining(['accounts', 'transfers', 'orders', 'payments', 'notifications', 'users', 'clients']),
    )
    expect(await empty()).toBe(true)
    expect(await rowsOf()).toEqual(before)
    expect(before).toMatchObject({ owned_buckets: 1_000, orders: 0 })
  })

  test('works, and refuses again to change what is written for ever', async () => {
    await used()
    expect(await empty()).toBe(true)
    await used()
    expect((await verify(database.pool)).violations).toEqual([])
    await expect(asSuperuser('delete from transfers')).rejects.toThrow()
  })

  test('is rid of whoever still works in it', async () => {
    const other = new pg.Client({ connectionString: database.url })
    const ended = new Promise<Error>((resolve) => other.on('error', resolve))
    await other.connect()
    await other.query('begin')
    await other.query('lock table users')
    expect(await empty()).toBe(true)
    expect(await ended).toMatchObject({ code: '57P01' })
  })
})

describe('is not used again with', () => {
  test.each([
    ['a table more', 'create table things (id text)'],
    ['a table less', 'drop table nonces'],
    ['a column more', 'alter table users add column nick text'],
    ['a column of another type', 'alter table notification_attempts alter column reason type varchar'],
    ['a column that may be empty', 'alter table users alter column name drop not null'],
    ['a constraint less', 'alter table accounts drop constraint balance_not_below_zero'],
    ['a constraint more', 'alter table users add constraint quiet check (true) not valid'],
    ['a trigger that is off', 'alter table transfers disable trigger all'],
    [
      'a function of other text',
      'create or replace function transfers_are_only_added() returns trigger as $$ begin return new; end $$ language plpgsql',
    ],
    ['a right more', 'grant select on users to public'],
    ['a schema more', 'create schema sandbox'],
    [
      'a setting of its own',
      `do $$ begin execute format('alter database %I set work_mem = ''1MB''', current_database()); end $$`,
    ],
  ])('%s', async (_, sql) => {
    await asSuperuser(sql)
    expect(await empty()).toBe(false)
  })
})

test('the next test takes the one that was emptied, and not the one that was changed', async () => {
  await database.close()
  const next = await createTestDatabase()
  expect(next.url).toBe(database.url)
  await next.asSuperuser((client) => client.query('create table things (id text)'))
  await next.close()
  database = await createTestDatabase()
  expect(database.url).not.toBe(next.url)
})
