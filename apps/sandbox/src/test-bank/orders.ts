/**
 * The orders of the test bank: each number has one content and one outcome, whatever is asked and however often. An order
 * is taken, decided, answered and its pushes are written down in one transaction, so a kill at any moment leaves the bank
 * knowing exactly what it has done.
 */
import type { BankBehaviour, BankFailure, BankOrderAnswer, TestBankOrder } from '@tradepay/contract'
import type { Clock } from '@tradepay/wallet-server'
import type pg from 'pg'
import { transaction } from '../transaction.ts'
import { answerTo, pushesOf, secondsToDecide, type Truth } from './behaviour.ts'
import { lockAccounts, move, walletAccount } from './ledger.ts'

export interface NewOrder {
  orderId: string
  direction: 'COLLECT' | 'PAY'
  account: string
  currency: string
  minor: bigint
  memo: string
}

/** Only for an order of this direction and amount; absent for any order of the account. */
export interface OnlyFor {
  direction: 'COLLECT' | 'PAY'
  minor: bigint
}

export interface Orders {
  /** Takes an order, or finds it. CONFLICT: the number was used with other content. */
  ask(order: NewOrder): Promise<BankOrderAnswer | 'CUT' | 'CONFLICT'>
  /** @returns null when the bank has never heard of it */
  inquire(orderId: string): Promise<BankOrderAnswer | 'CUT' | null>
  /** Says how the account's next order is answered, once. @returns how to take it back, or null for an unknown account */
  tell(account: string, behaviour: BankBehaviour, onlyFor?: OnlyFor): Promise<(() => Promise<void>) | null>
  /** Ends an order that is still processing. @returns false when there is none, or it has ended */
  decide(orderId: string, failure: BankFailure | null): Promise<boolean>
  /** Makes up the bank's mind about everything whose time has come. */
  decideDue(): Promise<void>
  /** Newest first, at most 100. */
  list(account?: string): Promise<TestBankOrder[]>
}

interface Row {
  order_id: string
  direction: 'COLLECT' | 'PAY'
  account: string
  amount: bigint
  currency: string
  memo: string
  behaviour: BankBehaviour
  state: 'PROCESSING' | 'SUCCEEDED' | 'FAILED'
  failure: BankFailure | null
  decide_at: Date | null
  answers: number
  created_at: Date
  decided_at: Date | null
}

/** Orders that one round decides. */
const DECIDE_MAX = 100
const LIST_MAX = 100

export function createOrders(db: pg.Pool, clock: Clock): Orders {
  return {
    ask: (order) =>
      transaction(db, async (tx) => {
        await take(tx, order, clock.now())
        const row = await lockOrder(tx, order.orderId)
        if (!row) throw new Error('An order that was just taken is not there.')
        if (!sameContent(row, order)) return 'CONFLICT'
        return await answer(tx, row, clock.now())
      }),

    inquire: (orderId) =>
      transaction(db, async (tx) => {
        const row = await lockOrder(tx, orderId)
        return row && (await answer(tx, row, clock.now()))
      }),

    async tell(account, behaviour, onlyFor) {
      const { rows } = await db.query<{ told_id: bigint }>(
        `insert into test_bank.told (account, behaviour, direction, amount)
         select account, $2::jsonb, $3::text, $4::bigint from test_bank.accounts where account = $1 and kind = 'CUSTOMER'
         returning told_id`,
        [account, behaviour, onlyFor?.direction ?? null, onlyFor?.minor ?? null],
      )
      const id = rows[0]?.told_id
      if (id === undefined) return null
      return async () => void (await db.query('delete from test_bank.told where told_id = $1', [id]))
    },

    decide: (orderId, failure) =>
      transaction(db, async (tx) => {
        const row = await lockOrder(tx, orderId)
        if (row?.state !== 'PROCESSING') return false
        await decideOrder(tx, row, clock.now(), failure)
        return true
      }),

    async decideDue() {
      const now = clock.now()
      const { rows } = await db.query<{ order_id: string }>(
        `select order_id from test_bank.orders where state = 'PROCESSING' and decide_at <= $1 order by decide_at limit $2`,
        [now, DECIDE_MAX],
      )
      for (const { order_id } of rows) {
        await transaction(db, async (tx) => {
          const row = await lockOrder(tx, order_id)
          if (row) await decideWhenDue(tx, row, now)
        })
      }
    },

    async list(account) {
      const { rows } = await db.query<Row>(
        `select * from test_bank.orders where $1::text is null or account = $1 order by created_at desc, order_id limit $2`,
        [account ?? null, LIST_MAX],
      )
      return rows.map((row) => ({
        orderId: row.order_id,
        direction: row.direction,
        account: row.account,
        amount: amountOf(row),
        memo: row.memo,
        behaviour: row.behaviour,
        state: row.state,
        failure: row.failure,
        answers: row.answers,
        createdAt: row.created_at.toISOString(),
        decidedAt: row.decided_at?.toISOString() ?? null,
      }))
    },
  }
}

