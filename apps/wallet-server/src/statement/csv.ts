/**
 * A statement as a file: CSV with one line for each row, or JSON with the balances and totals. Amounts are decimal and signed
 * from the merchant's side, times ISO 8601 with the offset of the wallet's zone at that moment.
 */
import { formatDecimal } from '@tradepay/money'
import { guarded, writeCells } from './cells.ts'
import { statementKinds } from './read.ts'
import type { Statement, StatementRow } from './types.ts'

/** The columns of the CSV, in their order; the names of the JSON's rows. */
export const statementColumns = [
  'kind',
  'time',
  'amount',
  'currency',
  'id',
  'tradeNo',
  'orderRequestId',
  'requestId',
  'title',
] as const

type PlainRow = Record<(typeof statementColumns)[number], string | null>

/** The rows as CSV, a header first. */
export function statementCsv(statement: Statement): string {
  const rows = statement.rows.map((row) => plain(row, statement))
  return writeCells([
    statementColumns,
    ...rows.map((row) =>
      statementColumns.map((column) => {
        const text = row[column] ?? ''
        // An amount that begins with a minus is a number and is to be one; the rest may be a stranger's text.
        return column === 'amount' ? text : guarded(text)
      }),
    ),
  ])
}

/** Everything as JSON, for programs. */
export function statementJson(statement: Statement): string {
  const { merchantId, day, timeZone, currency, opening, closing, totals, rows } = statement
  const amount = (minor: bigint): string => formatDecimal({ currency, minor })
  return `${JSON.stringify(
    {
      merchantId,
      day,
      timeZone,
      currency,
      opening: amount(opening),
      closing: amount(closing),
      totals: Object.fromEntries(
        statementKinds.map((kind) => [kind, { count: totals[kind].count, amount: amount(totals[kind].minor) }]),
      ),
      rows: rows.map((row) => plain(row, statement)),
    },
    null,
    2,
  )}\n`
}

function plain(row: StatementRow, { currency, timeZone }: Statement): PlainRow {
  const { kind, at, minor, id, tradeNo, orderRequestId, requestId, title } = row
  return {
    kind,
    time: isoWithOffset(at, timeZone),
    amount: formatDecimal({ currency, minor }),
    currency,
    id,
    tradeNo,
    orderRequestId,
    requestId,
    title,
  }
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** A moment as ISO 8601 with the zone's offset then: `2026-03-01T12:00:00.000+08:00`. */
export function isoWithOffset(moment: Date, timeZone: string): string {
  let format = formats.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'longOffset', year: 'numeric' })
    formats.set(timeZone, format)
  }
  const name = format.formatToParts(moment).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  // "GMT+08:00", "GMT" for none at all, and with seconds for offsets of long ago, which ISO 8601 cannot write.
  const [, sign = '+', hours = '00', minutes = '00'] = /^GMT(?:([+-])(\d\d):(\d\d))?/.exec(name) ?? []
  const offsetMs = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
  return `${new Date(moment.getTime() + offsetMs).toISOString().slice(0, -1)}${sign}${hours}:${minutes}`
}
