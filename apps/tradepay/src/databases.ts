/**
 * The databases of a start: an embedded PostgreSQL in the data folder, or the one that TRADEPAY_DATABASE_URL names.
 * The wallet and the coffee shop have one each, because a merchant's server is another company's.
 */
import { join } from 'node:path'
import { startPostgres } from '@tradepay/embedded-postgres'
import pg from 'pg'
import { CommandError } from './command-error.ts'

export interface Databases {
  walletUrl: string
  shopUrl: string
  /** One line for the person who started it. */
  about: string
  stop(): Promise<void>
}

const WALLET_DATABASE = 'tradepay'
const SHOP_DATABASE = 'coffee_shop'

/** Makes both databases ready. `given` is a URL to use instead of the embedded PostgreSQL. */
export async function openDatabases(dataFolder: string, given: string | undefined): Promise<Databases> {
  if (given) {
    const shopUrl = databaseOf(given, SHOP_DATABASE)
    await requireReachable(given)
    await createDatabase(given, SHOP_DATABASE)
    return { walletUrl: given, shopUrl, about: 'the PostgreSQL of TRADEPAY_DATABASE_URL', stop: async () => undefined }
  }
  const postgres = await startPostgres({ folder: embeddedFolder(dataFolder) })
  try {
    for (const name of [WALLET_DATABASE, SHOP_DATABASE]) await createDatabase(postgres.url, name)
  } catch (error) {
    await postgres.stop()
    throw error
  }
  return {
    walletUrl: databaseOf(postgres.url, WALLET_DATABASE),
    shopUrl: databaseOf(postgres.url, SHOP_DATABASE),
    about: postgres.adopted ? 'an embedded PostgreSQL that was still running' : 'an embedded PostgreSQL',
    stop: () => postgres.stop(),
  }
}

/** Where the embedded PostgreSQL of a data folder lies. */
export const embeddedFolder = (dataFolder: string): string => join(dataFolder, 'postgres')

async function requireReachable(url: string): Promise<void> {
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw new CommandError('TRADEPAY_DATABASE_URL is malformed: expected postgres://user:password@host:5432/database.')
  }
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ version: string }>("select current_setting('server_version_num') as version")
    if (Number(rows[0]?.version) < 150_000) {
      throw new CommandError('The database of TRADEPAY_DATABASE_URL is older than PostgreSQL 15: use 15 or newer.')
    }
  } catch (error) {
    if (error instanceof CommandError) throw error
    const why = error instanceof Error ? error.message : 'unknown'
    throw new CommandError(
      `The database of TRADEPAY_DATABASE_URL cannot be reached (${why}). Check that it runs and the URL is right.`,
    )
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Creates a database unless it is there. May be repeated, also by two processes at once. */
async function createDatabase(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name])
    if (rowCount === 0) await client.query(`create database ${name}`)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === '42501') {
      throw new CommandError(
        `The user of TRADEPAY_DATABASE_URL may not create the coffee shop's database: create "${name}" for it.`,
      )
    }
    // Somebody else created it in the same moment.
    if (code !== '42P04' && code !== '23505') throw error
  } finally {
    await client.end()
  }
}

/** Takes everything out of a database; whoever uses it makes its tables again. */
export async function emptyDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query('drop schema public cascade; create schema public')
  } finally {
    await client.end()
  }
}

function databaseOf(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}
