/**
 * Writes what is to be told, inside the transaction of the room that changes the facts: the change and its notification are
 * there together or not at all. Sending begins after commit.
 */
import type { ApiFamily } from '@tradepay/contract'
import { numberArray, textArray } from '../db/arrays.ts'
import type { Queryable } from '../db/transaction.ts'

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
  if (rows.length === 0) return
  await tx.query({
    name: 'insert-notifications',
    text: `insert into notifications (notification_id, bucket, client_id, family, url, subject_id, sequence, event, state,
        due_at, created_at, finished_at)
      select a.notification_id, a.bucket, a.client_id, a.family, a.url, a.subject_id, a.sequence, a.event::jsonb,
        case when a.url is null then 'GIVEN_UP' else 'DUE' end,
        case when a.url is null then null else $11::timestamptz end,
        $11::timestamptz,
        case when a.url is null then $11::timestamptz end
      from (
        select t.*, case when t.announce then coalesce(t.named_url, c.notify_url) end as url
        from unnest($1::text[], $2::smallint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::text[],
          $9::boolean[], $10::boolean[])
          as t (notification_id, bucket, client_id, family, named_url, subject_id, sequence, event, announce, client_address)
        left join clients c on c.client_id = t.client_id and t.client_address and t.announce and t.named_url is null
      ) as a`,
    values: [
      textArray(rows.map((row) => row.notificationId)),
      numberArray(rows.map((row) => row.bucket)),
      textArray(rows.map((row) => row.clientId)),
      textArray(rows.map((row) => row.family)),
      textArray(rows.map((row) => row.url)),
      textArray(rows.map((row) => row.subjectId)),
      numberArray(rows.map((row) => row.sequence)),
      textArray(rows.map((row) => JSON.stringify(row.event))),
      rows.map((row) => row.announce),
      rows.map((row) => row.clientAddress),
      now,
    ],
  })
}
