/**
 * The SQL of creating orders (steps 5 and 6), and of numbers that were cancelled before their order came.
 *
 * The merchant's client is the gate between the two: creates hold its row shared, a cancel that finds no order holds it
 * alone. Whoever comes second reads in a statement of its own, after the gate, and so sees what the first has committed.
 */
import type { Queryable } from '../db/transaction.ts'
import type { RequestKey } from './store.ts'
import type { Order } from './types.ts'

/** An order as it is to be made, and what its number stands for. */
export interface NewOrder {
  order: Order
  content: Record<string, string>
}

/**
 * Holds clients shared until the transaction ends, in the order of their ids.
 * @returns those whose bucket this database owns. About the others another database decides.
 */
export async function shareClients(tx: Queryable, clientIds: string[]): Promise<Set<string>> {
  const { rows } = await tx.query<{ client_id: string; owned: boolean }>({
    name: 'share-clients',
    text: `select c.client_id, b.bucket is not null as owned
      from clients c left join owned_buckets b on b.bucket = c.bucket
      where c.client_id = any ($1::text[]) order by c.client_id for key share of c`,
    values: [clientIds],
  })
  return new Set(rows.filter(({ owned }) => owned).map(({ client_id }) => client_id))
}

/** Holds a client alone until the transaction ends: no order of it is being created meanwhile. */
export async function lockClient(tx: Queryable, clientId: string): Promise<void> {
  await tx.query({
    name: 'lock-client',
    text: 'select 1 from clients where client_id = $1 for update',
    values: [clientId],
  })
}

/**
 * Adds orders whose number neither holds an order nor was cancelled. The caller holds the clients shared.
 * @param items in the order of their numbers, so that two batches with the same numbers wait for each other instead of
 * deadlocking
 * @returns the tradeNos that were added
 */
export async function insertOrders(tx: Queryable, items: NewOrder[], now: Date): Promise<Set<string>> {
  const orders = items.map(({ order }) => order)
  const { rows } = await tx.query<{ trade_no: string }>({
    name: 'insert-orders',
    text: `insert into orders (trade_no, bucket, merchant_id, client_id, request_id, family, content, app_id, buyer_id,
        title, amount, currency, notify_url, extra, expires_at, fee, state, created_at)
      select t.*, 'CREATED', $17::timestamptz
      from unnest($1::text[], $2::smallint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::text[],
          $9::text[], $10::text[], $11::bigint[], $12::text[], $13::text[], $14::jsonb[], $15::timestamptz[], $16::bigint[])
        as t (trade_no, bucket, merchant_id, client_id, request_id, family, content, app_id, buyer_id, title, amount,
          currency, notify_url, extra, expires_at, fee)
      where not exists (
        select 1 from cancelled_requests c
        where c.client_id = t.client_id and c.request_id = t.request_id and c.bucket = t.bucket
      )
      on conflict (client_id, request_id, bucket) do nothing
      returning trade_no`,
    values: [
      orders.map(({ tradeNo }) => tradeNo),
      orders.map(({ bucket }) => bucket),
      orders.map(({ merchantId }) => merchantId),
      orders.map(({ clientId }) => clientId),
      orders.map(({ requestId }) => requestId),
      orders.map(({ family }) => family),
      items.map(({ content }) => JSON.stringify(content)),
      orders.map(({ appId }) => appId),
      orders.map(({ buyerId }) => buyerId),
      orders.map(({ title }) => title),
      orders.map(({ amount }) => amount.minor),
      orders.map(({ amount }) => amount.currency),
      orders.map(({ notifyUrl }) => notifyUrl),
      orders.map(({ extra }) => JSON.stringify(extra)),
      orders.map(({ expiresAt }) => expiresAt.toISOString()),
      orders.map(({ fee }) => fee),
      now,
    ],
  })
  return new Set(rows.map(({ trade_no }) => trade_no))
}

/** Remembers a number so that a late create is refused. The caller holds the client alone and has found no order. */
export async function insertCancelledRequest(tx: Queryable, request: RequestKey, now: Date): Promise<void> {
  await tx.query({
    name: 'insert-cancelled-request',
    text: `insert into cancelled_requests (client_id, request_id, bucket, cancelled_at) values ($1, $2, $3, $4)
      on conflict (client_id, request_id, bucket) do nothing`,
    values: [request.clientId, request.requestId, request.bucket, now],
  })
}
