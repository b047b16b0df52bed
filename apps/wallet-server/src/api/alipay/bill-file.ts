/**
 * A bill as a file: a zip with two CSV files in UTF-8, the details and the summary. The rows are those of the merchant's
 * statements, in the words of this family: amounts in yuan, signed from the merchant's side, times in GMT+8.
 *
 * The protocol's reference does not tell the columns; these are ours, and named in the contract.
 */
import { alipayBalanceColumn, alipayBillColumns, alipayBillSummaryColumns, WalletError } from '@tradepay/contract'
import { formatDecimal } from '@tradepay/money'
import { guarded, writeCells } from '../../statement/cells.ts'
import type { Statement, StatementKind, StatementRow, StatementService } from '../../statement/types.ts'
import { formatGmt8 } from '../merchant-door/times.ts'
import { CURRENCY } from './amount.ts'
import type { BillRequest } from './bill-address.ts'
import type { BillType } from './bill-period.ts'
import { zip } from './zip.ts'

const kindsOf = {
  trade: ['PAYMENT', 'FEE', 'REFUND', 'FEE_REFUND'],
  signcustomer: ['PAYMENT', 'FEE', 'REFUND', 'FEE_REFUND', 'PAY_OUT'],
} as const satisfies Record<BillType, readonly StatementKind[]>

type Statements = Pick<StatementService, 'statement'>

/** Whether the bill would have a row. Reads no further than to the first. */
export async function hasRows(statements: Statements, bill: BillRequest, days: string[]): Promise<boolean> {
  for await (const { totals } of statementsOf(statements, bill, days)) {
    if (kindsOf[bill.type].some((kind) => totals[kind].count > 0)) return true
  }
  return false
}

/** The zip. A month is read day by day and compressed as it comes. */
export async function billFile(statements: Statements, bill: BillRequest, days: string[], now: Date): Promise<Buffer> {
  const name = `${bill.merchantId}_${bill.date}_${bill.type}`
  const totals = new Map<StatementKind, { count: number; minor: bigint }>(
    kindsOf[bill.type].map((kind) => [kind, { count: 0, minor: 0n }]),
  )

  async function* details(): AsyncGenerator<string> {
    const withBalance = bill.type === 'signcustomer'
    yield writeCells([withBalance ? [...alipayBillColumns, alipayBalanceColumn] : alipayBillColumns])
    for await (const { opening, rows, totals: ofDay } of statementsOf(statements, bill, days)) {
      let balance = opening
      const lines: string[][] = []
      for (const row of rows) {
        balance += row.minor
        if (totals.has(row.kind)) lines.push([...cellsOf(row), ...(withBalance ? [yuan(balance)] : [])])
      }
      for (const [kind, total] of totals) {
        total.count += ofDay[kind].count
        total.minor += ofDay[kind].minor
      }
      yield writeCells(lines)
    }
  }

  function* summary(): Generator<string> {
    const lines = [...totals].map(([kind, { count, minor }]) => [kind, String(count), yuan(minor)])
    yield writeCells([alipayBillSummaryColumns, ...lines])
  }

  return zip(
    [
      { name: `${name}.csv`, content: details() },
      // Read when the details have been written, and the totals are known.
      { name: `${name}_summary.csv`, content: summary() },
    ],
    now,
  )
}

/** The statements of the days. None for a merchant that has no account in yuan. */
async function* statementsOf(
  statements: Statements,
  { merchantId }: BillRequest,
  days: string[],
): AsyncGenerator<Statement> {
  for (const day of days) {
    try {
      yield await statements.statement(merchantId, day, CURRENCY)
    } catch (error) {
      if (error instanceof WalletError && error.code === 'CURRENCY_NOT_SUPPORTED') return
      throw error
    }
  }
}

/** One line, in the order of the columns. An amount that begins with a minus is to stay a number. */
function cellsOf({ kind, at, minor, id, tradeNo, orderRequestId, requestId, title }: StatementRow): string[] {
  const [time, amount] = [formatGmt8(at), yuan(minor)]
  return [kind, time, amount, id, ...[tradeNo, orderRequestId, requestId, title].map((text) => guarded(text ?? ''))]
}

const yuan = (minor: bigint): string => formatDecimal({ currency: CURRENCY, minor })
