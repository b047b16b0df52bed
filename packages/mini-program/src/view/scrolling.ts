/** The page's own scrolling: tells where it is once a frame, and when it comes near the bottom. */
import { tellLogic } from './link.ts'

export function listenForScrolling(reachBottomDistance: number): void {
  let asked = false
  let atBottom = false
  let lastTop = 0
  const tell = () => {
    asked = false
    const element = document.scrollingElement ?? document.documentElement
    const { scrollTop, scrollHeight, clientHeight } = element
    const near = scrollHeight - clientHeight - scrollTop <= reachBottomDistance
    const reachedBottom = near && !atBottom && scrollTop > lastTop
    // Content that grows below takes the bottom away, and it can be reached again.
    atBottom = near && (atBottom || reachedBottom)
    lastTop = scrollTop
    tellLogic({ kind: 'scroll', scrollTop, scrollHeight, reachedBottom })
  }
  document.addEventListener(
    'scroll',
    (event) => {
      if (event.target !== document || asked) return
      asked = true
      requestAnimationFrame(tell)
    },
    { passive: true },
  )
  new ResizeObserver(() => {
    const { scrollTop, scrollHeight, clientHeight } = document.scrollingElement ?? document.documentElement
    if (scrollHeight - clientHeight - scrollTop > reachBottomDistance) atBottom = false
  }).observe(document.body)
}

/** Scrolls the page within `durationMs`; 0 jumps. */
export function scrollPageTo(top: number, durationMs: number): void {
  const element = document.scrollingElement ?? document.documentElement
  const from = element.scrollTop
  const way = Math.max(0, Math.min(top, element.scrollHeight - element.clientHeight)) - from
  const start = performance.now()
  const still = durationMs <= 0 || matchMedia('(prefers-reduced-motion: reduce)').matches
  const step = (now: number) => {
    const part = still ? 1 : Math.min(1, Math.max(0, (now - start) / durationMs))
    element.scrollTop = from + way * (part < 0.5 ? 2 * part * part : 1 - (2 - 2 * part) ** 2 / 2)
    if (part < 1) requestAnimationFrame(step)
  }
  step(start)
}
