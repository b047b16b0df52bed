/**
 * Asks again and again until an order has an end. "Unknown" keeps it asking; only the deadline stops it, and then it says
 * that nothing is decided. Source of the default pauses: superapp-payment-api §5.5.
 */
import { TradePayError } from '../errors.ts'
import type { CompleteOptions } from './options.ts'
import type { FinalOrder, InquiredOrder, WaitOptions } from './order-types.ts'

const DEFAULT_WAIT_MS = 60_000
const DEFAULT_PAUSE_MS = 5_000
const PAUSE_MAX_MS = 30_000
const PAUSE_GROWTH = 1.5

/**
 * @param inquire asks once
 * @throws TradePayError for a refusal that asking again cannot change; the reason of the signal
 */
export async function waitForFinal(
  inquire: (signal?: AbortSignal) => Promise<InquiredOrder>,
  { clock, timer }: Pick<CompleteOptions, 'clock' | 'timer'>,
  { until, signal, firstPauseMs = DEFAULT_PAUSE_MS }: WaitOptions = {},
): Promise<FinalOrder> {
  const deadline = until?.getTime() ?? clock.now().getTime() + DEFAULT_WAIT_MS
  if (!(firstPauseMs > 0)) throw new TypeError('firstPauseMs is not a time: expected milliseconds above 0.')
  let order: InquiredOrder | null = null
  let error: TradePayError | null = null
  for (let pause = firstPauseMs; ; pause = Math.min(pause * PAUSE_GROWTH, Math.max(PAUSE_MAX_MS, firstPauseMs))) {
    signal?.throwIfAborted()
    try {
      order = await inquire(signal)
      error = null
      if (order.state !== 'PROCESSING') return { isFinal: true, order }
    } catch (caught) {
      if (!mayChange(caught)) throw caught
      error = caught
    }
    const left = deadline - clock.now().getTime()
    if (left <= 0) return { isFinal: false, order, error }
    // The last question is asked at the deadline itself.
    await timer.wait(Math.min(pause, left), signal)
  }
}

/** An order that is not there may still be on its way after an unknown create (§5.5). */
function mayChange(error: unknown): error is TradePayError {
  return error instanceof TradePayError && (error.isUnknown || error.reason === 'ORDER_NOT_FOUND')
}
