/**
 * Reads a statement: what moved a merchant's money on one day of the wallet's time zone (I9).
 *
 * The ledger says what moved and when; payments, refunds and pay-outs say what it was for and how much it should have been.
 * A statement is given only when both agree in every row, and the rows lead from the opening to the closing balance.
 */
import { invalidParameter, WalletError } from '@tradepay/contract'
import type { Currency } from '@tradepay/money'
import type pg from 'pg'
import { isDay, nextDay, startOfDay } from '../day.ts'
import { transaction } from '../db/transaction.ts'
import { merchantAccount } from '../ledger/types.ts'
import { allowTime, selectMovements, selectPostedBalance, type MovementRow } from './store.ts'
import type { Statement, StatementKind, StatementRow } from './types.ts'

/** What a step of the ledger is on a statement. A fee that a refund gave back is taken again when the bank refused the refund. */
const kinds: Readonly<Record<string, StatementKind>> = {
  MERCHANT: 'PAYMENT',
  FEE: 'FEE',
  REFUND_FEE: 'FEE_REFUND',
  REFUND_FEE_BACK: 'FEE_REFUND',
  REFUND_MERCHANT: 'REFUND',
  REFUND_MERCHANT_POST: 'REFUND',
  PAY_OUT_POST: 'PAY_OUT',
}

export const statementKinds = ['PAYMENT', 'FEE', 'REFUND', 'FEE_REFUND', 'PAY_OUT'] as const satisfies StatementKind[]

/** Which statement is asked for. */
export interface StatementQuery {
  merchantId: string
  /** yyyy-MM-dd in `timeZone`. */
  day: string
  currency: Currency
  /** IANA name of the wallet's zone. */
  timeZone: string
}

/**
 * Reads a statement on one snapshot of a live database. A day that is not over ends now.
 * @throws WalletError INVALID_PARAMETER (day malformed, or after `now`), CURRENCY_NOT_SUPPORTED (no such account); Error when
 * the business rows and the ledger do not agree
 */
export async function readStatement(db: pg.Pool, query: StatementQuery, now: Date): Promise<Statement> {
  const { merchantId, day, currency, timeZone } = query
  const [start, end] = boundsOf(day, timeZone)
  if (start > now) throw invalidParameter('day', 'a day that has begun')
  const accountId = merchantAccount(merchantId, currency)
  return transaction(
    db,
    async (tx) => {
      await allowTime(tx)
      const balance = await selectPostedBalance(tx, accountId, start, end)
      if (!balance) throw new WalletError('CURRENCY_NOT_SUPPORTED')
      const rows = (await selectMovements(tx, accountId, start, end)).map(toRow)
      const statement: Statement = {
        merchantId,
        day,
        timeZone,
        currency,
        opening: balance.posted - balance.moved_since_start,
        closing: balance.posted - balance.moved_since_end,
        rows,
        totals: totalsOf(rows),
      }
      requireToAddUp(statement)
      return statement
    },
    { isolation: 'repeatable read', readOnly: true },
  )
}

/**
 * The first moment of a day and that of the next: 23, 24 or 25 hours.
 * @throws WalletError INVALID_PARAMETER for anything that is not a day of the calendar, `yyyy-MM-dd`
 */
export function boundsOf(day: string, timeZone: string): [start: Date, end: Date] {
  if (!isDay(day)) throw invalidParameter('day', 'a day of the calendar, yyyy-MM-dd')
  return [startOfDay(day, timeZone), startOfDay(nextDay(day), timeZone)]
}

/** @throws Error when the movement and what explains it do not agree */
function toRow(row: MovementRow): StatementRow {
  const kind = kinds[row.step]
  if (kind === undefined || row.expected !== row.moved) {
    throw new Error(
      `The ledger moved ${row.moved} in step ${row.step} of ${row.cause_id}, ` +
        `but ${row.expected === null ? 'nothing explains it' : `its own row says ${row.expected}`}. Run "tradepay verify".`,
    )
  }
  return {
    kind,
    at: row.posted_at,
    minor: row.moved,
    id: row.cause_id,
    tradeNo: row.trade_no,
    orderRequestId: row.order_request_id,
    requestId: row.request_id,
    title: row.title,
  }
}

/** Number and sum of the rows of each kind. */
export function totalsOf(rows: readonly Pick<StatementRow, 'kind' | 'minor'>[]): Statement['totals'] {
  const totals = Object.fromEntries(
    statementKinds.map((kind) => [kind, { count: 0, minor: 0n }]),
  ) as Statement['totals']
  for (const { kind, minor } of rows) {
    totals[kind].count += 1
    totals[kind].minor += minor
  }
  return totals
}

/** @throws Error when opening + rows is not closing */
export function requireToAddUp({ merchantId, day, currency, opening, closing, totals }: Omit<Statement, 'rows'>): void {
  const moved = statementKinds.reduce((sum, kind) => sum + totals[kind].minor, 0n)
  if (opening + moved === closing) return
  throw new Error(
    `The statement of merchant ${merchantId} for ${day} in ${currency} does not add up: ${opening} and ${moved} are not ` +
      `${closing}. Run "tradepay verify".`,
  )
}
