/** What a page has asked its server for: loading, there, or failed with a way to try again. */
import { useCallback, useEffect, useState } from 'preact/hooks'
import { ServerError } from '../server-api/server-error.ts'

export type Loaded<T> =
  { status: 'loading' } | { status: 'there'; value: T } | { status: 'failed'; problem: ServerError }

/**
 * Loads when the page opens. An answer that comes after the page has gone, or after a newer one, is dropped. `refresh` asks
 * again and keeps what is there until the answer comes, also when it does not come.
 */
export function useLoaded<T>(load: () => Promise<T>): { state: Loaded<T>; reload: () => void; refresh: () => void } {
  const [state, setState] = useState<Loaded<T>>({ status: 'loading' })
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    let current = true
    load().then(
      (value) => current && setState({ status: 'there', value }),
      (error: unknown) => {
        if (!(error instanceof ServerError)) throw error
        if (current) setState((now) => (now.status === 'there' ? now : { status: 'failed', problem: error }))
      },
    )
    return () => {
      current = false
    }
    // The loader of a page is the same for as long as the page is there.
  }, [turn])
  const refresh = useCallback(() => setTurn((n) => n + 1), [])
  const reload = useCallback(() => {
    setState({ status: 'loading' })
    refresh()
  }, [])
  return { state, reload, refresh }
}
