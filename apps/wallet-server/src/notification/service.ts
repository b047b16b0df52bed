/**
 * The notification room (step 18): claims what is due, commits, sends without holding anything, and writes down what
 * came of it. Of one subject one is sent at a time, and none that is older than one that its address has acknowledged.
 *
 * A merchant that is slow or down delays nobody else: one receiver never has more than its share of what is being sent,
 * and what waits for it does not stand in the way of the others.
 */
import type { ApiFamily } from '@tradepay/contract'
import type { Deps } from '../build-server.ts'
import type { Wake } from '../ports.ts'
import { claim, releaseClaims, selectDue, selectStandings } from './claims.ts'
import { deliver, giveUpOvertaken, SEND_TIMEOUT_MS, type Delivery } from './deliver.ts'
import { createDeliveryLog } from './log.ts'
import { createOutcomes } from './outcomes.ts'
import { selectNextDue, selectNotificationsOf } from './store.ts'
import type { Notification, NotificationFamily, NotificationService } from './types.ts'
import { createWindows, SENDING_MAX, type Due } from './windows.ts'

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

/**
 * Makes the notification room.
 * @param wake called when there is room again for what was due and had to wait for its turn
 */
export function createNotificationService(
  deps: Pick<Deps, 'db' | 'clock' | 'recorder' | 'notificationTransport'>,
  families: NotificationFamilies,
  wake: Wake = () => undefined,
): NotificationService {
  const { db, clock } = deps
  const delivery: Delivery = { ...deps, write: createOutcomes(db, clock) }
  const windows = createWindows()
  let looks = 0
  // Something was due that the windows did not let through.
  let waiting = false
  // Claims of one process follow each other, so that each sees what the one before has taken.
  let claiming: Promise<unknown> = Promise.resolve()

  async function claimNext(limit: number): Promise<Claimed[]> {
    const room = Math.min(limit, windows.free())
    waiting = true
    if (room <= 0) return []
    const now = clock.now()
    const due = await selectDue(db, now, looks++)
    const kept = await claimThese(windows.choose(due, room), now)
    waiting = kept.length < due.length
    for (const { notification } of kept) windows.started(notification)
    return kept
  }

  async function claimThese(chosen: Due[], now: Date): Promise<Claimed[]> {
    if (chosen.length === 0) return []
    const claimed = await claim(db, chosen, now, new Date(now.getTime() + CLAIM_SECONDS * 1000))
    if (claimed.length === 0) return []
    const standings = await selectStandings(db, claimed, now)
    const contested = claimed.filter((_, place) => standings[place]!.contested)
    if (contested.length > 0) await releaseClaims(db, contested)
    return claimed
      .map((notification, place) => ({ notification, ...standings[place]! }))
      .filter((each) => !each.contested)
  }

  async function send({ notification, overtakenBy }: Claimed): Promise<void> {
    let acknowledged: boolean | null = null
    try {
      if (overtakenBy === null) acknowledged = await deliver(delivery, families[notification.family], notification)
      else await giveUpOvertaken(delivery, notification, overtakenBy)
    } finally {
      windows.ended(notification, acknowledged)
      if (waiting) wake('NOTIFICATIONS')
    }
  }

  async function deliverDue(limit = SENDING_MAX): Promise<number> {
    const next = claiming.then(() => claimNext(limit))
    claiming = next.catch(() => undefined)
    const claimed = await next
    const outcomes = await Promise.allSettled(claimed.map(send))
    // The others are through; what could not be written down is still claimed, and is sent again when that runs out.
    const failed = outcomes.find((outcome) => outcome.status === 'rejected')
    if (failed) throw failed.reason
    return claimed.length
  }

  return {
    deliverDue,
    nextDue: () => selectNextDue(db),
    of: (subjectId) => selectNotificationsOf(db, subjectId),
    ...createDeliveryLog(deps, families),
  }
}
