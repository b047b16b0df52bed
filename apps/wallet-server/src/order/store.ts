/**
 * The SQL of orders that exist: reading, locking, closing. An order lies in its merchant's bucket, which its tradeNo carries.
 * Whoever decides about orders locks them first, in the order of their tradeNo, and before any account.
 *
 * What is found by key never repeats the condition of a partial index (`state = 'CREATED'`): a plan made while few orders
 * are unpaid would walk through that index instead, and be kept when there are millions.
 */
import type { ApiFamily, CloseReason, OrderState } from '@tradepay/contract'
import { textArray } from '../db/arrays.ts'
import type { Queryable } from '../db/transaction.ts'
import type { Order } from './types.ts'

/** A row as the driver reads it. */
export interface OrderRow {
  trade_no: string
  bucket: number
  merchant_id: string
  client_id: string
  request_id: string
  family: ApiFamily
  app_id: string | null
  buyer_id: string | null
  title: string
  amount: bigint
  currency: string
  notify_url: string | null
  extra: Record<string, unknown>
  state: OrderState
  close_reason: CloseReason | null
  sequence: number
  created_at: Date
  expires_at: Date
  paid_at: Date | null
  closed_at: Date | null
  payer_id: string | null
  payment_id: string | null
  processing_payment_id: string | null
  fee: bigint
  refunded: bigint
  fee_refunded: bigint
}

/** Of the table `orders o`: everything but `content`, which only a repeated create looks at. */
export const orderColumns = [
  'trade_no',
  'bucket',
  'merchant_id',
  'client_id',
  'request_id',
  'family',
  'app_id',
  'buyer_id',
  'title',
  'amount',
  'currency',
  'notify_url',
  'extra',
  'state',
  'close_reason',
  'sequence',
  'created_at',
  'expires_at',
  'paid_at',
  'closed_at',
  'payer_id',
  'payment_id',
  'processing_payment_id',
  'fee',
  'refunded',
  'fee_refunded',
]
  .map((column) => `o.${column}`)
  .join(', ')

/** An order with what its request number stands for. */
export interface StoredOrder {
  order: Order
  content: Record<string, string>
}

/** The merchant's own number of an order, and the bucket of the merchant's client. */
export interface RequestKey {
  clientId: string
  requestId: string
  bucket: number
}

/** The order with this tradeNo, or null. */
export async function selectOrder(db: Queryable, tradeNo: string, bucket: number): Promise<Order | null> {
  const { rows } = await db.query<OrderRow>({
    name: 'select-order',
    text: `select ${orderColumns} from orders o where o.trade_no = $1 and o.bucket = $2`,
    values: [tradeNo, bucket],
  })
  return rows[0] ? toOrder(rows[0]) : null
}

/** The orders that hold these numbers; numbers without one are left out. */
export async function selectOrdersOfRequests(db: Queryable, requests: RequestKey[]): Promise<StoredOrder[]> {
  const { rows } = await db.query<OrderRow & { content: Record<string, string> }>({
    name: 'select-orders-of-requests',
    text: `select ${orderColumns}, o.content
      from unnest($1::text[], $2::text[], $3::smallint[]) as asked (client_id, request_id, bucket)
      join orders o on o.client_id = asked.client_id and o.request_id = asked.request_id and o.bucket = asked.bucket`,
    values: [
      requests.map(({ clientId }) => clientId),
      requests.map(({ requestId }) => requestId),
      requests.map(({ bucket }) => bucket),
    ],
  })
  return rows.map((row) => ({ order: toOrder(row), content: row.content }))
}

/**
 * Locks orders until the transaction ends, in the order of their tradeNo, and reads them as they are then. Numbers without
 * an order are left out.
 */
