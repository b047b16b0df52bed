/** Orders (I4, I7): paid at most once, never paid and closed, and moved only along the machine. */
import type { Check } from '../ledger/verify.ts'

/** What can be under way: its table, its id, and when it cannot wait because no bank is asked for it. */
const underWay = [
  { table: 'payments', id: 'payment_id', atOnce: "channel = 'BALANCE'" },
  { table: 'refunds', id: 'refund_id', atOnce: "channel = 'BALANCE'" },
  { table: 'top_ups', id: 'top_up_id', atOnce: 'bank_account_id is null' },
  { table: 'pay_outs', id: 'pay_out_id', atOnce: 'false' },
  { table: 'fundings', id: 'funding_id', atOnce: 'false' },
]

export const orderChecks: readonly Check[] = [
  {
    invariant: 'I4',
    message: 'An order has at most one payment that has not failed.',
    sql: `select trade_no, bucket, count(*) as payments from payments where state <> 'FAILED'
      group by trade_no, bucket having count(*) > 1`,
  },
  {
    invariant: 'I4',
    message: 'An order is never both paid and closed, and each of the two has its own facts.',
    sql: `select trade_no, bucket, state, paid_at, payer_id, payment_id, closed_at, close_reason, processing_payment_id
      from orders
      where (state = 'PAID') <> (paid_at is not null) or (state = 'PAID') <> (payer_id is not null)
        or (state = 'PAID') <> (payment_id is not null) or (state = 'CLOSED') <> (closed_at is not null)
        or (state = 'CLOSED') <> (close_reason is not null) or (state = 'PAID' and processing_payment_id is not null)
        or (buyer_id is not null and payer_id <> buyer_id)`,
  },
  {
    invariant: 'I4',
    message: 'An order waits for a payment exactly when that payment of it is being processed.',
    sql: `select coalesce(o.trade_no, p.trade_no) as trade_no, o.state, o.processing_payment_id, p.payment_id, p.channel
      from (select trade_no, bucket, state, processing_payment_id, amount, currency from orders
        where processing_payment_id is not null) o
      full join (select * from payments where state = 'PROCESSING') p
        on p.payment_id = o.processing_payment_id and p.bucket = o.bucket
      where o.trade_no is null or p.payment_id is null or p.trade_no <> o.trade_no or p.amount <> o.amount
        or p.currency <> o.currency or p.channel <> 'BANK'`,
  },
  {
    invariant: 'I7',
    message:
      'The sequence number of an order counts its transitions without a gap: made, paid or closed, each finished refund.',
    sql: `select o.trade_no, o.bucket, o.state, o.sequence, coalesce(r.finished, 0) as finished_refunds
      from orders o
      left join (select trade_no, bucket, count(*) as finished from refunds where state <> 'PROCESSING' group by 1, 2) r
        on r.trade_no = o.trade_no and r.bucket = o.bucket
      where o.sequence <> case when o.state = 'CREATED' then 1 else 2 end + coalesce(r.finished, 0)`,
  },
  {
    invariant: 'I7',
    message:
      'What is finished has an end and what is not has none; a failure says why; only the bank makes anybody wait.',
    sql: underWay
      .map(
        ({
          table,
          id,
          atOnce,
        }) => `select '${table}' as of, ${id} as id, bucket, state, finished_at, failure from ${table}
          where state not in ('PROCESSING', 'SUCCEEDED', 'FAILED') or (state = 'PROCESSING') <> (finished_at is null)
            or (state = 'FAILED') <> (failure is not null) or (state = 'PROCESSING' and ${atOnce})`,
      )
      .join(' union all '),
  },
]
