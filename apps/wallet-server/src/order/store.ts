/**
 * The SQL of orders. An order lies in its merchant's bucket, which its tradeNo carries, so every look-up names the bucket.
 */
import type { ApiFamily, CloseReason, OrderState } from '@tradepay/contract'
import type pg from 'pg'
import { statement, type Queryable } from '../db/transaction.ts'
import type { CreateOrder, Order } from './types.ts'

interface OrderRow {
  trade_no: string
  bucket: number
  merchant_id: string
  client_id: string
  request_id: string
  family: ApiFamily
  content: Record<string, string>
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
  refunded: bigint
}

/** An order with what its request number stands for. */
export interface StoredOrder {
  order: Order
  content: Record<string, string>
}

/** A command that has been judged, and the number and time it gets. */
export interface NewOrder {
  tradeNo: string
  bucket: number
  merchantId: string
  expiresAt: Date
  command: CreateOrder
}

/** Creates orders in one transaction; a request number that exists brings back the order that holds it. */
export async function insertOrders(
  db: pg.Pool,
  items: NewOrder[],
  now: Date,
): Promise<(StoredOrder & { created: boolean })[]> {
  const { rows } = await statement<OrderRow & { created: boolean }>(db, {
    name: 'create-orders',
    text: `select item, created, (existing).*
      from create_orders($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) order by item`,
    values: [
      items.map((item) => item.tradeNo),
      items.map((item) => item.bucket),
      items.map((item) => item.merchantId),
      items.map(({ command }) => command.clientId),
      items.map(({ command }) => command.requestId),
      items.map(({ command }) => command.family),
      items.map(({ command }) => JSON.stringify(command.content)),
      items.map(({ command }) => command.appId),
      items.map(({ command }) => command.buyerId),
      items.map(({ command }) => command.title),
      items.map(({ command }) => command.amount.minor),
      items.map(({ command }) => command.amount.currency),
      items.map(({ command }) => command.notifyUrl),
      items.map(({ command }) => JSON.stringify(command.extra)),
      items.map((item) => item.expiresAt.toISOString()),
      now,
    ],
  })
  return rows.map((row) => ({ ...toStoredOrder(row), created: row.created }))
}

/** The order with this tradeNo, or null. */
export async function selectOrder(db: Queryable, tradeNo: string, bucket: number): Promise<Order | null> {
  const { rows } = await db.query<OrderRow>({
    name: 'select-order',
    text: 'select * from orders where trade_no = $1 and bucket = $2',
    values: [tradeNo, bucket],
  })
  return rows[0] ? toStoredOrder(rows[0]).order : null
}

/** The order that holds this number of the merchant's client, or null. */
export async function selectOrderOfRequest(
  db: Queryable,
  request: { clientId: string; requestId: string; bucket: number },
): Promise<StoredOrder | null> {
  const { rows } = await db.query<OrderRow>({
    name: 'select-order-of-request',
    text: 'select * from orders where client_id = $1 and request_id = $2 and bucket = $3',
    values: [request.clientId, request.requestId, request.bucket],
  })
  return rows[0] ? toStoredOrder(rows[0]) : null
}

/**
 * Closes what is unpaid and past its time, oldest first, leaving to others what they hold. Answers how many.
 * It is closed as of its expiry: from then on nobody could pay it, whenever the timer came round.
 */
export async function closeExpiredOrders(db: pg.Pool, now: Date, limit: number): Promise<number> {
  const { rowCount } = await statement(db, {
    name: 'close-expired-orders',
    // Materialized: joined as a plain sub-query it could be run again for each row, and would lock more than `limit`.
    text: `with due as materialized (
        select trade_no, bucket from orders where state = 'CREATED' and expires_at <= $1
        order by expires_at limit $2 for update skip locked
      )
      update orders o
      set state = 'CLOSED', close_reason = 'EXPIRED', closed_at = o.expires_at, sequence = o.sequence + 1
      from due
      where o.trade_no = due.trade_no and o.bucket = due.bucket and o.state = 'CREATED'`,
    values: [now, limit],
  })
  return rowCount ?? 0
}

/** When the next unpaid order expires, or null. */
export async function selectNextExpiry(db: Queryable): Promise<Date | null> {
  const { rows } = await db.query<{ expires_at: Date }>({
    name: 'select-next-expiry',
    text: `select expires_at from orders where state = 'CREATED' order by expires_at limit 1`,
  })
  return rows[0]?.expires_at ?? null
}

function toStoredOrder(row: OrderRow): StoredOrder {
  return {
    content: row.content,
    order: {
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
      refunded: row.refunded,
    },
  }
}
