/** Notifications (I5, I7): every transition that a merchant is to know of is told by exactly one, with its facts. */
import type { Check } from '../ledger/verify.ts'

export const notificationChecks: readonly Check[] = [
  {
    invariant: 'I5',
    message: 'Each transition of an order after the first has a notification: paid, closed, each finished refund.',
    sql: `select o.trade_no, o.bucket, o.state, o.sequence, coalesce(n.told, 0) as notifications, n.first, n.last
      from orders o
      left join (select subject_id, bucket, count(*) as told, min(sequence) as first, max(sequence) as last
        from notifications group by subject_id, bucket) n on n.subject_id = o.trade_no and n.bucket = o.bucket
      where coalesce(n.told, 0) <> o.sequence - 1 or (o.sequence > 1 and (n.first <> 2 or n.last <> o.sequence))`,
  },
  {
    invariant: 'I5',
    message: 'No transition is told by two notifications.',
    sql: `select subject_id, sequence, count(*) as notifications from notifications
      group by subject_id, sequence having count(*) > 1`,
  },
  {
    invariant: 'I5',
    message: 'A notification speaks of an order that exists, with the facts of that order.',
    sql: `select n.notification_id, n.bucket, n.subject_id, n.sequence, n.event
      from notifications n left join orders o on o.trade_no = n.subject_id and o.bucket = n.bucket
      where o.trade_no is null or n.client_id <> o.client_id or n.family <> o.family
        or n.event ->> 'paymentId' is distinct from o.payment_id or n.event ->> 'amount' is distinct from o.amount::text
        or n.event ->> 'currency' is distinct from o.currency
        or (n.sequence = 2 and n.event ->> 'type' is distinct from 'ORDER_' || o.state)`,
  },
  {
    invariant: 'I5',
    message: 'Each finished refund has exactly one notification, which says how it ended.',
    sql: `select refund_id, r.trade_no, r.state, n.subject_id, n.type, n.told
      from (select refund_id, trade_no, state, amount,
          case state when 'SUCCEEDED' then 'ORDER_REFUNDED' else 'REFUND_FAILED' end as type
        from refunds where state <> 'PROCESSING') r
      full join (
        select event -> 'refund' ->> 'refundId' as refund_id, min(event ->> 'type') as type, min(subject_id) as subject_id,
          min(event -> 'refund' ->> 'amount') as amount, min(event -> 'refund' ->> 'state') as state, count(*) as told
        from notifications where sequence > 2 group by 1
      ) n using (refund_id)
      where n.told is distinct from 1 or (n.type, n.subject_id, n.amount, n.state)
        is distinct from (r.type, r.trade_no, r.amount::text, r.state)`,
  },
  {
    invariant: 'I7',
    message: 'Each attempt of a notification is in its log, and a state that is final has an end.',
    sql: `select n.notification_id, n.bucket, n.state, n.attempts, coalesce(a.logged, 0) as logged
      from notifications n
      left join (select notification_id, bucket, count(*) as logged, max(attempt) as last, bool_or(accepted) as accepted
        from notification_attempts group by notification_id, bucket) a
        on a.notification_id = n.notification_id and a.bucket = n.bucket
      where n.attempts <> coalesce(a.logged, 0) or n.attempts <> coalesce(a.last, 0)
        or (n.state = 'DUE') <> (n.finished_at is null) or (n.state = 'DELIVERED') <> coalesce(a.accepted, false)`,
  },
]
