/**
 * What must hold in the ledger at any moment, recomputed from the transfers (I1, I2, I6, and the sum of each bucket).
 * Each check is one query that answers the rows which break it; run them on one snapshot of a live database.
 */
import type { Queryable } from '../db/transaction.ts'
import type { Violation } from './types.ts'

/** A promise, and the query that finds the rows breaking it. */
export interface Check {
  invariant: string
  message: string
  sql: string
}

/** Most rows reported for one check: enough to see what is wrong, few enough to read. */
export const ROWS_REPORTED_MAX = 20

/** Stored and recomputed sums of every account, side by side. */
const recomputed = `
  select a.id, a.bucket, a.kind, a.currency, a.computed, a.debits_posted, a.credits_posted, a.debits_pending,
    coalesce(d.total, 0) as debits_recomputed, coalesce(c.total, 0) as credits_recomputed
  from accounts a
  left join (select debit_account as id, bucket, sum(amount) as total from transfers group by 1, 2) d using (id, bucket)
  left join (select credit_account as id, bucket, sum(amount) as total from transfers group by 1, 2) c using (id, bucket)`

export const ledgerChecks: readonly Check[] = [
  {
    invariant: 'I1',
    message:
      'A transfer debits one account and credits another of its bucket by the same positive amount in one currency.',
    sql: `select t.cause_id, t.step, t.bucket, t.debit_account, t.credit_account, t.amount, t.currency
      from transfers t
      left join accounts d on d.id = t.debit_account and d.bucket = t.bucket
      left join accounts c on c.id = t.credit_account and c.bucket = t.bucket
      where t.amount <= 0 or t.debit_account = t.credit_account or d.id is null or c.id is null
        or d.currency <> t.currency or c.currency <> t.currency`,
  },
  {
    invariant: 'I1',
    message: 'The balances of each bucket and currency sum to zero.',
    sql: `select bucket, currency, sum(case when computed then credits_recomputed - debits_recomputed
          else credits_posted - debits_posted end) as sum
      from (${recomputed}) as r
      group by bucket, currency
      having sum(case when computed then credits_recomputed - debits_recomputed else credits_posted - debits_posted end) <> 0`,
  },
  {
    invariant: 'I2',
    message: 'No user or merchant balance is below zero, neither as stored nor as recomputed.',
    sql: `select id, bucket, credits_posted, debits_posted, debits_pending, credits_recomputed, debits_recomputed
      from (${recomputed}) as r
      where not computed
        and (debits_posted + debits_pending > credits_posted or debits_recomputed > credits_recomputed)`,
  },
  {
    invariant: 'I6',
    message: 'The stored balance is the balance recomputed from the transfers.',
    sql: `select id, bucket, debits_posted, debits_recomputed, credits_posted, credits_recomputed
      from (${recomputed}) as r
      where not computed and (debits_posted <> debits_recomputed or credits_posted <> credits_recomputed)`,
  },
]

/** Runs checks and answers what is broken. The caller gives a transaction with one snapshot. */
export async function runChecks(tx: Queryable, checks: readonly Check[]): Promise<Violation[]> {
  const violations: Violation[] = []
  for (const { invariant, message, sql } of checks) {
    const { rows } = await tx.query({ text: `${sql} limit ${ROWS_REPORTED_MAX}` })
    if (rows.length > 0) violations.push({ invariant, message, rows })
  }
  return violations
}

/** Every check of the ledger, on the caller's snapshot. */
export const verifyLedger = (tx: Queryable): Promise<Violation[]> => runChecks(tx, ledgerChecks)
