/**
 * Checks every promise about money against a live database: the command `tradepay verify`, and every simulated step.
 *
 * All checks look at one snapshot, so payments may go on meanwhile; nothing is locked and nothing is written.
 */
import type pg from 'pg'
import { transaction, type Queryable } from '../db/transaction.ts'
import type { Violation } from '../ledger/types.ts'
import { ledgerChecks, runChecks } from '../ledger/verify.ts'
import { roomChecks } from './checks.ts'

export interface VerifyReport {
  /** What is broken, with the rows (at most 20 for each); empty means all is well. */
  violations: Violation[]
  /** Every promise that was checked, in words. */
  checked: { invariant: string; message: string }[]
  /** How much was looked at. */
  counts: { accounts: bigint; transfers: bigint; orders: bigint; payments: bigint; notifications: bigint }
}

/** Verifies the database. May be run at any time and repeated. */
export async function verify(db: pg.Pool): Promise<VerifyReport> {
  const checks = [...ledgerChecks, ...roomChecks]
  return transaction(
    db,
    async (tx) => {
      // The longest check of a large database outlives the limit that is right for a payment.
      await tx.query('set local statement_timeout = 0')
      return {
        violations: await runChecks(tx, checks),
        checked: checks.map(({ invariant, message }) => ({ invariant, message })),
        counts: await count(tx),
      }
    },
    { isolation: 'repeatable read', readOnly: true },
  )
}

async function count(tx: Queryable): Promise<VerifyReport['counts']> {
  const { rows } = await tx.query<VerifyReport['counts']>({
    text: `select (select count(*) from accounts) as accounts, (select count(*) from transfers) as transfers,
      (select count(*) from orders) as orders, (select count(*) from payments) as payments,
      (select count(*) from notifications) as notifications`,
  })
  return rows[0]!
}
