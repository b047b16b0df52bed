/**
 * Comma-separated values as RFC 4180 writes them: cells in quotes where they need it, lines ended by CR LF; read with either
 * line end. Text of strangers is written so that no spreadsheet takes it for a formula.
 */

/** What a spreadsheet would take for the beginning of a formula; and the mark itself, so that it can be taken off again. */
const formula = /^['=+\-@\t\r\n＝＋－＠]/

/** Marks text that would be a formula. */
export const guarded = (text: string): string => (formula.test(text) ? `'${text}` : text)
/** Takes the mark off. Text without it is left as it is. */
export const unguarded = (cell: string): string =>
  cell.startsWith("'") && formula.test(cell.slice(1)) ? cell.slice(1) : cell

/** Writes records, each line ended. */
export function writeCells(records: readonly (readonly string[])[]): string {
  const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  return records.map((record) => `${record.map(cell).join(',')}\r\n`).join('')
}

export interface CellLine {
  /** Of the file, counted from 1: a cell may hold line ends. */
  line: number
  cells: string[]
}

/**
 * Reads records; empty lines are left out.
 * @throws Error naming the line, for a quote that is not closed or stands inside of a cell without quotes
 */
export function readCells(text: string): CellLine[] {
  const records: CellLine[] = []
  let line = 1
  let record: CellLine = { line, cells: [] }
  // A cell in quotes (a quote inside is doubled), or anything without quotes; then what ends it.
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y
  const source = text.replace(/^\ufeff/, '')
  while (pattern.lastIndex < source.length || record.cells.length > 0) {
    const found = pattern.exec(source)
    if (!found) throw new Error(`Line ${line} has a quote that is not closed, or one inside of a cell without quotes.`)
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
