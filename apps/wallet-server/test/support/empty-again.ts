/**
 * Makes a test's database what the migrations made it, several times faster than another copy of the template: rows are deleted,
 * connections of others ended. One whose tables, triggers or settings a test has changed is not used again.
 */
import type pg from 'pg'

/** What of a database a test may have changed for good, in one line. The copies of a template agree in it. */
const SHAPE = `select md5(concat(
    (select string_agg(concat(oid, relname, relpersistence, relacl, relrowsecurity, reloptions), ',' order by oid)
      from pg_class where relnamespace = 'public'::regnamespace),
    (select string_agg(concat(attrelid, attnum, attname, atttypid, attnotnull, attisdropped), ',' order by attrelid, attnum)
      from pg_attribute where attrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)),
    (select string_agg(concat(oid, convalidated), ',' order by oid) from pg_constraint),
    (select string_agg(concat(oid, tgenabled), ',' order by oid) from pg_trigger),
    (select string_agg(concat(oid, prosrc), ',' order by oid) from pg_proc where pronamespace = 'public'::regnamespace),
    (select string_agg(nspname, ',' order by oid) from pg_namespace where nspname !~ '^pg_'),
    (select string_agg(setconfig::text, ',') from pg_db_role_setting
      where setdatabase = (select oid from pg_database where datname = current_database())),
    (select dattablespace from pg_database where datname = current_database())
  )) as shape`

/** What the migrations put in: it stays. */
const kept = ['migrations', 'owned_buckets']

export async function shapeOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ shape: string }>(SHAPE)
  return rows[0]!.shape
}

/**
 * @param client a superuser's, in the database
 * @param shape of one that is new
 * @returns false when the database is not what it was, and cannot be made so
 */
export async function emptyAgain(client: pg.Client, shape: string): Promise<boolean> {
  await client.query(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
  )
  if ((await shapeOf(client)) !== shape) return false
  const { rows } = await client.query<{ name: string }>(
    `select format('%I', relname) as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`,
  )
  const tables = rows.map(({ name }) => name).filter((name) => !kept.includes(name))
  // The triggers that keep the ledger, and the order of foreign keys, are off for this transaction alone.
  await client.query(
    ['begin', 'set local session_replication_role = replica']
      .concat(tables.map((name) => `delete from ${name}`))
      .concat('insert into owned_buckets select generate_series(0, 999) on conflict do nothing', 'commit')
      .join(';'),
  )
  return true
}
