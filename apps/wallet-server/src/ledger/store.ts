/**
 * The SQL of the ledger. Every function takes a pool or the connection of a transaction, so that a room can move money
 * and its own rows together. A room that writes transfers locks their accounts first, judges, and writes once for the
 * whole batch; which money a kind of transfer moves is said in `balance.ts`.
 */
import type { Query, Queryable } from '../db/transaction.ts'
import { numberArray, textArray, unlessAll } from '../db/arrays.ts'
import { movesOf } from './balance.ts'
import type { Account, AccountKind, PostedTransfer, Transfer, TransferKind, TransfersPage } from './types.ts'

interface AccountRow {
  id: string
  bucket: number
  kind: AccountKind
  currency: string
  frozen: boolean
  available: bigint
  pending: bigint
}

interface LedgerAccountRow {
  id: string
  bucket: number
  kind: AccountKind
  currency: string
  frozen: boolean
  owned: boolean
  credits_posted: bigint
  credits_pending: bigint
  debits_posted: bigint
  debits_pending: bigint
}

interface TransferRow {
  cause_id: string
  step: string
  bucket: number
  debit_account: string
  credit_account: string
  amount: bigint
  currency: string
  kind: TransferKind
  resolves: string | null
  expires_at: Date | null
  posted_at: Date
}

export interface NewAccount {
  id: string
  bucket: number
  kind: AccountKind
  currency: string
  computed: boolean
}

