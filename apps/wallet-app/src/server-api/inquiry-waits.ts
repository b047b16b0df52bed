/**
 * How long to wait before each inquiry of something whose end is not known: a lost answer is looked up for about half a
 * minute, a bank that has been asked for as long as somebody watches.
 */

/** Waits before each inquiry after an answer was lost, ms. Together about half a minute. */
export const inquiryWaits = [500, 1_000, 2_000, 4_000, 8_000, 15_000] as const
/** Waits before each inquiry while the bank is asked, ms; the last one repeats. */
export const processingWaits = [1_000, 1_000, 2_000, 3_000, 5_000, 10_000] as const

/** The wait before the next inquiry, ms; null when those after a lost answer are used up. */
export function nextWait(why: 'processing' | 'unknown', tries: number): number | null {
  if (why === 'unknown') return inquiryWaits[tries] ?? null
  return processingWaits[Math.min(tries, processingWaits.length - 1)]!
}
