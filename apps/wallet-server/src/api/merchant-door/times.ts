/**
 * The times that strangers write: ISO 8601 with offset (super-app family), and `yyyy-MM-dd HH:mm:ss` in GMT+8 (Alipay
 * family, which writes no offset and always means this one). A day that no calendar has is no time.
 */
const GMT8_MS = 8 * 3_600_000

/** Reads ISO 8601 with offset, to the second or finer. @returns null when it is not one */
export function parseIsoTime(text: string): Date | null {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|([+-])([01]\d|2[0-3]):?([0-5]\d))$/.exec(text)
  if (!match) return null
  const [, wallClock, fraction = '', , sign, hours, minutes] = match
  const local = exactly(wallClock!)
  if (local === null) return null
  const offset = sign ? (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1) : 0
  return new Date(local - offset + Math.trunc(Number(`0${fraction}`) * 1000))
}

/** Writes ISO 8601 in UTC, to the second. */
export function formatIsoTime(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`
}

/** Reads `yyyy-MM-dd HH:mm:ss` in GMT+8. @returns null when it is not one */
export function parseGmt8(text: string): Date | null {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return null
  const local = exactly(text.replace(' ', 'T'))
  return local === null ? null : new Date(local - GMT8_MS)
}

/** Writes `yyyy-MM-dd HH:mm:ss` in GMT+8. */
export function formatGmt8(time: Date): string {
  return new Date(time.getTime() + GMT8_MS).toISOString().slice(0, 19).replace('T', ' ')
}

/** Writes `yyyy-MM-dd HH:mm:ss.SSS` in GMT+8: how the Alipay family writes the time of a refund. */
export function formatGmt8Milliseconds(time: Date): string {
  return `${formatGmt8(time)}.${String(time.getUTCMilliseconds()).padStart(3, '0')}`
}

/** The next midnight in GMT+8. */
export function nextGmt8Midnight(after: Date): Date {
  const day = 24 * 3_600_000
  return new Date((Math.floor((after.getTime() + GMT8_MS) / day) + 1) * day - GMT8_MS)
}

/** Milliseconds of a wall clock read as UTC; null for 31 February, which Date would turn into March. */
function exactly(wallClock: string): number | null {
  const ms = Date.parse(`${wallClock}Z`)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(wallClock) ? ms : null
}
