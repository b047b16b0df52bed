/** The figures: a table for people, a JSON file for programs. Every figure stands beside a baseline of the same run. */
import { writeFile } from 'node:fs/promises'
import type { RateOf, Rates } from './measure.ts'

export interface Figure {
  name: string
  value: number
  unit: 'per second' | 'ms' | 's' | 'MB'
  /** What it is compared with, in the same unit; null for a baseline itself. */
  baseline: number | null
  /** value ÷ baseline: of figures that were measured in turns, the median of the rounds. */
  ratio: number | null
  /** What the baseline is. */
  against: string
}

/** A figure beside what it is compared with, which was measured in turns with it. */
export function compared<Name extends string>(
  rates: Rates<Name>,
  name: NoInfer<Name>,
  against: string,
  baseline: (rateOf: RateOf<NoInfer<Name>>) => number,
  called: string = name,
): Figure {
  const ratio = rates.each((rateOf) => rateOf(name) / baseline(rateOf))
  return { ...figure(called, rates.of(name), against, rates.each(baseline)), ratio }
}

/** Baselines, as lines of their own. */
export const baselines = <Name extends string>(rates: Rates<Name>, names: NoInfer<Name>[], of: string): Figure[] =>
  names.map((name) => figure(name, rates.of(name), `a part of ${of}`, null))

export function figure(
  name: string,
  value: number,
  against: string,
  baseline: number | null,
  unit: Figure['unit'] = 'per second',
): Figure {
  return { name, value, unit, baseline, ratio: baseline === null ? null : value / baseline, against }
}

export function printTable(figures: Figure[]): string {
  const rows = figures.map(({ name, value, unit, baseline, ratio, against }) => [
    name,
    `${format(value)} ${unit === 'per second' ? '/s' : unit}`,
    baseline === null ? '' : format(baseline),
    ratio === null ? '' : ratio.toFixed(2),
    against,
  ])
  const all = [['figure', 'value', 'baseline', 'ratio', 'against'], ...rows]
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)))
  return all
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 || column === 4 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export async function writeJson(file: string, figures: Figure[]): Promise<void> {
  const plain = figures.map(({ name, value, unit, baseline, ratio }) => ({ name, value, unit, baseline, ratio }))
  await writeFile(file, `${JSON.stringify(plain, null, 2)}\n`)
}

const format = (value: number): string => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2))
