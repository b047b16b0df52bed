/**
 * The delivery log for whoever looks after deliveries: what was sent and answered, byte for byte; one attempt more by hand;
 * and how each address has answered. Reads change nothing and hold up no delivery.
 */
import { WalletError, type NotificationState } from '@tradepay/contract'
import type { Deps } from '../build-server.ts'
import { readEndpoints, type EndpointHealth } from './health.ts'
import { selectKept, selectLog, selectPage } from './log-store.ts'
import { replay } from './replay.ts'
import type { NotificationFamilies } from './service.ts'
import type { Attempt, Notification } from './types.ts'

/** A notification as it lies there. */
export interface KeptNotification extends Omit<Notification, 'url'> {
  /** Null when nobody is told: there was no address, or the family has no message for it. */
  url: string | null
  dueAt: Date | null
  createdAt: Date
  /** When it was acknowledged or given up. */
  finishedAt: Date | null
}

export interface LoggedAttempt extends Attempt {
  /** Asked for by `replay`. */
  byHand: boolean
}

export interface LogQuery {
  subjectId?: string
  /** Exactly. */
  url?: string
  state?: NotificationState
  /** Only subjects from this one on: their ids begin with the day. Bounds what a filter has to look through. */
  fromSubject?: string
  /** The last one of the page before. */
  after?: Pick<Notification, 'subjectId' | 'sequence'>
  limit: number
}

export interface DeliveryLog {
  /** Those of the newest subjects first, and of one subject the newest first. */
  list(query: LogQuery): Promise<KeptNotification[]>
  /** With all attempts, oldest first. @throws WalletError NOTIFICATION_NOT_FOUND for one that was never sent */
  find(notificationId: string): Promise<KeptNotification & { log: LoggedAttempt[] }>
  /**
   * Sends it once more, now, by hand: the same id and content, a new time and signature, an entry of its own in the log. Only
   * what is delivered or given up; a given up one that is acknowledged this way is delivered. The schedule knows nothing of it.
   * While it is on its way nothing else of its subject is sent. Waits for the answer, ten seconds at most.
   *
   * @param evenIfOlder sends also what is older than what the same address has acknowledged of the same subject. The receiver
   * is then told what was before what it knows already, which the schedule never does; default: refused
   * @throws WalletError NOTIFICATION_NOT_FOUND, NOTIFICATION_IN_PROGRESS (due, or being sent), NOTIFICATION_OVERTAKEN
   */
  replay(
    notificationId: string,
    options?: { evenIfOlder?: boolean },
  ): Promise<KeptNotification & { log: LoggedAttempt[] }>
  /** How addresses have answered since then, most troubled first. See {@link EndpointHealth}. */
  endpoints(since: Date, limit: number): Promise<EndpointHealth[]>
}

export function createDeliveryLog(
  deps: Pick<Deps, 'db' | 'clock' | 'recorder' | 'notificationTransport'>,
  families: NotificationFamilies,
): DeliveryLog {
  const { db, clock } = deps

  async function kept(notificationId: string): Promise<KeptNotification> {
    const found = /^[0-9]{28}$/.test(notificationId) ? await selectKept(db, notificationId) : null
    if (!found) throw new WalletError('NOTIFICATION_NOT_FOUND', { field: 'notificationId' })
    return found
  }

  async function find(notificationId: string): Promise<KeptNotification & { log: LoggedAttempt[] }> {
    const notification = await kept(notificationId)
    return { ...notification, log: await selectLog(db, notification) }
  }

  return {
    find,
    list: (query) => selectPage(db, query),
    endpoints: (since, limit) => readEndpoints(db, { since, now: clock.now(), limit }),
    async replay(notificationId, { evenIfOlder = false } = {}) {
      await replay(deps, families, await kept(notificationId), evenIfOlder)
      return find(notificationId)
    },
  }
}
