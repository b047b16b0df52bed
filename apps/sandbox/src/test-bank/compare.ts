/**
 * The wallet's books against the bank's: every order that the wallet took to be over must be over at the bank too, with
 * the same outcome and amount, and what the wallet's bank clearing holds must be what the bank moved for them. Reads one
 * snapshot of both, so it may run while the wallet serves; an order that is still processing is listed, not judged.
 */
import { transaction } from '../transaction.ts'
import type pg from 'pg'

export interface BankComparison {
  /** What does not agree, in words, with the rows. Empty means that both say the same. */
  differences: { message: string; rows: unknown[] }[]
  /** Not over for the wallet, and what the bank itself knows of it; the oldest 50. */
  processing: { orderId: string; purpose: string; amount: string; ageSeconds: number; atTheBank: string }[]
  /** Of finished orders, by currency; smallest unit. */
  totals: { currency: string; walletClearing: string; bankMoved: string; orders: number }[]
}

const differences: readonly { message: string; sql: string }[] = [
  {
    message: 'The wallet took it to be paid, but the bank did not move this money.',
    sql: `select f.funding_id as order_id, f.purpose, f.subject_id, f.amount::text, f.currency, f.bank_ref as account,
        coalesce(o.state, 'UNKNOWN') as at_the_bank, o.amount::text as bank_amount
      from fundings f left join test_bank.orders o on o.order_id = f.funding_id
      where f.state = 'SUCCEEDED' and (o.state is distinct from 'SUCCEEDED' or o.amount <> f.amount or o.currency <> f.currency
        or o.account <> f.bank_ref or o.direction <> case f.direction when 'IN' then 'COLLECT' else 'PAY' end)`,
  },
  {
    message: 'The wallet took it to be refused, but the bank moved the money, or may still do so.',
    sql: `select f.funding_id as order_id, f.purpose, f.subject_id, f.amount::text, f.currency, o.state as at_the_bank
      from fundings f join test_bank.orders o on o.order_id = f.funding_id
      where f.state = 'FAILED' and o.state <> 'FAILED'`,
  },
  {
    message: 'The bank moved money for an order that the wallet does not know.',
    sql: `select o.order_id, o.direction, o.account, o.amount::text, o.currency
      from test_bank.orders o left join fundings f on f.funding_id = o.order_id
      where f.funding_id is null and o.state = 'SUCCEEDED'`,
  },
]

/** Money that came in minus money that went out, of finished orders: as the wallet's ledger and as the bank's have it. */
const totals = `
  with wallet as (
    select currency, sum(case when debit_account like 'bank-clearing:%' then amount else -amount end) as moved
    from transfers
    where kind in ('POSTED', 'POST') and (debit_account like 'bank-clearing:%' or credit_account like 'bank-clearing:%')
    group by currency
  ), bank as (
    select a.currency, count(*)::int as orders,
      sum(case when t.credit_account like 'wallet:%' then t.amount else -t.amount end) as moved
    from test_bank.transfers t
    join test_bank.accounts a on a.account = t.credit_account
    join fundings f on f.funding_id = t.transfer_id and f.state = 'SUCCEEDED'
    group by a.currency
  )
  select coalesce(w.currency, b.currency) as currency, coalesce(w.moved, 0)::text as "walletClearing",
    coalesce(b.moved, 0)::text as "bankMoved", coalesce(b.orders, 0) as orders
  from wallet w full join bank b using (currency) order by 1`

const processing = `
  select f.funding_id as "orderId", f.purpose, f.amount || ' ' || f.currency as amount, coalesce(o.state, 'UNKNOWN') as "atTheBank",
    greatest(0, extract(epoch from now() - f.created_at) + coalesce((select offset_ms from sandbox.clock), 0) / 1000)::int
      as "ageSeconds"
  from fundings f left join test_bank.orders o on o.order_id = f.funding_id
  where f.state = 'PROCESSING' order by f.created_at limit 50`

/**
 * Compares.
 * @returns null for a database that has no test bank: then the wallet's bank is another company's, and its statement is
 * compared elsewhere
 */
export async function compareWithBank(db: pg.Pool): Promise<BankComparison | null> {
  return await transaction(
    db,
    async (tx) => {
      const { rows: found } = await tx.query<{ there: boolean }>(
        "select to_regclass('test_bank.orders') is not null and to_regclass('fundings') is not null as there",
      )
      if (!found[0]?.there) return null
      // Whole tables are read here, of which the pool's settings for single rows know nothing.
      for (const name of ['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin'])
        await tx.query(`set local ${name} = on`)
      const comparison: BankComparison = {
        differences: [],
        processing: (await tx.query<BankComparison['processing'][number]>(processing)).rows,
        totals: (await tx.query<BankComparison['totals'][number]>(totals)).rows,
      }
      for (const { message, sql } of differences) {
        const { rows } = await tx.query<Record<string, unknown>>(`${sql} limit 20`)
        if (rows.length > 0) comparison.differences.push({ message, rows })
      }
      const uneven = comparison.totals.filter(({ walletClearing, bankMoved }) => walletClearing !== bankMoved)
      if (uneven.length > 0) {
        comparison.differences.push({ message: "The wallet's bank clearing is not what the bank moved.", rows: uneven })
      }
      return comparison
    },
    'begin isolation level repeatable read read only',
  )
}
