/**
 * The notification room (step 18): claims what is due, commits, sends without holding anything, and writes down what
 * came of it. Of one subject one is sent at a time, and none that is older than one that its address has acknowledged.
 *
 * A merchant that is slow or down delays nobody else: one receiver never has more than its share of what is being sent,
 * and what waits for it does not stand in the way of the others.
 */
import type { ApiFamily } from '@tradepay/contract'
import type { Deps } from '../build-server.ts'
import { deliver, giveUpOvertaken, SEND_TIMEOUT_MS } from './deliver.ts'
import { claimDue, releaseClaims, selectNextDue, selectNotificationsOf, selectStandings } from './store.ts'
import type { Notification, NotificationFamily, NotificationService } from './types.ts'

/** Most notifications being sent by this process at once. */
export const SENDING_MAX = 64
/** Most being sent to one address at once: its server is not flooded, and the others keep their places. */
export const SENDING_PER_URL_MAX = 4
/** Most being sent for one client at once, as a client may name another address with each order. */
export const SENDING_PER_CLIENT_MAX = 16

/**
 * How long a claim holds: an attempt takes at most SEND_TIMEOUT_MS, and the rest is for the database. After a crash what
 * was claimed is sent again when its claim has run out. Seconds.
 */
export const CLAIM_SECONDS = 3 * (SEND_TIMEOUT_MS / 1000)

/** Who renders and judges, by the family of the order. */
export type NotificationFamilies = Record<ApiFamily, NotificationFamily>

interface Claimed {
  notification: Notification
  /** The sequence of a newer one of the same subject that the same address has acknowledged. */
  overtakenBy: number | null
}

/** Makes the notification room. */
export function createNotificationService(
  deps: Pick<Deps, 'db' | 'clock' | 'recorder' | 'notificationTransport'>,
  families: NotificationFamilies,
): NotificationService {
  const { db, clock } = deps
  const sending = new Set<Notification>()
  // Claims of one process follow each other, so that each sees what the one before has taken.
  let claiming: Promise<unknown> = Promise.resolve()

  async function claim(limit: number): Promise<Claimed[]> {
    const room = Math.min(limit, SENDING_MAX - sending.size)
    if (room <= 0) return []
    const now = clock.now()
    const claimed = await claimDue(db, now, new Date(now.getTime() + CLAIM_SECONDS * 1000), {
      limit: room,
      perUrl: SENDING_PER_URL_MAX,
      perClient: SENDING_PER_CLIENT_MAX,
      sendingByUrl: countBy(sending, (notification) => notification.url),
      sendingByClient: countBy(sending, (notification) => notification.clientId),
    })
    if (claimed.length === 0) return []
    const standings = await selectStandings(db, claimed, now)
    const contested = claimed.filter((_, place) => standings[place]!.contested)
    if (contested.length > 0) await releaseClaims(db, contested)
    const kept = claimed
      .map((notification, place) => ({ notification, ...standings[place]! }))
      .filter((each) => !each.contested)
    for (const { notification } of kept) sending.add(notification)
    return kept
  }

  const send = ({ notification, overtakenBy }: Claimed): Promise<void> =>
    overtakenBy === null
      ? deliver(deps, families[notification.family], notification)
      : giveUpOvertaken(deps, notification, overtakenBy)

  async function deliverDue(limit = SENDING_MAX): Promise<number> {
    const next = claiming.then(() => claim(limit))
    claiming = next.catch(() => undefined)
    const claimed = await next
    const outcomes = await Promise.allSettled(
      claimed.map((each) => send(each).finally(() => sending.delete(each.notification))),
    )
    // The others are through; what could not be written down is still claimed, and is sent again when that runs out.
    const failed = outcomes.find((outcome) => outcome.status === 'rejected')
    if (failed) throw failed.reason
    return claimed.length
  }

  return {
    deliverDue,
    nextDue: () => selectNextDue(db),
    of: (subjectId) => selectNotificationsOf(db, subjectId),
  }
}

function countBy(
  notifications: Iterable<Notification>,
  key: (notification: Notification) => string,
): Map<string, number> {
  const counts = new Map<string, number>()
  for (const notification of notifications) counts.set(key(notification), (counts.get(key(notification)) ?? 0) + 1)
  return counts
}
