/**
 * The test bank's double-entry books. Every transfer debits one account and credits another of the same currency, so all
 * balances together are zero; a customer's account and the wallet's never go below zero; the bank's capital stands
 * against them.
 */
import type { BankBehaviour } from '@tradepay/contract'
import type { Money } from '@tradepay/money'
import type pg from 'pg'

export interface OpenAccount {
  account: string
  currency: string
  /** What the customer has at the beginning. Smallest unit. */
  balance: bigint
  behaviour: BankBehaviour
}

/** What the wallet has at the bank at the beginning: people's first balances are given by it. Smallest unit. */
const WALLET_BEGINS_WITH = 1_000_000_000_000n

export const walletAccount = (currency: string): string => `wallet:${currency}`
const capitalAccount = (currency: string): string => `capital:${currency}`

/** Opens accounts and gives each its first money. May be repeated: what is there keeps its balance. */
export async function openAccounts(tx: pg.PoolClient, accounts: readonly OpenAccount[], now: Date): Promise<void> {
  for (const currency of new Set(accounts.map((account) => account.currency))) {
    await insertAccount(tx, capitalAccount(currency), 'CAPITAL', currency, null)
    await insertAccount(tx, walletAccount(currency), 'WALLET', currency, null)
    await giveFirstMoney(tx, walletAccount(currency), { currency, minor: WALLET_BEGINS_WITH }, now)
  }
  for (const { account, currency, balance, behaviour } of accounts) {
    await insertAccount(tx, account, 'CUSTOMER', currency, behaviour)
    if (balance > 0n) await giveFirstMoney(tx, account, { currency, minor: balance }, now)
  }
}

async function insertAccount(
  tx: pg.PoolClient,
  account: string,
  kind: 'CUSTOMER' | 'WALLET' | 'CAPITAL',
  currency: string,
  behaviour: BankBehaviour | null,
): Promise<void> {
  await tx.query(
    `insert into test_bank.accounts (account, kind, currency, behaviour) values ($1, $2, $3, $4)
     on conflict (account) do update set behaviour = excluded.behaviour`,
    [account, kind, currency, behaviour],
  )
}

async function giveFirstMoney(tx: pg.PoolClient, account: string, amount: Money, now: Date): Promise<void> {
  const id = `open:${account}`
  const { rowCount } = await tx.query('select from test_bank.transfers where transfer_id = $1', [id])
  if (rowCount === 0) await move(tx, id, capitalAccount(amount.currency), account, amount.minor, now)
}

/** Locks accounts in a fixed order. @returns those that exist, by name */
export async function lockAccounts(
  tx: pg.PoolClient,
  accounts: string[],
): Promise<Map<string, { kind: string; currency: string; balance: bigint }>> {
  const { rows } = await tx.query<{ account: string; kind: string; currency: string; balance: bigint }>(
    'select account, kind, currency, balance from test_bank.accounts where account = any ($1) order by account for update',
    [accounts],
  )
  return new Map(rows.map(({ account, ...rest }) => [account, rest]))
}

/** Moves money from the debited account's balance to the credited one's. The caller has looked that it is there. */
export async function move(
  tx: pg.PoolClient,
  transferId: string,
  from: string,
  to: string,
  minor: bigint,
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into test_bank.transfers (transfer_id, debit_account, credit_account, amount, posted_at)
     values ($1, $2, $3, $4, $5)`,
    [transferId, from, to, minor, now],
  )
  await tx.query(
    `update test_bank.accounts set balance = balance + case when account = $2 then $3::bigint else -$3::bigint end
     where account in ($1, $2)`,
    [from, to, minor],
  )
}

const checks: readonly { message: string; sql: string }[] = [
  {
    message: 'All balances of a currency together are zero.',
    sql: 'select currency, sum(balance)::text as sum from test_bank.accounts group by currency having sum(balance) <> 0',
  },
  {
    message: 'Each balance is what the transfers say.',
    sql: `select account, balance::text, moved::text from (
        select a.account, a.balance, coalesce((select sum(case when t.credit_account = a.account then t.amount else -t.amount end)
          from test_bank.transfers t where a.account in (t.credit_account, t.debit_account)), 0) as moved
        from test_bank.accounts a) each
      where balance <> moved`,
  },
  {
    message: 'Both accounts of a transfer are of one currency.',
    sql: `select t.transfer_id, d.currency as debited, c.currency as credited from test_bank.transfers t
      join test_bank.accounts d on d.account = t.debit_account join test_bank.accounts c on c.account = t.credit_account
      where d.currency <> c.currency`,
  },
  {
    message: 'An order moved its money exactly when it succeeded, between its account and the wallet.',
    sql: `select coalesce(o.order_id, t.transfer_id) as order_id, o.state, o.amount::text, t.amount::text as moved
      from test_bank.orders o
      full join (select * from test_bank.transfers where transfer_id not like 'open:%') t on t.transfer_id = o.order_id
      where o.order_id is null or (o.state = 'SUCCEEDED') <> (t.transfer_id is not null) or o.amount <> t.amount
        or t.debit_account <> case o.direction when 'COLLECT' then o.account else 'wallet:' || o.currency end
        or t.credit_account <> case o.direction when 'COLLECT' then 'wallet:' || o.currency else o.account end`,
  },
]

/** What is wrong with the books; empty when nothing is. */
export async function verifyBooks(tx: pg.PoolClient): Promise<{ message: string; rows: unknown[] }[]> {
  const violations: { message: string; rows: unknown[] }[] = []
  for (const { message, sql } of checks) {
    const { rows } = await tx.query<Record<string, unknown>>(`${sql} limit 20`)
    if (rows.length > 0) violations.push({ message, rows })
  }
  return violations
}
