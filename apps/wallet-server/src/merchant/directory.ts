/**
 * A memory of a few seconds for what every signed call reads: a client with its parsed keys, a merchant. Another
 * server's change (a revoked key) is seen after that time; our own at once.
 */
import type { Clock } from '../ports.ts'

/** How long a read is believed: so long may another server take a key that was revoked. Milliseconds. */
export const DIRECTORY_MS = 3_000

/** How long a read that was asked for anew is enough, so that strangers cannot ask the database at will. Milliseconds. */
export const RENEWED_MS = 100

export interface Directory<Value> {
  /** The remembered value, or a fresh one. Callers at the same moment share one read; a failed read is forgotten. */
  get(key: string): Promise<Value>
  /**
   * The value as it is now. What was read anew less than 100 ms ago comes back as it was.
   */
  renew(key: string): Promise<Value>
  forget(key: string): void
}

/** @param read finds the value; null is not remembered, so that strangers' guesses do not fill the memory */
export function createDirectory<Value>(clock: Clock, read: (key: string) => Promise<Value>): Directory<Value> {
  const entries = new Map<string, { at: number; renewed: boolean; value: Promise<Value> }>()

  function remember(key: string, at: number, renewed: boolean): Promise<Value> {
    const entry = { at, renewed, value: read(key) }
    entries.set(key, entry)
    const forgetThis = (): void => {
      if (entries.get(key) === entry) entries.delete(key)
    }
    entry.value.then((value) => {
      if (value === null) forgetThis()
    }, forgetThis)
    return entry.value
  }

  return {
    get(key) {
      const now = clock.now().getTime()
      const known = entries.get(key)
      // A clock that was moved back makes an entry look young for ever; then it is read again.
      return known && Math.abs(now - known.at) < DIRECTORY_MS ? known.value : remember(key, now, false)
    },

    renew(key) {
      const now = clock.now().getTime()
      const known = entries.get(key)
      const isFresh = known?.renewed === true && Math.abs(now - known.at) < RENEWED_MS
      return isFresh ? known.value : remember(key, now, true)
    },

    forget: (key) => void entries.delete(key),
  }
}
