/**
 * scroll-view: scrolls along x, y or both; tells where it is (once a frame) and when it comes near an end (once each
 * time it comes near).
 */
import { h, type ComponentChild } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { emit } from '../events.ts'
import { hostProps } from '../host-props.ts'
import { toFlag, toNumber, toText } from '../values.ts'
import type { TagProps } from './index.ts'

const DEFAULT_THRESHOLD = 50

export function ScrollView({ children, ...attributes }: TagProps): ComponentChild {
  const host = useRef<HTMLElement>(null)
  const asked = useRef(false)
  const near = useRef({ upper: true, lower: false })
  const last = useRef({ left: 0, top: 0 })
  const x = toFlag(attributes['scrollX'])
  const y = toFlag(attributes['scrollY'])
  const behavior: ScrollBehavior = toFlag(attributes['scrollWithAnimation']) ? 'smooth' : 'instant'

  const top = attributes['scrollTop']
  useLayoutEffect(() => {
    if (top !== undefined && top !== null) host.current?.scrollTo({ top: toNumber(top, 0), behavior })
  }, [top])
  const left = attributes['scrollLeft']
  useLayoutEffect(() => {
    if (left !== undefined && left !== null) host.current?.scrollTo({ left: toNumber(left, 0), behavior })
  }, [left])
  const into = toText(attributes['scrollIntoView'])
  useLayoutEffect(() => {
    const element = host.current
    const child = into === '' ? null : element?.querySelector<HTMLElement>(`#${CSS.escape(into)}`)
    if (!element || !child) return
    const from = element.getBoundingClientRect()
    const to = child.getBoundingClientRect()
    const target: ScrollToOptions = { behavior }
    if (y) target.top = element.scrollTop + to.top - from.top - element.clientTop
    if (x) target.left = element.scrollLeft + to.left - from.left - element.clientLeft
    element.scrollTo(target)
  }, [into])

  const tell = () => {
    asked.current = false
    const element = host.current
    if (!element) return
    const { scrollTop, scrollLeft, scrollHeight, scrollWidth, clientHeight, clientWidth } = element
    emit(element, 'scroll', {
      scrollTop,
      scrollLeft,
      scrollHeight,
      scrollWidth,
      deltaX: last.current.left - scrollLeft,
      deltaY: last.current.top - scrollTop,
    })
    const forth = scrollTop + scrollLeft > last.current.top + last.current.left
    last.current = { left: scrollLeft, top: scrollTop }
    const upper = toNumber(attributes['upperThreshold'], DEFAULT_THRESHOLD)
    const lower = toNumber(attributes['lowerThreshold'], DEFAULT_THRESHOLD)
    const before = near.current
    near.current = {
      upper: (y && scrollTop <= upper) || (x && scrollLeft <= upper),
      lower:
        (y && scrollHeight - clientHeight - scrollTop <= lower) ||
        (x && scrollWidth - clientWidth - scrollLeft <= lower),
    }
    if (near.current.upper && !before.upper && !forth) emit(element, 'scrollToUpper', {})
    if (near.current.lower && !before.lower && forth) emit(element, 'scrollToLower', {})
  }
  return h(
    'tp-scroll-view',
    {
      ...hostProps(attributes),
      ref: host,
      'data-axis': x && y ? 'both' : x ? 'x' : y ? 'y' : 'none',
      tabIndex: x || y ? 0 : undefined,
      onScroll(event: Event) {
        if (event.target !== host.current || asked.current) return
        asked.current = true
        requestAnimationFrame(tell)
      },
    },
    children,
  )
}
