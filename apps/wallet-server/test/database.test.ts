/** The ground the rooms stand on: exact types, transactions that end in all or nothing, and one schema for everybody. */
import { WalletError } from '@tradepay/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrate, readMigrations } from '../src/db/migrate.ts'
import { createPool } from '../src/db/pool.ts'
import { isStorable, isStorableJson } from '../src/db/text.ts'
import { CONFLICT_TRIES, statement, transaction } from '../src/db/transaction.ts'
import { createTestDatabase, type TestDatabase } from './support/index.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await database.pool.query('create table things (id text primary key, count bigint not null check (count >= 0))')
})
afterAll(() => database.close())

const countOf = async (id: string): Promise<bigint | undefined> =>
  (await database.pool.query<{ count: bigint }>('select count from things where id = $1', [id])).rows[0]?.count
const conflict = (code: string): Error => Object.assign(new Error('try again'), { code })

describe('columns', () => {
  test('a bigint arrives exactly, and returns exactly', async () => {
    const largest = 9_223_372_036_854_775_807n
    const { rows } = await database.pool.query('select $1::bigint as value, null::bigint as nothing', [largest])
    expect(rows).toEqual([{ value: largest, nothing: null }])
  })
  test('a time arrives as a Date with its milliseconds', async () => {
    const time = new Date('2026-03-01T04:00:00.123Z')
    const { rows } = await database.pool.query('select $1::timestamptz as value', [time])
    expect(rows).toEqual([{ value: time }])
  })
})

