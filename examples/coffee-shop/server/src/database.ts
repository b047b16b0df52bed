/**
 * The shop's database: a pool, transactions, and the numbered SQL files of `migrations/`, each run once.
 */
import { readdir, readFile } from 'node:fs/promises'
import pg from 'pg'

export type Database = pg.Pool
/** A connection inside a transaction. */
export type Transaction = pg.PoolClient

export function connect(databaseUrl: string): Database {
  const database = new pg.Pool({ connectionString: databaseUrl, max: 5 })
  // An idle connection that breaks is replaced at the next query; without a listener it would end the process.
  database.on('error', () => {})
  return database
}

/** Everything in `work` happens, or nothing does. */
export async function transaction<T>(database: Database, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const tx = await database.connect()
  try {
    await tx.query('BEGIN')
    const result = await work(tx)
    await tx.query('COMMIT')
    tx.release()
    return result
  } catch (error) {
    // A connection whose rollback fails is broken; releasing it with the error takes it out of the pool.
    await tx.query('ROLLBACK').then(
      () => tx.release(),
      (broken: Error) => tx.release(broken),
    )
    throw error
  }
}

const folder = new URL('../migrations/', import.meta.url)
/** Any number will do, as long as nobody else in this database uses it. */
const MIGRATION_LOCK = 2_021_112_200

/** Brings the tables up to date. Safe when two servers start at once: the second waits and finds the work done. */
export async function migrate(database: Database): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  await transaction(database, async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK])
    await tx.query('CREATE TABLE IF NOT EXISTS shop_migrations (name text PRIMARY KEY)')
    const { rows } = await tx.query<{ name: string }>('SELECT name FROM shop_migrations')
    const done = new Set(rows.map((row) => row.name))
    for (const name of files.filter((each) => !done.has(each))) {
      await tx.query(await readFile(new URL(name, folder), 'utf8'))
      await tx.query('INSERT INTO shop_migrations (name) VALUES ($1)', [name])
    }
  })
}
