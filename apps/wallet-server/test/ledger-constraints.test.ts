/** What the database itself refuses, whoever writes: the owner of the tables too, and without the server in between. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answering, bank, cash, createLedgerWorld, reserving, type LedgerWorld } from './ledger-world.ts'

let world: LedgerWorld
let id: string
beforeAll(async () => {
  world = await createLedgerWorld()
  id = await world.aUserAccount(100n)
  const [posted, open] = [
    reserving(id, bank, 10n, { causeId: 'p', step: 'T' }),
    reserving(id, bank, 20n, { causeId: 'q', step: 'T' }),
  ]
  await world.ledger.postBatch([[posted], [open], [answering(posted, 'POST', { step: 'A' })]])
})
afterAll(() => world.close())

describe('transfers are only ever added', () => {
  const changes = [
    'update transfers set amount = 1',
    "update transfers set step = step where cause_id = 'p'",
    'update transfers set posted_at = now() where false',
    'delete from transfers',
    "delete from transfers where cause_id = 'p'",
    'truncate transfers',
    'truncate transfers, accounts cascade',
    'insert into transfers select * from transfers on conflict (cause_id, step, bucket) do update set amount = 1',
  ]
  test.each(changes)('for the server: “%s”', async (sql) => {
    await expect(world.database.pool.query(sql)).rejects.toMatchObject({ code: '23001' })
  })

  test.each(changes)('for the owner of the table: “%s”', async (sql) => {
    await world.database.asSuperuser(async (client) => {
      const { rows } = await client.query<{ owner: string }>(
        `select tableowner = current_user as owner from pg_tables where tablename = 'transfers'`,
      )
      expect(rows).toEqual([{ owner: true }])
      await expect(client.query(sql)).rejects.toThrow('only ever added')
    })
  })

  test.each(['update transfers set amount = 1', 'delete from transfers', 'truncate transfers'])(
    'for a role that may only use the server’s tables: “%s”',
    async (sql) => {
      await world.database.asSuperuser(async (client) => {
        await client.query('begin')
        await client.query('create role a_clerk')
        await client.query('grant usage on schema public to a_clerk')
        await client.query('grant select, insert on transfers to a_clerk')
        await client.query('set local role a_clerk')
        await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' })
        await client.query('rollback')
      })
    },
  )

  test('and all of this changed nothing', async () => {
    const { rows } = await world.database.pool.query('select cause_id, step, amount from transfers order by 1, 2')
    expect(rows).toEqual([
      { cause_id: `given-${id}`, step: 'GIVE', amount: 100n },
      { cause_id: 'p', step: 'A', amount: 10n },
      { cause_id: 'p', step: 'T', amount: 10n },
      { cause_id: 'q', step: 'T', amount: 20n },
    ])
  })
})

describe('limits of an account', () => {
  test.each([
    [
      'posted debits beyond the credits',
      'debits_posted = credits_posted + 1, debits_pending = 0',
      'balance_not_below_zero',
    ],
    ['reserved debits beyond the credits', 'debits_pending = credits_posted + 1', 'balance_not_below_zero'],
    ['both together beyond the credits', 'debits_posted = 50, debits_pending = 51', 'balance_not_below_zero'],
    ['credits taken away below the debits', 'credits_posted = 0', 'balance_not_below_zero'],
    ['less than nothing posted', 'debits_posted = -1', 'accounts_debits_posted_check'],
    ['less than nothing reserved', 'debits_pending = -1', 'accounts_debits_pending_check'],
    ['less than nothing credited', 'credits_posted = -1', 'accounts_credits_posted_check'],
    ['less than nothing promised', 'credits_pending = -1', 'accounts_credits_pending_check'],
    ['the kind of an account whose balance is computed', "kind = 'CASH'", 'accounts_computed_check'],
    ['an unknown kind', "kind = 'PURSE'", 'accounts_kind_check'],
    ['another currency than in its address', "currency = 'USD'", 'accounts_check'],
  ])('refuse %s', async (_, set, constraint) => {
    await expect(world.database.pool.query(`update accounts set ${set} where id = $1`, [id])).rejects.toMatchObject({
      code: '23514',
      constraint,
    })
  })

  test.each(['credits_posted', 'debits_posted', 'credits_pending', 'debits_pending'])(
    'refuse to store %s on the wallet’s own accounts',
    async (sum) => {
      await expect(
        world.database.pool.query(`update accounts set ${sum} = 1 where id = $1`, [cash]),
      ).rejects.toMatchObject({ code: '23514' })
    },
  )

  test('refuse a bucket beyond 999', async () => {
    await expect(
      world.database.pool.query(
        `insert into accounts (id, bucket, kind, currency, computed, created_at)
          values ('users:x:CNY', 1000, 'USER_BALANCE', 'CNY', false, now())`,
      ),
    ).rejects.toMatchObject({ code: '23514' })
  })
})

describe('a transfer is refused', () => {
  const insert = (change: Record<string, unknown>): Promise<unknown> => {
    const row = {
      cause_id: 'by-hand',
      step: 'S',
      bucket: 7,
      debit_account: cash,
      credit_account: id,
      amount: 1n,
      currency: 'CNY',
      kind: 'POSTED',
      resolves: null,
      expires_at: null,
      posted_at: new Date(),
      ...change,
    }
    const columns = Object.keys(row)
    return world.database.pool.query(
      `insert into transfers (${columns.join()}) values (${columns.map((_, n) => `$${n + 1}`).join()})`,
      Object.values(row),
    )
  }
  const end = new Date()
  test.each<[string, Record<string, unknown>, string]>([
    ['of nothing', { amount: 0n }, '23514'],
    ['of less than nothing', { amount: -1n }, '23514'],
    ['to the account it comes from', { credit_account: cash }, '23514'],
    ['in another currency than its debit account', { debit_account: 'cash:007:USD' }, '23514'],
    ['in another currency than its credit account', { credit_account: 'users:x:USD' }, '23514'],
    ['of an unknown kind', { kind: 'MAYBE' }, '23514'],
    ['that answers, of the kind POSTED', { resolves: 'T' }, '23514'],
    ['that answers, of the kind PENDING', { kind: 'PENDING', resolves: 'T' }, '23514'],
    ['of the kind POST that answers nothing', { kind: 'POST' }, '23514'],
    ['of the kind VOID that answers nothing', { kind: 'VOID' }, '23514'],
    ['of the kind EXPIRE that answers nothing', { kind: 'EXPIRE' }, '23514'],
    ['with an end, of the kind POSTED', { expires_at: end }, '23514'],
    ['with an end, of the kind VOID', { kind: 'VOID', resolves: 'T', expires_at: end }, '23514'],
    ['that is there already', { cause_id: 'p', step: 'T' }, '23505'],
    ['that is a second answer', { cause_id: 'p', kind: 'VOID', resolves: 'T' }, '23505'],
  ])('%s', async (_, change, code) => {
    await expect(insert(change)).rejects.toMatchObject({ code })
  })
})
