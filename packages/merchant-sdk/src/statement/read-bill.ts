/**
 * Reads a bill of the Alipay family as this wallet writes it: details in yuan with times in GMT+8, and a summary that must
 * agree with them. Source of the columns: `packages/contract/src/alipay-bill-api.ts`; alipay-openapi §6.7 tells none.
 */
import type { alipayBillColumns, alipayBillSummaryColumns } from '@tradepay/contract'
import { parseGmt8, YUAN } from '../wire/alipay.ts'
import { NotUnderstood } from '../wire/json.ts'
import { orNull, readId, readKind, readSigned, requireTotal, totalsOf } from './rows.ts'
import type { Table, TableRow } from './table.ts'
import { StatementUnreadable } from './unreadable.ts'
import type { Statement, StatementRow } from './types.ts'

const detailColumns: typeof alipayBillColumns = [
  'kind',
  'time',
  'amount',
  'id',
  'trade_no',
  'out_trade_no',
  'out_request_no',
  'subject',
]
const summaryColumns: typeof alipayBillSummaryColumns = ['kind', 'count', 'amount']

/**
 * @param summary null when there is none to compare with
 * @throws StatementUnreadable
 */
export function readBill(details: Table, summary: Table | null): Statement {
  requireColumns(details, detailColumns)
  const rows = details.rows.map(toRow)
  const totals = totalsOf(rows)
  if (summary) {
    requireColumns(summary, summaryColumns)
    for (const { line, cells } of summary.rows) {
      const place = `Line ${line} of the summary`
      const kind = readKind(cells['kind'], place)
      requireTotal(totals, kind, { count: cells['count'] ?? '', minor: readSigned(cells['amount'], YUAN, place) })
    }
  }
  return { currency: YUAN, rows, totals }
}

function requireColumns({ columns }: Table, expected: readonly string[]): void {
  const missing = expected.filter((name) => !columns.includes(name))
  if (missing.length > 0) {
    throw new StatementUnreadable(`The file is no statement of this wallet: it has no column ${missing.join(', ')}.`)
  }
}

function toRow({ line, cells }: TableRow): StatementRow {
  const place = `Line ${line}`
  return {
    kind: readKind(cells['kind'], place),
    at: readTime(cells['time'] ?? '', place),
    minor: readSigned(cells['amount'], YUAN, place),
    currency: YUAN,
    id: readId(cells['id'], place),
    tradeNo: orNull(cells['trade_no']),
    orderNo: orNull(cells['out_trade_no']),
    requestNo: orNull(cells['out_request_no']),
    title: orNull(cells['subject']),
    balance: cells['balance'] === undefined ? null : readSigned(cells['balance'], YUAN, place),
  }
}

function readTime(text: string, place: string): Date {
  try {
    return parseGmt8(text, 'time')
  } catch (error) {
    if (error instanceof NotUnderstood) throw new StatementUnreadable(`${place}: ${error.message}`)
    throw error
  }
}
