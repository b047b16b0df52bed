/**
 * Compares a statement with somebody else's list of the same day: every difference, each told once. Pure.
 *
 * A line of the other list names a row by any number that the row carries. Several rows may carry the same number (two
 * refunds of one order), so lines find rows of the same amount first, and the lines that could mean fewest rows choose first.
 */
import type { Difference, OtherRow, Statement, StatementRow } from './types.ts'

/** The numbers that name a row. */
const numbersOf = ({ id, requestId, tradeNo, orderRequestId }: StatementRow): Set<string> =>
  new Set([id, requestId, tradeNo, orderRequestId].filter((number) => number !== null))

/** Everything that the two lists do not agree on, in the order of the statement, then of the other list. Empty: they agree. */
export function compare(statement: Pick<Statement, 'rows'>, others: readonly OtherRow[]): Difference[] {
  const byNumber = new Map<string, number[]>()
  statement.rows.forEach((row, index) => {
    for (const number of numbersOf(row)) {
      const key = `${row.kind} ${number}`
      const rows = byNumber.get(key)
      if (rows) rows.push(index)
      else byNumber.set(key, [index])
    }
  })
  const lines: Line[] = others.map((other) => ({ other, rows: byNumber.get(`${other.kind} ${other.number}`) ?? [] }))

  const lineOfRow = match(statement.rows, lines)
  const matched = new Set(lineOfRow.values())
  const surplus = new Map<number, Line[]>()
  for (const line of lines) {
    if (matched.has(line)) continue
    // Of the rows it can mean all are taken: it repeats one of the same amount if there is one.
    const row = line.rows.find((each) => statement.rows[each]!.minor === line.other.minor) ?? line.rows[0]
    if (row !== undefined) surplus.set(row, [...(surplus.get(row) ?? []), line])
  }

  const ofRows = statement.rows.flatMap((row, index): Difference[] => {
    const line = lineOfRow.get(index)
    if (!line) return [{ kind: 'MISSING_THERE', row }]
    const more = surplus.get(index)
    if (more) return [{ kind: 'TWICE_THERE', row, others: inOrder(lines, [line, ...more]) }]
    return line.other.minor === row.minor ? [] : [{ kind: 'AMOUNT_DIFFERS', row, other: line.other }]
  })
  const ofOthers = lines
    .filter(({ rows }) => rows.length === 0)
    .map(({ other }): Difference => ({ kind: 'MISSING_HERE', other }))
  return [...ofRows, ...ofOthers]
}

interface Line {
  other: OtherRow
  /** The rows that it can mean, by their place in the statement. */
  rows: number[]
}

/** One line for each row at most: first those of the same amount, then what is left, whatever the amount. */
function match(rows: readonly StatementRow[], lines: readonly Line[]): Map<number, Line> {
  const lineOfRow = new Map<number, Line>()
  const matched = new Set<Line>()
  const fewestFirst = [...lines].sort((a, b) => a.rows.length - b.rows.length)
  for (const fits of [(line: Line, row: number) => rows[row]!.minor === line.other.minor, () => true]) {
    for (const line of fewestFirst) {
      if (matched.has(line)) continue
      const row = line.rows.find((candidate) => !lineOfRow.has(candidate) && fits(line, candidate))
      if (row === undefined) continue
      lineOfRow.set(row, line)
      matched.add(line)
    }
  }
  return lineOfRow
}

const inOrder = (lines: readonly Line[], some: readonly Line[]): OtherRow[] => {
  const wanted = new Set(some)
  return lines.filter((line) => wanted.has(line)).map(({ other }) => other)
}
