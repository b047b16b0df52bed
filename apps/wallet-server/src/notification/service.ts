/**
 * The notification room (step 18): claims what is due, commits, sends without holding anything, and writes down what
 * came of it.
 *
 * A merchant that is slow or down delays nobody else: one receiver never has more than its share of what is being sent,
 * and what waits for it does not stand in the way of the others.
 */
import type { ApiFamily } from '@tradepay/contract'
import type { Deps } from '../build-server.ts'
import { deliver, SEND_TIMEOUT_MS } from './deliver.ts'
import { claimDue, selectNextDue, selectNotificationsOf } from './store.ts'
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

/** Makes the notification room. */
export function createNotificationService(
  deps: Pick<Deps, 'db' | 'clock' | 'recorder' | 'notificationTransport'>,
  families: NotificationFamilies,
): NotificationService {
  const { db, clock } = deps
  const sending = new Set<Notification>()
  // Claims of one process follow each other, so that each sees what the one before has taken.
  let claiming: Promise<unknown> = Promise.resolve()

  async function claim(limit: number): Promise<Notification[]> {
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
    for (const notification of claimed) sending.add(notification)
    return claimed
  }

  async function deliverDue(limit = SENDING_MAX): Promise<number> {
    const next = claiming.then(() => claim(limit))
    claiming = next.catch(() => undefined)
    const claimed = await next
    const outcomes = await Promise.allSettled(
      claimed.map((notification) =>
        deliver(deps, families[notification.family], notification).finally(() => sending.delete(notification)),
      ),
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
