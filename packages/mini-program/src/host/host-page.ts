/**
 * One page of the stack on the wallet's side: its frame, its channel to the view, and what the wallet's bar shows for
 * it. The frame stays unseen until its first paint, then slides in.
 */
import type { HostToView, ViewToHost } from '../bridge/messages.ts'
import { linkOf, type Link } from '../bridge/link.ts'
import { isRecord } from '../bridge/plain.ts'
import type { PackedProgram } from '../package-format.ts'
import { createFrame } from './frames.ts'
import { createBucket } from './rate.ts'

/** Colours and title of the wallet's bar while the page is on top. */
export interface PageBar {
  title: string
  backgroundColor: string
  frontColor: 'black' | 'white'
}

export interface HostPage {
  readonly id: number
  readonly path: string
  bar: PageBar
  /** The logic's end of the channel to the view; handed over once. */
  readonly logicPort: MessagePort
  /** True from its first paint on. */
  readonly painted: boolean
  /**
   * `top` is seen and touchable, `curtain` seen until the page over it has painted, `hidden` neither. `order` is its
   * height in the container.
   */
  place(place: Place, order: number): void
  /** Ends the channel and removes the frame, sliding it out first where the user wants motion. */
  close(slideOut: boolean): void
}

export type Place = 'top' | 'curtain' | 'hidden'

export interface HostPageDeps {
  id: number
  path: string
  program: PackedProgram
  viewUrl: string
  container: HTMLElement
  dark: boolean
  /** Slide in on first paint: false for the first page and for tabs. */
  slide: boolean
  painted(page: HostPage): void
  interacted(page: HostPage, type: string): void
  failed(page: HostPage, message: string): void
}

/** How long a page may take to its first paint. Milliseconds. */
const PAINT_WITHIN = 10_000
/** How long a page slides. Milliseconds. */
export const SLIDE_MS = 220

export function createHostPage(deps: HostPageDeps): HostPage {
  const { id, path, program, container } = deps
  const window = program.windows[path]
  const toView = new MessageChannel()
  const logicToView = new MessageChannel()
  const view: Link<ViewToHost, HostToView> = linkOf(toView.port1)
  let painted = false
  let place: Place = 'hidden'
  let closed = false

  const frame = createFrame({
    url: deps.viewUrl,
    title: window?.defaultTitle ?? path,
    container,
    ports: [toView.port2, logicToView.port2],
    onNavigated: () => deps.failed(page, 'The page left its place.'),
  })
  const { style } = frame.element

  const page: HostPage = {
    id,
    path,
    bar: barOf(program, path),
    logicPort: logicToView.port1,
    get painted() {
      return painted
    },
    place(next, order) {
      place = next
      style.zIndex = String(order)
      draw()
    },
    close(slideOut) {
      if (closed) return
      closed = true
      clearTimeout(watchdog)
      view.close()
      if (!slideOut || !painted || stillMotion()) {
        frame.remove()
        return
      }
      frame.element.inert = true
      slide('translateX(0)', 'translateX(100%)')
      setTimeout(() => frame.remove(), SLIDE_MS)
    },
  }

  /** An unpainted page keeps its place and only has no colour, because a browser does not paint what is out of view. */
  function draw(): void {
    const touchable = place === 'top' && painted
    style.opacity = painted ? '1' : '0'
    style.pointerEvents = touchable ? 'auto' : 'none'
    style.visibility = place === 'hidden' && painted ? 'hidden' : 'visible'
    frame.element.inert = !touchable
  }
  function slide(from: string, to: string): void {
    frame.element.animate([{ transform: from }, { transform: to }], {
      duration: SLIDE_MS,
      easing: 'ease-out',
      fill: 'forwards',
    })
  }

  let watchdog = setTimeout(giveUp, PAINT_WITHIN)
  function giveUp(): void {
    // A hidden document paints nothing, which is nobody's fault.
    if (document.visibilityState === 'hidden') watchdog = setTimeout(giveUp, PAINT_WITHIN)
    else deps.failed(page, 'The page did not appear in time.')
  }

  const touches = createBucket({ burst: 50, perSecond: 20 })
  view.listen((message: unknown) => {
    if (closed || !isRecord(message)) return
    switch (message['kind']) {
      case 'painted':
        if (painted) return
        painted = true
        clearTimeout(watchdog)
        draw()
        if (deps.slide && place === 'top' && !stillMotion()) slide('translateX(100%)', 'translateX(0)')
        deps.painted(page)
        break
      case 'interacted':
        if (place === 'top' && typeof message['type'] === 'string' && touches.take(performance.now())) {
          deps.interacted(page, message['type'].slice(0, 32))
        }
        break
      case 'error':
        if (!painted)
          deps.failed(page, typeof message['message'] === 'string' ? message['message'].slice(0, 1_000) : '')
        break
    }
  })
  view.send({
    kind: 'start',
    start: {
      pageId: id,
      path,
      program: { view: program.view, assets: program.assets },
      styles: { app: program.styles.app, page: program.styles.pages[path] ?? '' },
      backgroundColor: window?.backgroundColor ?? '#ffffff',
      onReachBottomDistance: window?.onReachBottomDistance ?? 50,
      dark: deps.dark,
    },
  })
  return page
}

/** The bar as the package has it for the page. */
export function barOf(program: PackedProgram, path: string): PageBar {
  const window = program.windows[path]
  return {
    title: window?.defaultTitle ?? '',
    backgroundColor: window?.titleBarColor ?? '#ffffff',
    frontColor: window?.navigationBarFrontColor ?? 'black',
  }
}

const stillMotion = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches
