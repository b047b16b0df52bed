/**
 * Numbers that carry their bucket, so that any door routes without a look-up, and are sorted by time where an index
 * wants it. The random digits come from a cryptographic source: a guess succeeds once in 10⁹ for each millisecond
 * and bucket.
 *
 * - tradeNo, payment id, notification id: `yyyyMMdd` + milliseconds of the day (8) + bucket (3) + random (9) = 28 digits,
 *   the day in the wallet's time zone.
 * - user id: `2088` + bucket (3) + `0` + random (8); merchant id: `2088` + bucket (3) + `1` + random (8): 16 digits.
 * - client id and app id: `2021` + bucket of the merchant (3) + random (9): 16 digits.
 */
import { zoneOffsetMs } from './day.ts'
import type { Random } from './ports.ts'

export const BUCKETS = 1000

/** A new 28-digit number in the bucket. */
export function newTimedId(now: Date, timeZone: string, bucket: number, random: Random): string {
  const { day, midnightOffsetMs } = wallClock(now, timeZone)
  return day + midnightOffsetMs + bucketDigits(bucket) + random.digits(9)
}

/** The bucket in a 28-digit number, or null when it is not one of ours: then it is simply not found. */
export function bucketOfTimedId(id: string): number | null {
  return /^[0-9]{28}$/.test(id) ? Number(id.slice(16, 19)) : null
}

export function newUserId(bucket: number, random: Random): string {
  return `2088${bucketDigits(bucket)}0${random.digits(8)}`
}
export function newMerchantId(bucket: number, random: Random): string {
  return `2088${bucketDigits(bucket)}1${random.digits(8)}`
}
export function newClientId(bucket: number, random: Random): string {
  return `2021${bucketDigits(bucket)}${random.digits(9)}`
}

/** The bucket in a user, merchant, client or app id, or null when it is not one of ours. */
export function bucketOfPartyId(id: string): number | null {
  return /^20(88|21)[0-9]{12}$/.test(id) ? Number(id.slice(4, 7)) : null
}

/** A bucket for a new user or merchant, chosen once. */
export function chooseBucket(random: Random): number {
  return Number(random.digits(3))
}

export function bucketDigits(bucket: number): string {
  return String(bucket).padStart(3, '0')
}

/** A batch draws all its numbers at the same moment. */
let latest: { time: number; timeZone: string; clock: WallClock } | null = null

interface WallClock {
  day: string
  midnightOffsetMs: string
}

function wallClock(now: Date, timeZone: string): WallClock {
  const time = now.getTime()
  if (latest?.time === time && latest.timeZone === timeZone) return latest.clock
  const local = time + zoneOffsetMs(now, timeZone)
  const clock = {
    day: new Date(local).toISOString().slice(0, 10).replaceAll('-', ''),
    midnightOffsetMs: String(local - Math.floor(local / 86_400_000) * 86_400_000).padStart(8, '0'),
  }
  latest = { time, timeZone, clock }
  return clock
}
