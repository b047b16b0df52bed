/** What every group of figures is given, and what it answers. */
import { WARM_UP } from './measure.ts'
import type { Figure } from './report.ts'
import type { BenchWorld } from './world.ts'

export interface Bench {
  world: BenchWorld
  timing: { seconds: number; rounds: number }
  /** Tells what is going on. */
  say(line: string): void
}

/** A group of figures that can be asked for by its name. */
export type Figures = (bench: Bench) => Promise<Figure[]>

/** How many of something that is done at most so often a second are to be prepared. */
export const enough = ({ timing }: Pick<Bench, 'timing'>, mostPerSecond: number): number =>
  Math.ceil(mostPerSecond * timing.seconds * (1 + WARM_UP) * timing.rounds)
