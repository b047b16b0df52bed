/**
 * Plays seeds one after another in this process and, when one fails, finds the shortest story of it.
 */
import { play, type Failure } from './play.ts'
import { shrink } from './shrink.ts'
import { describe, planSteps, type Step } from './steps.ts'
import { Tally } from './tally.ts'
import type { World } from './world.ts'

export const STEPS_DEFAULT = 40

/** How often a shorter list of steps is played before it is believed that it does not fail. */
const TRIES = 3
/** Longest that a failing seed is made shorter. Milliseconds. */
const SHRINK_MS = 120_000

export interface FailedSeed extends Failure {
  seed: number
  steps: number
  /** What is left of the steps when it was made shorter. */
  minimal: Step[]
  /** What went wrong with these. */
  shorter: Failure
}

/** Plays a seed; null when everything was right. @param only the numbers of the steps to play; default: all */
export async function simulate(
  world: World,
  seed: number,
  tally: Tally,
  options: { steps?: number; only?: number[] } = {},
): Promise<FailedSeed | null> {
  const count = options.steps ?? STEPS_DEFAULT
  const planned = planSteps(seed, count)
  const { only } = options
  const steps = only ? planned.filter(({ number }) => only.includes(number)) : planned
  const failure = await play(world, seed, steps, tally)
  if (!failure) return null
  let shorter = failure
  let tries = 1
  const fails = async (some: Step[]): Promise<boolean> => {
    for (let left = tries; left > 0; left--) {
      const again = await play(world, seed, some, new Tally())
      if (again) {
        shorter = again
        return true
      }
    }
    return false
  }
  // Where the database's own races matter, not every run shows the mistake; then each list is played more than once.
  const until = steps.slice(0, failure.played)
  if (!(await fails(until))) tries = TRIES
  const minimal = await shrink(until, fails, performance.now() + SHRINK_MS)
  return { ...failure, seed, steps: count, minimal, shorter }
}

/** A failing seed for people: the shortest story, what is wrong, and how to play it again. */
export function tellFailure({ seed, steps, minimal, shorter, after, problem }: FailedSeed): string {
  const numbers = minimal.map(({ number }) => number).join(',')
  return [
    `Seed ${seed} fails. The shortest story of it (${minimal.length} of ${steps} steps; @0 and @1 are the servers, ‖ is the same instant):`,
    ...minimal.map(describe),
    `After: ${shorter.after.trim()}`,
    ...shorter.problem.map((line) => `  ${line}`),
    ...(shorter.problem[0] === problem[0]
      ? []
      : [`In full it failed after: ${after.trim()}`, ...problem.map((line) => `  ${line}`)]),
    `Again: npm run simulate -- --seed ${seed} --steps ${steps}${numbers ? ` --only ${numbers}` : ''}`,
  ].join('\n')
}
