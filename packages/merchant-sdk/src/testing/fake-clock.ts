/**
 * A clock that stands still until a test moves it, and a timer that waits by it.
 */
import type { Clock, Timer } from '../clock.ts'

/** Give it to a client as `clock` and as `timer`. */
export interface FakeClock extends Clock, Timer {
  /**
   * Moves the time and ends, in their order, the waits that are over then. Resolves when what they started has run as far
   * as it can without the clock; what waits for a network may take longer.
   */
  advance(milliseconds: number): Promise<void>
  /** How many waits there are. */
  readonly waiting: number
}

/**
 * Makes a clock.
 * @param start default 2026-01-01T00:00:00Z
 *
 * @example
 * const clock = fakeClock()
 * const wallet = new TradePayClient({ ...options, clock, timer: clock })
 * const waiting = wallet.waitForFinal({ tradeNo })
 * await clock.advance(60_000)
 */
export function fakeClock(start: Date = new Date('2026-01-01T00:00:00Z')): FakeClock {
  let now = start.getTime()
  const waits = new Set<{ at: number; end: () => void }>()

  return {
    now: () => new Date(now),
    wait: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted()
        const wait = { at: now + milliseconds, end: resolve }
        waits.add(wait)
        signal?.addEventListener(
          'abort',
          () => {
            waits.delete(wait)
            reject(signal.reason as Error)
          },
          { once: true },
        )
      }),
    async advance(milliseconds) {
      const end = now + milliseconds
      for (;;) {
        const [next] = [...waits].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)
        if (!next) break
        waits.delete(next)
        now = Math.max(now, next.at)
        next.end()
        await new Promise(setImmediate)
      }
      now = end
    },
    get waiting() {
      return waits.size
    },
  }
}
