/**
 * What the packager says about a program's files: an error that stops packing, or a warning about something mended or
 * ignored. Both name the file, the line and the column, so that a developer can go there at once.
 */

/** A place in a file of the program. Lines and columns count from 1. */
export interface Place {
  file: string
  line: number
  column: number
}

/** Stops packing. `problem` says what is wrong, `advice` what to do about it. */
export class PackError extends Error {
  override name = 'PackError'
  readonly file: string
  readonly line: number
  readonly column: number

  constructor(
    place: Place,
    readonly problem: string,
    readonly advice: string,
  ) {
    super(`${place.file}:${place.line}:${place.column}: ${problem}. ${advice}`)
    this.file = place.file
    this.line = place.line
    this.column = place.column
  }
}

/** Something mended or ignored. */
export interface PackWarning extends Place {
  message: string
}

/** Collects warnings; the same words about the same place are kept once. */
export class Warnings {
  readonly #all = new Map<string, PackWarning>()

  add(place: Place, message: string): void {
    const warning = { file: place.file, line: place.line, column: place.column, message }
    this.#all.set(JSON.stringify(warning), warning)
  }

  /** All warnings by file, line and column. */
  sorted(): PackWarning[] {
    return [...this.#all.values()].sort(
      (a, b) =>
        compareText(a.file, b.file) || a.line - b.line || a.column - b.column || compareText(a.message, b.message),
    )
  }
}

/** Order of code units, the same on every machine, unlike localeCompare. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The text of one file, and where an offset of it lies. */
export class SourceText {
  #lineStarts: number[] | undefined

  constructor(
    readonly file: string,
    readonly text: string,
  ) {}

  place(offset: number): Place {
    this.#lineStarts ??= [0, ...[...this.text.matchAll(/\n/g)].map((match) => match.index + 1)]
    const starts = this.#lineStarts
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return { file: this.file, line: low + 1, column: offset - starts[low]! + 1 }
  }
}

/** The start of a file: for problems that concern it as a whole. */
export function startOf(file: string): Place {
  return { file, line: 1, column: 1 }
}
