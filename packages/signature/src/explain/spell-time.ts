/**
 * The same moment as other clocks and libraries write it, and the moments next to it, for whoever read the clock twice.
 */
import { formEncoded, percentEncoded } from './percent.ts'
import type { Change } from './search.ts'

/** Hours east of Greenwich that a wall clock without an offset may have meant. */
const OFFSETS = [8, 0, 9, 7, 5.5, 4, 3, 2, 1, -3, -5, -8]
/** How many of the formats are likely enough to be tried beside another mistake. */
export const LIKELY_TIME_FORMATS = 16
/** How far apart two readings of one clock are looked for: seconds, and milliseconds where the text has them. */
const SECONDS_APART = 5
const MILLISECONDS_APART = 250

export interface TimeSpellings<Draft> {
  /** Other ways to write the moment. */
  formats: Change<Draft>[]
  /** Other moments, written in the same way; too many to be tried beside another mistake. */
  moments: Change<Draft>[]
}

/**
 * Changes that replace the time of a draft. None when the text is no time.
 * @param text ISO 8601 with offset, or `yyyy-MM-dd HH:mm:ss` in GMT+8
 */
export function timeChanges<Draft>(text: string, replace: (draft: Draft, text: string) => Draft): TimeSpellings<Draft> {
  const read = readTime(text)
  if (read === null) return { formats: [], moments: [] }
  const { ms, offset, digits, wallClock } = read
  const changes = (cause: 'CLOCK_FORMAT' | 'CLOCK_TWICE', texts: Iterable<string>): Change<Draft>[] =>
    [...new Set(texts)]
      .filter((each) => each !== text)
      .map((each) => ({ cause, detail: `the string says ${each}`, apply: (draft) => replace(draft, each) }))
  const again = (moment: number): string =>
    wallClock ? local(moment, offset, 0).replace('T', ' ') : local(moment, offset, digits) + suffixOf(text)
  return {
    formats: changes('CLOCK_FORMAT', formats(text, ms, offset)),
    moments: [
      ...changes(
        'CLOCK_TWICE',
        apart(digits).map((by) => again(ms + by)),
      ),
      ...(digits === 0 && !wallClock ? changes('CLOCK_FORMAT', everyMillisecond(ms, offset, suffixOf(text))) : []),
    ],
  }
}

/** The likely ones first. */
function* formats(text: string, ms: number, offset: number): Generator<string> {
  const utc = new Date(ms).toISOString()
  yield* [`${utc.slice(0, 19)}Z`, utc, String(ms), String(Math.floor(ms / 1000)), local(ms, offset, 0)]
  yield* [percentEncoded(text), formEncoded(text), text.replace('+', ' '), text.replace(' ', '+')]
  for (const digits of [0, 3]) {
    for (const hours of [offset, 0, 8]) {
      const time = local(ms, hours, digits)
      const zone = offsetText(hours)
      yield* [time + zone.replace(':', ''), time + zone, time, time.replace('T', ' ') + zone]
    }
  }
  for (const hours of OFFSETS) {
    const time = local(ms, hours, 0)
    yield* [time.replace('T', ' '), time, time.replace(/\D/g, '')]
  }
}

function apart(digits: number): number[] {
  const [count, step] = digits >= 3 ? [MILLISECONDS_APART, 1] : [SECONDS_APART, 1000]
  const milliseconds = Array.from({ length: count }, (_, index) => [(index + 1) * step, -(index + 1) * step]).flat()
  return digits >= 3 ? [...milliseconds, 1000, -1000] : milliseconds
}

/** A text without milliseconds hides them: each is tried. */
function* everyMillisecond(ms: number, offset: number, suffix: string): Generator<string> {
  for (let more = 0; more < 1000; more++) {
    yield local(ms + more, offset, 3) + suffix
    if (suffix !== 'Z') yield `${local(ms + more, 0, 3)}Z`
  }
}

interface ReadTime {
  ms: number
  /** Hours. */
  offset: number
  /** Digits of the fraction. */
  digits: number
  /** True for the form that has no offset. */
  wallClock: boolean
}

function readTime(text: string): ReadTime | null {
  const match = /^(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/.exec(text)
  if (!match) return null
  const [, day, , clock, fraction = '', zone] = match
  const offset = zone === undefined ? 8 : zone === 'Z' ? 0 : hoursOf(zone)
  const ms = Date.parse(`${day}T${clock}Z`) - offset * 3_600_000 + Math.trunc(Number(`0.${fraction || 0}`) * 1000)
  return Number.isNaN(ms) ? null : { ms, offset, digits: fraction.length, wallClock: zone === undefined }
}

function hoursOf(zone: string): number {
  const hours = Number(zone.slice(1, 3)) + Number(zone.slice(-2)) / 60
  return zone.startsWith('-') ? -hours : hours
}

function local(ms: number, hours: number, digits: number): string {
  return new Date(ms + hours * 3_600_000).toISOString().slice(0, digits === 0 ? 19 : 20 + Math.min(digits, 3))
}

function offsetText(hours: number): string {
  const minutes = Math.round(Math.abs(hours) * 60)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${hours < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

const suffixOf = (text: string): string => /(?:Z|[+-]\d\d:?\d\d)$/.exec(text.slice(10))?.[0] ?? ''
