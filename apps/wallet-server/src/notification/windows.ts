/**
 * How much is sent at once: to one receiver by a window that its answers open and close, like TCP's; for one client, and in
 * all. So that no receiver is flooded, and none that is slow or down takes the places of the others.
 *
 * Kept in the memory of one process; a restart begins anew. Pure bookkeeping: nothing here waits or fails.
 */
import type { Notification } from './types.ts'

/** How many may be on their way to an address about which nothing is known. */
export const WINDOW_START = 4
/** How many at most, when it has acknowledged often enough: each acknowledgement opens the window by one. */
export const WINDOW_MAX = 128
/** How many after an attempt that was not acknowledged. */
export const WINDOW_AFTER_FAILURE = 1
/** Most for one client at once, as a client may name another address with each order. */
export const SENDING_PER_CLIENT_MAX = 128
/** Most by this process at once. */
export const SENDING_MAX = 512

/** Receivers whose windows are remembered while nothing is sent to them. */
const REMEMBERED_MAX = 1_000

/** What counts for the windows. */
export type Sent = Pick<Notification, 'url' | 'clientId'>
/** What is due, and has not been claimed. */
export type Due = Pick<Notification, 'subjectId' | 'sequence' | 'bucket' | 'url' | 'clientId'>

export interface Windows {
  /** How many more may be sent now. */
  free(): number
  /**
   * Which of those that are due may be sent now, at most `limit`: in their order, one of each subject, and the older first
   * where two go to one address. A client gets no more places than it leaves free, so a few that are slow do not take them all.
   */
  choose(due: readonly Due[], limit: number): Due[]
  /** It is being sent. */
  started(one: Sent): void
  /** It is over. `acknowledged` is null when nothing was sent, which says nothing about the receiver. */
  ended(one: Sent, acknowledged: boolean | null): void
}

interface Receiver {
  window: number
  sending: number
}

export function createWindows(): Windows {
  /** The one that was last heard of is last. One that is not here is like a new one. */
  const receivers = new Map<string, Receiver>()
  const clients = new Map<string, number>()
  let sending = 0

  const receiver = (url: string): Receiver => receivers.get(url) ?? { window: WINDOW_START, sending: 0 }

  function remember(url: string, about: Receiver): void {
    receivers.delete(url)
    if (about.sending === 0 && about.window === WINDOW_START) return
    receivers.set(url, about)
    if (receivers.size <= REMEMBERED_MAX) return
    for (const [oldest, { sending }] of receivers) {
      if (sending > 0) continue
      receivers.delete(oldest)
      return
    }
  }

  function countClient(clientId: string, change: 1 | -1): void {
    const count = (clients.get(clientId) ?? 0) + change
    if (count === 0) clients.delete(clientId)
    else clients.set(clientId, count)
    sending += change
  }

  return {
    free: () => SENDING_MAX - sending,

    choose(due, limit) {
      const chosen = new Map<string, Due>()
      const toUrl = new Map<string, number>()
      const forClient = new Map<string, number>()
      let free = SENDING_MAX - sending
      for (const one of oldestOfEach(due)) {
        if (chosen.size >= limit || free <= 0) break
        if (chosen.has(one.subjectId)) continue
        const { window, sending: underWay } = receiver(one.url)
        const ofUrl = underWay + (toUrl.get(one.url) ?? 0)
        const ofClient = (clients.get(one.clientId) ?? 0) + (forClient.get(one.clientId) ?? 0)
        if (ofUrl >= window || ofClient >= Math.min(SENDING_PER_CLIENT_MAX, free)) continue
        chosen.set(one.subjectId, one)
        toUrl.set(one.url, (toUrl.get(one.url) ?? 0) + 1)
        forClient.set(one.clientId, (forClient.get(one.clientId) ?? 0) + 1)
        free--
      }
      return [...chosen.values()]
    },

    started({ url, clientId }) {
      const about = receiver(url)
      remember(url, { ...about, sending: about.sending + 1 })
      countClient(clientId, 1)
    },

    ended({ url, clientId }, acknowledged) {
      const { window, sending: underWay } = receiver(url)
      remember(url, { window: windowAfter(window, acknowledged), sending: underWay - 1 })
      countClient(clientId, -1)
    },
  }
}

function windowAfter(window: number, acknowledged: boolean | null): number {
  if (acknowledged === null) return window
  return acknowledged ? Math.min(WINDOW_MAX, window + 1) : WINDOW_AFTER_FAILURE
}

/** What goes to one address about one subject goes there in the order of its numbers. */
function oldestOfEach(due: readonly Due[]): Iterable<Due> {
  const oldest = new Map<string, Due>()
  for (const one of due) {
    const key = `${one.subjectId} ${one.url}`
    const other = oldest.get(key)
    if (!other || one.sequence < other.sequence) oldest.set(key, one)
  }
  return oldest.values()
}
