/** A store's value in a component, which renders again when it changes. */
import { useLayoutEffect, useState } from 'preact/hooks'
import type { Store } from './store.ts'

export function useStore<T>(store: Store<T>): T {
  const [, render] = useState({})
  useLayoutEffect(() => {
    // The value may have changed between rendering and here.
    render({})
    return store.subscribe(() => render({}))
  }, [store])
  return store.get()
}
