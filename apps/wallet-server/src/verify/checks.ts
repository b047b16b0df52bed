/**
 * What must hold between orders, payments, transfers and notifications (I3, I4, I5, I7, I8, I10). The ledger knows
 * nothing of orders, so the promises that join both are kept here, above it.
 *
 * The database refuses most of these by its own constraints; they are asked again because a constraint can be dropped,
 * an index can be damaged, and a hand with too many rights can write.
 */
import type { Check } from '../ledger/verify.ts'

export const roomChecks: readonly Check[] = [
  {
    invariant: 'I3',
    message: 'What is refunded lies between nothing and what was paid, and only a paid order has refunds.',
    sql: `select trade_no, bucket, state, amount, refunded from orders
      where refunded < 0 or refunded > amount or (refunded <> 0 and state <> 'PAID')`,
  },
  {
    invariant: 'I4',
    message: 'An order is paid at most once, and never both paid and closed.',
    sql: `select o.trade_no, o.bucket, o.state, o.payment_id, o.closed_at, count(p.payment_id) as payments
      from orders o left join payments p on p.trade_no = o.trade_no and p.bucket = o.bucket and p.state <> 'FAILED'
      group by o.trade_no, o.bucket, o.state, o.payment_id, o.payer_id, o.paid_at, o.closed_at, o.close_reason
      having count(p.payment_id) > 1
        or (o.state = 'PAID') <> (o.paid_at is not null and o.payer_id is not null and o.payment_id is not null)
        or (o.state = 'CLOSED') <> (o.closed_at is not null and o.close_reason is not null)
        or (o.state <> 'PAID' and count(p.payment_id) filter (where p.state = 'SUCCEEDED') > 0)`,
  },
  {
    // An order that expired has none by design: neither family of merchant APIs announces it.
    invariant: 'I5',
    message: 'A paid order has exactly one notification of that transition, and an unpaid one has none.',
    sql: `select o.trade_no, o.bucket, o.state, count(n.notification_id) as notifications
      from orders o left join notifications n on n.subject_id = o.trade_no and n.bucket = o.bucket
      group by o.trade_no, o.bucket, o.state, o.sequence
      having count(n.notification_id) <> case when o.state = 'PAID' then 1 else 0 end
        or (o.state = 'PAID' and min(n.sequence) <> o.sequence)`,
  },
  {
    invariant: 'I5',
    message: 'A notification speaks of an order that exists, with the facts of that order.',
    sql: `select n.notification_id, n.bucket, n.subject_id, n.event
      from notifications n left join orders o on o.trade_no = n.subject_id and o.bucket = n.bucket
      where o.trade_no is null or n.client_id <> o.client_id or n.family <> o.family
        or n.event ->> 'paymentId' is distinct from o.payment_id or n.event ->> 'amount' <> o.amount::text
        or n.event ->> 'currency' <> o.currency`,
  },
  {
    invariant: 'I7',
    message: 'The sequence number of an order counts its transitions without a gap.',
    sql: `select trade_no, bucket, state, sequence from orders where sequence <> case when state = 'CREATED' then 1 else 2 end`,
  },
  {
    invariant: 'I7',
    message: 'Each attempt of a notification is in its log, and a state that is final has an end.',
    sql: `select n.notification_id, n.bucket, n.state, n.attempts, count(a.attempt) as logged
      from notifications n
      left join notification_attempts a on a.notification_id = n.notification_id and a.bucket = n.bucket
      group by n.notification_id, n.bucket, n.state, n.attempts, n.finished_at
      having n.attempts <> count(a.attempt) or n.attempts <> coalesce(max(a.attempt), 0)
        or (n.state = 'DUE') <> (n.finished_at is null)
        or (n.state = 'DELIVERED') <> coalesce(bool_or(a.accepted), false)`,
  },
  {
    invariant: 'I8',
    message: 'A request number of a client has one order.',
    sql: `select client_id, request_id, count(*) as orders from orders group by client_id, request_id having count(*) > 1`,
  },
  {
    invariant: 'I10',
    message: 'A payment succeeded exactly when its order is paid by it, with the same amount and payer.',
    sql: `select coalesce(p.trade_no, o.trade_no) as trade_no, p.payment_id, o.payment_id as payment_of_order,
        p.state as payment_state, o.state as order_state, p.amount as paid, o.amount
      from (select * from payments where state = 'SUCCEEDED') p
      full join (select * from orders where state = 'PAID') o on o.payment_id = p.payment_id and o.bucket = p.bucket
      where p.payment_id is null or o.trade_no is null or p.trade_no <> o.trade_no or p.amount <> o.amount
        or p.currency <> o.currency or p.payer_id <> o.payer_id or p.finished_at is distinct from o.paid_at`,
  },
  {
    invariant: 'I10',
    message:
      "A payment's two transfers, at the payer's end and at the merchant's, exist exactly when it succeeded, with its amount.",
    sql: `select coalesce(p.payment_id, t.cause_id) as payment_id, p.state, p.amount, t.payer_end, t.merchant_end
      from payments p
      full join (
        select cause_id,
          sum(amount) filter (where step = 'PAYER') as payer_end, sum(amount) filter (where step = 'MERCHANT') as merchant_end,
          min(bucket) filter (where step = 'PAYER') as payer_bucket, min(bucket) filter (where step = 'MERCHANT') as merchant_bucket,
          min(debit_account) filter (where step = 'PAYER') as payer_account,
          min(credit_account) filter (where step = 'MERCHANT') as merchant_account
        from transfers where step in ('PAYER', 'MERCHANT') group by cause_id
      ) t on t.cause_id = p.payment_id
      left join orders o on o.trade_no = p.trade_no and o.bucket = p.bucket
      where p.payment_id is null
        or (p.state = 'SUCCEEDED' and (
          t.payer_end is distinct from p.amount or t.merchant_end is distinct from p.amount
          or t.payer_bucket is distinct from p.payer_bucket or t.merchant_bucket is distinct from p.bucket
          or t.payer_account is distinct from 'users:' || p.payer_id || ':' || p.currency
          or t.merchant_account is distinct from 'merchants:' || o.merchant_id || ':' || p.currency))
        or (p.state = 'FAILED' and t.cause_id is not null)`,
  },
  {
    invariant: 'I10',
    message: 'Nothing is in transit over all buckets of a currency when no payment is between its two ends.',
    sql: `select t.currency,
        sum(case when t.credit_account like 'in-transit:%' then t.amount else 0 end)
        - sum(case when t.debit_account like 'in-transit:%' then t.amount else 0 end) as in_transit
      from transfers t
      where not exists (select 1 from payments p where p.state = 'PROCESSING')
      group by t.currency
      having sum(case when t.credit_account like 'in-transit:%' then t.amount else 0 end)
        <> sum(case when t.debit_account like 'in-transit:%' then t.amount else 0 end)`,
  },
]
