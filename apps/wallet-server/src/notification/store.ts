/** The SQL that reads notifications: when the next can be sent, and everything about a subject. */
import type { ApiFamily, NotificationState } from '@tradepay/contract'
import type { Queryable } from '../db/transaction.ts'
import type { Attempt, Notification } from './types.ts'

/** A row as the driver reads it. */
export interface NotificationRow {
  notification_id: string
  bucket: number
  client_id: string
  family: ApiFamily
  url: string | null
  subject_id: string
  sequence: number
  event: Record<string, unknown>
  state: NotificationState
  attempts: number
  due_at: Date | null
}

/** When the next notification can be sent: its due time, or the end of somebody's claim on it or on another of its subject. */
export async function selectNextDue(db: Queryable): Promise<Date | null> {
  const { rows } = await db.query<{ next: Date | null }>({
    name: 'select-next-due',
    text: `select least(
        (select n.due_at from notifications n where n.state = 'DUE' and n.claimed_until is null
          and not exists (select 1 from notifications o where o.subject_id = n.subject_id and o.bucket = n.bucket
            and o.sequence <> n.sequence and coalesce(o.claimed_until > '-infinity', false))
          order by n.due_at limit 1),
        (select min(claimed_until) from notifications where state = 'DUE' and claimed_until is not null)) as next`,
  })
  return rows[0]?.next ?? null
}

/** Everything that was to be told about a subject, in the order of its transitions, each with all its attempts. */
export async function selectNotificationsOf(
  db: Queryable,
  subjectId: string,
): Promise<(Notification & { dueAt: Date | null; log: Attempt[] })[]> {
  const { rows } = await db.query<NotificationRow>({
    name: 'select-notifications-of',
    text: 'select * from notifications where subject_id = $1 order by sequence',
    values: [subjectId],
  })
  const { rows: attempts } = await db.query<{
    notification_id: string
    attempt: number
    started_at: Date
    duration_ms: number
    request_headers: Record<string, string>
    request_body: Buffer
    response_status: number | null
    response_headers: Record<string, string> | null
    response_body: Buffer | null
    accepted: boolean
    reason: string | null
  }>({
    name: 'select-notification-attempts',
    text: 'select * from notification_attempts where notification_id = any ($1) order by attempt',
    values: [rows.map((row) => row.notification_id)],
  })
  return rows.map((row) => ({
    ...toNotification(row),
    dueAt: row.due_at,
    log: attempts
      .filter((attempt) => attempt.notification_id === row.notification_id)
      .map((attempt) => ({
        attempt: attempt.attempt,
        startedAt: attempt.started_at,
        durationMs: attempt.duration_ms,
        requestHeaders: attempt.request_headers,
        requestBody: attempt.request_body,
        responseStatus: attempt.response_status,
        responseHeaders: attempt.response_headers,
        responseBody: attempt.response_body,
        accepted: attempt.accepted,
        reason: attempt.reason,
      })),
  }))
}

/** What has no address is never sent; its address reads as the empty text. */
export function toNotification(row: NotificationRow): Notification {
  return {
    notificationId: row.notification_id,
    bucket: row.bucket,
    clientId: row.client_id,
    family: row.family,
    url: row.url ?? '',
    subjectId: row.subject_id,
    sequence: row.sequence,
    event: row.event,
    state: row.state,
    attempts: row.attempts,
  }
}
