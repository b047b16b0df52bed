/**
 * The clock of the sandbox: real time plus an offset that can be moved, so that an order expires or a retry comes due
 * without waiting. The offset is kept in the database: a restart does not take the wallet back in time.
 */
import { invalidParameter } from '@tradepay/contract'
import type { Clock } from '@tradepay/wallet-server'
import type pg from 'pg'

/** The furthest that the clock may run ahead of real time. Milliseconds: ten years. */
const OFFSET_MAX_MS = 10 * 365 * 86_400_000

export interface MovableClock extends Clock {
  /** How far the clock is ahead of real time. Milliseconds. */
  offsetMs(): number
  /** @throws WalletError INVALID_PARAMETER when that is more than ten years ahead of real time */
  advance(seconds: number): Promise<void>
  /** @throws WalletError INVALID_PARAMETER for a time before now: what has happened cannot happen later */
  set(time: Date): Promise<void>
  /** Back to real time. Only together with everything that happened since: see reset. */
  reset(): Promise<void>
}

/** Reads the kept offset. `realNow` is for tests. */
export async function openClock(db: pg.Pool, realNow: () => number = Date.now): Promise<MovableClock> {
  const { rows } = await db.query<{ offset_ms: string }>('select offset_ms::text from sandbox.clock')
  let offset = Number(rows[0]?.offset_ms ?? 0)

  async function move(to: number, field: string): Promise<void> {
    if (to > OFFSET_MAX_MS) throw invalidParameter(field, 'a time within ten years from now')
    await db.query(
      `insert into sandbox.clock (one, offset_ms) values (true, $1)
       on conflict (one) do update set offset_ms = excluded.offset_ms`,
      [to],
    )
    offset = to
  }
  const now = (): Date => new Date(realNow() + offset)

  return {
    now,
    offsetMs: () => offset,
    advance: (seconds) => move(offset + Math.round(seconds * 1000), 'advanceSeconds'),
    async set(time) {
      const wanted = time.getTime() - realNow()
      if (wanted < offset) {
        throw invalidParameter(
          'set',
          `a time from ${now().toISOString()} on; POST /sandbox/v1/reset takes the clock back`,
        )
      }
      await move(wanted, 'set')
    },
    reset: () => move(0, 'set'),
  }
}

/** What a sandbox's clock shows, for whoever looks at its database from outside; null when it is no sandbox's. */
export async function sandboxNow(db: pg.Pool): Promise<Date | null> {
  const { rows } = await db.query<{ there: boolean }>("select to_regclass('sandbox.clock') is not null as there")
  return rows[0]?.there ? (await openClock(db)).now() : null
}
