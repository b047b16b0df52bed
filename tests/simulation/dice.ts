/**
 * Chance that repeats itself: everything that a simulated world decides comes from dice thrown with a number, so the same
 * number makes the same world again.
 */

/** A number for a list of words and numbers, always the same: for decisions that must not depend on the order of others. */
export function hash(...parts: (string | number)[]): number {
  let mixed = 0x811c9dc5
  for (const character of parts.join('|')) mixed = Math.imul(mixed ^ character.charCodeAt(0), 0x01000193)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** Dice that have been thrown with a seed (mulberry32). */
export class Dice {
  #state: number
  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** A whole number from 0 to 2³² − 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  /** A whole number from 0, below `end`. */
  below(end: number): number {
    return this.next() % end
  }
  /** True in so many of a hundred cases. */
  percent(share: number): boolean {
    return this.below(100) < share
  }
  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!
  }
  /** One of the names, each as often as its weight says. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const entries = Object.entries(weights) as [Name, number][]
    let left = this.below(entries.reduce((sum, [, weight]) => sum + weight, 0))
    return entries.find(([, weight]) => (left -= weight) < 0)![0]
  }
}
