/**
 * The SQL of the ledger. Every function takes a pool or the connection of a transaction, so that a room can move money
 * and its own rows together.
 */
import type { Queryable } from '../db/transaction.ts'
import type { Account, AccountKind, PostedTransfer, Transfer } from './types.ts'

interface AccountRow {
  id: string
  bucket: number
  kind: AccountKind
  currency: string
  frozen: boolean
  computed: boolean
  available: bigint
  pending: bigint
}

interface TransferRow {
  cause_id: string
  step: string
  bucket: number
  debit_account: string
  credit_account: string
  amount: bigint
  currency: string
  posted_at: Date
}

export interface NewAccount {
  id: string
  bucket: number
  kind: AccountKind
  currency: string
  computed: boolean
}

/** Adds the accounts that are not there yet, in the order of their ids, so that two callers never deadlock. */
export async function insertAccounts(db: Queryable, accounts: NewAccount[], now: Date): Promise<void> {
  await db.query({
    name: 'insert-accounts',
    text: `insert into accounts (id, bucket, kind, currency, computed, created_at)
      select t.id, t.bucket, t.kind, t.currency, t.computed, $6::timestamptz
      from unnest($1::text[], $2::smallint[], $3::text[], $4::text[], $5::boolean[]) as t (id, bucket, kind, currency, computed)
      order by t.id
      on conflict (id, bucket) do nothing`,
    values: [
      accounts.map((account) => account.id),
      accounts.map((account) => account.bucket),
      accounts.map((account) => account.kind),
      accounts.map((account) => account.currency),
      accounts.map((account) => account.computed),
      now,
    ],
  })
}

/** Accounts with their balance; the wallet's own are summed from their transfers. */
export async function selectAccounts(db: Queryable, ids: string[]): Promise<Account[]> {
  const { rows } = await db.query<AccountRow>({
    name: 'select-accounts',
    text: `select a.id, a.bucket, a.kind, a.currency, a.frozen, a.computed, a.debits_pending as pending,
        case when a.computed then
          (select coalesce(sum(t.amount), 0)::bigint from transfers t where t.credit_account = a.id and t.bucket = a.bucket)
          - (select coalesce(sum(t.amount), 0)::bigint from transfers t where t.debit_account = a.id and t.bucket = a.bucket)
        else a.credits_posted - a.debits_posted - a.debits_pending end as available
      from accounts a where a.id = any ($1) order by a.id`,
    values: [ids],
  })
  return rows.map(({ id, bucket, kind, currency, frozen, available, pending }) => ({
    id,
    bucket,
    kind,
    currency,
    frozen,
    available,
    pending,
  }))
}

/**
 * Locks the accounts that store a balance, in the order of their ids. The wallet's own store none and are not locked:
 * every payment of a bucket goes through them.
 */
export async function lockAccounts(
  tx: Queryable,
  ids: string[],
): Promise<{ id: string; kind: AccountKind; frozen: boolean }[]> {
  const { rows } = await tx.query<{ id: string; kind: AccountKind; frozen: boolean }>({
    name: 'lock-accounts',
    text: 'select id, kind, frozen from accounts where id = any ($1) and not computed order by id for update',
    values: [ids],
  })
  return rows
}

/** Freezes or unfreezes accounts; a frozen account refuses debits. Answers how many there are. */
export async function updateFrozen(db: Queryable, ids: string[], frozen: boolean): Promise<number> {
  const { rowCount } = await db.query({
    name: 'update-frozen',
    text: `update accounts a set frozen = $2
      from (select id, bucket from accounts where id = any ($1) order by id for update) as locked
      where a.id = locked.id and a.bucket = locked.bucket`,
    values: [ids, frozen],
  })
  return rowCount ?? 0
}

/** The transfers that have one of these causes. */
export async function selectTransfersOfCauses(db: Queryable, causeIds: string[]): Promise<PostedTransfer[]> {
  const { rows } = await db.query<TransferRow>({
    name: 'select-transfers-of-causes',
    text: 'select * from transfers where cause_id = any ($1)',
    values: [causeIds],
  })
  return rows.map(toTransfer)
}

/** Posts transfers and moves the stored balances. The caller has locked the accounts. */
export async function insertTransfers(tx: Queryable, transfers: Transfer[], now: Date): Promise<void> {
  await tx.query({
    name: 'post-transfers',
    text: 'select post_transfers($1, $2, $3, $4, $5, $6, $7, $8)',
    values: [
      transfers.map((transfer) => transfer.causeId),
      transfers.map((transfer) => transfer.step),
      transfers.map((transfer) => transfer.bucket),
      transfers.map((transfer) => transfer.debitAccount),
      transfers.map((transfer) => transfer.creditAccount),
      transfers.map((transfer) => transfer.amount.minor),
      transfers.map((transfer) => transfer.amount.currency),
      now,
    ],
  })
}

/** Transfers of one account, newest first; before a time, and of one step only, if these are given. */
export async function selectTransfersOfAccount(
  db: Queryable,
  accountId: string,
  page: { before: Date | null; limit: number; step?: string },
): Promise<PostedTransfer[]> {
  // Two halves, so that each walks its own index from the newest end instead of sorting the whole history.
  const { rows } = await db.query<TransferRow>({
    name: 'select-transfers-of-account',
    text: `select * from (
        (select * from transfers where debit_account = $1 and posted_at < coalesce($2::timestamptz, 'infinity')
          and step = coalesce($4, step) order by posted_at desc, cause_id desc, step desc limit $3)
        union all
        (select * from transfers where credit_account = $1 and posted_at < coalesce($2::timestamptz, 'infinity')
          and step = coalesce($4, step) order by posted_at desc, cause_id desc, step desc limit $3)
      ) as t order by t.posted_at desc, t.cause_id desc, t.step desc limit $3`,
    values: [accountId, page.before, page.limit, page.step ?? null],
  })
  return rows.map(toTransfer)
}

function toTransfer(row: TransferRow): PostedTransfer {
  return {
    causeId: row.cause_id,
    step: row.step,
    bucket: row.bucket,
    debitAccount: row.debit_account,
    creditAccount: row.credit_account,
    amount: { currency: row.currency, minor: row.amount },
    postedAt: row.posted_at,
  }
}
