/** Business numbers (I8): one effect for each, for ever, and none for a number that was cancelled before it came. */
import type { Check } from '../ledger/verify.ts'

/** A number that must be unique, also over the buckets, where no index of the database reaches. */
const oneFor = (what: string, table: string, key: string): Check => ({
  invariant: 'I8',
  message: `A number has one ${what}.`,
  sql: `select ${key}, count(*) as times from ${table} group by ${key} having count(*) > 1`,
})

export const numberChecks: readonly Check[] = [
  oneFor('order of its client', 'orders', 'client_id, request_id'),
  oneFor('refund in its scope', 'refunds', 'scope, request_id'),
  oneFor('pay-out of its merchant', 'pay_outs', 'merchant_id, request_id'),
  oneFor('top-up', 'top_ups', 'top_up_id'),
  {
    invariant: 'I8',
    message: 'A number that was cancelled before its order came has no order that lives.',
    sql: `select o.trade_no, o.bucket, o.state, o.client_id, o.request_id, c.cancelled_at
      from cancelled_requests c join orders o on o.client_id = c.client_id and o.request_id = c.request_id
      where o.state <> 'CLOSED'`,
  },
]
