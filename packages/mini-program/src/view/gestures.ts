/**
 * Taps, long taps and touches, heard once on the document for all tags. A mouse counts as one finger. Here also is what
 * a tap does without a handler: submit a form, press a label's control, show a hover class.
 */
import type { Json } from '../bridge/messages.ts'
import { bubble, isHandled } from './events.ts'
import { infoOf, isTag, tagsAbove } from './element-info.ts'
import { resetForm, submitForm } from './forms.ts'
import { tellHost } from './link.ts'

const LONG_TAP_MS = 500
/** A finger is never quite still. */
const STILL_PX = 10

interface Finger {
  identifier: number
  pageX: number
  pageY: number
  clientX: number
  clientY: number
}

export function listenForGestures(document: Document): void {
  let longTap: { timer: number; x: number; y: number } | null = null
  let longTapTaken = false
  let touchTarget: EventTarget | null = null
  let mouseDown = false
  let lastTouchAt = -Infinity
  const hovering = new Set<HTMLElement>()

  const endLongTap = () => {
    if (longTap) clearTimeout(longTap.timer)
    longTap = null
  }
  const start = (target: EventTarget | null, finger: Finger) => {
    const path = tagsAbove(target)
    touchTarget = target
    longTapTaken = false
    endLongTap()
    longTap = {
      x: finger.clientX,
      y: finger.clientY,
      timer: window.setTimeout(() => {
        longTapTaken = bubble(path, 'longTap', tapDetail(finger))
      }, LONG_TAP_MS),
    }
    for (const element of path) {
      const hover = infoOf(element)?.hover
      if (!hover || infoOf(element)?.disabled) continue
      hovering.add(element)
      setTimeout(() => {
        if (hovering.has(element)) element.classList.add(...hover.className.split(/\s+/).filter(Boolean))
      }, hover.startMs)
    }
  }
  const move = (finger: Finger) => {
    if (longTap && Math.hypot(finger.clientX - longTap.x, finger.clientY - longTap.y) > STILL_PX) endLongTap()
  }
  const end = () => {
    endLongTap()
    for (const element of hovering) {
      const hover = infoOf(element)?.hover
      hovering.delete(element)
      if (hover)
        setTimeout(() => element.classList.remove(...hover.className.split(/\s+/).filter(Boolean)), hover.stayMs)
    }
  }
  const touch = (type: string, target: EventTarget | null, touches: Finger[], changed: Finger[]) => {
    const path = tagsAbove(target)
    if (isHandled(path, type)) bubble(path, type, {}, { touches: asJson(touches), changedTouches: asJson(changed) })
  }

  for (const [name, type] of [
    ['touchstart', 'touchStart'],
    ['touchmove', 'touchMove'],
    ['touchend', 'touchEnd'],
    ['touchcancel', 'touchCancel'],
  ] as const) {
    document.addEventListener(
      name,
      (event) => {
        lastTouchAt = event.timeStamp
        const changed = fingersOf(event.changedTouches)
        if (name === 'touchstart' && changed[0]) start(event.target, changed[0])
        else if (name === 'touchmove' && changed[0]) move(changed[0])
        else end()
        touch(type, event.target, fingersOf(event.touches), changed)
      },
      { passive: true },
    )
  }
  // After a touch the browser may tell the same story again with a mouse.
  const isMouse = (event: MouseEvent) => event.button === 0 && event.timeStamp - lastTouchAt > 1000
  document.addEventListener('mousedown', (event) => {
    if (!isMouse(event)) return
    mouseDown = true
    start(event.target, fingerOfMouse(event))
    touch('touchStart', event.target, [fingerOfMouse(event)], [fingerOfMouse(event)])
  })
  document.addEventListener('mousemove', (event) => {
    if (!mouseDown) return
    move(fingerOfMouse(event))
    touch('touchMove', touchTarget, [fingerOfMouse(event)], [fingerOfMouse(event)])
  })
  document.addEventListener('mouseup', (event) => {
    if (!mouseDown) return
    mouseDown = false
    end()
    touch('touchEnd', touchTarget, [], [fingerOfMouse(event)])
  })
  document.addEventListener('click', (event) => {
    if (longTapTaken) {
      longTapTaken = false
      return
    }
    tap(event)
  })
  document.addEventListener('keydown', (event) => {
    if ((event.key !== 'Enter' && event.key !== ' ') || event.isComposing) return
    const { target } = event
    if (target instanceof HTMLElement && isTag(target) && target.tabIndex === 0 && target.hasAttribute('role')) {
      event.preventDefault()
      if (!event.repeat) target.click()
    }
  })
}

function tap(event: MouseEvent): void {
  const path = tagsAbove(event.target)
  tellHost({ kind: 'interacted', type: 'tap' })
  const button = path.find((element) => infoOf(element)?.disabled !== undefined)
  if (button && infoOf(button)?.disabled) return
  bubble(
    path,
    'tap',
    tapDetail({
      identifier: 0,
      pageX: event.pageX,
      pageY: event.pageY,
      clientX: event.clientX,
      clientY: event.clientY,
    }),
  )
  for (const element of path) infoOf(element)?.onTap?.()
  pressLabel(path)
  const formButton = path.find((element) => infoOf(element)?.formType !== undefined)
  const form = formButton?.closest<HTMLElement>('tp-form')
  if (!form || !formButton) return
  if (infoOf(formButton)?.formType === 'submit') submitForm(form, formButton)
  else resetForm(form)
}

/** A tap on a label presses its control, unless the tap was on a control already. */
function pressLabel(path: HTMLElement[]): void {
  const at = path.findIndex((element) => element.localName === 'tp-label')
  if (at === -1 || path.slice(0, at).some((element) => element.tpControl || element.localName === 'tp-button')) return
  const label = path[at]!
  const id = infoOf(label)?.labelFor
  const named = id ? document.getElementById(id) : null
  const inside = id ? null : [...label.querySelectorAll<HTMLElement>('*')].find((element) => element.tpControl)
  const control = named ?? inside
  if (control?.tpControl) control.tpControl.activate()
  else if (control?.localName === 'tp-button') control.click()
}

function tapDetail(finger: Finger): Json {
  const { pageX, pageY, clientX, clientY } = finger
  return { x: pageX, y: pageY, pageX, pageY, clientX, clientY }
}

function fingersOf(touches: TouchList): Finger[] {
  return [...touches].map(({ identifier, pageX, pageY, clientX, clientY }) => ({
    identifier,
    pageX,
    pageY,
    clientX,
    clientY,
  }))
}

function fingerOfMouse(event: MouseEvent): Finger {
  return { identifier: 0, pageX: event.pageX, pageY: event.pageY, clientX: event.clientX, clientY: event.clientY }
}

function asJson(fingers: Finger[]): Json {
  return fingers.map((finger) => ({ ...finger }))
}
