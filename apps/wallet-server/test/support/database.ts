/**
 * A migrated, empty database for a test, on the real PostgreSQL that vitest's global setup gives: a copy of a template that is
 * migrated once and named by its content, or one that an earlier test of this process has used and that was emptied since.
 */
import { createHash, randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { migrate, readMigrations, type Migration } from '../../src/db/migrate.ts'
import { createPool } from '../../src/db/pool.ts'
import { emptyAgain, shapeOf } from './empty-again.ts'

/** Any number will do: test files that start at once wait for each other while one makes the template. */
const TEMPLATE_LOCK = 4100_0001

export interface TestDatabase {
  url: string
  pool: pg.Pool
  /** A connection as superuser, to break on purpose what the server would never break. */
  asSuperuser<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result>
  /** Ends the pool; nothing that is in the database is seen again. */
  close(): Promise<void>
}

/** Databases of this process that wait for their next test. */
const emptied: string[] = []
/** Of those that are new. */
let shape: Promise<string> | undefined

/**
 * Makes a database.
 * @param options.empty true leaves it without any table
 */
export async function createTestDatabase(
  options: { empty?: boolean; connections?: number } = {},
): Promise<TestDatabase> {
  const clusterUrl = inject('postgresUrl')
  const known = options.empty ? undefined : emptied.pop()
  const name = known ?? `tradepay_test_${randomBytes(6).toString('hex')}`
  if (known === undefined) {
    const template = options.empty ? 'template0' : await makeTemplate(clusterUrl)
    await withClient(clusterUrl, (client) => client.query(`create database ${name} template ${template}`))
  }
  const url = inDatabase(clusterUrl, name)
  if (!options.empty) await (shape ??= withClient(url, shapeOf))
  const pool = createPool(url, { connections: options.connections ?? 10 })
  return {
    url,
    pool,
    asSuperuser: (work) => withClient(url, work),
    async close() {
      await pool.end()
      if (shape && !options.empty && (await withClient(url, async (client) => emptyAgain(client, await shape!)))) {
        return void emptied.push(name)
      }
      await withClient(clusterUrl, (client) => client.query(`drop database if exists ${name} with (force)`))
    },
  }
}

let made: Promise<string> | null = null

function makeTemplate(clusterUrl: string): Promise<string> {
  made ??= (async () => {
    const migrations = await readMigrations()
    const name = `tradepay_template_${fingerprint(migrations)}`
    await withClient(clusterUrl, async (client) => {
      await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK])
      const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name])
      if (rowCount) return
      // Migrated under another name first: a run that is killed in the middle leaves no half-made template.
      const unfinished = `${name}_unfinished`
      await client.query(`drop database if exists ${unfinished} with (force)`)
      await client.query(`create database ${unfinished} template template0`)
      const pool = createPool(inDatabase(clusterUrl, unfinished), { connections: 1 })
      try {
        await migrate(pool, migrations)
      } finally {
        await pool.end()
      }
      await client.query(`alter database ${unfinished} rename to ${name}`)
    })
    return name
  })()
  return made
}

const fingerprint = (migrations: Migration[]): string =>
  createHash('sha256')
    .update(migrations.map(({ name, sql }) => name + sql).join())
    .digest('hex')
    .slice(0, 16)

async function withClient<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

function inDatabase(clusterUrl: string, name: string): string {
  const url = new URL(clusterUrl)
  url.pathname = `/${name}`
  return url.href
}
