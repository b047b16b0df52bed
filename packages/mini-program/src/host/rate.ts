/**
 * Buckets that limit how often something may happen. Each call takes one; a bucket refills evenly up to its burst.
 */
import type { MyRate } from '@tradepay/contract'

export interface Bucket {
  /** False when there is nothing left at this time (milliseconds of one clock). */
  take(now: number): boolean
}

export function createBucket({ burst, perSecond }: MyRate): Bucket {
  let left = burst
  let last = 0
  return {
    take(now) {
      left = Math.min(burst, left + (Math.max(0, now - last) / 1000) * perSecond)
      last = now
      if (left < 1) return false
      left -= 1
      return true
    },
  }
}