describe('a transaction', () => {
  test('commits what it did', async () => {
    await transaction(database.pool, (tx) => tx.query(`insert into things values ('committed', 1)`))
    expect(await countOf('committed')).toBe(1n)
  })

  test('that throws leaves nothing behind and returns its connection', async () => {
    const attempt = transaction(database.pool, async (tx) => {
      await tx.query(`insert into things values ('thrown', 1)`)
      throw new WalletError('BALANCE_NOT_ENOUGH')
    })
    await expect(attempt).rejects.toMatchObject({ code: 'BALANCE_NOT_ENOUGH' })
    expect(await countOf('thrown')).toBeUndefined()
    expect(database.pool.totalCount - database.pool.idleCount).toBe(0)
  })

  test.each(['40001', '40P01'])('that conflicts (%s) is run again whole', async (code) => {
    let runs = 0
    await transaction(database.pool, async (tx) => {
      await tx.query('insert into things values ($1, 1)', [`conflict-${code}`])
      if (++runs < 3) throw conflict(code)
    })
    expect([runs, await countOf(`conflict-${code}`)]).toEqual([3, 1n])
  })

  test('that conflicts without end gives up after a counted number of tries', async () => {
    let runs = 0
    const attempt = transaction(database.pool, async () => {
      runs++
      throw conflict('40001')
    })
    await expect(attempt).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    expect(runs).toBe(CONFLICT_TRIES)
  })

  test('two that lock each other’s rows both end', async () => {
    await database.pool.query(`insert into things values ('left', 0), ('right', 0)`)
    let arrived = 0
    let open: () => void
    const both = new Promise<void>((resolve) => (open = resolve))
    const cross = (first: string, second: string) =>
      transaction(database.pool, async (tx) => {
        await tx.query('update things set count = count + 1 where id = $1', [first])
        if (++arrived === 2) open()
        await both
        await tx.query('update things set count = count + 1 where id = $1', [second])
      })
    await Promise.all([cross('left', 'right'), cross('right', 'left')])
    expect([await countOf('left'), await countOf('right')]).toEqual([2n, 2n])
  })

  const insertion = (id: string, count: number) => ({ text: 'insert into things values ($1, $2)', values: [id, count] })

  test('that sends its last statements with COMMIT commits them, and has their answers', async () => {
    const [written] = await transaction(database.pool, (tx) =>
      tx.commitWith([{ text: `insert into things values ('last', 1) returning count` }]),
    )
    expect(written!.rows).toEqual([{ count: 1n }])
    expect(await countOf('last')).toBe(1n)
  })

  test.each([0, 1, 2])('commits nothing when one of the last statements fails (number %i)', async (place) => {
    const ids = [0, 1, 2].map((number) => `all-or-nothing-${place}-${number}`)
    const attempt = transaction(database.pool, (tx) =>
      tx.commitWith(ids.map((id, number) => insertion(id, number === place ? -1 : 1))),
    )
    await expect(attempt).rejects.toMatchObject({ code: '23514' })
    for (const id of ids) expect(await countOf(id)).toBeUndefined()
    expect(database.pool.totalCount - database.pool.idleCount).toBe(0)
    expect(await transaction(database.pool, async () => 'works')).toBe('works')
  })

  test('commits nothing when a statement has changed fewer rows than it had to', async () => {
    const attempt = transaction(database.pool, (tx) =>
      tx.commitWith([
        insertion('too-few', 1),
        {
          text: `with changed as (update things set count = 2 where id in ('too-few', 'nobody') returning 1)
            select must_be_all((select count(*) from changed), 2, 'things are there')`,
        },
      ]),
    )
    await expect(attempt).rejects.toThrow('Of 2 only 1 things are there.')
    expect(await countOf('too-few')).toBeUndefined()
  })

  test('commits nothing when the driver could not write one of the values', async () => {
    const unwritable = {
      toPostgres() {
        throw new Error('no words')
      },
    }
    const last = { text: 'insert into things values ($1, $2)', values: ['no-words', unwritable] }
    const attempt = transaction(database.pool, (tx) => tx.commitWith([insertion('with-words', 1), last]))
    await expect(attempt).rejects.toThrow('not plain')
    expect(await countOf('with-words')).toBeUndefined()
  })

  test('whose last statements conflict is run again whole', async () => {
    let runs = 0
    await transaction(database.pool, (tx) => {
      runs++
      const conflicts = { text: `do $$ begin raise exception using errcode = '40001'; end $$` }
      return tx.commitWith([insertion('again', 1), ...(runs < 3 ? [conflicts] : [])])
    })
    expect([runs, await countOf('again')]).toEqual([3, 1n])
  })

  test('whose connection is cut leaves the outcome unknown, and the next one works', async () => {
    const attempt = transaction(database.pool, async (tx) => {
      const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid')
      await database.asSuperuser((client) => client.query('select pg_terminate_backend($1)', [rows[0]!.pid]))
      await tx.query('select 1')
    })
    await expect(attempt).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    expect(await transaction(database.pool, async () => 'works')).toBe('works')
  })

  test('with a database that is not there leaves the outcome unknown', async () => {
    const nowhere = createPool('postgres://nobody@127.0.0.1:1/nowhere')
    await expect(transaction(nowhere, async () => 1)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    await expect(statement(nowhere, { text: 'select 1' })).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    await nowhere.end()
  })

  test('for reading sees one snapshot and writes nothing', async () => {
    await database.pool.query(`insert into things values ('snapshot', 1)`)
    const seen = await transaction(
      database.pool,
      async (tx) => {
        const before = await tx.query<{ count: bigint }>(`select count from things where id = 'snapshot'`)
        await database.pool.query(`update things set count = 2 where id = 'snapshot'`)
        const after = await tx.query<{ count: bigint }>(`select count from things where id = 'snapshot'`)
        return [before.rows[0]!.count, after.rows[0]!.count]
      },
      { isolation: 'repeatable read', readOnly: true },
    )
    expect(seen).toEqual([1n, 1n])
    const writing = transaction(database.pool, (tx) => tx.query('delete from things'), { readOnly: true })
    await expect(writing).rejects.toMatchObject({ cause: { code: '25006' } })
  })

  test('refused by a constraint is an error of its own, not unknown', async () => {
    await expect(
      statement(database.pool, { text: `insert into things values ('negative', -1)` }),
    ).rejects.toMatchObject({ code: '23514' })
  })
})

describe('migrations', () => {
  test('by five servers at once make the schema once', async () => {
    const empty = await createTestDatabase({ empty: true })
    try {
      const numbers = (await readMigrations()).map(({ number }) => number)
      const applied = await Promise.all(Array.from({ length: 5 }, () => migrate(empty.pool)))
      expect(applied.flat().sort((a, b) => a - b)).toEqual(numbers)
      expect(await migrate(empty.pool)).toEqual([])
    } finally {
      await empty.close()
    }
  })

  test('that fail leave the database as the one before left it', async () => {
    const empty = await createTestDatabase({ empty: true })
    try {
      const good = { number: 1, name: 'good', sql: 'create table good (id integer)' }
      const broken = { number: 2, name: 'broken', sql: 'create table half (id integer); select 1 / 0' }
      await expect(migrate(empty.pool, [good, broken])).rejects.toThrow('division by zero')
      const { rows } = await empty.pool.query(
        `select to_regclass('good') is not null as good, to_regclass('half') is not null as half`,
      )
      expect(rows).toEqual([{ good: true, half: false }])
      expect(await migrate(empty.pool, [good, { ...broken, sql: 'create table half (id integer)' }])).toEqual([2])
    } finally {
      await empty.close()
    }
  })

  test('refuse a database that a newer program has made, and change nothing', async () => {
    const empty = await createTestDatabase({ empty: true })
    try {
      const first = { number: 1, name: 'first', sql: 'create table first (id integer)' }
      const second = { number: 2, name: 'second', sql: 'create table second (id integer)' }
      await migrate(empty.pool, [first, second])
      await expect(migrate(empty.pool, [first])).rejects.toThrow('newer version')
    } finally {
      await empty.close()
    }
  })

  test('have numbers that only grow, and the two that are gone are never used again', async () => {
    const numbers = (await readMigrations()).map(({ number }) => number)
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
    expect(numbers).not.toEqual(expect.arrayContaining([4]))
    expect(numbers).not.toEqual(expect.arrayContaining([5]))
  })
})

describe('text that a column can hold', () => {
  test.each(['', 'coffee', '咖啡 ☕️ 👩‍👩‍👧', '\u0001\n\t', '\uffff'])('“%s”', async (text) => {
    expect(isStorable(text)).toBe(true)
    const { rows } = await database.pool.query('select $1::text as text, $2::jsonb as json', [
      text,
      JSON.stringify({ text }),
    ])
    expect(rows).toEqual([{ text, json: { text } }])
  })
  test.each(['\u0000', 'a\u0000b', '\ud800', 'a\udfffb', '\udc00\ud800'])('is not %j', (text) => {
    expect([isStorable(text), isStorableJson({ a: [text] }), isStorableJson({ [text]: 1 })]).toEqual([
      false,
      false,
      false,
    ])
  })
})
