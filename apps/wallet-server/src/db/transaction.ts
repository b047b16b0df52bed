/**
 * The one way to change several rows together, and the one place that knows which database errors may be tried again.
 *
 * Throwing inside rolls everything back. Conflicts that the database asks to repeat (40001, 40P01) are repeated whole,
 * a counted number of times. A connection lost on the way leaves the outcome unknown, and that is what the caller is
 * told: unknown is not failure.
 */
import { WalletError } from '@tradepay/contract'
import type pg from 'pg'

/** A statement. One that sweeps tables says how long it is waited for, in milliseconds, beside raising `statement_timeout`. */
export type Query = pg.QueryConfig & { query_timeout?: number }

/** A pool, or the connection of a transaction: stores take either. */
export interface Queryable {
  query<Row extends pg.QueryResultRow>(query: Query): Promise<pg.QueryResult<Row>>
}

/** A transaction that is open. Statements that do not need each other's answers may be sent together, and are done in their order. */
export interface Transaction extends Queryable {
  query<Row extends pg.QueryResultRow>(query: Query | string, values?: unknown[]): Promise<pg.QueryResult<Row>>
  /**
   * Sends statements with COMMIT right behind them: one round trip less, and rows are held that much shorter. Nothing here can
   * hold the commit back any more, so whatever must be true of what they change the statements say themselves, by failing:
   * then the database commits none of them. Ends the transaction: `work` sends nothing after it.
   * @throws Error, before anything is sent, for a value that the driver may fail to put into words: texts, numbers, booleans,
   * times, null and lists of them are taken
   */
  commitWith(statements: Query[]): Promise<pg.QueryResult[]>
}

/** How often a conflicting transaction is tried in all. Conflicts end when one side is through, so few suffice. */
export const CONFLICT_TRIES = 6

const conflicts = new Set(['40001', '40P01'])

const networkErrors = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
])
/**
 * Connection (08), resources (53), operator's hand and shutdown (57), system (58); and 25006, what a primary answers
 * that has just become a standby. Source: PostgreSQL manual, appendix A.
 */
const unavailable = /^(08|53|57|58)|^25006$/
const driverMessages =
  /connection terminated|connection error|timeout exceeded when trying to connect|query read timeout/i

/** The SQLSTATE or system code of an error, if it has one. */
export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

/** The violated constraint of a database error, if it has one. */
export function violatedConstraint(error: unknown): string | undefined {
  const constraint = error instanceof Error && 'constraint' in error ? error.constraint : undefined
  return typeof constraint === 'string' ? constraint : undefined
}

/** True when the database asks to run the same transaction again: nothing of it has happened. */
export function isConflict(error: unknown): boolean {
  return conflicts.has(errorCode(error) ?? '')
}

/** True when the database could not be reached, or was lost on the way, so that the outcome is unknown. */
export function isLostConnection(error: unknown): boolean {
  const code = errorCode(error)
  if (code !== undefined) return networkErrors.has(code) || unavailable.test(code)
  return error instanceof Error && driverMessages.test(error.message)
}

/** What the caller is told: a lost connection leaves the outcome unknown; every other error is what it is. */
export function asUnknown(error: unknown): unknown {
  if (!isLostConnection(error)) return error
  const unknown = new WalletError('OUTCOME_UNKNOWN')
  unknown.cause = error
  return unknown
}

/**
 * Runs `work` in a transaction and commits it.
 * `work` may run several times and must therefore change nothing but the database.
 * @param options.locksFirst promises that the first statements, up to the first answer that `work` waits for, only read and lock:
 * then they are sent together with BEGIN, one round trip less. Were BEGIN refused alone, nothing would have been written.
 * @throws whatever `work` throws, after rolling back; WalletError OUTCOME_UNKNOWN when the connection was lost, or when
 * the conflicts did not end
 */
export async function transaction<Result>(
  db: pg.Pool,
  work: (tx: Transaction) => Promise<Result>,
  options: { isolation?: 'read committed' | 'repeatable read'; readOnly?: boolean; locksFirst?: boolean } = {},
): Promise<Result> {
  const begin = `begin isolation level ${options.isolation ?? 'read committed'}${options.readOnly ? ' read only' : ''}`
  return retried(async () => {
    const client = await db.connect()
    let broken: Error | undefined
    // A connection that breaks while it is checked out says so by an event as well as by the failing query.
    const onError = (error: Error): void => void (broken = error)
    client.on('error', onError)
    try {
      const begun = client.query(begin)
      // Heard of by whoever sends a statement; `work` may end without one.
      begun.catch(() => undefined)
      if (!options.locksFirst) await begun
      let committed = false
      const result = await work({
        // Whoever waits for an answer waits for BEGIN's too: nothing is written behind one that failed.
        query: <Row extends pg.QueryResultRow>(query: Query | string, values?: unknown[]) =>
          Promise.all([client.query<Row>(query as string, values), begun]).then(([answer]) => answer),
        async commitWith(statements) {
          for (const { name, values = [] } of statements) {
            if (!values.every(isPlain)) throw new Error(`Statement ${name ?? ''} has a value that is not plain.`)
          }
          committed = true
          const sent = statements.map((statement) => client.query(statement))
          const [answers] = await Promise.all([Promise.all(sent), client.query('commit')])
          return answers
        },
      })
      if (!committed) await client.query('commit')
      return result
    } catch (error) {
      if (isLostConnection(error)) broken = error as Error
      else await client.query('rollback').catch((failure: Error) => void (broken = failure))
      throw error
    } finally {
      client.off('error', onError)
      client.release(broken)
    }
  })
}

/** Runs one statement, which is a transaction by itself, under the same rules as {@link transaction}. */
export async function statement<Row extends pg.QueryResultRow>(
  db: pg.Pool,
  query: pg.QueryConfig,
): Promise<pg.QueryResult<Row>> {
  return retried(() => db.query<Row>(query))
}

/** The driver drops a statement whose value it cannot write, and would send the COMMIT behind it all the same. */
const isPlain = (value: unknown): boolean =>
  value === null ||
  value instanceof Date ||
  ['string', 'number', 'bigint', 'boolean'].includes(typeof value) ||
  (Array.isArray(value) && value.every(isPlain))

async function retried<Result>(run: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await run()
    } catch (error) {
      if (isConflict(error) && tries < CONFLICT_TRIES) continue
      if (isConflict(error) || isLostConnection(error)) {
        const unknown = new WalletError('OUTCOME_UNKNOWN')
        unknown.cause = error
        throw unknown
      }
      throw error
    }
  }
}
