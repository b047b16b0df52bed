/**
 * The SQL of refunds. A refund lies in the bucket of its order, and is written under the order's lock.
 */
import type { RefundState, RefusalCode } from '@tradepay/contract'
import type { Queryable } from '../db/transaction.ts'
import type { Order } from '../order/types.ts'
import type { ReceivedRefund, Refund } from './types.ts'

interface RefundRow {
  refund_id: string
  bucket: number
  trade_no: string
  client_id: string
  scope: string
  request_id: string
  content: Record<string, string>
  payer_id: string
  payer_bucket: number
  amount: bigint
  currency: string
  fee: bigint
  reason: string | null
  notify_url: string | null
  channel: 'BALANCE' | 'BANK'
  state: RefundState
  failure: RefusalCode | null
  created_at: Date
  finished_at: Date | null
}

/** A refund with what only this room looks at. */
export interface StoredRefund extends Refund {
  /** Inside of what the merchant's number is unique. */
  scope: string
  content: Record<string, string>
  payerBucket: number
  notifyUrl: string | null
}

/** Adds a refund. @returns false when its number is taken already, perhaps by a refund of another order */
export async function insertRefund(tx: Queryable, refund: StoredRefund): Promise<boolean> {
  const { rowCount } = await tx.query({
    name: 'insert-refund',
    text: `insert into refunds (refund_id, bucket, trade_no, client_id, scope, request_id, content, payer_id, payer_bucket,
        amount, currency, fee, reason, notify_url, channel, state, failure, created_at, finished_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
      on conflict (scope, request_id, bucket) do nothing`,
    values: [
      refund.refundId,
      refund.bucket,
      refund.tradeNo,
      refund.clientId,
      refund.scope,
      refund.requestId,
      JSON.stringify(refund.content),
      refund.payerId,
      refund.payerBucket,
      refund.amount.minor,
      refund.amount.currency,
      refund.fee.minor,
      refund.reason,
      refund.notifyUrl,
      refund.channel,
      refund.state,
      refund.failure,
      refund.createdAt,
      refund.finishedAt,
    ],
  })
  return rowCount === 1
}

/** The refund with this id, or null. */
export async function selectRefund(db: Queryable, refundId: string, bucket: number): Promise<StoredRefund | null> {
  const { rows } = await db.query<RefundRow>({
    name: 'select-refund',
    text: 'select * from refunds where refund_id = $1 and bucket = $2',
    values: [refundId, bucket],
  })
  return rows[0] ? toRefund(rows[0]) : null
}

/** The refund that holds a merchant's number in its scope, or null. */
export async function selectRefundOfNumber(
  db: Queryable,
  number: { scope: string; requestId: string; bucket: number },
): Promise<StoredRefund | null> {
  const { rows } = await db.query<RefundRow>({
    name: 'select-refund-of-number',
    text: 'select * from refunds where scope = $1 and request_id = $2 and bucket = $3',
    values: [number.scope, number.requestId, number.bucket],
  })
  return rows[0] ? toRefund(rows[0]) : null
}

/** All refunds of an order, oldest first. */
export async function selectRefundsOf(db: Queryable, tradeNo: string): Promise<StoredRefund[]> {
  const { rows } = await db.query<RefundRow>({
    name: 'select-refunds-of',
    text: 'select * from refunds where trade_no = $1 order by created_at, refund_id',
    values: [tradeNo],
  })
  return rows.map(toRefund)
}

/** What of an order has arrived at the payer again. Smallest unit. */
export async function selectSucceeded(tx: Queryable, { tradeNo }: Pick<Order, 'tradeNo'>): Promise<bigint> {
  const { rows } = await tx.query<{ minor: bigint }>({
    name: 'select-refunds-succeeded',
    text: `select coalesce(sum(amount), 0)::bigint as minor from refunds where trade_no = $1 and state = 'SUCCEEDED'`,
    values: [tradeNo],
  })
  return rows[0]!.minor
}

/** Ends a refund that waits for the bank. @throws Error when it does not */
export async function updateRefundEnded(
  tx: Queryable,
  { refundId, bucket, state, failure, finishedAt }: StoredRefund,
): Promise<void> {
  const { rowCount } = await tx.query({
    name: 'end-refund',
    text: `update refunds set state = $3, failure = $4, finished_at = $5
      where refund_id = $1 and bucket = $2 and state = 'PROCESSING'`,
    values: [refundId, bucket, state, failure, finishedAt],
  })
  if (rowCount !== 1) throw new Error(`Refund ${refundId} does not wait for the bank.`)
}

