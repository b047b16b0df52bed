/**
 * The SQL of creating orders (steps 5 and 6), and of numbers that were cancelled before their order came.
 *
 * The merchant's client is the gate between the two: creates hold its row shared, a cancel that finds no order holds it
 * alone. Whoever comes second reads in a statement of its own, after the gate, and so sees what the first has committed.
 */
import { numberArray, textArray } from '../db/arrays.ts'
import type { Query, Queryable } from '../db/transaction.ts'
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
 * deadlocking. Answers the `trade_no` of each that was added.
 */
export function newOrdersStatement(items: NewOrder[], now: Date): Query {
  const orders = items.map(({ order }) => order)
  return {
    name: 'insert-orders',
    text: `insert into orders (trade_no, bucket, merchant_id, client_id, request_id, family, content, app_id, buyer_id,
        title, amount, currency, notify_url, extra, expires_at, fee, state, created_at)
      select t.*, 'CREATED', $17::timestamptz
      from (
        select unnest($1::text[]) as trade_no, unnest($2::smallint[]) as bucket, unnest($3::text[]) as merchant_id,
          unnest($4::text[]) as client_id, unnest($5::text[]) as request_id, unnest($6::text[]) as family,
          jsonb_array_elements($7::jsonb) as content, unnest($8::text[]) as app_id, unnest($9::text[]) as buyer_id,
          unnest($10::text[]) as title, unnest($11::bigint[]) as amount, unnest($12::text[]) as currency,
          unnest($13::text[]) as notify_url, jsonb_array_elements($14::jsonb) as extra,
          unnest($15::timestamptz[]) as expires_at, unnest($16::bigint[]) as fee
      ) as t
      where not exists (
        select 1 from cancelled_requests c
        where c.client_id = t.client_id and c.request_id = t.request_id and c.bucket = t.bucket
      )
      on conflict (client_id, request_id, bucket) do nothing
      returning trade_no`,
    values: [
      textArray(orders.map(({ tradeNo }) => tradeNo)),
      numberArray(orders.map(({ bucket }) => bucket)),
      textArray(orders.map(({ merchantId }) => merchantId)),
      textArray(orders.map(({ clientId }) => clientId)),
      textArray(orders.map(({ requestId }) => requestId)),
      textArray(orders.map(({ family }) => family)),
      JSON.stringify(items.map(({ content }) => content)),
      textArray(orders.map(({ appId }) => appId)),
      textArray(orders.map(({ buyerId }) => buyerId)),
      textArray(orders.map(({ title }) => title)),
      numberArray(orders.map(({ amount }) => amount.minor)),
      textArray(orders.map(({ amount }) => amount.currency)),
      textArray(orders.map(({ notifyUrl }) => notifyUrl)),
      JSON.stringify(orders.map(({ extra }) => extra)),
      textArray(orders.map(({ expiresAt }) => expiresAt.toISOString())),
      numberArray(orders.map(({ fee }) => fee)),
      now,
    ],
  }
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
