/**
 * Days of the wallet's time zone, also those of 23 and 25 hours: limits count by them and statements are cut by them.
 */

/** A zone's offset from UTC changes at a quarter of an hour, if at all; asking for it costs more than a payment's whole decision. */
const QUARTER_MS = 15 * 60_000
/** Most offsets that are remembered. */
const OFFSETS_MAX = 1000

const formats = new Map<string, Intl.DateTimeFormat>()
const offsets = new Map<string, number>()

/** The day that a moment belongs to, as `yyyy-MM-dd`. */
export function dayOf(moment: Date, timeZone: string): string {
  return new Date(moment.getTime() + zoneOffsetMs(moment, timeZone)).toISOString().slice(0, 10)
}

/** Whether a text is a day of the calendar, `yyyy-MM-dd`, from 1900 on: no wallet is older. */
export function isDay(text: string): boolean {
  if (!/^(19|[2-9][0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}$/.test(text)) return false
  return new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text
}

/** The first moment of a day `yyyy-MM-dd`. */
export function startOfDay(day: string, timeZone: string): Date {
  const asIfUtc = Date.parse(`${day}T00:00:00.000Z`)
  // The offset at that moment is not known before the moment is; an offset differs by at most a few hours around it, and
  // the second guess is made with the offset of the first.
  let start = asIfUtc - zoneOffsetMs(new Date(asIfUtc), timeZone)
  start = asIfUtc - zoneOffsetMs(new Date(start), timeZone)
  // Where the clock jumps over midnight the day begins at the jump.
  while (dayOf(new Date(start), timeZone) < day) start += QUARTER_MS
  return new Date(start)
}

/** The day after, as `yyyy-MM-dd`. */
export function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00.000Z`) + 24 * 3_600_000).toISOString().slice(0, 10)
}

/** How far the zone is ahead of UTC at a moment. Milliseconds. */
export function zoneOffsetMs(moment: Date, timeZone: string): number {
  const quarter = Math.floor(moment.getTime() / QUARTER_MS)
  const key = `${timeZone} ${quarter}`
  let offset = offsets.get(key)
  if (offset === undefined) {
    if (offsets.size >= OFFSETS_MAX) offsets.clear()
    offset = offsetAt(quarter * QUARTER_MS, timeZone)
    offsets.set(key, offset)
  }
  return offset
}

function offsetAt(time: number, timeZone: string): number {
  let format = formats.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
    formats.set(timeZone, format)
  }
  const { year, month, day, hour, minute, second } = Object.fromEntries(
    format.formatToParts(time).map(({ type, value }) => [type, value]),
  ) as Record<Intl.DateTimeFormatPartTypes, string>
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`) - time
}
