/**
 * The SQL of statements: what moved in a merchant's account between two moments, as the ledger says it, each movement beside
 * the business row that explains it, with that row's own amount.
 *
 * Only what has moved counts: money that is reserved for a pay-out or a refund leaves the account when the bank has answered.
 */
import type { Queryable } from '../db/transaction.ts'
import { indexed } from '../ledger/store.ts'

/** Longest a statement may take to read: a day of a very large merchant. Milliseconds. */
const STATEMENT_TIMEOUT_MS = 10 * 60_000

/** A movement of the account, signed from the merchant's side. Smallest unit. */
export interface MovementRow {
  cause_id: string
  step: string
  posted_at: Date
  moved: bigint
  /** What the payment, refund or pay-out says; null when there is none that explains the movement. */
  expected: bigint | null
  trade_no: string | null
  order_request_id: string | null
  request_id: string | null
  title: string | null
}

export interface PostedBalance {
  /** Now, and what moved since both ends of the day until now. */
  posted: bigint
  moved_since_start: bigint
  moved_since_end: bigint
}

/** What has moved since a moment in a merchant's account. */
const movedSince = (parameter: string): string => `(
    (select coalesce(sum(t.amount), 0) from transfers t where t.credit_account = a.id
      and ${indexed('t.credit_account')} and t.posted_at >= ${parameter} and t.kind in ('POSTED', 'POST'))
    - (select coalesce(sum(t.amount), 0) from transfers t where t.debit_account = a.id
      and ${indexed('t.debit_account')} and t.posted_at >= ${parameter} and t.kind in ('POSTED', 'POST')))::bigint`

/** The stored balance of an owner's account, and what moved in it since two moments; null when there is no such account. */
export async function selectPostedBalance(
  tx: Queryable,
  accountId: string,
  start: Date,
  end: Date,
): Promise<PostedBalance | null> {
  const { rows } = await tx.query<PostedBalance>({
    name: 'statement-balance',
    query_timeout: STATEMENT_TIMEOUT_MS,
    text: `select a.credits_posted - a.debits_posted as posted, ${movedSince('$2')} as moved_since_start,
        ${movedSince('$3')} as moved_since_end
      from accounts a where a.id = $1 and not a.computed`,
    values: [accountId, start, end],
  })
  return rows[0] ?? null
}

/** The movements from `start` until before `end`, oldest first, in an order that never changes. */
export async function selectMovements(
  tx: Queryable,
  accountId: string,
  start: Date,
  end: Date,
): Promise<MovementRow[]> {
  const { rows } = await tx.query<MovementRow>({
    name: 'statement-movements',
    query_timeout: STATEMENT_TIMEOUT_MS,
    text: `with moved as (
        select cause_id, step, posted_at, amount from transfers
        where credit_account = $1 and ${indexed('credit_account')} and posted_at >= $2 and posted_at < $3
          and kind in ('POSTED', 'POST')
        union all
        select cause_id, step, posted_at, -amount from transfers
        where debit_account = $1 and ${indexed('debit_account')} and posted_at >= $2 and posted_at < $3
          and kind in ('POSTED', 'POST')
      )
      select m.cause_id, m.step, m.posted_at, m.amount as moved,
        case m.step
          when 'MERCHANT' then p.amount
          when 'FEE' then -o.fee
          when 'REFUND_FEE' then r.fee
          when 'REFUND_FEE_BACK' then -r.fee
          when 'REFUND_MERCHANT' then -r.amount
          when 'REFUND_MERCHANT_POST' then -r.amount
          when 'PAY_OUT_POST' then -b.amount
        end as expected,
        o.trade_no, o.request_id as order_request_id, coalesce(r.request_id, b.request_id) as request_id, o.title
      from moved m
      left join payments p on p.payment_id = m.cause_id and m.step in ('MERCHANT', 'FEE')
      left join refunds r on r.refund_id = m.cause_id and m.step like 'REFUND_%'
      left join pay_outs b on b.pay_out_id = m.cause_id and m.step = 'PAY_OUT_POST'
      left join orders o on o.trade_no = coalesce(p.trade_no, r.trade_no)
      order by m.posted_at, m.cause_id, m.amount < 0, m.step`,
    values: [accountId, start, end],
  })
  return rows
}

/** Lets the statements of this transaction take as long as a very large day needs. */
export async function allowTime(tx: Queryable): Promise<void> {
  await tx.query({ text: `set local statement_timeout = ${STATEMENT_TIMEOUT_MS}` })
}
