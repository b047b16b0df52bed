/**
 * Checks every promise about money against a live database: the command `tradepay verify`, and every simulated step.
 *
 * All checks look at one snapshot, so payments may go on meanwhile; nothing is locked and nothing is written. What is only
 * unfinished, or a matter for a person, is told as a notice and breaks no promise.
 */
import type pg from 'pg'
import { transaction, type Queryable } from '../db/transaction.ts'
import type { Violation } from '../ledger/types.ts'
import { ledgerChecks } from '../ledger/verify.ts'
import { roomChecks } from './checks.ts'
import { countedTables, notices, type Notice } from './notices.ts'
import { askAll, type Question } from './questions.ts'

export type { Notice } from './notices.ts'

/** How many rows were looked at, of each table of money. */
export type VerifyCounts = Record<keyof typeof countedTables, bigint>

export interface VerifyReport {
  /** What is broken, with the rows (at most 20 for each, every value as text); empty means all is well. */
  violations: Violation[]
  /** Every promise that was checked, in words. */
  checked: { invariant: string; message: string }[]
  /** What is unfinished, with its age, and what a person has to look at. Only those that there are. */
  notices: Notice[]
  counts: VerifyCounts
}

/**
 * Verifies the database. May be run at any time, also while it serves, and repeated.
 * @param options.now what ages are reckoned from; default: the system's clock
 * @throws WalletError OUTCOME_UNKNOWN when the database is lost
 */
export async function verify(db: pg.Pool, options: { now?: Date } = {}): Promise<VerifyReport> {
  const now = options.now ?? new Date()
  return transaction(db, (tx) => verifySnapshot(tx, now), { isolation: 'repeatable read', readOnly: true })
}

/** Verifies what the caller's transaction sees; it must be one snapshot. */
export async function verifySnapshot(tx: Queryable, now: Date): Promise<VerifyReport> {
  const checks = [...ledgerChecks, ...roomChecks]
  const questions: Question[] = [...checks, ...notices, countQuestion]
  const answers = await askAll(tx, questions)
  return {
    violations: checks.flatMap(({ invariant, message }, index) => {
      const rows = answers[index]!
      return rows.length === 0 ? [] : [{ invariant, message, rows }]
    }),
    checked: checks.map(({ invariant, message }) => ({ invariant, message })),
    notices: notices.flatMap(({ kind, message }, index) => {
      const rows = answers[checks.length + index]!
      return rows.length === 0 ? [] : [{ kind, message, rows: rows.map((row) => withAge(row, now)) }]
    }),
    counts: toCounts(answers.at(-1)![0]!),
  }
}

const countQuestion: Question = {
  sql: `select ${Object.entries(countedTables)
    .map(([name, table]) => `(select count(*) from ${table}) as "${name}"`)
    .join(', ')}`,
}

function toCounts(row: Record<string, string | null>): VerifyCounts {
  return Object.fromEntries(Object.keys(countedTables).map((name) => [name, BigInt(row[name] ?? 0)])) as VerifyCounts
}

function withAge(row: Record<string, string | null>, now: Date): Notice['rows'][number] {
  return { ...row, ageSeconds: Math.round((now.getTime() - Date.parse(row['since'] ?? '')) / 1000) }
}
