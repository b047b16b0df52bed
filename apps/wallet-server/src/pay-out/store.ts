/**
 * The SQL of pay-outs. A row lies in the merchant's bucket.
 */
import type { BankFailure } from '@tradepay/contract'
import type { Queryable } from '../db/transaction.ts'
import { toFailure } from '../funding/judge.ts'
import type { PayOut } from './types.ts'

/** A pay-out with the bucket it lies in. */
export type StoredPayOut = PayOut & { bucket: number }

interface PayOutRow {
  pay_out_id: string
  bucket: number
  merchant_id: string
  request_id: string
  bank_account_id: string
  amount: bigint
  currency: string
  state: PayOut['state']
  failure: string | null
  created_at: Date
  finished_at: Date | null
}

/** Adds a pay-out; false when the merchant has one of this number. Waits for a transaction that is adding the same one. */
export async function insertPayOut(tx: Queryable, payOut: StoredPayOut): Promise<boolean> {
  const { rowCount } = await tx.query({
    name: 'pay-out-insert',
    text: `insert into pay_outs (pay_out_id, bucket, merchant_id, request_id, bank_account_id, amount, currency, state,
        created_at)
      values ($1, $2, $3, $4, $5, $6, $7, 'PROCESSING', $8) on conflict (merchant_id, request_id, bucket) do nothing`,
    values: [
      payOut.payOutId,
      payOut.bucket,
      payOut.merchantId,
      payOut.requestId,
      payOut.bankAccountId,
      payOut.amount.minor,
      payOut.amount.currency,
      payOut.createdAt,
    ],
  })
  return rowCount === 1
}

export async function selectPayOut(
  db: Queryable,
  merchantId: string,
  requestId: string,
  bucket: number,
): Promise<StoredPayOut | null> {
  const { rows } = await db.query<PayOutRow>({
    name: 'pay-out-select',
    text: 'select * from pay_outs where merchant_id = $1 and request_id = $2 and bucket = $3',
    values: [merchantId, requestId, bucket],
  })
  return rows[0] ? toPayOut(rows[0]) : null
}

/** Locks a pay-out before its accounts. */
export async function lockPayOut(tx: Queryable, payOutId: string, bucket: number): Promise<StoredPayOut> {
  const { rows } = await tx.query<PayOutRow>({
    name: 'pay-out-lock',
    text: 'select * from pay_outs where pay_out_id = $1 and bucket = $2 for update',
    values: [payOutId, bucket],
  })
  if (!rows[0]) throw new Error(`Pay-out ${payOutId} does not exist.`)
  return toPayOut(rows[0])
}

/** Ends a pay-out that waits for the bank. The caller has locked it. */
export async function endPayOut(
  tx: Queryable,
  { payOutId, bucket }: Pick<StoredPayOut, 'payOutId' | 'bucket'>,
  after: { state: 'SUCCEEDED' | 'FAILED'; failure: BankFailure | null; now: Date },
): Promise<void> {
  await tx.query({
    name: 'pay-out-end',
    text: `update pay_outs set state = $3, failure = $4, finished_at = $5
      where pay_out_id = $1 and bucket = $2 and state = 'PROCESSING'`,
    values: [payOutId, bucket, after.state, after.failure, after.now],
  })
}

/** A merchant's pay-outs, newest first. */
export async function selectPayOutsOf(db: Queryable, merchantId: string, limit: number): Promise<StoredPayOut[]> {
  const { rows } = await db.query<PayOutRow>({
    name: 'pay-outs-of',
    text: 'select * from pay_outs where merchant_id = $1 order by created_at desc, pay_out_id desc limit $2',
    values: [merchantId, limit],
  })
  return rows.map(toPayOut)
}

function toPayOut(row: PayOutRow): StoredPayOut {
  return {
    payOutId: row.pay_out_id,
    bucket: row.bucket,
    merchantId: row.merchant_id,
    requestId: row.request_id,
    bankAccountId: row.bank_account_id,
    amount: { currency: row.currency, minor: row.amount },
    state: row.state,
    failure: row.failure === null ? null : toFailure(row.failure),
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  }
}
