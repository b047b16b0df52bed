/**
 * Brings a database to the schema of this program: numbered SQL files, applied in order, each in a transaction of its
 * own together with the row that says it is done.
 *
 * Safe when several servers start at once: the number is inserted first, so the second one waits for the first and then
 * steps aside. A database that is newer than the program is refused. Numbers 4 and 5 are gone: they made functions that
 * number 6 removes again.
 */
import { readdir, readFile } from 'node:fs/promises'
import type pg from 'pg'
import { errorCode, transaction } from './transaction.ts'

/** Where the files lie: apps/wallet-server/migrations. */
export const migrationsFolder = new URL('../../migrations/', import.meta.url)

export interface Migration {
  number: number
  name: string
  sql: string
}

/** Reads the files `000001_name.sql`, in the order of their numbers. */
export async function readMigrations(folder: URL = migrationsFolder): Promise<Migration[]> {
  const migrations: Migration[] = []
  for (const file of (await readdir(folder)).sort()) {
    const match = /^([0-9]{6})_(.+)\.sql$/.exec(file)
    if (!match) continue
    migrations.push({ number: Number(match[1]), name: match[2]!, sql: await readFile(new URL(file, folder), 'utf8') })
  }
  return migrations
}

/**
 * Applies what is missing; answers the numbers it applied. May be repeated, also by several processes at once.
 * @throws Error when the database has migrations that this program does not know: run the newer program instead
 */
export async function migrate(db: pg.Pool, migrations?: Migration[]): Promise<number[]> {
  const known = migrations ?? (await readMigrations())
  await createMigrationsTable(db)

  const { rows } = await db.query<{ number: number }>('select number from migrations')
  const newest = Math.max(0, ...known.map((migration) => migration.number))
  const unknown = rows.map((row) => row.number).filter((number) => number > newest)
  if (unknown.length > 0) {
    throw new Error(
      `The database has migration ${Math.max(...unknown)}, but this program knows only up to ${newest}. ` +
        'It was made by a newer version: run that version, or use another database.',
    )
  }

  const applied: number[] = []
  for (const migration of known) {
    if (await apply(db, migration)) applied.push(migration.number)
  }
  return applied
}

async function apply(db: pg.Pool, { number, name, sql }: Migration): Promise<boolean> {
  return transaction(db, async (tx) => {
    // Waits here while another process applies the same number, and finds it done afterwards.
    const claimed = await tx.query(
      'insert into migrations (number, name, applied_at) values ($1, $2, now()) on conflict (number) do nothing',
      [number, name],
    )
    if (claimed.rowCount === 0) return false
    await tx.query(sql)
    return true
  })
}

async function createMigrationsTable(db: pg.Pool): Promise<void> {
  try {
    await db.query(
      'create table if not exists migrations (number integer primary key, name text not null, applied_at timestamptz not null)',
    )
  } catch (error) {
    // Two servers created it in the same moment: `if not exists` does not cover that race. The loser finds the table, its
    // type, or their entry in the catalogue already there.
    if (!['42P07', '42710', '23505'].includes(errorCode(error) ?? '')) throw error
  }
}
