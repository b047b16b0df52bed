/**
 * One attempt more by hand. It is claimed like any other, so that nothing else of its subject is on its way meanwhile, and
 * written down beside the schedule, which it does not move.
 */
import { WalletError, type TimelineEntry } from '@tradepay/contract'
import type pg from 'pg'
import type { Deps } from '../build-server.ts'
import { statement } from '../db/transaction.ts'
import type { Recorder } from '../ports.ts'
import { selectStandings } from './claims.ts'
import { deliver, SEND_TIMEOUT_MS } from './deliver.ts'
import type { KeptNotification } from './log.ts'
import type { Outcome, Written } from './outcomes.ts'
import type { NotificationFamilies } from './service.ts'
import { toNotification, type NotificationRow } from './store.ts'
import type { Notification } from './types.ts'

/** An attempt takes at most SEND_TIMEOUT_MS, and the rest is for the database. Milliseconds. */
const CLAIM_MS = 3 * SEND_TIMEOUT_MS

/** @throws WalletError NOTIFICATION_IN_PROGRESS, NOTIFICATION_OVERTAKEN: nothing was sent */
export async function replay(
  deps: Pick<Deps, 'db' | 'clock' | 'recorder' | 'notificationTransport'>,
  families: NotificationFamilies,
  kept: KeptNotification,
  evenIfOlder: boolean,
): Promise<void> {
  const { db, clock } = deps
  if (kept.dueAt !== null) {
    const when = kept.dueAt.toISOString()
    throw new WalletError('NOTIFICATION_IN_PROGRESS', {}, `The notification is still to be sent by itself, at ${when}.`)
  }
  const now = clock.now()
  const notification = await claimFinished(db, kept, now)
  if (!notification) throw new WalletError('NOTIFICATION_IN_PROGRESS')
  try {
    const [standing] = await selectStandings(db, [notification], now)
    if (standing!.contested) throw new WalletError('NOTIFICATION_IN_PROGRESS')
    if (standing!.overtakenBy !== null && !evenIfOlder) throw overtaken(kept.sequence, standing!.overtakenBy)
  } catch (error) {
    await releaseFinished(db, notification)
    throw error
  }
  const write = (outcome: Outcome): Promise<Written> => writeByHand(db, outcome, clock.now())
  await deliver({ ...deps, recorder: byHand(deps.recorder), write }, families[notification.family], notification)
}

const overtaken = (sequence: number, newer: number): WalletError =>
  new WalletError(
    'NOTIFICATION_OVERTAKEN',
    { field: 'evenIfOlder', expected: 'true' },
    `The same address has acknowledged number ${newer} of this order; this one is number ${sequence}.`,
  )

/** What was asked for by hand says so in the timeline. */
function byHand(recorder: Recorder): Recorder {
  const marked = (entry: TimelineEntry): TimelineEntry => ({
    ...entry,
    note: `By hand: ${entry.note}`,
    facts: { ...entry.facts, byHand: 'true' },
  })
  return { record: (subjectId, entry) => recorder.record(subjectId, marked(entry)) }
}

/** @returns null when it is being sent by hand already */
async function claimFinished(db: pg.Pool, kept: KeptNotification, now: Date): Promise<Notification | null> {
  const { rows } = await statement<NotificationRow>(db, {
    name: 'claim-finished-notification',
    text: `update notifications n set claimed_until = $5
      where n.subject_id = $1 and n.sequence = $2 and n.bucket = $3 and n.finished_at is not null and n.url is not null
        and (n.claimed_until is null or n.claimed_until <= $4)
      returning n.*`,
    values: [kept.subjectId, kept.sequence, kept.bucket, now, new Date(now.getTime() + CLAIM_MS)],
  })
  return rows[0] ? toNotification(rows[0]) : null
}

async function releaseFinished(db: pg.Pool, { subjectId, sequence, bucket }: Notification): Promise<void> {
  await statement(db, {
    name: 'release-finished-notification',
    text: `update notifications set claimed_until = null
      where subject_id = $1 and sequence = $2 and bucket = $3 and finished_at is not null`,
    values: [subjectId, sequence, bucket],
  })
}

/** The attempt and what it changes, in one statement. Once delivered, it stays delivered. */
async function writeByHand(db: pg.Pool, { notification, attempt }: Outcome, now: Date): Promise<Written> {
  const { rows } = await statement<Written>(db, {
    name: 'write-attempt-by-hand',
    text: `with written as (
        update notifications set attempts = attempts + 1, claimed_until = null,
          state = case when $13 then 'DELIVERED' else state end,
          finished_at = case when $13 and state = 'GIVEN_UP' then $4 else finished_at end
        where subject_id = $1 and sequence = $2 and bucket = $3
        returning notification_id, attempts, state, due_at
      ), logged as (
        insert into notification_attempts (notification_id, bucket, attempt, subject_id, sequence, by_hand, started_at,
          duration_ms, request_headers, request_body, response_status, response_headers, response_body, accepted, reason)
        select notification_id, $3, attempts, $1, $2, true, $5, $6, $7, $8, $9, $10, $11, $13, $12 from written
      )
      select attempts as attempt, state, due_at as "dueAt" from written`,
    values: [
      notification.subjectId,
      notification.sequence,
      notification.bucket,
      now,
      attempt.startedAt,
      attempt.durationMs,
      JSON.stringify(attempt.requestHeaders),
      attempt.requestBody,
      attempt.responseStatus,
      attempt.responseHeaders && JSON.stringify(attempt.responseHeaders),
      attempt.responseBody,
      attempt.reason,
      attempt.accepted,
    ],
  })
  return rows[0]!
}
