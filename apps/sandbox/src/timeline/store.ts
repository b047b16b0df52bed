/**
 * The timeline's table: entries are only added, and read by order number.
 */
import type { TimelineEntry } from '@tradepay/contract'
import type pg from 'pg'

export interface KnownOrder {
  tradeNo: string
  /** Whether an answer that carries the number (step 8) has been linked already. */
  linked: boolean
  /** When the number was generated (step 6). */
  createdAt: Date | null
}

export interface TimelineStore {
  add(entries: { tradeNo: string; entry: TimelineEntry }[]): Promise<void>
  /** In the order in which things happened. */
  read(tradeNo: string): Promise<TimelineEntry[]>
  /** The order whose number was generated last, or null. */
  newest(): Promise<string | null>
  /** Those of the numbers that have a timeline. */
  known(tradeNos: string[]): Promise<KnownOrder[]>
}

export function timelineStore(db: pg.Pool): TimelineStore {
  return {
    async add(entries) {
      if (entries.length === 0) return
      await db.query(
        `insert into sandbox.entries (trade_no, step, at, entry)
         select * from unnest($1::text[], $2::smallint[], $3::timestamptz[], $4::text[])`,
        [
          entries.map(({ tradeNo }) => tradeNo),
          entries.map(({ entry }) => entry.step),
          entries.map(({ entry }) => entry.at),
          entries.map(({ entry }) => JSON.stringify(entry)),
        ],
      )
    },

    async read(tradeNo) {
      const { rows } = await db.query<{ entry: string }>(
        'select entry from sandbox.entries where trade_no = $1 order by at, step, id',
        [tradeNo],
      )
      return rows.map(({ entry }) => JSON.parse(entry) as TimelineEntry)
    },

    async newest() {
      const { rows } = await db.query<{ trade_no: string }>(
        'select trade_no from sandbox.entries where step = 6 order by id desc limit 1',
      )
      return rows[0]?.trade_no ?? null
    },

    async known(tradeNos) {
      if (tradeNos.length === 0) return []
      const { rows } = await db.query<{ trade_no: string; linked: boolean; created_at: Date | null }>(
        `select trade_no, bool_or(step = 8) as linked, min(at) filter (where step = 6) as created_at
         from sandbox.entries where trade_no = any ($1) group by trade_no`,
        [tradeNos],
      )
      return rows.map((row) => ({ tradeNo: row.trade_no, linked: row.linked, createdAt: row.created_at }))
    },
  }
}
