/**
 * Counts what happened over many seeds, so that it can be seen that no operation, outcome or fault is dead; and holds the
 * counts against what is expected to happen in two hundred seeds.
 */

export class Tally {
  readonly #counts = new Map<string, number>()

  count(what: string, which: string, times = 1): void {
    const key = `${what}: ${which}`
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + times)
  }
  of(what: string, which: string): number {
    return this.#counts.get(`${what}: ${which}`) ?? 0
  }
  add(counts: Iterable<[string, number]>): void {
    for (const [key, times] of counts) this.#counts.set(key, (this.#counts.get(key) ?? 0) + times)
  }
  entries(): [string, number][] {
    return [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1))
  }
  /** Those of the expected kinds that never occurred. */
  missing(expected: Iterable<string>): string[] {
    return [...expected].filter((key) => !this.#counts.has(key))
  }
  /** One line for each kind of thing. */
  print(): string {
    const lines = new Map<string, string[]>()
    for (const [key, times] of this.entries()) {
      const [what, which] = [key.slice(0, key.indexOf(': ')), key.slice(key.indexOf(': ') + 2)]
      lines.set(what, [...(lines.get(what) ?? []), `${which} ${times}`])
    }
    return [...lines].map(([what, which]) => `${what}: ${which.join(' · ')}`).join('\n')
  }
}
