/**
 * What happens behind the doors: orders whose time is over are closed, notifications that are due are delivered (step 18),
 * questions are put to the bank, what was reserved for too long is given back, and nonces that are too old to come again are
 * forgotten.
 *
 * Each is a duty with rounds of its own, so that none waits for another. The worker holds no state: everything it needs is in
 * rows, so a restart loses nothing.
 */
import type { FundingService } from '../funding/types.ts'
import type { LedgerService } from '../ledger/types.ts'
import type { NonceService } from '../nonce/types.ts'
import type { NotificationService } from '../notification/types.ts'
import type { OrderService } from '../order/types.ts'
import type { Clock, WakesFor } from '../ports.ts'
import { runDuty, type RunningDuty } from './duty.ts'

/** Longest pause between two looks at what has a time. Milliseconds. */
export const POLL_MS = 1_000
/** How often old nonces are deleted. Milliseconds. */
export const DELETE_NONCES_MS = 10_000

export interface Worker {
  /** Looks now instead of later; without anything named, at everything. Cheap; may be called at any time, also after `close`. */
  wake(...what: WakesFor[]): void
  /** Starts no more rounds, and resolves when what is being sent has been sent and written down. */
  close(): Promise<void>
}

/** What the worker does, and how it knows when. */
export interface WorkerRooms {
  orders: Pick<OrderService, 'closeExpired' | 'nextExpiry'>
  notifications: Pick<NotificationService, 'deliverDue' | 'nextDue'>
  fundings: Pick<FundingService, 'askDue' | 'nextDue'>
  ledger: Pick<LedgerService, 'expirePending'>
  nonces: Pick<NonceService, 'deleteOld'>
}

/**
 * Starts the duties.
 * @param onError hears of what failed, for instance because the database is away; the duty goes on
 */
export function startWorker(rooms: WorkerRooms, clock: Clock, onError: (error: unknown) => void): Worker {
  const { orders, notifications, fundings, ledger, nonces } = rooms
  /** What waits for somebody outside. */
  const sending = new Set<Promise<void>>()
  let closing = false

  /**
   * Sends what is due without waiting for it: a merchant or a bank that takes ten seconds must not hold up the next round.
   * How much is sent at once is the room's business.
   */
  const sends = (what: WakesFor, sendDue: () => Promise<number>) => async (): Promise<void> => {
    const sent = sendDue()
      // What was sent makes room for more, and may have written something new that is due: look again at once.
      .then((count) => (count > 0 ? duties[what].wake() : undefined), onError)
      .finally(() => sending.delete(sent))
    sending.add(sent)
  }

  const untilDone = (step: () => Promise<number>) => async (): Promise<void> => {
    while (!closing && (await step()) > 0);
  }

  async function closeExpired(): Promise<number> {
    const closed = await orders.closeExpired()
    // Their merchants are told.
    if (closed > 0) duties.NOTIFICATIONS.wake()
    return closed
  }

  const run = (pollMs: number, round: () => Promise<void>, nextDue?: () => Promise<Date | null>): RunningDuty =>
    runDuty({ pollMs, round, ...(nextDue ? { nextDue } : {}) }, clock, onError)

  const duties: Record<WakesFor | 'EXPIRY' | 'RESERVATIONS' | 'NONCES', RunningDuty> = {
    NOTIFICATIONS: run(
      POLL_MS,
      sends('NOTIFICATIONS', () => notifications.deliverDue()),
      () => notifications.nextDue(),
    ),
    BANK: run(
      POLL_MS,
      sends('BANK', () => fundings.askDue()),
      () => fundings.nextDue(),
    ),
    EXPIRY: run(POLL_MS, untilDone(closeExpired), () => orders.nextExpiry()),
    RESERVATIONS: run(
      POLL_MS,
      untilDone(() => ledger.expirePending()),
    ),
    NONCES: run(
      DELETE_NONCES_MS,
      untilDone(() => nonces.deleteOld()),
    ),
  }

  return {
    wake(...what) {
      const woken = what.length > 0 ? what.map((name) => duties[name]) : Object.values(duties)
      for (const duty of woken) duty.wake()
    },
    async close() {
      closing = true
      await Promise.all(Object.values(duties).map((duty) => duty.close()))
      await Promise.all(sending)
    },
  }
}
