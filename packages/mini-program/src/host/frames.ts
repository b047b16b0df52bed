/**
 * Sandboxed frames of a running program. A frame has an opaque origin and runs scripts, nothing else: no forms, popups,
 * top navigation, downloads or devices. It is given its ports once, when its document has loaded; the host listens to no
 * window message at all, so nobody can speak in a frame's name.
 */
import type { Connect } from '../bridge/messages.ts'

export interface Frame {
  readonly element: HTMLIFrameElement
  remove(): void
}

export interface FrameOptions {
  url: string
  title: string
  container: HTMLElement
  /** Ports for the document, handed over when it has loaded. */
  ports: MessagePort[]
  /** The frame loaded a second document: something in it navigated. */
  onNavigated(): void
}

/** Puts a frame into the container, hidden. The caller shows it by style. */
export function createFrame({ url, title, container, ports, onNavigated }: FrameOptions): Frame {
  const element = document.createElement('iframe')
  element.setAttribute('sandbox', 'allow-scripts')
  element.setAttribute('allow', '')
  element.referrerPolicy = 'no-referrer'
  element.title = title
  Object.assign(element.style, {
    position: 'absolute',
    inset: '0',
    width: '100%',
    height: '100%',
    border: '0',
    opacity: '0',
    pointerEvents: 'none',
  })
  let connected = false
  element.addEventListener('load', () => {
    if (connected) {
      onNavigated()
      return
    }
    connected = true
    const connect: Connect = { kind: 'connect' }
    // The frame's origin is opaque, so no target origin can name it. What is sent are the two ports and nothing else.
    element.contentWindow?.postMessage(connect, '*', ports)
  })
  element.src = url
  container.append(element)
  return { element, remove: () => element.remove() }
}
