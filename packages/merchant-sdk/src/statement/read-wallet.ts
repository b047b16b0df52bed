/**
 * Reads the wallet's own statement of a day, CSV or JSON, as `tradepay statement` writes it. The JSON brings balances and
 * totals, and must add up.
 */
import { isCurrency, type Currency } from '@tradepay/money'
import { orNull, readId, readKind, readSigned, requireTotal, totalsOf } from './rows.ts'
import type { Table } from './table.ts'
import { StatementUnreadable } from './unreadable.ts'
import type { Statement, StatementRow } from './types.ts'

const columns = ['kind', 'time', 'amount', 'currency', 'id', 'tradeNo', 'orderRequestId', 'requestId', 'title'] as const

type Cells = Readonly<Record<string, string | null | undefined>>

/** @throws StatementUnreadable */
export function readWalletCsv(table: Table): Statement {
  const missing = columns.filter((name) => !table.columns.includes(name))
  if (missing.length > 0) throw new StatementUnreadable(`The file has no column ${missing.join(', ')}.`)
  const rows = table.rows.map(({ line, cells }) => toRow(cells, `Line ${line}`))
  return { currency: oneCurrencyOf(rows), rows, totals: totalsOf(rows) }
}

/** @throws StatementUnreadable */
export function readWalletJson(text: string): Statement {
  const content = parse(text)
  const currency = readCurrency(content['currency'], 'The statement')
  const given = content['rows']
  if (!Array.isArray(given)) throw new StatementUnreadable('The statement has no list named "rows".')
  const rows = given.map((row: unknown, index) => {
    const place = `rows[${index}]`
    return toRow(asCells(row, place), place)
  })
  const totals = totalsOf(rows)
  for (const [name, total] of Object.entries(asObject(content['totals'], '"totals"'))) {
    const place = `"totals.${name}"`
    const { count, amount } = asObject(total, place)
    const minor = readSigned(textOf(amount), currency, place)
    requireTotal(totals, readKind(name, place), { count: String(count), minor })
  }
  const opening = readSigned(textOf(content['opening']), currency, '"opening"')
  const closing = readSigned(textOf(content['closing']), currency, '"closing"')
  const moved = rows.reduce((sum, { minor }) => sum + minor, 0n)
  if (opening + moved !== closing || (rows.length > 0 && oneCurrencyOf(rows) !== currency)) {
    throw new StatementUnreadable('The statement does not add up: its rows do not lead from "opening" to "closing".')
  }
  return { currency, rows, totals }
}

function toRow(cells: Cells, place: string): StatementRow {
  const currency = readCurrency(cells['currency'], place)
  return {
    kind: readKind(cells['kind'] ?? '', place),
    at: readTime(cells['time'] ?? '', place),
    minor: readSigned(cells['amount'] ?? '', currency, place),
    currency,
    id: readId(cells['id'] ?? '', place),
    tradeNo: orNull(cells['tradeNo']),
    orderNo: orNull(cells['orderRequestId']),
    requestNo: orNull(cells['requestId']),
    title: orNull(cells['title']),
    balance: null,
  }
}

function oneCurrencyOf(rows: readonly StatementRow[]): Currency | null {
  const [currency = null, other] = new Set(rows.map((row) => row.currency))
  if (other !== undefined) throw new StatementUnreadable(`The rows are in several currencies: ${currency}, ${other}.`)
  return currency
}

function readCurrency(value: unknown, place: string): Currency {
  if (typeof value !== 'string' || !isCurrency(value)) {
    throw new StatementUnreadable(`${place}: "currency" is not an ISO 4217 code such as CNY.`)
  }
  return value
}

function readTime(text: string, place: string): Date {
  const time = new Date(text)
  if (!/^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text) || Number.isNaN(time.getTime())) {
    throw new StatementUnreadable(`${place}: "time" is not ISO 8601 with an offset.`)
  }
  return time
}

function parse(text: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''))
  } catch {
    throw new StatementUnreadable('The file begins like JSON, and is not.')
  }
  return asObject(value, 'The file')
}

function asObject(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new StatementUnreadable(`${place} is not an object.`)
  }
  return value as Record<string, unknown>
}

function asCells(value: unknown, place: string): Cells {
  const object = asObject(value, place)
  for (const [name, cell] of Object.entries(object)) {
    // An amount as a JSON number has passed through a float.
    if (typeof cell !== 'string' && cell !== null) throw new StatementUnreadable(`${place}: "${name}" is not text.`)
  }
  return object as Cells
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
