/**
 * What a name in an expression means at one place of a file, and which outer names a repeated part depends on: the view
 * reuses a row as long as its item and those names stay the same.
 */

export interface Resolved {
  /** JavaScript that gives the value. */
  code: string
  /** Whether it is an SJS name: the only thing that may be called. */
  sjs: boolean
}

/** Names every object has: read through the own-property check, or `{{toString}}` would print a function. */
export const INHERITED_NAMES = new Set([
  ...Object.getOwnPropertyNames(Object.prototype),
  'prototype',
  'caller',
  'callee',
  'arguments',
])

export class Scope {
  readonly #locals = new Map<string, { code: string; depth: number }>()
  readonly #collectors: { depth: number; names: Set<string> }[] = []
  #depth = 0
  #count = 0

  constructor(readonly sjsNames: ReadonlyMap<string, string>) {}

  resolve(name: string): Resolved {
    const local = this.#locals.get(name)
    if (local) {
      this.#note(local.code, local.depth)
      return { code: local.code, sjs: false }
    }
    const sjs = this.sjsNames.get(name)
    if (sjs !== undefined) return { code: sjs, sjs: true }
    if (name === 'undefined') return { code: 'void 0', sjs: false }
    if (name === 'NaN' || name === 'Infinity') return { code: name, sjs: false }
    const code = INHERITED_NAMES.has(name) ? `r.g(d,${JSON.stringify(name)})` : `d.${name}`
    this.#note(code, 0)
    return { code, sjs: false }
  }

  #note(code: string, depth: number): void {
    for (const collector of this.#collectors) if (depth <= collector.depth) collector.names.add(code)
  }

  /**
   * Runs `body` with two loop variables in place and returns its result, their JavaScript names, and the outer names
   * that the body used.
   */
  loop<T>(
    itemName: string,
    indexName: string,
    body: () => T,
  ): { result: T; item: string; index: string; uses: string[] } {
    const id = ++this.#count
    const item = `x${id}`
    const index = `n${id}`
    const before = [this.#locals.get(itemName), this.#locals.get(indexName)]
    const collector = { depth: this.#depth, names: new Set<string>() }
    this.#collectors.push(collector)
    this.#depth++
    this.#locals.set(indexName, { code: index, depth: this.#depth })
    this.#locals.set(itemName, { code: item, depth: this.#depth })
    const result = body()
    for (const [name, old] of [
      [itemName, before[0]],
      [indexName, before[1]],
    ] as const) {
      if (old) this.#locals.set(name, old)
      else this.#locals.delete(name)
    }
    this.#depth--
    this.#collectors.pop()
    return { result, item, index, uses: [...collector.names] }
  }
}
