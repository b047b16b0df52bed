/** Time that runs out, in words, and the one call when it has. Not read out every second. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { formatDuration } from '../messages/format.ts'

/** The time left until a moment of this device's clock, rendered again every second. */
export function useTimeLeft(until: number, onEnd: () => void): number {
  const [now, setNow] = useState(() => Date.now())
  const end = useRef(onEnd)
  end.current = onEnd
  useEffect(() => {
    const tick = (): void => {
      setNow(Date.now())
      if (Date.now() < until) return
      clearInterval(timer)
      end.current()
    }
    const timer = setInterval(tick, 1000)
    return () => clearInterval(timer)
  }, [until])
  return Math.max(0, until - now)
}

export function Left({ until, text, onEnd }: { until: number; text: (duration: string) => string; onEnd: () => void }) {
  const left = useTimeLeft(until, onEnd)
  return <span class="amount">{text(formatDuration(left))}</span>
}
