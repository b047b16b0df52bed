/**
 * swiper: one item at a time, dragged by a finger or a mouse, on its own by `autoplay`, in a circle by `circular`.
 * The items are placed by the part of the way between them, so that a circle needs no copies of items.
 */
import { h, type ComponentChild, type RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { emit } from '../events.ts'
import { hostProps } from '../host-props.ts'
import { toFlag, toNumber, toText } from '../values.ts'
import type { TagProps } from './index.ts'

/** A drag that goes this far turns the page; a quick one may be shorter. */
const TURN_PART = 0.3
const QUICK_PX_PER_MS = 0.3
/** Before this the finger may mean a tap, or scrolling the other way. */
const DRAG_PX = 6

export function Swiper({ children, ...attributes }: TagProps): ComponentChild {
  const host = useRef<HTMLElement>(null)
  const track = useRef<HTMLElement>(null)
  const [count, setCount] = useState(0)
  const current = Math.max(0, Math.floor(toNumber(attributes['current'], 0)))
  const options = {
    vertical: toFlag(attributes['vertical']),
    circular: toFlag(attributes['circular']),
    duration: Math.max(0, toNumber(attributes['duration'], 500)),
  }
  const mover = useMover(host, track, options, current)

  useLayoutEffect(() => {
    const items = mover.items()
    if (items.length !== count) setCount(items.length)
    mover.place()
  })
  useLayoutEffect(() => {
    if (mover.index() !== current) mover.goTo(current, false)
  }, [current])

  const autoplay = toFlag(attributes['autoplay'])
  const interval = Math.max(100, toNumber(attributes['interval'], 5000))
  useEffect(() => {
    if (!autoplay || count < 2) return undefined
    const timer = setInterval(() => {
      if (mover.isHeld()) return
      const next = mover.index() + 1
      mover.goTo(next < count || options.circular ? next : 0, true, true)
    }, interval)
    return () => clearInterval(timer)
  }, [autoplay, interval, count, options.circular, options.duration])

  const dots = toFlag(attributes['indicatorDots']) && count > 0
  const colour = toText(attributes['indicatorColor']) || 'rgba(0, 0, 0, .3)'
  const active = toText(attributes['indicatorActiveColor']) || '#000000'
  return h(
    'tp-swiper',
    { ...hostProps(attributes), ref: host, 'data-axis': options.vertical ? 'y' : 'x' },
    h('div', { class: 'tp-swiper-track', ref: track }, children),
    dots
      ? h(
          'div',
          { class: 'tp-swiper-dots', 'aria-hidden': 'true' },
          Array.from({ length: count }, (_, index) =>
            h('span', { key: index, style: `background:${index === mover.shown ? active : colour}` }),
          ),
        )
      : null,
  )
}

interface Options {
  vertical: boolean
  circular: boolean
  duration: number
}

/** The position of the swiper, and everything that moves it. Kept over renders; reads the newest options. */
function useMover(
  host: RefObject<HTMLElement | null>,
  track: RefObject<HTMLElement | null>,
  options: Options,
  initial: number,
) {
  const [shown, setShown] = useState(initial)
  const kept = useRef<ReturnType<typeof createMover> | null>(null)
  kept.current ??= createMover(host, track, initial)
  kept.current.options = options
  kept.current.onShown = setShown
  useEffect(() => kept.current!.listen(), [])
  return { ...kept.current, shown }
}

function createMover(host: RefObject<HTMLElement | null>, track: RefObject<HTMLElement | null>, initial: number) {
  let position = initial
  let index = initial
  let frame = 0
  let held = false
  const mover = {
    options: { vertical: false, circular: false, duration: 500 } as Options,
    onShown: (_index: number): void => undefined,
    items: () => [...(track.current?.children ?? [])] as HTMLElement[],
    index: () => index,
    isHeld: () => held,
    place,
    goTo,
    listen,
  }
  return mover

  function place(): void {
    const items = mover.items()
    const { vertical, circular } = mover.options
    for (const [at, item] of items.entries()) {
      let offset = at - position
      if (circular && items.length > 1) {
        const half = items.length / 2
        offset = ((((offset + half) % items.length) + items.length) % items.length) - half
      }
      item.style.transform = vertical ? `translate3d(0,${offset * 100}%,0)` : `translate3d(${offset * 100}%,0,0)`
      const away = Math.abs(offset) >= 1
      item.style.visibility = away ? 'hidden' : ''
    }
  }

  /** Moves to an item; past an end of a circle it goes on. `told` says whether the page hears of it. */
  function goTo(target: number, told: boolean, autoplay = false): void {
    const count = mover.items().length
    if (count === 0) return
    const { circular, duration } = mover.options
    const aim = circular ? target : Math.min(count - 1, Math.max(0, target))
    const next = ((aim % count) + count) % count
    const changed = next !== index
    index = next
    mover.onShown(next)
    if (changed && told) emit(host.current, 'change', { current: next, source: autoplay ? 'autoplay' : 'touch' })
    const from = position
    const start = performance.now()
    cancelAnimationFrame(frame)
    const still = duration === 0 || matchMedia('(prefers-reduced-motion: reduce)').matches
    const step = (now: number) => {
      const part = still ? 1 : Math.min(1, Math.max(0, (now - start) / duration))
      position = from + (aim - from) * (1 - (1 - part) ** 3)
      if (part < 1) frame = requestAnimationFrame(step)
      else {
        position = next
        if (told) emit(host.current, 'animationEnd', { current: next })
      }
      place()
    }
    step(start)
  }

  function listen(): () => void {
    const element = host.current
    if (!element) return () => undefined
    let drag: { id: number; x: number; y: number; at: number; from: number; moving: boolean } | null = null
    const along = (event: PointerEvent) => (mover.options.vertical ? event.clientY - drag!.y : event.clientX - drag!.x)
    const across = (event: PointerEvent) => (mover.options.vertical ? event.clientX - drag!.x : event.clientY - drag!.y)
    const size = () => (mover.options.vertical ? element.clientHeight : element.clientWidth) || 1
    const down = (event: PointerEvent) => {
      if (!event.isPrimary || event.button !== 0 || mover.items().length < 2) return
      drag = {
        id: event.pointerId,
        x: event.clientX,
        y: event.clientY,
        at: event.timeStamp,
        from: position,
        moving: false,
      }
    }
    const move = (event: PointerEvent) => {
      if (event.pointerId !== drag?.id) return
      if (!drag.moving) {
        if (Math.abs(across(event)) > DRAG_PX && Math.abs(across(event)) > Math.abs(along(event))) drag = null
        else if (Math.abs(along(event)) > DRAG_PX) {
          drag.moving = true
          held = true
          cancelAnimationFrame(frame)
          element.setPointerCapture(event.pointerId)
        }
        if (!drag?.moving) return
      }
      const count = mover.items().length
      position = drag.from - along(event) / size()
      // Past an end that leads nowhere it follows at a third of the way.
      if (!mover.options.circular) {
        if (position < 0) position /= 3
        else if (position > count - 1) position = count - 1 + (position - count + 1) / 3
      }
      place()
    }
    const up = (event: PointerEvent) => {
      if (event.pointerId !== drag?.id) return
      const { moving, from, at } = drag
      const way = along(event)
      drag = null
      held = false
      if (!moving) return
      const quick = Math.abs(way) / Math.max(1, event.timeStamp - at) > QUICK_PX_PER_MS
      const turns = event.type === 'pointerup' && (Math.abs(way) / size() > TURN_PART || quick)
      goTo(Math.round(from) + (turns ? (way < 0 ? 1 : -1) : 0), true)
      // The click that ends a drag is no tap.
      element.addEventListener('click', stop, { capture: true, once: true })
      setTimeout(() => element.removeEventListener('click', stop, { capture: true }), 0)
    }
    const stop = (event: Event) => event.stopPropagation()
    element.addEventListener('pointerdown', down)
    element.addEventListener('pointermove', move)
    element.addEventListener('pointerup', up)
    element.addEventListener('pointercancel', up)
    return () => {
      cancelAnimationFrame(frame)
      element.removeEventListener('pointerdown', down)
      element.removeEventListener('pointermove', move)
      element.removeEventListener('pointerup', up)
      element.removeEventListener('pointercancel', up)
    }
  }
}
