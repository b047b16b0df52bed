/**
 * Writes what is to be told, inside the transaction of the room that changes the facts: the change and its notification are
 * there together or not at all. Sending begins after commit.
 */
import type { ApiFamily } from '@tradepay/contract'
import { numberArray, textArray } from '../db/arrays.ts'
import type { Query, Queryable } from '../db/transaction.ts'

export interface NewNotification {
  notificationId: string
  bucket: number
  clientId: string
  family: ApiFamily
  /** What it speaks of, and which transition of it: one notification for each. */
  subjectId: string
  sequence: number
  event: object
  /** The address named with the subject; null when none was. */
  url: string | null
  /** True takes the client's own address where the subject names none. */
  clientAddress: boolean
  /** False for what the family has no message for: it is written down and given up at once. */
  announce: boolean
}

/** Adds notifications, due now; those without an address are given up at once and stay as evidence. */
export async function insertNotifications(tx: Queryable, rows: NewNotification[], now: Date): Promise<void> {
  if (rows.length > 0) await tx.query(notificationsStatement(rows, now))
}

/** The statement of {@link insertNotifications}, for at least one. Answers `due`: how many are to be sent. */
export const notificationsStatement = (rows: NewNotification[], now: Date): Query => ({
  name: 'insert-notifications',
  text: `with written as (
      insert into notifications (notification_id, bucket, client_id, family, url, subject_id, sequence, event, state, due_at,
        created_at, finished_at)
      select a.notification_id, a.bucket, a.client_id, a.family, a.url, a.subject_id, a.sequence, a.event,
        case when a.url is null then 'GIVEN_UP' else 'DUE' end,
        case when a.url is null then null else $10::timestamptz end,
        $10::timestamptz,
        case when a.url is null then $10::timestamptz end
      from (
        select t.*, coalesce(t.named_url, c.notify_url) as url
        from (
          select unnest($1::text[]) as notification_id, unnest($2::smallint[]) as bucket, unnest($3::text[]) as client_id,
            unnest($4::text[]) as family, unnest($5::text[]) as named_url, unnest($6::text[]) as subject_id,
            unnest($7::integer[]) as sequence, jsonb_array_elements($8::jsonb) as event, unnest($9::text[]) as ask_client
        ) as t
        left join clients c on c.client_id = t.ask_client
      ) as a
      returning due_at
    )
    select count(due_at)::integer as due from written`,
  values: [
    textArray(rows.map((row) => row.notificationId)),
    numberArray(rows.map((row) => row.bucket)),
    textArray(rows.map((row) => row.clientId)),
    textArray(rows.map((row) => row.family)),
    textArray(rows.map((row) => (row.announce ? row.url : null))),
    textArray(rows.map((row) => row.subjectId)),
    numberArray(rows.map((row) => row.sequence)),
    JSON.stringify(rows.map((row) => row.event)),
    textArray(rows.map((row) => (row.announce && row.clientAddress && row.url === null ? row.clientId : null))),
    now,
  ],
})
