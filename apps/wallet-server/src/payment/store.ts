/**
 * The SQL of payments. The payment itself is the function `pay` of migrations/000005_pay.sql: one statement, one
 * transaction, an outcome for each item.
 */
import type { RefusalCode } from '@tradepay/contract'
import type pg from 'pg'
import { statement, type Queryable } from '../db/transaction.ts'
import type { ConfirmPayment, PaidOrder } from './types.ts'

/** A confirmation with the numbers it gets if it is granted. */
export interface NewPayment extends ConfirmPayment {
  payerBucket: number
  paymentId: string
  notificationId: string
}

export type PayOutcome = 'PAID' | 'REPEATED' | 'AGAIN' | RefusalCode

export interface PayRow {
  outcome: PayOutcome
  payment_id: string | null
  paid_at: Date | null
  merchant_id: string | null
}

/** Pays in one transaction; one row for each item, in their order. */
export async function pay(db: pg.Pool, items: NewPayment[], now: Date): Promise<PayRow[]> {
  const { rows } = await statement<PayRow>(db, {
    name: 'pay',
    text: 'select outcome, payment_id, paid_at, merchant_id from pay($1, $2, $3, $4, $5, $6, $7, $8) order by item',
    values: [
      items.map((item) => item.tradeNo),
      items.map((item) => item.payerId),
      items.map((item) => item.payerBucket),
      items.map((item) => item.paymentId),
      items.map((item) => item.notificationId),
      items.map((item) => item.amount.minor),
      items.map((item) => item.amount.currency),
      now,
    ],
  })
  return rows
}

/** The place in the list behind which a page begins. */
export interface PaymentCursor {
  paidAt: Date
  paymentId: string
}

/** What a user paid, newest first, behind the cursor. */
export async function selectPaidBy(
  db: Queryable,
  userId: string,
  before: PaymentCursor | null,
  limit: number,
): Promise<PaidOrder[]> {
  const { rows } = await db.query<{
    payment_id: string
    trade_no: string
    title: string
    merchant_name: string
    amount: bigint
    currency: string
    created_at: Date
  }>({
    name: 'select-paid-by',
    text: `select p.payment_id, p.trade_no, o.title, m.name as merchant_name, p.amount, p.currency, p.created_at
      from payments p
      join orders o on o.trade_no = p.trade_no and o.bucket = p.bucket
      join merchants m on m.merchant_id = o.merchant_id
      where p.payer_id = $1 and p.state = 'SUCCEEDED'
        and ($2::timestamptz is null or (p.created_at, p.payment_id) < ($2::timestamptz, $3::text))
      order by p.created_at desc, p.payment_id desc
      limit $4`,
    values: [userId, before?.paidAt ?? null, before?.paymentId ?? null, limit],
  })
  return rows.map((row) => ({
    paymentId: row.payment_id,
    tradeNo: row.trade_no,
    title: row.title,
    merchantName: row.merchant_name,
    amount: { currency: row.currency, minor: row.amount },
    paidAt: row.created_at,
  }))
}
