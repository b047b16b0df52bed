/**
 * The connections to PostgreSQL, with the types this server relies on: `bigint` columns arrive as BigInt, so that no
 * amount passes through a float; `timestamptz` arrives as Date; `numeric` stays text.
 */
import pg from 'pg'
import { asUnknown } from './transaction.ts'

const BIGINT_OID = 20

/** Longest wait for a free or new connection. Milliseconds. */
const CONNECT_TIMEOUT_MS = 10_000
/** Longest a statement may run; the longest of ours is a full batch of payments, some ten milliseconds. Milliseconds. */
const STATEMENT_TIMEOUT_MS = 60_000

/**
 * How long a statement is waited for. The database's own limit comes first; this one is for a database that has gone
 * silent, with its connections open, and would be waited for until the network gives up. Milliseconds.
 */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 15_000

/**
 * How statements are planned. Plans are made once for a connection, perhaps while the tables are small, and must still be
 * right when they hold millions of rows: so every row is looked up by its key. What sweeps tables (`verify`) says so for its
 * own transaction.
 */
const PLANNING =
  '-c plan_cache_mode=force_generic_plan -c jit=off -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off'

/** Reads a column as the server wants it; everything that is not named here as the driver does. */
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
    if (oid === BIGINT_OID && format !== 'binary') return (text: string) => BigInt(text)
    return pg.types.getTypeParser(oid, format as 'text')
  },
}

/**
 * Opens a pool on a PostgreSQL URL (15 or newer).
 * @param options.connections most connections at once; default 10
 * @param options.answerTimeoutMs how long a statement is waited for, in milliseconds; default 75,000
 */
export function createPool(url: string, options: { connections?: number; answerTimeoutMs?: number } = {}): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.connections ?? 10,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS,
    keepAlive: true,
    // Statements that do not wait for each other's answers are sent together; PostgreSQL runs them in their order.
    pipeline: true,
    application_name: 'tradepay',
    options: PLANNING,
    types: types as pg.CustomTypesConfig,
  })
  // Also a single statement, outside of any transaction, answers "unknown" when the database is lost.
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<unknown>
  pool.query = ((...args: unknown[]) =>
    query(...args).catch((error: unknown) => Promise.reject(asUnknown(error)))) as typeof pool.query
  // An idle connection that breaks (the database restarts) is removed from the pool by the driver itself; whoever
  // uses the pool next gets a new one. Without a listener the event would end the process.
  pool.on('error', () => undefined)
  return pool
}
