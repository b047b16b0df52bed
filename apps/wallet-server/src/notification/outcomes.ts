/**
 * Writes down what came of attempts: the attempt with the bytes of both sides and the notification's new state, in one
 * statement for all that ended in the same moment. Most that end together belong to different merchants; a batch that fails
 * is written one by one.
 */
import type { NotificationState } from '@tradepay/contract'
import type pg from 'pg'
import { numberArray, textArray } from '../db/arrays.ts'
import { createBatcher } from '../db/batcher.ts'
import { statement } from '../db/transaction.ts'
import type { Clock } from '../ports.ts'
import { retryDelaysSeconds, type Attempt, type Notification } from './types.ts'

/** Most outcomes in one statement: with the bytes of both sides each has some kilobytes. */
const OUTCOMES_MAX = 64

export interface Outcome {
  notification: Notification
  attempt: Omit<Attempt, 'attempt'>
  /** True when there is to be no further attempt, whatever the schedule says. */
  final: boolean
}

/** Where the notification went. */
export interface Written {
  /** The number of the attempt. */
  attempt: number
  state: NotificationState
  dueAt: Date | null
}

/**
 * Makes what writes outcomes down. Each is acknowledged when it is committed. What was finished meanwhile by another server,
 * because the claim had run out, keeps its state; the attempt is added to the log.
 * @returns a function that throws WalletError OUTCOME_UNKNOWN when the database was lost: then the claim stands until it ends
 */
export function createOutcomes(db: pg.Pool, clock: Clock): (outcome: Outcome) => Promise<Written> {
  // One statement at a time: whatever ends meanwhile goes into the next.
  const batcher = createBatcher<Outcome, Written>((outcomes) => writeOutcomes(db, outcomes, clock.now()), {
    itemsMax: OUTCOMES_MAX,
    inFlightMax: 1,
  })
  return (outcome) => batcher.submit(outcome)
}

/** The schedule as the statement reads it: the n-th element is the pause after the n-th attempt. */
const schedule = numberArray(retryDelaysSeconds)

/** One statement for all, in their order. */
export async function writeOutcomes(db: pg.Pool, outcomes: Outcome[], now: Date): Promise<Written[]> {
  const attempts = outcomes.map(({ attempt }) => attempt)
  const notifications = outcomes.map(({ notification }) => notification)
  const { rows } = await statement<Written>(db, {
    name: 'write-notification-outcomes',
    text: `with given as materialized (
        select * from unnest($1::text[], $2::integer[], $3::smallint[], $4::timestamptz[], $5::integer[], $6::jsonb[], $7::bytea[],
          $8::integer[], $9::jsonb[], $10::bytea[], $11::boolean[], $12::text[], $13::boolean[]) with ordinality
          as g (subject_id, sequence, bucket, started_at, duration_ms, request_headers, request_body, response_status,
            response_headers, response_body, accepted, reason, final, place)
      ), locked as materialized (
        select g.*, n.notification_id, n.state, n.attempts + 1 as attempt, ($15::integer[])[n.attempts + 1] as pause
        from given g
        join notifications n on n.subject_id = g.subject_id and n.sequence = g.sequence and n.bucket = g.bucket
        order by g.subject_id, g.sequence
        for no key update of n
      ), logged as (
        insert into notification_attempts (notification_id, bucket, attempt, subject_id, sequence, started_at, duration_ms,
          request_headers, request_body, response_status, response_headers, response_body, accepted, reason)
        select notification_id, bucket, attempt, subject_id, sequence, started_at, duration_ms, request_headers, request_body,
          response_status, response_headers, response_body, accepted, reason
        from locked
      ), moved as (
        select l.*, case when l.state <> 'DUE' then l.state when l.accepted then 'DELIVERED'
          when l.final or l.pause is null then 'GIVEN_UP' else 'DUE' end as next_state
        from locked l
      ), written as (
        update notifications n set attempts = m.attempt, state = m.next_state,
          due_at = case when m.next_state = 'DUE' then $14::timestamptz + m.pause * interval '1 second' end,
          finished_at = case when m.next_state = 'DUE' then null else coalesce(n.finished_at, $14) end,
          claimed_until = case when m.state = 'DUE' then null else n.claimed_until end
        from moved m
        where n.subject_id = m.subject_id and n.sequence = m.sequence and n.bucket = m.bucket
        returning m.place, n.attempts as attempt, n.state, n.due_at as "dueAt"
      )
      select attempt, state, "dueAt" from written order by place`,
    values: [
      textArray(notifications.map(({ subjectId }) => subjectId)),
      numberArray(notifications.map(({ sequence }) => sequence)),
      numberArray(notifications.map(({ bucket }) => bucket)),
      attempts.map(({ startedAt }) => startedAt),
      numberArray(attempts.map(({ durationMs }) => durationMs)),
      textArray(attempts.map(({ requestHeaders }) => JSON.stringify(requestHeaders))),
      attempts.map(({ requestBody }) => requestBody),
      attempts.map(({ responseStatus }) => responseStatus),
      textArray(attempts.map(({ responseHeaders }) => responseHeaders && JSON.stringify(responseHeaders))),
      attempts.map(({ responseBody }) => responseBody),
      attempts.map(({ accepted }) => accepted),
      textArray(attempts.map(({ reason }) => reason)),
      outcomes.map(({ final }) => final),
      now,
      schedule,
    ],
  })
  return rows
}
