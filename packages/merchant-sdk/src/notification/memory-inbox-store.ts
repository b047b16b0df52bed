/**
 * An inbox store that forgets when the process ends: for tests, and for a first try. A shop keeps its inbox in the database
 * in which its orders are; `InboxStore` says how.
 */
import type { InboxStore } from './inbox.ts'

/**
 * Makes an empty store. It holds one number for each order, for ever, and shares them with no other process. There is no
 * transaction: `apply` gets null.
 */
export function memoryInboxStore(): InboxStore<null> {
  const sequences = new Map<string, number>()
  /** The last step under way for each key: the next one waits for it, as it would for a row's lock. */
  const busy = new Map<string, Promise<unknown>>()

  async function step(
    key: string,
    sequence: number,
    apply: (transaction: null, previous: number | null) => Promise<void>,
  ): Promise<'APPLIED' | 'OLDER'> {
    const previous = sequences.get(key) ?? null
    if (previous !== null && sequence <= previous) return 'OLDER'
    await apply(null, previous)
    sequences.set(key, sequence)
    return 'APPLIED'
  }

  return {
    advance(key, sequence, apply) {
      const turn = (busy.get(key) ?? Promise.resolve()).then(() => step(key, sequence, apply))
      const settled = turn
        .catch(() => undefined)
        .finally(() => {
          if (busy.get(key) === settled) busy.delete(key)
        })
      busy.set(key, settled)
      return turn
    },
  }
}
