/**
 * Reads the files in which a wallet tells a merchant what moved its money: the wallet's own statement (CSV or JSON, as
 * `tradepay statement` writes it) and the bill of the Alipay family (a zip of CSV, or the CSV in it). All become one
 * `Statement`, whole or not at all: what cannot be read, or does not add up, is an error that names the place.
 */
import type { Currency } from '@tradepay/money'
import { isZip, unzip, ZipUnreadable } from './unzip.ts'
import { readBill } from './read-bill.ts'
import { readWalletCsv, readWalletJson } from './read-wallet.ts'
import { CellsUnreadable, readTable, type Table } from './table.ts'
import { StatementUnreadable } from './unreadable.ts'
import type { Statement } from './types.ts'

export { StatementUnreadable }

/** How a file may be read. */
export interface ParseStatementOptions {
  /** What the amounts must be in; a file in another currency is refused. By default whatever the file says. */
  currency?: Currency
  /** A zip that holds more than this is refused, in bytes unpacked. Default 512 MiB. */
  maxBytes?: number
}

const MAX_UNPACKED_BYTES = 512 * 1024 * 1024

/**
 * Reads a statement. The content tells which kind of file it is, its name does not matter. May be repeated; it asks nobody.
 *
 * The columns of an Alipay bill are this wallet's (`alipay-openapi` §6.7 does not tell any): bills of another wallet are
 * refused by the names of their columns.
 *
 * @param file its bytes, or its text
 * @throws StatementUnreadable naming the line and what was expected
 *
 * @example
 * const { rows, totals } = parseStatement(await readFile('2026-03-01.csv'))
 * for (const row of rows) if (row.kind === 'PAYMENT') settle(row.orderNo, row.minor)
 */
export function parseStatement(file: Uint8Array | string, options: ParseStatementOptions = {}): Statement {
  const statement = read(file, options.maxBytes ?? MAX_UNPACKED_BYTES)
  const { currency } = statement
  if (options.currency !== undefined && currency !== null && currency !== options.currency) {
    throw new StatementUnreadable(`The statement is in ${currency}: expected ${options.currency}.`)
  }
  return { ...statement, currency: currency ?? options.currency ?? null }
}

function read(file: Uint8Array | string, maxBytes: number): Statement {
  try {
    if (typeof file === 'string') return readText(file)
    if (!isZip(file)) return readText(decode(file))
    const files = [...unzip(file, maxBytes)].map(([name, bytes]) => [name, readTable(decode(bytes))] as const)
    return readBillFiles(files)
  } catch (error) {
    if (error instanceof ZipUnreadable || error instanceof CellsUnreadable) {
      throw new StatementUnreadable(error.message)
    }
    throw error
  }
}

function readText(text: string): Statement {
  if (/^\ufeff?\s*\{/.test(text)) return readWalletJson(text)
  const table = readTable(text)
  return table.columns.includes('currency') ? readWalletCsv(table) : readBill(table, null)
}

/** A bill is two files: the details, and their summary. */
function readBillFiles(files: readonly (readonly [name: string, table: Table])[]): Statement {
  const summaries = files.filter(([name]) => name.endsWith('_summary.csv'))
  const details = files.filter(([name]) => name.endsWith('.csv') && !name.endsWith('_summary.csv'))
  if (details.length !== 1 || summaries.length > 1) {
    throw new StatementUnreadable(
      'The zip is no bill: expected one CSV file of details, and at most one of their summary.',
    )
  }
  return readBill(details[0]![1], summaries[0]?.[1] ?? null)
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new StatementUnreadable('The file is not UTF-8.')
  }
}
