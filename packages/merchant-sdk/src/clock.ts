/**
 * Where the present time and pauses come from. Production leaves both out; tests and the sandbox pass ones that they move
 * by hand (`fakeClock`).
 */

/** Tells the present time. */
export interface Clock {
  /** The present time. */
  now(): Date
}

/** Waits. */
export interface Timer {
  /**
   * Resolves when the time is over.
   * @param milliseconds 0 or more
   * @param signal ends the wait at once: then the promise rejects with the signal's reason
   */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>
}

/** The system's clock. */
export const systemClock: Clock = { now: () => new Date() }

/** The system's timer. It keeps the process alive while something waits. */
export const systemTimer: Timer = {
  wait: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      const stop = (): void => {
        clearTimeout(timer)
        reject(signal?.reason as Error)
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop)
        resolve()
      }, milliseconds)
      signal?.addEventListener('abort', stop, { once: true })
    }),
}

/** How far a signed time may be from now, both ways, unless the caller says otherwise: 5 minutes, in seconds. */
export const DEFAULT_TOLERANCE_SECONDS = 300
