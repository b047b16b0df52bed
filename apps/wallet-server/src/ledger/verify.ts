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

/**
 * Each transfer twice, once for each of its accounts, with what it adds to the posted and to the pending sum there. An
 * answer takes from what is pending what its PENDING had added.
 */
const sides = `
  select id, bucket,
    sum(posted) filter (where is_debit) as debits_posted, sum(pending) filter (where is_debit) as debits_pending,
    sum(posted) filter (where not is_debit) as credits_posted, sum(pending) filter (where not is_debit) as credits_pending
  from (
    select case when side.is_debit then t.debit_account else t.credit_account end as id, t.bucket, side.is_debit,
      case when t.kind in ('POSTED', 'POST') then t.amount else 0 end as posted,
      case when t.kind = 'PENDING' then t.amount when t.kind = 'POSTED' then 0 else -t.amount end as pending
    from transfers t cross join (values (true), (false)) as side (is_debit)
  ) as s
  group by id, bucket`

/** Stored and recomputed sums of every account, side by side. */
const recomputed = `
  select a.id, a.bucket, a.currency, a.computed, a.debits_posted, a.debits_pending, a.credits_posted, a.credits_pending,
    coalesce(s.debits_posted, 0) as debits_posted_recomputed, coalesce(s.debits_pending, 0) as debits_pending_recomputed,
    coalesce(s.credits_posted, 0) as credits_posted_recomputed, coalesce(s.credits_pending, 0) as credits_pending_recomputed
  from accounts a left join (${sides}) as s using (id, bucket)`

/** A stored sum where one is stored, and the recomputed one of the wallet's own accounts. */
const held = (sum: string): string => `case when computed then ${sum}_recomputed else ${sum} end`

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
    message: 'An answer repeats the accounts and the amount of the pending transfer that it answers.',
    sql: `select a.cause_id, a.step, a.bucket, a.kind, a.resolves, a.amount, p.kind as kind_of_pending,
        p.amount as amount_of_pending
      from transfers a
      left join transfers p on p.cause_id = a.cause_id and p.step = a.resolves and p.bucket = a.bucket
      where (a.resolves is not null or a.kind in ('POST', 'VOID', 'EXPIRE'))
        and (a.kind in ('POSTED', 'PENDING') or p.kind is distinct from 'PENDING'
          or p.debit_account <> a.debit_account or p.credit_account <> a.credit_account
          or p.amount <> a.amount or p.currency <> a.currency)`,
  },
  {
    invariant: 'I1',
    message: 'A pending transfer has at most one answer.',
    sql: `select cause_id, resolves, bucket, array_agg(step order by step) as answers
      from transfers where resolves is not null
      group by cause_id, resolves, bucket having count(*) > 1`,
  },
  {
    invariant: 'I1',
    message: 'A pending transfer is posted or voided before its time is over, and expires only after.',
    sql: `select a.cause_id, a.step, a.bucket, a.kind, a.posted_at, p.expires_at
      from transfers a
      join transfers p on p.cause_id = a.cause_id and p.step = a.resolves and p.bucket = a.bucket
      where a.resolves is not null
        and (a.kind = 'EXPIRE') <> (p.expires_at is not null and p.expires_at <= a.posted_at)`,
  },
  {
    invariant: 'I1',
    message: 'The balances of each bucket and currency sum to zero, and so does what is pending in it.',
    sql: `select bucket, currency, sum(${held('credits_posted')} - ${held('debits_posted')}) as posted,
        sum(${held('credits_pending')} - ${held('debits_pending')}) as pending
      from (${recomputed}) as r
      group by bucket, currency
      having sum(${held('credits_posted')} - ${held('debits_posted')}) <> 0
        or sum(${held('credits_pending')} - ${held('debits_pending')}) <> 0`,
  },
  {
    invariant: 'I2',
    message: 'No user or merchant balance is below zero, neither as stored nor as recomputed.',
    sql: `select id, bucket, credits_posted, debits_posted, debits_pending, credits_posted_recomputed,
        debits_posted_recomputed, debits_pending_recomputed
      from (${recomputed}) as r
      where not computed and (debits_posted + debits_pending > credits_posted
        or debits_posted_recomputed + debits_pending_recomputed > credits_posted_recomputed)`,
  },
  {
    invariant: 'I6',
    message: 'The stored balance is the balance recomputed from the transfers, posted and pending.',
    sql: `select id, bucket, debits_posted, debits_posted_recomputed, debits_pending, debits_pending_recomputed,
        credits_posted, credits_posted_recomputed, credits_pending, credits_pending_recomputed
      from (${recomputed}) as r
      where not computed and (debits_posted <> debits_posted_recomputed or debits_pending <> debits_pending_recomputed
        or credits_posted <> credits_posted_recomputed or credits_pending <> credits_pending_recomputed)`,
  },
  {
    invariant: 'I6',
    message: 'The wallet’s own accounts store no balance, and never have less pending than nothing.',
    sql: `select id, bucket, debits_posted, debits_pending, credits_posted, credits_pending, debits_pending_recomputed,
        credits_pending_recomputed
      from (${recomputed}) as r
      where computed and (debits_posted <> 0 or debits_pending <> 0 or credits_posted <> 0 or credits_pending <> 0
        or debits_pending_recomputed < 0 or credits_pending_recomputed < 0)`,
  },
]

/**
 * Lets the rest of the transaction read whole tables the way that is best for it. The connections of the server look
 * every row up by its key, which is right for a payment and slow for a sweep.
 */
export async function sweepTables(tx: Queryable): Promise<void> {
  await tx.query({
    text: `set local enable_seqscan = on; set local enable_hashjoin = on; set local enable_mergejoin = on;
      set local plan_cache_mode = auto`,
  })
}

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
