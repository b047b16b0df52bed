/**
 * The SQL that reads the delivery log: a notification by its number, pages of them, and the attempts of one. A number is
 * looked up among the attempts, which are found by it; what was never sent has none.
 */
import type { Queryable } from '../db/transaction.ts'
import type { KeptNotification, LoggedAttempt, LogQuery } from './log.ts'
import { toNotification, type NotificationRow } from './store.ts'

interface KeptRow extends NotificationRow {
  created_at: Date
  finished_at: Date | null
}

export async function selectKept(db: Queryable, notificationId: string): Promise<KeptNotification | null> {
  const { rows } = await db.query<KeptRow>({
    name: 'select-kept-notification',
    text: `select n.*
      from (select subject_id, sequence, bucket from notification_attempts where notification_id = $1 limit 1) as a
      join notifications n on n.subject_id = a.subject_id and n.sequence = a.sequence and n.bucket = a.bucket`,
    values: [notificationId],
  })
  return rows[0] ? toKept(rows[0]) : null
}

/** Walks the key from its end; a filter that fits few looks through all from `fromSubject` on. */
export async function selectPage(db: Queryable, query: LogQuery): Promise<KeptNotification[]> {
  const { subjectId, url, state, fromSubject, after, limit } = query
  const { rows } = await db.query<KeptRow>({
    // Not named: which of its conditions there are decides about the plan.
    text: `select * from notifications
      where ($1::text is null or subject_id = $1) and ($2::text is null or url = $2) and ($3::text is null or state = $3)
        and ($4::text is null or subject_id >= $4) and ($5::text is null or (subject_id, sequence) < ($5, $6::integer))
      order by subject_id desc, sequence desc limit $7`,
    values: [
      subjectId ?? null,
      url ?? null,
      state ?? null,
      fromSubject ?? null,
      after?.subjectId ?? null,
      after?.sequence ?? null,
      limit,
    ],
  })
  return rows.map(toKept)
}

/** Every attempt, oldest first. */
export async function selectLog(
  db: Queryable,
  { notificationId, bucket }: Pick<KeptNotification, 'notificationId' | 'bucket'>,
): Promise<LoggedAttempt[]> {
  const { rows } = await db.query<{ [Member in keyof LoggedAttempt]: LoggedAttempt[Member] }>({
    name: 'select-delivery-log',
    text: `select attempt, started_at as "startedAt", duration_ms as "durationMs", request_headers as "requestHeaders",
        request_body as "requestBody", response_status as "responseStatus", response_headers as "responseHeaders",
        response_body as "responseBody", accepted, reason, by_hand as "byHand"
      from notification_attempts where notification_id = $1 and bucket = $2 order by attempt`,
    values: [notificationId, bucket],
  })
  return rows
}

function toKept(row: KeptRow): KeptNotification {
  return {
    ...toNotification(row),
    url: row.url,
    dueAt: row.due_at,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  }
}
