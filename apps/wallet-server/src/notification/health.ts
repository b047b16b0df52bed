/**
 * How merchants' addresses have answered in a time, read from the delivery log: what an operator looks at when a merchant
 * says that it was not told. Reads the attempts of that time by their index, and what is due by its own.
 */
import type { Queryable } from '../db/transaction.ts'

export interface EndpointHealth {
  url: string
  /** Attempts that were sent in the time; one that was given up unsent is none. */
  attempts: number
  acknowledged: number
  /** 95 of 100 attempts took at most this long; null without attempts. Milliseconds. */
  p95Ms: number | null
  lastSuccessAt: Date | null
  lastFailure: { at: Date; reason: string } | null
  /** Failures since the last success of the time. */
  consecutiveFailures: number
  /** To be sent now, those on their way included. */
  due: number
  /** To be sent later, by the schedule. */
  waiting: number
}

interface Row {
  url: string
  attempts: number
  acknowledged: number
  p95: number | null
  last_success: Date | null
  last_failure: Date | null
  reason: string | null
  consecutive: number
  due: number
  waiting: number
}

/** Addresses with attempts since then or something to be sent, those with the longest row of failures first. */
export async function readEndpoints(
  db: Queryable,
  { since, now, limit }: { since: Date; now: Date; limit: number },
): Promise<EndpointHealth[]> {
  const { rows } = await db.query<Row>({
    name: 'read-endpoints',
    text: `with sent as (
        select n.url, a.started_at, a.duration_ms, a.accepted, a.reason,
          max(a.started_at) filter (where a.accepted) over (partition by n.url) as last_success
        from notification_attempts a
        join notifications n on n.subject_id = a.subject_id and n.sequence = a.sequence and n.bucket = a.bucket
        where a.started_at >= $1 and octet_length(a.request_body) > 0
      ), answered as (
        select url, count(*)::integer as attempts, count(*) filter (where accepted)::integer as acknowledged,
          percentile_disc(0.95) within group (order by duration_ms) as p95, max(last_success) as last_success,
          max(started_at) filter (where not accepted) as last_failure,
          (array_agg(reason order by started_at desc) filter (where not accepted))[1] as reason,
          count(*) filter (where not accepted and (last_success is null or started_at > last_success))::integer as consecutive
        from sent group by url
      ), open as (
        select url, count(*) filter (where due_at <= $2)::integer as due, count(*) filter (where due_at > $2)::integer as waiting
        from notifications where state = 'DUE' group by url
      )
      select coalesce(a.url, o.url) as url, coalesce(a.attempts, 0) as attempts, coalesce(a.acknowledged, 0) as acknowledged,
        a.p95, a.last_success, a.last_failure, a.reason, coalesce(a.consecutive, 0) as consecutive,
        coalesce(o.due, 0) as due, coalesce(o.waiting, 0) as waiting
      from answered a full join open o on o.url = a.url
      order by consecutive desc, due desc, waiting desc, url limit $3`,
    values: [since, now, limit],
  })
  return rows.map((row) => ({
    url: row.url,
    attempts: row.attempts,
    acknowledged: row.acknowledged,
    p95Ms: row.p95,
    lastSuccessAt: row.last_success,
    lastFailure: row.last_failure && { at: row.last_failure, reason: row.reason ?? '' },
    consecutiveFailures: row.consecutive,
    due: row.due,
    waiting: row.waiting,
  }))
}
