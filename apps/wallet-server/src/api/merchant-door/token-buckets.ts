/**
 * Token buckets, one for each key: each begins full, gives a token a call, and fills again with time. Kept in memory, by one
 * server: another server counts for itself, and a restart begins anew.
 */
import type { Clock } from '../../ports.ts'

export interface Rate {
  /** Tokens that come back in a second. */
  perSecond: number
  /** Tokens of a full bucket, at least 1. */
  burst: number
}

export interface TokenBuckets {
  /** Takes a token. False when there is none; then nothing is taken. */
  take(key: string): boolean
}

/** Most buckets that are kept. What was used longest ago is forgotten, which fills it. */
const BUCKETS_MAX = 10_000

/** Makes buckets that are all alike. A clock that is moved back fills nothing and takes nothing. */
export function createTokenBuckets(clock: Clock, { perSecond, burst }: Rate): TokenBuckets {
  // In the order of their last use. Counted in thousandths, which come whole in each millisecond.
  const buckets = new Map<string, { thousandths: number; at: number }>()
  const full = burst * 1000

  return {
    take(key) {
      const now = clock.now().getTime()
      const before = buckets.get(key) ?? { thousandths: full, at: now }
      const come = Math.max(0, now - before.at) * perSecond
      const thousandths = Math.min(full, before.thousandths + come)
      const taken = thousandths >= 1000
      buckets.delete(key)
      buckets.set(key, { thousandths: taken ? thousandths - 1000 : thousandths, at: now })
      if (buckets.size > BUCKETS_MAX) buckets.delete(buckets.keys().next().value!)
      return taken
    },
  }
}
