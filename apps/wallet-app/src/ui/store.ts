/** A value that screens watch: the smallest thing that lets pure logic drive a component. */
import { useLayoutEffect, useState } from 'preact/hooks'

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

/** The store's value, in a component that renders again when it changes. */
export function useStore<T>(store: Store<T>): T {
  const [, render] = useState({})
  useLayoutEffect(() => {
    // The value may have changed between rendering and here.
    render({})
    return store.subscribe(() => render({}))
  }, [store])
  return store.get()
}
