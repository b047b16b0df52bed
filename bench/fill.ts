/**
 * Fills a wallet's tables by SQL: users with money, and paid orders with everything that paying them writes, spread over the
 * merchants. What is filled in is whole: `verify` finds nothing in it. Millions go in without indexes, which are made
 * again afterwards, as they were.
 */
import type { Client } from '@tradepay/wallet-server'
import type pg from 'pg'

export interface Size {
  accounts: number
  orders: number
}

/** What every user has before paying, and what every order costs, in smallest units. */
const RICH = 1_000_000_000_000n
const PRICE = 1250n
/** Rows of one statement: large enough to be quick, small enough to be seen moving on. */
const AT_ONCE = 100_000

/** From so many orders on it is quicker to make the indexes again. */
const WORTH_INDEXING_AGAIN = 1_000_000

/** The n-th user that was filled in. */
export const filledUser = (n: number): string => `2088${digits(n % 1000, 3)}0${digits(n, 8)}`

const digits = (n: number, width: number): string => String(n).padStart(width, '0')

/** SQL of the bucket, id and account of the user whose number is `n`. */
const userBucket = '(n % 1000)'
const userId = `'2088' || lpad(${userBucket}::text, 3, '0') || '0' || lpad(n::text, 8, '0')`
const own = (kind: string, bucket: string): string => `'${kind}:' || lpad((${bucket})::text, 3, '0') || ':CNY'`

/**
 * Fills empty tables. No server may be working on them.
 * @param clients who the orders are of, in turn
 */
export async function fill(
  db: pg.Pool,
  clients: Client[],
  size: Size,
  say: (line: string) => void = () => undefined,
): Promise<void> {
  const connection = await db.connect()
  const run = (text: string, values: unknown[] = []): Promise<unknown> => connection.query({ text, values })
  try {
    await run("set statement_timeout = 0; set enable_seqscan = on; set enable_hashjoin = on; set work_mem = '64MB'")
    await run(
      'create temp table fill_client (k integer primary key, client_id text, merchant_id text, bucket smallint)',
    )
    await run('insert into fill_client select * from unnest($1::integer[], $2::text[], $3::text[], $4::smallint[])', [
      clients.map((_, k) => k),
      clients.map(({ clientId }) => clientId),
      clients.map(({ merchantId }) => merchantId),
      clients.map(({ bucket }) => bucket),
    ])
    for (let start = 0; start < size.accounts; start += AT_ONCE) {
      await addUsers(run, start, Math.min(start + AT_ONCE, size.accounts))
    }
    const indexAgain = size.orders >= WORTH_INDEXING_AGAIN ? await dropIndexes(connection) : null
    for (let start = 0; start < size.orders; start += AT_ONCE) {
      await addPaidOrders(run, start, Math.min(start + AT_ONCE, size.orders), size.accounts, clients.length)
      if ((start / AT_ONCE) % 10 === 9) say(`${start + AT_ONCE} orders`)
    }
    if (indexAgain) say('Indexes…')
    await indexAgain?.()
    await run('drop table fill_client')
    await run('vacuum analyze')
    // What is measured afterwards does not wait for the disk to take this in.
    await run('checkpoint')
  } finally {
    connection.release(true)
  }
}

/**
 * Takes the keys and indexes of the tables that orders fill away; a million rows are sorted faster than they are looked up one by
 * one. Answers how to make them again.
 */
async function dropIndexes(connection: pg.PoolClient): Promise<() => Promise<void>> {
  const tables = ['orders', 'payments', 'transfers', 'notifications']
  const constraints = await connection.query<{ name: string; owner: string; definition: string }>({
    text: `select conname as name, conrelid::regclass::text as owner, pg_get_constraintdef(oid) as definition from pg_constraint
      where contype in ('p', 'u') and conrelid::regclass::text = any ($1)`,
    values: [tables],
  })
  const named = constraints.rows.map(({ name }) => name)
  const indexes = await connection.query<{ name: string; definition: string }>({
    text: `select indexname as name, indexdef as definition from pg_indexes
      where tablename = any ($1) and indexname <> all ($2)`,
    values: [tables, named],
  })
  for (const { owner, name } of constraints.rows) await connection.query(`alter table ${owner} drop constraint ${name}`)
  for (const { name } of indexes.rows) await connection.query(`drop index ${name}`)
  return async () => {
    await connection.query("set maintenance_work_mem = '1GB'")
    for (const { owner, name, definition } of constraints.rows) {
      await connection.query(`alter table ${owner} add constraint ${name} ${definition}`)
    }
    for (const { definition } of indexes.rows) await connection.query(definition)
  }
}

type Run = (text: string, values?: unknown[]) => Promise<unknown>

