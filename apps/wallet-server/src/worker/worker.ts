/**
 * The loop behind the doors: closes orders whose time is over, delivers notifications that are due (step 18), puts questions
 * to the bank, and gives back what was reserved for too long.
 *
 * It wakes when something was written here, when the next thing is due, and every second in any case, because other
 * servers write to the same database and the clock may be moved. It holds no state of its own: everything it needs is in
 * rows, so a restart loses nothing.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { FundingService } from '../funding/types.ts'
import type { LedgerService } from '../ledger/types.ts'
import type { NotificationService } from '../notification/types.ts'
import type { OrderService } from '../order/types.ts'
import type { Clock } from '../ports.ts'

/** Longest pause between two rounds. Milliseconds. */
export const POLL_MS = 1_000
/**
 * How often reservations are looked at whose time is over. They are few, and none of them keeps anybody waiting.
 * Milliseconds.
 */
export const EXPIRE_PENDING_MS = 1_000
/** Shortest pause between two rounds: under load, payments wake the worker hundreds of times a second. Milliseconds. */
export const ROUND_GAP_MS = 10

export interface Worker {
  /** Looks now instead of at the next round. Cheap; may be called at any time, also after `close`. */
  wake(): void
  /** Starts no more rounds, and resolves when what is being sent has been sent and written down. */
  close(): Promise<void>
}

/** What the worker does, and how it knows when. */
export interface WorkerRooms {
  orders: Pick<OrderService, 'closeExpired' | 'nextExpiry'>
  notifications: Pick<NotificationService, 'deliverDue' | 'nextDue'>
  fundings: Pick<FundingService, 'askDue' | 'nextDue'>
  ledger: Pick<LedgerService, 'expirePending'>
}

/**
 * Starts the loop.
 * @param onError hears of what failed, for instance because the database is away; the loop goes on
 */
export function startWorker(rooms: WorkerRooms, clock: Clock, onError: (error: unknown) => void): Worker {
  const { orders, notifications, fundings, ledger } = rooms
  /** What waits for somebody outside. */
  const sending = new Set<Promise<void>>()
  let closing = false
  let wakeUp: (() => void) | null = null
  // A call of `wake` between two pauses must not be lost.
  let awake = false
  let pendingLookedAt = -Infinity

  function wake(): void {
    awake = true
    wakeUp?.()
  }

  /**
   * Sends what is due without waiting for it: a merchant or a bank that takes ten seconds must not hold up the next round.
   * How much is sent at once is the room's business.
   */
  function start(sendDue: () => Promise<number>): void {
    const sent = sendDue()
      // What was sent makes room for more, and may have written something new that is due: look again at once.
      .then((count) => (count > 0 ? wake() : undefined), onError)
      .finally(() => sending.delete(sent))
    sending.add(sent)
  }

  async function expirePending(): Promise<void> {
    if (performance.now() - pendingLookedAt < EXPIRE_PENDING_MS) return
    pendingLookedAt = performance.now()
    while (!closing && (await ledger.expirePending()) > 0);
  }

  async function round(): Promise<void> {
    start(() => notifications.deliverDue())
    start(() => fundings.askDue())
    while (!closing && (await orders.closeExpired()) > 0);
    await expirePending()
  }

  async function pauseMs(): Promise<number> {
    const due = await Promise.all([orders.nextExpiry(), notifications.nextDue(), fundings.nextDue()])
    const now = clock.now().getTime()
    // What is due already and was not taken is being sent, or waits for its receiver's turn: the end of a sending wakes.
    const waits = due.flatMap((time) => (time !== null && time.getTime() > now ? [time.getTime() - now] : []))
    return Math.max(ROUND_GAP_MS, Math.min(POLL_MS, ...waits))
  }

  async function pause(milliseconds: number): Promise<void> {
    if (closing) return
    if (awake) return wait(ROUND_GAP_MS)
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      wakeUp = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    wakeUp = null
  }

  async function loop(): Promise<void> {
    while (!closing) {
      awake = false
      let milliseconds = POLL_MS
      try {
        await round()
        milliseconds = await pauseMs()
      } catch (error) {
        onError(error)
      }
      await pause(milliseconds)
    }
  }

  const running = loop()

  return {
    wake,
    async close() {
      closing = true
      wake()
      await running
      await Promise.all(sending)
    },
  }
}
