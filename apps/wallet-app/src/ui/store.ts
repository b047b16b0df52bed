/** A value that others watch: the smallest thing that lets pure logic drive a screen. Knows no UI library. */
export interface Store<T> {
  get(): T
  set(value: T): void
  /** Calls after every change; the answer ends it. */
  subscribe(listener: () => void): () => void
}

export function createStore<T>(initial: T): Store<T> {
  let value = initial
  const listeners = new Set<() => void>()
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return
      value = next
      for (const listener of [...listeners]) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
