/**
 * The script of a view frame. Waits for the host's `connect` with two ports (host, logic), then for the page's start,
 * runs the program's view text, and draws what the logic sends. The frame is sandboxed and has no origin; the text it
 * runs is the packager's, and data is only ever data.
 */
import type { Connect, HostToView, LogicToView, ViewStart } from '../bridge/messages.ts'
import { setAssets } from './assets.ts'
import { BASE_STYLE } from './base-style.ts'
import { prepareElements } from './element-info.ts'
import { listenForGestures } from './gestures.ts'
import { connect, tellError, tellHost } from './link.ts'
import { Page } from './page.ts'
import { Registry } from './registry.ts'
import { listenForScrolling, scrollPageTo } from './scrolling.ts'
import { createTools } from './tools.ts'

const DEFAULT_REACH_BOTTOM_DISTANCE = 50

declare global {
  interface Window {
    __views?: Registry
  }
}

window.addEventListener('message', function onConnect(event: MessageEvent<Connect>) {
  const [hostPort, logicPort] = event.ports
  // Only the page that made this frame may connect it, and only once.
  if (event.source !== window.parent || event.data?.kind !== 'connect' || !hostPort || !logicPort) return
  window.removeEventListener('message', onConnect)
  connect(hostPort, logicPort)
  window.addEventListener('error', (failure) => tellError(failure.error ?? failure.message))
  window.addEventListener('unhandledrejection', (failure) => tellError(failure.reason))
  let started = false
  hostPort.onmessage = ({ data }: MessageEvent<HostToView>) => {
    if (data.kind !== 'start' || started) return
    started = true
    // Messages of the logic wait in the port until the page can draw them.
    open(data.start).then((page) => listen(page, logicPort), tellError)
  }
  tellHost({ kind: 'ready' })
})

async function open(start: ViewStart): Promise<Page> {
  prepareElements()
  setAssets(start.program.assets, start.path)
  document.documentElement.style.colorScheme = start.dark ? 'dark' : 'light'
  document.documentElement.style.backgroundColor = start.backgroundColor
  for (const css of [BASE_STYLE, start.styles.app, start.styles.page]) {
    const style = document.createElement('style')
    style.textContent = css
    document.head.append(style)
  }
  const registry = new Registry()
  window.__views = registry
  await runScript(start.program.view)
  const root = document.createElement('tp-page')
  root.className = 'a-page'
  document.body.append(root)
  const tools = createTools(registry)
  const page = new Page(root, (data) => registry.page(start.path, tools).render(data))
  listenForGestures(document)
  listenForScrolling(start.onReachBottomDistance ?? DEFAULT_REACH_BOTTOM_DISTANCE)
  return page
}

function listen(page: Page, logicPort: MessagePort): void {
  logicPort.onmessage = ({ data: message }: MessageEvent<LogicToView>) => {
    if (message.kind === 'mount') page.mount(message.seq, message.data)
    else if (message.kind === 'update') page.update(message.seq, message.changes)
    else scrollPageTo(message.top, message.durationMs)
  }
}

/** Runs a text as a script from a blob: the frame's policy allows no other way. */
function runScript(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))
    const script = document.createElement('script')
    script.src = url
    script.onload = () => {
      URL.revokeObjectURL(url)
      resolve()
    }
    script.onerror = () => {
      URL.revokeObjectURL(url)
      reject(new Error('The view of the program could not be loaded.'))
    }
    document.head.append(script)
  })
}
