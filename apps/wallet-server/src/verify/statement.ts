/**
 * Statements (I9): for each merchant, currency and day, the payments, fees, refunds and pay-outs add up to what moved in the
 * merchant's account. A movement's day is the ledger's; what has no movement stands on the day it says itself.
 */
import type { Check } from '../ledger/verify.ts'

/** What the rooms say has moved merchants' money, signed from the merchant's side. */
const business = `
  select payment_id as cause_id, 'MERCHANT' as step, 'merchants:' || merchant_id || ':' || currency as account, paid_at as at,
    amount as minor
  from orders where state = 'PAID'
  union all
  select payment_id, 'FEE', 'merchants:' || merchant_id || ':' || currency, paid_at, -fee
  from orders where state = 'PAID' and fee > 0
  union all
  select r.refund_id, s.step, 'merchants:' || o.merchant_id || ':' || r.currency, s.at, s.minor
  from refunds r
  join orders o on o.trade_no = r.trade_no and o.bucket = r.bucket
  cross join lateral (values
    ('REFUND_FEE', r.created_at, r.fee, true),
    ('REFUND_FEE_BACK', r.finished_at, -r.fee, r.state = 'FAILED'),
    (case r.channel when 'BANK' then 'REFUND_MERCHANT_POST' else 'REFUND_MERCHANT' end, r.finished_at, -r.amount,
      r.state = 'SUCCEEDED')) as s (step, at, minor, moved)
  where s.moved and s.minor <> 0
  union all
  select pay_out_id, 'PAY_OUT_POST', 'merchants:' || merchant_id || ':' || currency, finished_at, -amount
  from pay_outs where state = 'SUCCEEDED'`

/** What has moved in merchants' accounts. */
const moved = `
  select cause_id, step, case when credit_account like 'merchants:%' then credit_account else debit_account end as account,
    posted_at as at, case when credit_account like 'merchants:%' then amount else -amount end as minor
  from transfers
  where kind in ('POSTED', 'POST') and (credit_account like 'merchants:%' or debit_account like 'merchants:%')`

export const statementChecks: readonly Check[] = [
  {
    invariant: 'I9',
    message: "The statement of each merchant, currency and day adds up to what moved in the merchant's account.",
    sql: `select account, (coalesce(m.at, b.at) at time zone 'UTC')::date as day_in_utc, sum(m.minor) as moved,
        sum(b.minor) as on_statement, count(*) filter (where m.at is null) as only_on_statement,
        count(*) filter (where b.at is null) as only_in_ledger
      from (${business}) b full join (${moved}) m using (cause_id, step, account)
      group by 1, 2
      having coalesce(sum(m.minor), 0) <> coalesce(sum(b.minor), 0) or count(m.minor) <> count(*) or count(b.minor) <> count(*)`,
  },
]
