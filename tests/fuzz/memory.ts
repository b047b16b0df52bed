/**
 * What a fuzzed world has told: values that mean something in it, by what they are.
 */

/** Most values that are remembered of a kind. */
const REMEMBERED = 60

export class Memory {
  readonly #values = new Map<string, string[]>()
  readonly #kinds: Readonly<Record<string, string>>
  readonly #fresh: ReadonlySet<string>
  #numbers = 0

  /**
   * @param kinds one thing with several names: what it is, by name
   * @param fresh names of what callers number themselves: a new number is known at every time
   */
  constructor(kinds: Readonly<Record<string, string>>, fresh: ReadonlySet<string>) {
    this.#kinds = kinds
    this.#fresh = fresh
  }

  /** Values that mean something under this name. */
  known(name: string): readonly string[] {
    const fresh = this.#fresh.has(name) ? [`fuzz_${++this.#numbers}`] : []
    return [...fresh, ...(this.#values.get(this.#kinds[name] ?? name) ?? [])]
  }

  learn(name: string, value: unknown): void {
    if (typeof value !== 'string' || value === '') return
    const kind = this.#kinds[name] ?? name
    const list = this.#values.get(kind) ?? []
    if (list.includes(value)) return
    list.push(value)
    if (list.length > REMEMBERED) list.shift()
    this.#values.set(kind, list)
  }

  /** Everything but which numbers were used. */
  forget(): void {
    this.#values.clear()
  }
}
