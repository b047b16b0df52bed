/**
 * One duty of the worker, round after round: when it is woken, when its next thing is due, and after a while in any case,
 * because other servers write to the same database and the clock may be moved. A round that fails is told of, and the next
 * one comes.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../ports.ts'

/**
 * Shortest pause between two rounds: under load, payments wake the worker hundreds of times a second. What is found in one round
 * shares its statements, which cost an eighth of the CPU of a whole payment when the pause was 10. Milliseconds.
 */
export const ROUND_GAP_MS = 15

export interface Duty {
  /** Does what is due. Must not wait for anybody outside. */
  round(): Promise<void>
  /** When there is something to do next; null when that is not known. Default: it is never known. */
  nextDue?(): Promise<Date | null>
  /** Longest pause between two rounds. Milliseconds. */
  pollMs: number
}

export interface RunningDuty {
  /** Starts a round now instead of later. Cheap; may be called at any time, also after the end. */
  wake(): void
  /** Starts no more rounds, and resolves when the one that runs is over. */
  close(): Promise<void>
}

/** @param onError hears of rounds that failed, for instance because the database is away */
export function runDuty(
  { round, nextDue, pollMs }: Duty,
  clock: Clock,
  onError: (error: unknown) => void,
): RunningDuty {
  let closing = false
  let wakeUp: (() => void) | null = null
  // A call of `wake` between two pauses must not be lost.
  let awake = false

  function wake(): void {
    awake = true
    wakeUp?.()
  }

  async function pauseMs(): Promise<number> {
    const due = await nextDue?.()
    const waits = due ? due.getTime() - clock.now().getTime() : pollMs
    // What is due already and was not taken is being done, or waits for its turn: the end of that wakes.
    return waits > 0 ? Math.max(ROUND_GAP_MS, Math.min(pollMs, waits)) : pollMs
  }

  async function pause(milliseconds: number): Promise<void> {
    if (closing || awake) return
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
      let milliseconds = pollMs
      try {
        await round()
        await wait(ROUND_GAP_MS)
        // Who has been woken meanwhile, as under load always, looks again at once and need not know when.
        if (!awake) milliseconds = await pauseMs()
      } catch (error) {
        onError(error)
        await wait(ROUND_GAP_MS)
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
    },
  }
}