/** Writes what a refund changes of its order. The caller holds its lock. @throws Error when it is not as it was read */
export async function updateOrderRefunded(tx: Queryable, before: Order, after: Order): Promise<void> {
  const { rowCount } = await tx.query({
    name: 'update-order-refunded',
    text: `update orders set refunded = $3, fee_refunded = $4, sequence = $5
      where trade_no = $1 and bucket = $2 and state = 'PAID' and refunded = $6 and sequence = $7`,
    values: [
      after.tradeNo,
      after.bucket,
      after.refunded,
      after.feeRefunded,
      after.sequence,
      before.refunded,
      before.sequence,
    ],
  })
  if (rowCount !== 1) throw new Error(`Order ${after.tradeNo} is not as it was when it was locked.`)
}

/** Where the money of an order's payment came from. @throws Error when there is no such payment */
export async function selectPaymentSource(
  tx: Queryable,
  { paymentId, bucket }: Pick<Order, 'paymentId' | 'bucket'>,
): Promise<{ channel: 'BALANCE' | 'BANK'; bankAccountId: string | null; payerId: string; payerBucket: number }> {
  const { rows } = await tx.query<{
    channel: 'BALANCE' | 'BANK'
    bank_account_id: string | null
    payer_id: string
    payer_bucket: number
  }>({
    name: 'select-payment-source',
    text: 'select channel, bank_account_id, payer_id, payer_bucket from payments where payment_id = $1 and bucket = $2',
    values: [paymentId, bucket],
  })
  const row = rows[0]
  if (!row) throw new Error(`Payment ${paymentId} does not exist.`)
  return {
    channel: row.channel,
    bankAccountId: row.bank_account_id,
    payerId: row.payer_id,
    payerBucket: row.payer_bucket,
  }
}

/** The place in the list behind which a page begins. */
export interface RefundCursor {
  createdAt: Date
  refundId: string
}

/** What reached or will reach a user, newest first, behind the cursor. */
export async function selectRefundsTo(
  db: Queryable,
  userId: string,
  before: RefundCursor | null,
  limit: number,
): Promise<ReceivedRefund[]> {
  const { rows } = await db.query<RefundRow & { title: string; merchant_name: string; bank_account_id: string | null }>(
    {
      name: 'select-refunds-to',
      text: `select r.*, o.title, m.name as merchant_name, p.bank_account_id
      from refunds r
      join orders o on o.trade_no = r.trade_no and o.bucket = r.bucket
      join payments p on p.payment_id = o.payment_id and p.bucket = o.bucket
      join merchants m on m.merchant_id = o.merchant_id
      where r.payer_id = $1 and r.state <> 'FAILED'
        and ($2::timestamptz is null or (r.created_at, r.refund_id) < ($2::timestamptz, $3::text))
      order by r.created_at desc, r.refund_id desc
      limit $4`,
      values: [userId, before?.createdAt ?? null, before?.refundId ?? null, limit],
    },
  )
  return rows.map((row) => ({
    ...withoutOurs(toRefund(row)),
    title: row.title,
    merchantName: row.merchant_name,
    bankAccountId: row.bank_account_id,
  }))
}

function toRefund(row: RefundRow): StoredRefund {
  return {
    refundId: row.refund_id,
    bucket: row.bucket,
    tradeNo: row.trade_no,
    clientId: row.client_id,
    scope: row.scope,
    requestId: row.request_id,
    content: row.content,
    payerId: row.payer_id,
    payerBucket: row.payer_bucket,
    amount: { currency: row.currency, minor: row.amount },
    fee: { currency: row.currency, minor: row.fee },
    reason: row.reason,
    notifyUrl: row.notify_url,
    channel: row.channel,
    state: row.state,
    failure: row.failure,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  }
}

/** A refund as other rooms and the doors see it. */
export function withoutOurs(stored: StoredRefund): Refund {
  const { scope: _scope, content: _content, payerBucket: _payerBucket, notifyUrl: _notifyUrl, ...refund } = stored
  return refund
}