export async function lockOrders(tx: Queryable, tradeNos: string[]): Promise<Order[]> {
  const { rows } = await tx.query<OrderRow>({
    name: 'lock-orders',
    text: `select ${orderColumns} from orders o where o.trade_no = any ($1::text[]) order by o.trade_no for update`,
    values: [textArray(tradeNos)],
  })
  return rows.map(toOrder)
}

/** Locks the order that holds this number of the merchant's client; null when there is none. */
export async function lockOrderOfRequest(tx: Queryable, request: RequestKey): Promise<Order | null> {
  const { rows } = await tx.query<OrderRow>({
    name: 'lock-order-of-request',
    text: `select ${orderColumns} from orders o where o.client_id = $1 and o.request_id = $2 and o.bucket = $3 for update`,
    values: [request.clientId, request.requestId, request.bucket],
  })
  return rows[0] ? toOrder(rows[0]) : null
}

/** Locks unpaid orders that are past their time, oldest first, leaving to others what they hold; at most `limit`. */
export async function lockExpiredOrders(tx: Queryable, now: Date, limit: number): Promise<Order[]> {
  const { rows } = await tx.query<OrderRow>({
    name: 'lock-expired-orders',
    text: `select ${orderColumns} from orders o join owned_buckets b on b.bucket = o.bucket
      where o.state = 'CREATED' and o.expires_at <= $1
      order by o.expires_at limit $2 for update of o skip locked`,
    values: [now, limit],
  })
  return rows.map(toOrder)
}

/**
 * Writes what has been decided to close. The caller holds the locks.
 * @param orders as they are to be: CLOSED, with reason, time and the next sequence
 * @throws Error when one of them is not waiting to be paid: nothing leads from there to CLOSED
 */
export async function updateClosed(tx: Queryable, orders: Order[]): Promise<void> {
  const { rowCount } = await tx.query({
    name: 'close-orders',
    text: `update orders o
      set state = 'CLOSED', close_reason = t.close_reason, closed_at = t.closed_at, sequence = t.sequence
      from unnest($1::text[], $2::smallint[], $3::text[], $4::timestamptz[], $5::integer[])
        as t (trade_no, bucket, close_reason, closed_at, sequence)
      where o.trade_no = t.trade_no and o.bucket = t.bucket and o.paid_at is null and o.closed_at is null
        and o.sequence = t.sequence - 1`,
    values: [
      orders.map(({ tradeNo }) => tradeNo),
      orders.map(({ bucket }) => bucket),
      orders.map(({ closeReason }) => closeReason),
      orders.map(({ closedAt }) => closedAt?.toISOString()),
      orders.map(({ sequence }) => sequence),
    ],
  })
  if (rowCount !== orders.length) throw new Error(`Of ${orders.length} orders to close ${rowCount} could be.`)
}

/** When the next unpaid order expires, or null. */
export async function selectNextExpiry(db: Queryable): Promise<Date | null> {
  const { rows } = await db.query<{ expires_at: Date }>({
    name: 'select-next-expiry',
    text: `select o.expires_at from orders o join owned_buckets b on b.bucket = o.bucket
      where o.state = 'CREATED' order by o.expires_at limit 1`,
  })
  return rows[0]?.expires_at ?? null
}

export function toOrder(row: OrderRow): Order {
  return {
    tradeNo: row.trade_no,
    bucket: row.bucket,
    merchantId: row.merchant_id,
    clientId: row.client_id,
    requestId: row.request_id,
    family: row.family,
    appId: row.app_id,
    buyerId: row.buyer_id,
    title: row.title,
    amount: { currency: row.currency, minor: row.amount },
    notifyUrl: row.notify_url,
    extra: row.extra,
    state: row.state,
    closeReason: row.close_reason,
    sequence: row.sequence,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    paidAt: row.paid_at,
    closedAt: row.closed_at,
    payerId: row.payer_id,
    paymentId: row.payment_id,
    processingPaymentId: row.processing_payment_id,
    fee: row.fee,
    refunded: row.refunded,
    feeRefunded: row.fee_refunded,
  }
}
