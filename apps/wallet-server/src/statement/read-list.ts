/**
 * Reads somebody else's list of a day, to compare it with a statement: CSV with a header, or JSON. Our own statements can be
 * read back. The list says for each line its kind, a number that names it, and the amount, decimal and signed from the
 * merchant's side as on the statement.
 */
import { parseDecimal, type Currency } from '@tradepay/money'
import { readCells, unguarded } from './cells.ts'
import { statementKinds } from './read.ts'
import type { OtherRow, StatementKind } from './types.ts'

/** Where the number of a line may stand; the first that is not empty is taken. */
const numberColumns = ['number', 'id', 'requestId', 'tradeNo', 'orderRequestId'] as const

/** Most problems that are named at once. */
const PROBLEMS_MAX = 20

/** The list cannot be read. The message names each line that is wrong and what was expected. */
export class ListUnreadable extends Error {
  override name = 'ListUnreadable'
}

type Fields = Readonly<Record<string, string>>

/**
 * Reads a list. What begins with `[` or `{` is JSON: an array of lines, or an object with one named `rows`.
 * @param currency what the amounts are in; a line that says another is refused
 * @throws ListUnreadable
 */
export function readList(text: string, currency: Currency): OtherRow[] {
  const lines = /^\ufeff?\s*[[{]/.test(text) ? readJson(text) : readCsv(text)
  const problems: string[] = []
  const rows = lines.flatMap(({ place, fields }): OtherRow[] => {
    try {
      return [toOtherRow(fields, currency)]
    } catch (error) {
      problems.push(`  ${place}: ${error instanceof Error ? error.message : String(error)}`)
      return []
    }
  })
  if (problems.length > 0) {
    const more = problems.length > PROBLEMS_MAX ? [`  and ${problems.length - PROBLEMS_MAX} more`] : []
    throw new ListUnreadable(['The list cannot be read:', ...problems.slice(0, PROBLEMS_MAX), ...more].join('\n'))
  }
  return rows
}

interface ListLine {
  place: string
  fields: Fields
}

function readCsv(text: string): ListLine[] {
  let records
  try {
    records = readCells(text)
  } catch (error) {
    throw new ListUnreadable(`The list is not CSV: ${error instanceof Error ? error.message : String(error)}`)
  }
  const [header, ...lines] = records
  if (!header) throw new ListUnreadable('The list is empty: expected at least a header, "kind,number,amount".')
  const names = header.cells.map((name) => name.trim())
  const missing = ['kind', 'amount'].filter((name) => !names.includes(name))
  if (!numberColumns.some((name) => names.includes(name))) missing.push(numberColumns.join(' or '))
  if (missing.length > 0) throw new ListUnreadable(`The header of the list has no column ${missing.join(', ')}.`)
  return lines.map(({ line, cells }) => ({
    place: `line ${line}`,
    fields: Object.fromEntries(names.map((name, index) => [name, unguarded(cells[index] ?? '')])),
  }))
}

function readJson(text: string): ListLine[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (error) {
    throw new ListUnreadable(`The list is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  const rows = isObject(parsed) ? parsed['rows'] : parsed
  if (!Array.isArray(rows)) throw new ListUnreadable('The list is no array, and has none named "rows".')
  return rows.map((row: unknown, index) => ({
    place: `rows[${index}]`,
    // What is not text (an amount as a JSON number has passed through a float) is refused as missing.
    fields: Object.fromEntries(
      Object.entries(isObject(row) ? row : {}).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string',
      ),
    ),
  }))
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** @throws Error saying what is wrong with the line */
function toOtherRow(fields: Fields, currency: Currency): OtherRow {
  const kind = statementKinds.find((known) => known === fields['kind']?.trim())
  if (!kind) throw new Error(`"kind" is "${shorten(fields['kind'])}": expected one of ${statementKinds.join(', ')}.`)
  const number = numberColumns.map((name) => fields[name]?.trim() ?? '').find((text) => text !== '')
  if (number === undefined) throw new Error(`it has no number: expected one of ${numberColumns.join(', ')} as text.`)
  const its = fields['currency']?.trim() || currency
  if (its !== currency) throw new Error(`"currency" is "${shorten(its)}": expected ${currency}.`)
  return { kind, number, minor: readAmount(currency, fields['amount']?.trim() ?? '', kind) }
}

/** @throws Error when it is not a decimal amount, or has a sign that its kind cannot have */
function readAmount(currency: Currency, text: string, kind: StatementKind): bigint {
  const { minor } = parseDecimal(currency, text.replace(/^-/, ''))
  const signed = text.startsWith('-') ? -minor : minor
  const mustBeNegative = kind === 'FEE' || kind === 'REFUND' || kind === 'PAY_OUT'
  if ((mustBeNegative && signed > 0n) || (kind === 'PAYMENT' && signed < 0n)) {
    throw new Error(
      `"amount" is "${shorten(text)}": a ${kind} is ${mustBeNegative ? 'negative' : 'positive'} from the merchant's side.`,
    )
  }
  return signed
}

const shorten = (text = ''): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text)
