/**
 * The SQL of top-ups. A row lies in the user's bucket.
 */
import type { BankFailure } from '@tradepay/contract'
import type { Queryable } from '../db/transaction.ts'
import { toFailure } from '../funding/judge.ts'
import type { TopUp } from './types.ts'

/** A top-up with the bucket it lies in. */
export type StoredTopUp = TopUp & { bucket: number }

interface TopUpRow {
  top_up_id: string
  bucket: number
  user_id: string
  bank_account_id: string | null
  amount: bigint
  currency: string
  state: TopUp['state']
  failure: string | null
  created_at: Date
  finished_at: Date | null
}

/** Adds a top-up; false when its id is taken. Waits for a transaction that is adding the same one. */
export async function insertTopUp(tx: Queryable, topUp: StoredTopUp): Promise<boolean> {
  const { rowCount } = await tx.query({
    name: 'top-up-insert',
    text: `insert into top_ups (top_up_id, bucket, user_id, bank_account_id, amount, currency, state, created_at, finished_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (top_up_id, bucket) do nothing`,
    values: [
      topUp.topUpId,
      topUp.bucket,
      topUp.userId,
      topUp.bankAccountId,
      topUp.amount.minor,
      topUp.amount.currency,
      topUp.state,
      topUp.createdAt,
      topUp.finishedAt,
    ],
  })
  return rowCount === 1
}

export async function selectTopUp(db: Queryable, topUpId: string, bucket: number): Promise<StoredTopUp | null> {
  const { rows } = await db.query<TopUpRow>({
    name: 'top-up-select',
    text: 'select * from top_ups where top_up_id = $1 and bucket = $2',
    values: [topUpId, bucket],
  })
  return rows[0] ? toTopUp(rows[0]) : null
}

/** Locks a top-up before its accounts. */
export async function lockTopUp(tx: Queryable, topUpId: string, bucket: number): Promise<StoredTopUp> {
  const { rows } = await tx.query<TopUpRow>({
    name: 'top-up-lock',
    text: 'select * from top_ups where top_up_id = $1 and bucket = $2 for update',
    values: [topUpId, bucket],
  })
  if (!rows[0]) throw new Error(`Top-up ${topUpId} does not exist.`)
  return toTopUp(rows[0])
}

/** Ends a top-up that waits for the bank. The caller has locked it. */
export async function endTopUp(
  tx: Queryable,
  { topUpId, bucket }: Pick<StoredTopUp, 'topUpId' | 'bucket'>,
  after: { state: 'SUCCEEDED' | 'FAILED'; failure: BankFailure | null; now: Date },
): Promise<void> {
  await tx.query({
    name: 'top-up-end',
    text: `update top_ups set state = $3, failure = $4, finished_at = $5
      where top_up_id = $1 and bucket = $2 and state = 'PROCESSING'`,
    values: [topUpId, bucket, after.state, after.failure, after.now],
  })
}

/** A user's top-ups, newest first; of one instant by id, so that pages neither repeat nor skip. */
export async function selectTopUpsOf(
  db: Queryable,
  userId: string,
  limit: number,
  before: Pick<TopUp, 'topUpId' | 'createdAt'> | null,
): Promise<StoredTopUp[]> {
  const { rows } = await db.query<TopUpRow>({
    name: 'top-ups-of',
    text: `select * from top_ups
      where user_id = $1 and created_at <= coalesce($3::timestamptz, 'infinity')
        and ($3::timestamptz is null or (created_at, top_up_id) < ($3, $4))
      order by created_at desc, top_up_id desc limit $2`,
    values: [userId, limit, before?.createdAt ?? null, before?.topUpId ?? null],
  })
  return rows.map(toTopUp)
}

function toTopUp(row: TopUpRow): StoredTopUp {
  return {
    topUpId: row.top_up_id,
    bucket: row.bucket,
    userId: row.user_id,
    bankAccountId: row.bank_account_id,
    amount: { currency: row.currency, minor: row.amount },
    state: row.state,
    failure: row.failure === null ? null : toFailure(row.failure),
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  }
}