/** An account as its row says it, with everything that a decision about its money needs. */
export interface LockedAccount {
  id: string
  bucket: number
  kind: AccountKind
  currency: string
  frozen: boolean
  /** False when another database holds the bucket: then nothing may be written here. */
  owned: boolean
  creditsPosted: bigint
  creditsPending: bigint
  debitsPosted: bigint
  debitsPending: bigint
  /** What the owner can spend: credits posted − debits posted − debits pending. */
  available: bigint
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

/**
 * One side of a computed account, summed. Every POST, VOID and EXPIRE answers a PENDING of the same account, so what is
 * still pending is what was reserved less what was answered.
 */
const summed = (side: 'debit_account' | 'credit_account', condition: string): string => `(
    select coalesce(sum(t.amount) filter (where t.kind in ('POSTED', 'POST')), 0) as posted,
      coalesce(sum(case t.kind when 'PENDING' then t.amount when 'POSTED' then 0 else -t.amount end), 0) as pending
    from transfers t where t.${side} = a.id and t.bucket = a.bucket and ${condition})`

/** Says to the planner that the row is in the partial index of this side. What is in transit or a user's is in none: it is swept. */
export const indexed = (column: string): string => `${column} not like 'in-transit:%' and ${column} not like 'users:%'`
const isSwept = (accountId: string): boolean => /^(in-transit|users):/.test(accountId)

/**
 * Accounts with their balance, in the order of their ids; the wallet's own are summed from their transfers. In transit,
 * through which every payment of a bucket goes, sweeps the table: for tests and for people, not for a door.
 */
export async function selectAccounts(db: Queryable, ids: string[]): Promise<Account[]> {
  const { rows } = await db.query<AccountRow>({
    name: 'select-accounts',
    text: `select a.id, a.bucket, a.kind, a.currency, a.frozen,
        (a.credits_posted - a.debits_posted - a.debits_pending)::bigint as available, a.debits_pending as pending
      from accounts a where a.id = any ($1) and not a.computed
      union all
      select a.id, a.bucket, a.kind, a.currency, a.frozen,
        (c.posted - d.posted - d.pending)::bigint as available, d.pending::bigint as pending
      from accounts a
      cross join lateral ${summed('debit_account', indexed('t.debit_account'))} as d
      cross join lateral ${summed('credit_account', indexed('t.credit_account'))} as c
      where a.id = any ($1) and a.computed and a.id not like 'in-transit:%'
      union all
      select a.id, a.bucket, a.kind, a.currency, a.frozen,
        (c.posted - d.posted - d.pending)::bigint as available, d.pending::bigint as pending
      from accounts a
      cross join lateral ${summed('debit_account', 'true')} as d
      cross join lateral ${summed('credit_account', 'true')} as c
      where a.id = any ($1) and a.computed and a.id like 'in-transit:%'
      order by id`,
    values: [textArray(ids)],
  })
  return rows
}

/**
 * Locks the accounts that store a balance, last id first, and answers them as they are then. So users come before
 * merchants, everywhere: a payment may hold its payers and take the merchants, which everybody wants, at its very end.
 * The wallet's own accounts store no balance and are not locked: every payment of a bucket goes through them. Missing ones
 * are not answered.
 */
export async function lockAccounts(tx: Queryable, ids: string[]): Promise<LockedAccount[]> {
  const { rows } = await tx.query<LedgerAccountRow>({
    name: 'lock-accounts',
    text: `select a.id, a.bucket, a.kind, a.currency, a.frozen, b.bucket is not null as owned,
        a.credits_posted, a.credits_pending, a.debits_posted, a.debits_pending
      from accounts a left join owned_buckets b on b.bucket = a.bucket
      where a.id = any ($1) and not a.computed
      order by a.id desc for update of a`,
    values: [textArray(ids)],
  })
  return rows.map(toLedgerAccount)
}

/** The wallet's own among the accounts, unlocked. Their stored sums are always zero: nothing limits them. */
export async function selectComputedAccounts(db: Queryable, ids: string[]): Promise<LockedAccount[]> {
  const { rows } = await db.query<LedgerAccountRow>({
    name: 'select-computed-accounts',
    text: `select a.id, a.bucket, a.kind, a.currency, a.frozen, b.bucket is not null as owned,
        a.credits_posted, a.credits_pending, a.debits_posted, a.debits_pending
      from accounts a left join owned_buckets b on b.bucket = a.bucket
      where a.id = any ($1) and a.computed`,
    values: [textArray(ids)],
  })
  return rows.map(toLedgerAccount)
}

/** Freezes or unfreezes accounts; a frozen account refuses debits. Answers how many there are. */
export async function updateFrozen(db: Queryable, ids: string[], frozen: boolean): Promise<number> {
  const { rowCount } = await db.query({
    name: 'update-frozen',
    text: `update accounts a set frozen = $2
      from (select id, bucket from accounts where id = any ($1) order by id desc for update) as locked
      where a.id = locked.id and a.bucket = locked.bucket`,
    values: [textArray(ids), frozen],
  })
  return rowCount ?? 0
}

/** The transfers that have one of these causes. */
export async function selectTransfersOfCauses(db: Queryable, causeIds: string[]): Promise<PostedTransfer[]> {
  const { rows } = await db.query<TransferRow>({
    name: 'select-transfers-of-causes',
    text: 'select * from transfers where cause_id = any ($1)',
    values: [textArray(causeIds)],
  })
  return rows.map(toTransfer)
}

/** Pending transfers of our buckets whose time is over and that nobody has answered, those longest over first. */
export async function selectExpiredPending(db: Queryable, now: Date, limit: number): Promise<PostedTransfer[]> {
  // The answer is asked for as a value, not as a join, so that it is always looked up by its key.
  const { rows } = await db.query<TransferRow>({
    name: 'select-expired-pending',
    text: `select p.* from transfers p join owned_buckets b on b.bucket = p.bucket
      where p.kind = 'PENDING' and p.expires_at is not null and p.expires_at <= $1
        and (select a.kind from transfers a where a.cause_id = p.cause_id and a.resolves = p.step and a.bucket = p.bucket
          and a.resolves is not null) is null
      order by p.expires_at, p.cause_id, p.step limit $2`,
    values: [now, limit],
  })
  return rows.map(toTransfer)
}

/**
 * Writes transfers that were judged, and moves the stored balances, in one statement. The caller has locked the accounts
 * with {@link lockAccounts} in the same transaction; the wallet's own accounts are not touched. The rows of accounts are
 * changed last id first. Accounts that are only credited need not be locked before.
 *
 * @throws Error when an account that stores a balance is not in the bucket of its transfer; what the database says when
 * a transfer is there already (23505) or a balance would go below zero (23514). The transaction is lost then.
 */
export async function writeTransfers(tx: Queryable, transfers: Transfer[], now: Date): Promise<void> {
  if (transfers.length > 0) await tx.query(transfersStatement(transfers, now))
}

/** The statement of {@link writeTransfers}, for at least one. */
export function transfersStatement(transfers: Transfer[], now: Date): Query {
  const moves = movesOf(transfers)
  return {
    name: 'write-transfers',
    // Both arms find each row by its key: the sums for each account were made before, so nothing is sorted or grouped here.
    // Arrays are unnested side by side in the list of columns: in `from`, each would be stored first and read again.
    text: `with written as (
        insert into transfers (cause_id, step, bucket, debit_account, credit_account, amount, currency, kind, resolves,
          expires_at, posted_at)
        select t.cause_id, t.step, t.bucket, t.debit_account, t.credit_account, t.amount, t.currency,
          coalesce(t.kind, 'POSTED'), t.resolves, t.expires_at, $11::timestamptz
        from (
          select unnest($1::text[]) as cause_id, unnest($2::text[]) as step, unnest($3::smallint[]) as bucket,
            unnest($4::text[]) as debit_account, unnest($5::text[]) as credit_account, unnest($6::bigint[]) as amount,
            unnest($7::text[]) as currency, unnest($8::text[]) as kind, unnest($9::text[]) as resolves,
            unnest($10::timestamptz[]) as expires_at
        ) as t
      ), moved as (
        update accounts a
        set debits_posted = a.debits_posted + m.debits_posted, credits_posted = a.credits_posted + m.credits_posted,
          debits_pending = a.debits_pending + coalesce(m.debits_pending, 0),
          credits_pending = a.credits_pending + coalesce(m.credits_pending, 0)
        from (
          select unnest($12::text[]) as id, unnest($13::smallint[]) as bucket, unnest($14::bigint[]) as debits_posted,
            unnest($15::bigint[]) as credits_posted, unnest($16::bigint[]) as debits_pending,
            unnest($17::bigint[]) as credits_pending
        ) as m
        where a.id = m.id and a.bucket = m.bucket and not a.computed
        returning 1
      )
      select must_be_all((select count(*) from moved), $18,
        'accounts that store a balance are in the bucket of their transfers')`,
    values: [
      textArray(transfers.map((transfer) => transfer.causeId)),
      textArray(transfers.map((transfer) => transfer.step)),
      numberArray(transfers.map((transfer) => transfer.bucket)),
      textArray(transfers.map((transfer) => transfer.debitAccount)),
      textArray(transfers.map((transfer) => transfer.creditAccount)),
      numberArray(transfers.map((transfer) => transfer.amount.minor)),
      textArray(transfers.map((transfer) => transfer.amount.currency)),
      textArray(transfers.map((transfer) => transfer.kind)),
      textArray(transfers.map((transfer) => transfer.resolves)),
      textArray(transfers.map((transfer) => transfer.expiresAt?.toISOString())),
      now,
      textArray(moves.map((move) => move.account)),
      numberArray(moves.map((move) => move.bucket)),
      numberArray(moves.map((move) => move.debitsPosted)),
      numberArray(moves.map((move) => move.creditsPosted)),
      unlessAll(
        0n,
        moves.map((move) => move.debitsPending),
        numberArray,
      ),
      unlessAll(
        0n,
        moves.map((move) => move.creditsPending),
        numberArray,
      ),
      moves.length,
    ],
  }
}

/**
 * Transfers of one account, newest first; before a place in this order, and of one step only, if these are given.
 * A user's, like what is in transit, are swept from the table: for tests and for people, not for a door. In a transaction of its
 * own: it settles how the rest of the transaction is planned.
 */
export async function selectTransfersOfAccount(
  tx: Queryable,
  accountId: string,
  { before, limit, step }: TransfersPage,
): Promise<PostedTransfer[]> {
  // However many transfers the account has, a page walks the index from its end and sorts only those of one moment. The
  // planner, which cannot know how many there are, would rather fetch and sort them all.
  await tx.query({ text: 'set local enable_sort = off; set local enable_bitmapscan = off' })
  const swept = isSwept(accountId)
  // Two halves, so that each walks its own index from the newest end instead of sorting the whole history.
  const half = (side: 'debit' | 'credit'): string => `(select * from transfers where ${side}_account = $1
          and ${swept ? 'true' : indexed(`${side}_account`)}
          and posted_at <= $2 and (posted_at, cause_id, step) < ($2, $3, $4) and step = coalesce($6, step)
          order by posted_at desc, cause_id desc, step desc limit $5)`
  // No cause is empty, so a time alone stands before every transfer of its moment.
  const from = before instanceof Date ? { postedAt: before, causeId: '', step: '' } : before
  const { rows } = await tx.query<TransferRow>({
    name: swept ? 'select-transfers-of-swept-account' : 'select-transfers-of-account',
    text: `select * from (${half('debit')} union all ${half('credit')}) as t
      order by t.posted_at desc, t.cause_id desc, t.step desc limit $5`,
    values: [accountId, from?.postedAt ?? 'infinity', from?.causeId ?? '', from?.step ?? '', limit, step ?? null],
  })
  return rows.map(toTransfer)
}

function toLedgerAccount(row: LedgerAccountRow): LockedAccount {
  return {
    id: row.id,
    bucket: row.bucket,
    kind: row.kind,
    currency: row.currency,
    frozen: row.frozen,
    owned: row.owned,
    creditsPosted: row.credits_posted,
    creditsPending: row.credits_pending,
    debitsPosted: row.debits_posted,
    debitsPending: row.debits_pending,
    available: row.credits_posted - row.debits_posted - row.debits_pending,
  }
}

function toTransfer(row: TransferRow): PostedTransfer {
  return {
    causeId: row.cause_id,
    step: row.step,
    bucket: row.bucket,
    debitAccount: row.debit_account,
    creditAccount: row.credit_account,
    amount: { currency: row.currency, minor: row.amount },
    kind: row.kind,
    ...(row.resolves === null ? {} : { resolves: row.resolves }),
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
    postedAt: row.posted_at,
  }
}
