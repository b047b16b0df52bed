/**
 * Measuring: how often something can be done in a second by so many callers, in rounds that are interleaved with the
 * rounds of what it is compared with, so that both meet the same machine. The median of the rounds counts.
 */

export interface Candidate<Name extends string = string> {
  name: Name
  /** Callers at the same time. */
  callers: number
  /** How many things one call does. Default 1. */
  times?: number
  /** Does it once. `false` says that there is nothing left to do. */
  once(): Promise<unknown>
}

/** Times per second of each candidate, the median of the rounds. */
export async function measure<Name extends string>(
  candidates: Candidate<Name>[],
  options: { rounds: number; seconds: number },
): Promise<Map<Name, number>> {
  const rates = new Map<Name, number[]>(candidates.map(({ name }) => [name, []]))
  for (let round = 0; round < options.rounds; round++) {
    for (const candidate of candidates) rates.get(candidate.name)!.push(await rate(candidate, options.seconds))
  }
  return new Map([...rates].map(([name, values]) => [name, median(values)]))
}

async function rate({ name, callers, times = 1, once }: Candidate, seconds: number): Promise<number> {
  let done = 0
  let exhausted = false
  const started = performance.now()
  const end = started + seconds * 1000
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (!exhausted && performance.now() < end) {
        if ((await once()) === false) exhausted = true
        else done += times
      }
    }),
  )
  if (exhausted && done === 0) throw new Error(`There was nothing to do for ${name}: prepare more.`)
  return (done * 1000) / (performance.now() - started)
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
