/**
 * The SQL of notifications: claim what is due, write what came of it, read the log. A row that is found by key is asked for
 * its end and not for its state, nor in a way that implies that it is claimed, for the reason given in `order/store.ts`.
 */
import type { ApiFamily, NotificationState } from '@tradepay/contract'
import type pg from 'pg'
import { statement, type Queryable } from '../db/transaction.ts'
import type { Attempt, Notification } from './types.ts'

interface NotificationRow {
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

/** Which transition of what: one notification for each. */
export type NotificationKey = Pick<Notification, 'subjectId' | 'sequence' | 'bucket'>

/** How many may be claimed, in all and for one receiver, and how many of each this process is sending already. */
export interface ClaimLimits {
  limit: number
  perUrl: number
  perClient: number
  sendingByUrl: ReadonlyMap<string, number>
  sendingByClient: ReadonlyMap<string, number>
}

/**
 * How many due rows a claim looks at. A receiver that is full is left out before that, so a long queue for one that is
 * down does not hide the others.
 */
const LOOK_AT_MAX = 2_000

/**
 * Claims what is due, oldest first, leaving to other servers what they hold and to each receiver no more than its share.
 * Until `claimedUntil` nobody else takes it; after that, if this process died, somebody does. Of one subject the oldest
 * that is due is taken, and none while another of it is being sent.
 */
export async function claimDue(
  db: pg.Pool,
  now: Date,
  claimedUntil: Date,
  limits: ClaimLimits,
): Promise<Notification[]> {
  const { rows } = await statement<NotificationRow>(db, {
    name: 'claim-due-notifications',
    text: `with busy_urls as (
        select * from unnest($3::text[], $4::integer[]) as t (url, sending)
      ), busy_clients as (
        select * from unnest($5::text[], $6::integer[]) as t (client_id, sending)
      ), due as (
        select n.subject_id, n.sequence, n.bucket, n.due_at, n.url, n.client_id,
          coalesce(u.sending, 0) as url_sending, coalesce(c.sending, 0) as client_sending
        from notifications n
        left join busy_urls u on u.url = n.url
        left join busy_clients c on c.client_id = n.client_id
        where n.state = 'DUE' and n.due_at <= $1 and (n.claimed_until is null or n.claimed_until <= $1)
          and coalesce(u.sending, 0) < $7 and coalesce(c.sending, 0) < $8
        order by n.due_at limit ${LOOK_AT_MAX}
      ), placed as (
        select due.*, row_number() over (partition by due.url order by due.due_at, due.subject_id, due.sequence) as nth_of_url,
          row_number() over (partition by due.client_id order by due.due_at, due.subject_id, due.sequence) as nth_of_client,
          row_number() over (partition by due.subject_id order by due.sequence) as nth_of_subject
        from due
      ), picked as materialized (
        select p.subject_id, p.sequence, p.bucket from placed p
        where p.nth_of_url + p.url_sending <= $7 and p.nth_of_client + p.client_sending <= $8 and p.nth_of_subject = 1
        order by p.due_at limit $9
      ), claimed as materialized (
        select n.subject_id, n.sequence, n.bucket from notifications n
        join picked on picked.subject_id = n.subject_id and picked.sequence = n.sequence and picked.bucket = n.bucket
        where n.finished_at is null and n.due_at <= $1 and (n.claimed_until is null or n.claimed_until <= $1)
          and not exists (select 1 from notifications o where o.subject_id = n.subject_id and o.bucket = n.bucket
            and o.sequence <> n.sequence and coalesce(o.claimed_until > $1, false))
        for update of n skip locked
      )
      update notifications n set claimed_until = $2
      from claimed
      where n.subject_id = claimed.subject_id and n.sequence = claimed.sequence and n.bucket = claimed.bucket
      returning n.*`,
    values: [
      now,
      claimedUntil,
      [...limits.sendingByUrl.keys()],
      [...limits.sendingByUrl.values()],
      [...limits.sendingByClient.keys()],
      [...limits.sendingByClient.values()],
      limits.perUrl,
      limits.perClient,
      limits.limit,
    ],
  })
  return rows.flatMap((row) => (row.url === null ? [] : [toNotification({ ...row, url: row.url })]))
}

/** How a claimed notification stands to the others of its subject. */
export interface Standing {
  /** The sequence of the newest one that the same address has acknowledged, if that is newer. */
  overtakenBy: number | null
  /** Another of the subject is claimed too: two servers claimed in the same moment. */
  contested: boolean
}

/**
 * Asks how claimed notifications stand, in their order. Asked after the claims are committed: of two servers that claimed two
 * of one subject in the same moment, at least the later sees the other.
 */
export async function selectStandings(db: Queryable, claimed: Notification[], now: Date): Promise<Standing[]> {
  const { rows } = await db.query<{ overtaken_by: number | null; contested: boolean }>({
    name: 'select-notification-standings',
    text: `select
        (select max(n.sequence) from notifications n where n.subject_id = c.subject_id and n.bucket = c.bucket
          and n.sequence > c.sequence and n.url = c.url and n.state = 'DELIVERED') as overtaken_by,
        exists (select 1 from notifications n where n.subject_id = c.subject_id and n.bucket = c.bucket
          and n.sequence <> c.sequence and coalesce(n.claimed_until > $4, false)) as contested
      from unnest($1::text[], $2::integer[], $3::smallint[], $5::text[]) with ordinality
        as c (subject_id, sequence, bucket, url, place)
      order by c.place`,
    values: [...keysOf(claimed), now, claimed.map(({ url }) => url)],
  })
  return rows.map((row) => ({ overtakenBy: row.overtaken_by, contested: row.contested }))
}

/** Ends claims of which nothing was sent; they stay due. */
export async function releaseClaims(db: Queryable, claimed: Notification[]): Promise<void> {
  await db.query({
    name: 'release-notification-claims',
    text: `update notifications n set claimed_until = null
      from unnest($1::text[], $2::integer[], $3::smallint[]) as c (subject_id, sequence, bucket)
      where n.subject_id = c.subject_id and n.sequence = c.sequence and n.bucket = c.bucket and n.finished_at is null`,
    values: keysOf(claimed),
  })
}

const keysOf = (keys: NotificationKey[]): [string[], number[], number[]] => [
  keys.map(({ subjectId }) => subjectId),
  keys.map(({ sequence }) => sequence),
  keys.map(({ bucket }) => bucket),
]

/** Locks a notification to write what came of an attempt. */
export async function lockNotification(
  tx: Queryable,
  key: NotificationKey,
): Promise<{ state: NotificationState; attempts: number }> {
  const { rows } = await tx.query<{ state: NotificationState; attempts: number }>({
    name: 'lock-notification',
    text: `select state, attempts from notifications where subject_id = $1 and sequence = $2 and bucket = $3 for update`,
    values: [key.subjectId, key.sequence, key.bucket],
  })
  const row = rows[0]
  if (!row) throw new Error(`Notification ${key.sequence} of ${key.subjectId} does not exist.`)
  return row
}

export async function insertAttempt(
  tx: Queryable,
  key: { notificationId: string; bucket: number },
  attempt: Attempt,
): Promise<void> {
  await tx.query({
    name: 'insert-notification-attempt',
    text: `insert into notification_attempts (notification_id, bucket, attempt, started_at, duration_ms, request_headers,
        request_body, response_status, response_headers, response_body, accepted, reason)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    values: [
      key.notificationId,
      key.bucket,
      attempt.attempt,
      attempt.startedAt,
      attempt.durationMs,
      JSON.stringify(attempt.requestHeaders),
      attempt.requestBody,
      attempt.responseStatus,
      attempt.responseHeaders === null ? null : JSON.stringify(attempt.responseHeaders),
      attempt.responseBody,
      attempt.accepted,
      attempt.reason,
    ],
  })
}

/** Writes the state after an attempt and ends the claim. */
export async function updateAfterAttempt(
  tx: Queryable,
  key: NotificationKey,
  after: { state: NotificationState; attempts: number; dueAt: Date | null; finishedAt: Date | null },
): Promise<void> {
  await tx.query({
    name: 'update-notification-after-attempt',
    text: `update notifications set state = $4, attempts = $5, due_at = $6, finished_at = $7, claimed_until = null
      where subject_id = $1 and sequence = $2 and bucket = $3 and finished_at is null`,
    values: [key.subjectId, key.sequence, key.bucket, after.state, after.attempts, after.dueAt, after.finishedAt],
  })
}

/** Counts an attempt that came too late to matter: another server had finished the notification meanwhile. */
export async function updateAttemptsOnly(tx: Queryable, key: NotificationKey, attempts: number): Promise<void> {
  await tx.query({
    name: 'update-notification-attempts',
    text: 'update notifications set attempts = $4 where subject_id = $1 and sequence = $2 and bucket = $3',
    values: [key.subjectId, key.sequence, key.bucket, attempts],
  })
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
    ...toNotification({ ...row, url: row.url ?? '' }),
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

function toNotification(row: NotificationRow & { url: string }): Notification {
  return {
    notificationId: row.notification_id,
    bucket: row.bucket,
    clientId: row.client_id,
    family: row.family,
    url: row.url,
    subjectId: row.subject_id,
    sequence: row.sequence,
    event: row.event,
    state: row.state,
    attempts: row.attempts,
  }
}
