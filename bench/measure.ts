/**
 * Measuring: how often something can be done in a second, in rounds that are interleaved with the rounds of what it is
 * compared with, so that both meet the same machine. Ratios are made within a round; the median of the rounds counts.
 */

export interface Candidate<Name extends string = string> {
  name: Name
  /** How often a second it could be done, for so many seconds. */
  rate(seconds: number): Promise<number>
}

export interface Calls<Name extends string = string> {
  name: Name
  /** Callers at the same time. */
  callers: number
  /** How many things one call does. Default 1. */
  times?: number
  /** Does it once. `false` says that there is nothing left to do. */
  once(): Promise<unknown>
}

/** How long something is done before it counts, as a share of the time for which it counts. */
export const WARM_UP = 0.25

/**
 * What is measured by doing it over and over. It counts what ends while all callers are busy: neither the beginning, when they
 * all stand at the first step together, nor what is still under way at the end.
 */
export function calls<Name extends string>({ name, callers, times = 1, once }: Calls<Name>): Candidate<Name> {
  return {
    name,
    async rate(seconds) {
      let done = 0
      const from = performance.now() + seconds * WARM_UP * 1000
      let until = from + seconds * 1000
      await Promise.all(
        Array.from({ length: callers }, async () => {
          while (performance.now() < until) {
            const more = (await once()) !== false
            const now = performance.now()
            if (!more) until = Math.min(until, now)
            else if (now >= from && now < until) done += times
          }
        }),
      )
      if (done === 0) throw new Error(`There was nothing to do for ${name}: prepare more.`)
      return (done * 1000) / (until - from)
    },
  }
}

/** Tells the rates of one round. */
export type RateOf<Name extends string> = (name: Name) => number

export interface Rates<Name extends string = string> {
  /** The median of the rounds. */
  of(name: Name): number
  /** The median of what is made of each round. */
  each(make: (rateOf: RateOf<Name>) => number): number
}

/**
 * Measures each candidate once in each round.
 * @param settle is awaited before each: what one has left to be done is not done at the cost of the next
 */
export async function measure<Name extends string>(
  candidates: Candidate<Name>[],
  options: { rounds: number; seconds: number },
  settle: () => Promise<unknown>,
): Promise<Rates<Name>> {
  const rounds: Map<Name, number>[] = []
  for (let round = 0; round < options.rounds; round++) {
    const rates = new Map<Name, number>()
    for (const candidate of candidates) {
      await settle()
      rates.set(candidate.name, await candidate.rate(options.seconds))
    }
    rounds.push(rates)
  }
  const each: Rates<Name>['each'] = (make) => median(rounds.map((rates) => make((name) => rates.get(name)!)))
  return { each, of: (name) => each((rateOf) => rateOf(name)) }
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The value below which the share of the values lies. */
export function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!
}

/** How often a second something can be done that takes each of these once: their costs add up. */
export function limitOf(ratesPerSecond: number[]): number {
  return 1 / ratesPerSecond.reduce((cost, rate) => cost + 1 / rate, 0)
}
