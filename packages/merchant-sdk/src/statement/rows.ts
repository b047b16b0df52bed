/**
 * What the readers of all statements have in common: kinds, signed amounts, totals.
 */
import { MoneyError, parseDecimal, type Currency } from '@tradepay/money'
import { StatementUnreadable } from './unreadable.ts'
import type { Statement, StatementKind, StatementRow } from './types.ts'

const kinds = ['PAYMENT', 'FEE', 'REFUND', 'FEE_REFUND', 'PAY_OUT'] as const satisfies readonly StatementKind[]

/** @param place of the file, for the message */
export function readKind(text: string | undefined, place: string): StatementKind {
  const kind = kinds.find((known) => known === text)
  if (!kind) throw new StatementUnreadable(`${place}: "kind" is none of ${kinds.join(', ')}.`)
  return kind
}

/** A decimal amount that may begin with a minus, in the smallest unit. */
export function readSigned(text: string | undefined, currency: Currency, place: string): bigint {
  const negative = text?.startsWith('-') ?? false
  try {
    const { minor } = parseDecimal(currency, (text ?? '').slice(negative ? 1 : 0))
    return negative ? -minor : minor
  } catch (error) {
    if (error instanceof MoneyError) throw new StatementUnreadable(`${place}: ${error.message}`)
    throw error
  }
}

/** A number that must be there. */
export function readId(text: string | undefined, place: string): string {
  if (!text) throw new StatementUnreadable(`${place}: "id" is missing.`)
  return text
}

/** Null for an empty cell. */
export const orNull = (text: string | null | undefined): string | null => (text ? text : null)

/** Count and sum of each kind. */
export function totalsOf(rows: readonly Pick<StatementRow, 'kind' | 'minor'>[]): Statement['totals'] {
  const totals = Object.fromEntries(kinds.map((kind) => [kind, { count: 0, minor: 0n }])) as Statement['totals']
  for (const { kind, minor } of rows) {
    totals[kind].count += 1
    totals[kind].minor += minor
  }
  return totals
}

/** @throws StatementUnreadable when the file's own total of a kind is not that of its rows: some are missing, or too many */
export function requireTotal(
  totals: Statement['totals'],
  kind: StatementKind,
  told: { count: string; minor: bigint },
): void {
  const { count, minor } = totals[kind]
  if (told.count === String(count) && told.minor === minor) return
  throw new StatementUnreadable(
    `The rows of kind ${kind} are not those that the file's own totals tell of: it was not received whole.`,
  )
}
