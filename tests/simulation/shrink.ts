/**
 * Takes steps away from a seed that fails for as long as it still fails: what is left is the shortest story of the mistake.
 * Calls at the same instant are raced by the real database, so a shorter list is tried a few times before it counts as good.
 */
import type { Step } from './steps.ts'

/**
 * @param fails plays some of the steps, in their order
 * @param until when to be content with what has been found (milliseconds of `performance.now()`)
 * @returns the steps that are left; leaving any one of them out made it go away, unless the time ran out
 */
export async function shrink(
  steps: Step[],
  fails: (steps: Step[]) => Promise<boolean>,
  until: number,
): Promise<Step[]> {
  let left = steps
  // First large parts, then smaller ones, down to single steps.
  for (let size = Math.ceil(left.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < left.length;) {
      if (performance.now() > until) return left
      const without = [...left.slice(0, start), ...left.slice(start + size)]
      if (await fails(without)) left = without
      else start += size
    }
  }
  return withoutExtras(left, fails, until)
}

/** Takes away what is at the same instant, what breaks, and the clock, where the mistake needs none of it. */
async function withoutExtras(
  steps: Step[],
  fails: (steps: Step[]) => Promise<boolean>,
  until: number,
): Promise<Step[]> {
  let left = steps
  for (let index = 0; index < left.length; index++) {
    const simpler = (step: Step): Step[] => [
      ...(step.calls.length > 1 ? step.calls.map((_, at) => ({ ...step, calls: step.calls.toSpliced(at, 1) })) : []),
      ...(step.fault ? [{ ...step, fault: null }] : []),
    ]
    for (let again = true; again;) {
      again = false
      for (const one of simpler(left[index]!)) {
        if (performance.now() > until) return left
        const tried = left.with(index, one)
        if (await fails(tried)) {
          left = tried
          again = true
          break
        }
      }
    }
  }
  return left
}