async function addUsers(run: Run, from: number, to: number): Promise<void> {
  for (const [kind, name] of [
    ['CASH', 'cash'],
    ['IN_TRANSIT', 'in-transit'],
    ['FEES', 'fees'],
    ['BANK_CLEARING', 'bank-clearing'],
  ] as const) {
    await run(`insert into accounts (id, bucket, kind, currency, computed, created_at)
      select ${own(name, 'n')}, n, '${kind}', 'CNY', true, now() from generate_series(0, 999) as n on conflict do nothing`)
  }
  await run(
    `insert into accounts (id, bucket, kind, currency, computed, credits_posted, created_at)
      select 'users:' || ${userId} || ':CNY', ${userBucket}, 'USER_BALANCE', 'CNY', false, ${RICH}, now()
      from generate_series($1::integer, $2::integer - 1) as n`,
    [from, to],
  )
  await run(
    `insert into top_ups (top_up_id, bucket, user_id, amount, currency, state, created_at, finished_at)
      select 'filled-' || ${userId}, ${userBucket}, ${userId}, ${RICH}, 'CNY', 'SUCCEEDED', now(), now()
      from generate_series($1::integer, $2::integer - 1) as n`,
    [from, to],
  )
  await run(
    `insert into transfers (cause_id, step, bucket, debit_account, credit_account, amount, currency, posted_at)
      select 'filled-' || ${userId}, 'TOP_UP', ${userBucket}, ${own('cash', userBucket)}, 'users:' || ${userId} || ':CNY',
        ${RICH}, 'CNY', now()
      from generate_series($1::integer, $2::integer - 1) as n`,
    [from, to],
  )
}

/** Paid orders with their payments, transfers and notifications; the n-th is of client n and paid by user n, in turn. */
async function addPaidOrders(run: Run, from: number, to: number, users: number, clients: number): Promise<void> {
  const user = userId.replaceAll('n::text', 'u::text').replaceAll(userBucket, '(u % 1000)')
  const number = (first: string): string =>
    `'20250101' || '${first}' || lpad(c.bucket::text, 3, '0') || lpad(n::text, 9, '0')`
  const facts = `from (select n, n % $3::integer as u, n % $4::integer as k
        from generate_series($1::integer, $2::integer - 1) as n) as numbers
      join fill_client c on c.k = numbers.k`
  const values = [from, to, users, clients]
  const tradeNo = number('00000001')
  const paymentId = number('00000002')
  const at = `timestamptz '2025-01-01' + n * interval '1 millisecond'`
  await run(
    `insert into orders (trade_no, bucket, merchant_id, client_id, request_id, family, content, title, amount, currency, extra,
        state, sequence, created_at, expires_at, paid_at, payer_id, payment_id)
      select ${tradeNo}, c.bucket, c.merchant_id, c.client_id, 'filled-' || n, 'SUPERAPP', '{"paymentAmount": "CNY 1250"}',
        'Two coffees and a croissant', ${PRICE}, 'CNY', '{}', 'PAID', 2, ${at}, ${at} + interval '15 minutes', ${at}, ${user},
        ${paymentId} ${facts}`,
    values,
  )
  await run(
    `insert into payments (payment_id, bucket, trade_no, payer_id, payer_bucket, amount, currency, channel, state, created_at,
        finished_at)
      select ${paymentId}, c.bucket, ${tradeNo}, ${user}, u % 1000, ${PRICE}, 'CNY', 'BALANCE', 'SUCCEEDED', ${at}, ${at}
      ${facts}`,
    values,
  )
  await run(
    `insert into transfers (cause_id, step, bucket, debit_account, credit_account, amount, currency, posted_at)
      select ${paymentId}, 'PAYER', u % 1000, 'users:' || ${user} || ':CNY', ${own('in-transit', 'u % 1000')}, ${PRICE}, 'CNY',
        ${at} ${facts}
      union all
      select ${paymentId}, 'MERCHANT', c.bucket, ${own('in-transit', 'c.bucket')}, 'merchants:' || c.merchant_id || ':CNY',
        ${PRICE}, 'CNY', ${at} ${facts}`,
    values,
  )
  await run(
    `insert into notifications (notification_id, bucket, client_id, family, subject_id, sequence, event, state, created_at,
        finished_at)
      select ${number('00000003')}, c.bucket, c.client_id, 'SUPERAPP', ${tradeNo}, 2,
        jsonb_build_object('type', 'ORDER_PAID', 'tradeNo', ${tradeNo}, 'requestId', 'filled-' || n, 'clientId', c.client_id,
          'merchantId', c.merchant_id, 'appId', null, 'title', 'Two coffees and a croissant', 'amount', '${PRICE}',
          'currency', 'CNY', 'extra', '{}'::jsonb, 'createdAt', ${at}, 'payerId', ${user}, 'paymentId', ${paymentId},
          'paidAt', ${at}, 'closedAt', null, 'closeReason', null, 'refunded', '0', 'refund', null),
        'GIVEN_UP', ${at}, ${at} ${facts}`,
    values,
  )
  await run(
    `update accounts a set debits_posted = a.debits_posted + paid.amount
      from (select 'users:' || ${user} || ':CNY' as id, count(*) * ${PRICE} as amount ${facts} group by 1) as paid
      where a.id = paid.id`,
    values,
  )
  await run(
    `update accounts a set credits_posted = a.credits_posted + got.amount
      from (select 'merchants:' || c.merchant_id || ':CNY' as id, count(*) * ${PRICE} as amount ${facts} group by 1) as got
      where a.id = got.id`,
    values,
  )
}
