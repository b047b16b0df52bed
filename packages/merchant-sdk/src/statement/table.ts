/**
 * Comma-separated values with a header, as RFC 4180 writes them; read with either line end.
 */

/** The text is not CSV. */
export class CellsUnreadable extends Error {
  override name = 'CellsUnreadable'
}

/** Records by the names of their columns. */
export interface Table {
  columns: readonly string[]
  rows: TableRow[]
}

export interface TableRow {
  /** Of the file, counted from 1: a cell may hold line ends. */
  line: number
  /** By column; text that was marked against spreadsheets is given without its mark. */
  cells: Readonly<Record<string, string>>
}

/** A cell in quotes (a quote inside is doubled), or anything without quotes; then what ends it. */
const cellPattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y

/** @throws CellsUnreadable naming the line */
export function readTable(text: string): Table {
  const [header, ...records] = readRecords(text)
  if (!header) throw new CellsUnreadable('The file is empty: expected a line with the names of the columns.')
  const columns = header.cells
  const rows = records.map(({ line, cells }) => {
    if (cells.length !== columns.length) {
      throw new CellsUnreadable(`Line ${line} has ${cells.length} cells: expected ${columns.length}.`)
    }
    return { line, cells: Object.fromEntries(columns.map((name, index) => [name, unmarked(cells[index]!)])) }
  })
  return { columns, rows }
}

/** Records with at least one cell that is not empty, or more than one cell. */
function readRecords(text: string): { line: number; cells: string[] }[] {
  const source = text.replace(/^\ufeff/, '')
  const records: { line: number; cells: string[] }[] = []
  let line = 1
  let record = { line, cells: [] as string[] }
  cellPattern.lastIndex = 0
  while (cellPattern.lastIndex < source.length || record.cells.length > 0) {
    const found = cellPattern.exec(source)
    if (!found) throw new CellsUnreadable(`Line ${line} has a quote that is not closed, or one inside of a cell.`)
    const [whole, quoted, plain = '', end] = found
    record.cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    line += whole.match(/\r\n|\n|\r/g)?.length ?? 0
    if (end === ',') continue
    if (record.cells.length > 1 || record.cells[0] !== '') records.push(record)
    record = { line, cells: [] }
    if (end === '') break
  }
  return records
}

/** A quote before what a spreadsheet would take for a formula is the wallet's, not the text's. */
const unmarked = (cell: string): string => (/^'['=+\-@\t\r\n＝＋－＠]/.test(cell) ? cell.slice(1) : cell)
