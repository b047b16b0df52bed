/**
 * The SQL of claims: what is due, taking it for this process for a while, and how what was taken stands to the others of its
 * subject. Safe on many servers at once.
 *
 * A row that is found by key is asked for its end and not for its state, nor in a way that implies that it is claimed, for the
 * reason given in `order/store.ts`.
 */
import type pg from 'pg'
import { numberArray, textArray } from '../db/arrays.ts'
import { statement, type Queryable } from '../db/transaction.ts'
import { toNotification, type NotificationRow } from './store.ts'
import type { Notification } from './types.ts'
import type { Due } from './windows.ts'

/** How many of the oldest a look brings: as many as one process sends at once. */
const OLDEST_MAX = 512
/** At how many receivers a look stops by, when there are more that are due than it brings. */
const RECEIVERS_MAX = 64
/** How many it brings of each of them. */
const PER_RECEIVER_MAX = 16

const DUE = `state = 'DUE' and claimed_until is null`
/** A receiver is known by the hash of its address. */
const RECEIVER = 'hashtextextended(url, 0)'
const LOOKED_AT = 'subject_id, sequence, bucket, url, client_id as "clientId"'

/**
 * What could be sent: the oldest of all, and what was claimed by somebody who did not come back. When there is more than that,
 * also the oldest of some receivers, whichever follow from a place on the circle of their hashes: so a long queue for one that
 * is down stands in nobody's way, and no look costs more for it.
 * @param turn counts the looks; each begins at another place, and together they soon pass by every receiver
 */
export async function selectDue(db: Queryable, now: Date, turn: number): Promise<Due[]> {
  const { rows } = await db.query<Due & { subject_id: string }>({
    name: 'select-due-notifications',
    text: `with recursive oldest as materialized (
        select * from notifications where ${DUE} and due_at <= $1 order by due_at limit ${OLDEST_MAX}
      ), receivers (receiver, first, place) as (
        select first, first, 1 from (select coalesce(
            (select ${RECEIVER} from notifications where ${DUE} and ${RECEIVER} >= $2 order by ${RECEIVER} limit 1),
            (select ${RECEIVER} from notifications where ${DUE} order by ${RECEIVER} limit 1)) as first) f
        where (select count(*) from oldest) = ${OLDEST_MAX}
        union all
        select coalesce(
            (select ${RECEIVER} from notifications where ${DUE} and ${RECEIVER} > r.receiver order by ${RECEIVER} limit 1),
            (select ${RECEIVER} from notifications where ${DUE} order by ${RECEIVER} limit 1)), r.first, r.place + 1
        from receivers r where r.place < ${RECEIVERS_MAX} and (r.place = 1 or r.receiver <> r.first)
      )
      select ${LOOKED_AT} from oldest
      union all
      (select ${LOOKED_AT} from notifications where state = 'DUE' and claimed_until <= $1
        order by claimed_until limit ${OLDEST_MAX})
      union all
      select o.* from receivers r, lateral (select ${LOOKED_AT} from notifications n
        where ${DUE} and ${RECEIVER} = r.receiver and n.due_at <= $1
        order by n.due_at limit ${PER_RECEIVER_MAX}) o`,
    values: [now, placeOf(turn)],
  })
  return rows.map(({ subject_id, ...row }) => ({ ...row, subjectId: subject_id }))
}

/**
 * Where on the circle of 64-bit hashes a look begins. Steps of the golden ratio spread evenly, however many there are (Knuth,
 * The Art of Computer Programming, volume 3, section 6.4).
 */
const placeOf = (turn: number): string => String(BigInt.asIntN(64, BigInt(turn) * 0x9e3779b97f4a7c15n))

/**
 * Takes those that are still due, leaving to other servers what they hold. Until `claimedUntil` nobody else takes it; after
 * that, if this process died, somebody does. None is taken while another of its subject is being sent.
 */
export async function claim(db: pg.Pool, chosen: Due[], now: Date, claimedUntil: Date): Promise<Notification[]> {
  const { rows } = await statement<NotificationRow>(db, {
    name: 'claim-notifications',
    text: `with claimed as materialized (
        select n.subject_id, n.sequence, n.bucket
        from unnest($3::text[], $4::integer[], $5::smallint[]) as c (subject_id, sequence, bucket)
        join notifications n on n.subject_id = c.subject_id and n.sequence = c.sequence and n.bucket = c.bucket
        where n.finished_at is null and n.due_at <= $1 and (n.claimed_until is null or n.claimed_until <= $1)
          and not exists (select 1 from notifications o where o.subject_id = n.subject_id and o.bucket = n.bucket
            and o.sequence <> n.sequence and coalesce(o.claimed_until > $1, false))
        for update of n skip locked
      )
      update notifications n set claimed_until = $2
      from claimed
      where n.subject_id = claimed.subject_id and n.sequence = claimed.sequence and n.bucket = claimed.bucket
      returning n.*`,
    values: [now, claimedUntil, ...keysOf(chosen)],
  })
  return rows.map(toNotification)
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
    values: [...keysOf(claimed), now, textArray(claimed.map(({ url }) => url))],
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

const keysOf = (keys: Pick<Notification, 'subjectId' | 'sequence' | 'bucket'>[]): [string, string, string] => [
  textArray(keys.map(({ subjectId }) => subjectId)),
  numberArray(keys.map(({ sequence }) => sequence)),
  numberArray(keys.map(({ bucket }) => bucket)),
]