/** Writes the order unless it is there. What the bank was told about the account's next order is used up by it. */
async function take(tx: pg.PoolClient, order: NewOrder, now: Date): Promise<void> {
  const { orderId, direction, account, currency, minor, memo } = order
  const inserted = await tx.query(
    `insert into test_bank.orders (order_id, direction, account, amount, currency, memo, behaviour, state, created_at)
     values ($1, $2, $3, $4, $5, $6, '{"answers":"NOW"}', 'PROCESSING', $7) on conflict (order_id) do nothing`,
    [orderId, direction, account, minor, currency, memo, now],
  )
  if (inserted.rowCount === 0) return
  const behaviour = await behaviourOf(tx, order)
  const seconds = secondsToDecide(behaviour)
  await tx.query('update test_bank.orders set behaviour = $2, decide_at = $3 where order_id = $1', [
    orderId,
    behaviour,
    seconds === null ? null : new Date(now.getTime() + seconds * 1000),
  ])
}

async function behaviourOf(tx: pg.PoolClient, { account, direction, minor }: NewOrder): Promise<BankBehaviour> {
  const told = await tx.query<{ behaviour: BankBehaviour }>(
    `with next as materialized (
       select told_id from test_bank.told where account = $1 and coalesce(direction, $2) = $2 and coalesce(amount, $3) = $3
       order by told_id limit 1 for update skip locked
     )
     delete from test_bank.told t using next where t.told_id = next.told_id
     returning behaviour`,
    [account, direction, minor],
  )
  if (told.rows[0]) return told.rows[0].behaviour
  const own = await tx.query<{ behaviour: BankBehaviour | null }>(
    'select behaviour from test_bank.accounts where account = $1',
    [account],
  )
  return own.rows[0]?.behaviour ?? { answers: 'NOW' }
}

async function lockOrder(tx: pg.PoolClient, orderId: string): Promise<Row | null> {
  const { rows } = await tx.query<Row>('select * from test_bank.orders where order_id = $1 for update', [orderId])
  return rows[0] ?? null
}

async function answer(tx: pg.PoolClient, row: Row, now: Date): Promise<BankOrderAnswer | 'CUT'> {
  const truth = await decideWhenDue(tx, row, now)
  await tx.query('update test_bank.orders set answers = answers + 1 where order_id = $1', [row.order_id])
  const said = answerTo(row.behaviour, truth, row.answers)
  if (said === 'CUT') return said
  return { orderId: row.order_id, direction: row.direction, amount: amountOf(row), ...said }
}

async function decideWhenDue(tx: pg.PoolClient, row: Row, now: Date): Promise<Truth> {
  if (row.state === 'SUCCEEDED') return { state: 'SUCCEEDED' }
  if (row.state === 'FAILED') return { state: 'FAILED', failure: row.failure ?? 'REFUSED' }
  if (row.decide_at === null || row.decide_at > now) return { state: 'PROCESSING' }
  const refusal = row.behaviour.answers === 'REFUSE' ? (row.behaviour.failure ?? 'REFUSED') : null
  return await decideOrder(tx, row, now, refusal)
}

/** Moves the money, or finds out why not. The row is locked and still processing. */
async function decideOrder(tx: pg.PoolClient, row: Row, now: Date, refusal: BankFailure | null): Promise<Truth> {
  const wallet = walletAccount(row.currency)
  const [from, to] = row.direction === 'COLLECT' ? [row.account, wallet] : [wallet, row.account]
  const failure = refusal ?? (await whyNot(tx, row, from))
  if (failure === null) await move(tx, row.order_id, from, to, row.amount, now)
  await tx.query('update test_bank.orders set state = $2, failure = $3, decided_at = $4 where order_id = $1', [
    row.order_id,
    failure === null ? 'SUCCEEDED' : 'FAILED',
    failure,
    now,
  ])
  await tx.query(
    `insert into test_bank.pushes (order_id, number, state, due_at)
     select $1, number, 'DUE', $3 from generate_series(1, $2::int) as number`,
    [row.order_id, pushesOf(row.behaviour), now],
  )
  return failure === null ? { state: 'SUCCEEDED' } : { state: 'FAILED', failure }
}

async function whyNot(tx: pg.PoolClient, row: Row, from: string): Promise<BankFailure | null> {
  const accounts = await lockAccounts(tx, [row.account, walletAccount(row.currency)])
  const own = accounts.get(row.account)
  if (own?.kind !== 'CUSTOMER') return 'ACCOUNT_NOT_FOUND'
  if (own.currency !== row.currency) return 'REFUSED'
  return accounts.get(from)!.balance < row.amount ? 'BALANCE_NOT_ENOUGH' : null
}

const amountOf = ({ currency, amount }: Row) => ({ currency, value: String(amount) })

const sameContent = (row: Row, order: NewOrder): boolean =>
  row.direction === order.direction &&
  row.account === order.account &&
  row.currency === order.currency &&
  row.amount === order.minor
