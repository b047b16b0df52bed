/**
 * What the sandbox keeps in the wallet's database, in schemas of its own (its record, and the test bank's books), and the
 * guard around it: a database that holds a wallet but was never a sandbox is not touched.
 */
import type pg from 'pg'
import { testBankTables } from './test-bank/schema.ts'
import { transaction } from './transaction.ts'

const SETUP_LOCK = 7_243_002

const tables = `
  create schema if not exists sandbox;
  -- Which keys the seeded world was made under.
  create table if not exists sandbox.world (one boolean primary key default true check (one), fingerprint text not null);
  create table if not exists sandbox.clock (one boolean primary key default true check (one), offset_ms bigint not null);
  create table if not exists sandbox.entries (
    id bigint generated always as identity primary key,
    trade_no text not null,
    step smallint not null check (step between 1 and 19),
    at timestamptz not null,
    -- The entry as JSON text. Not jsonb: recorded bytes may hold what jsonb refuses (NUL).
    entry text not null
  );
  create index if not exists entries_of_order on sandbox.entries (trade_no, id);
  -- What was made at the doors, beside what the wallet keeps of it.
  create table if not exists sandbox.apps (
    id bigint generated always as identity primary key,
    client_id text not null unique,
    merchant_id text not null,
    name text not null,
    currency text not null
  );
  create table if not exists sandbox.app_keys (
    client_id text not null,
    version integer not null,
    -- Null when the merchant made the pair.
    private_key text,
    primary key (client_id, version)
  );
  create table if not exists sandbox.people (
    id bigint generated always as identity primary key,
    user_id text not null unique,
    name text not null,
    login_id text not null,
    pin text not null,
    about text not null
  );
  create index if not exists entries_of_creation on sandbox.entries (id) where step = 6;
`

/**
 * Makes the sandbox's tables. May be repeated.
 * @throws Error when the database belongs to a wallet that is no sandbox
 */
export async function prepareSchema(db: pg.Pool): Promise<void> {
  await transaction(db, async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [SETUP_LOCK])
    const { rows } = await tx.query<{ sandbox: boolean; used: boolean }>(
      `select to_regclass('sandbox.world') is not null as sandbox,
        exists (select 1 from users) or exists (select 1 from merchants) as used`,
    )
    if (rows[0]?.used && !rows[0].sandbox) {
      throw new Error(
        'This database holds a wallet that was not made by the sandbox, and the sandbox would empty it at a reset. ' +
          'Use another database for the sandbox (TRADEPAY_DATABASE_URL), or start this one with "tradepay serve".',
      )
    }
    await tx.query(tables)
    await tx.query(testBankTables)
  })
}

/** Under which keys the world was made, or null when there is none yet. */
export async function worldFingerprint(db: pg.Pool): Promise<string | null> {
  const { rows } = await db.query<{ fingerprint: string }>('select fingerprint from sandbox.world')
  return rows[0]?.fingerprint ?? null
}

/** Written last, when the world is complete. */
export async function markWorld(db: pg.Pool, fingerprint: string): Promise<void> {
  await db.query(
    'insert into sandbox.world (fingerprint) values ($1) on conflict (one) do update set fingerprint = excluded.fingerprint',
    [fingerprint],
  )
}

/**
 * Empties the wallet, the sandbox and the test bank in one transaction: what runs meanwhile is either before it or after
 * it. The guards of both ledgers against exactly this are lifted inside of that transaction only; a production wallet
 * never gets here.
 */
export async function emptyWorld(db: pg.Pool): Promise<void> {
  await transaction(db, async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [SETUP_LOCK])
    const { rows } = await tx.query<{ names: string }>(
      `select string_agg(format('%I.%I', schemaname, tablename), ', ') as names from pg_tables
       where schemaname in ('sandbox', 'test_bank') or (schemaname = 'public' and tablename not in ('migrations', 'owned_buckets'))`,
    )
    const guards = ['transfers', 'test_bank.transfers']
    for (const table of guards) await tx.query(`alter table ${table} disable trigger user`)
    await tx.query(`truncate ${rows[0]!.names}`)
    for (const table of guards) await tx.query(`alter table ${table} enable trigger user`)
  })
}
