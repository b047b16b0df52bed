/** Looks again at what may have changed meanwhile: every few seconds while the page is in sight, and when it comes back. */
import { useEffect, useRef } from 'preact/hooks'

/** How old what is shown may be. Milliseconds. */
const EVERY_MS = 5_000

/** @param still true while nothing may change under the user's hands */
export function useAgain(look: () => void, still: boolean): void {
  const latest = useRef(look)
  latest.current = look
  useEffect(() => {
    if (still) return
    const lookIfSeen = (): void => {
      if (document.visibilityState === 'visible') latest.current()
    }
    const timer = setInterval(lookIfSeen, EVERY_MS)
    document.addEventListener('visibilitychange', lookIfSeen)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', lookIfSeen)
    }
  }, [still])
}
