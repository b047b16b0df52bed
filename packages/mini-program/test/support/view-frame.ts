/**
 * A view frame without a wallet around it: the bundled view script in a page with the policy that the wallet serves
 * it with, and a test at the other ends of its two ports.
 */
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import type { Change, Json, ViewEvent, ViewStart, ViewToHost, ViewToLogic } from '../../src/bridge/messages.ts'
import type { PackedProgram } from '../../src/package-format.ts'

declare global {
  interface Window {
    fromLogic: ViewToLogic[]
    fromHost: ViewToHost[]
    toLogic: MessagePort
    toHost: MessagePort
  }
}

let script: Promise<string> | undefined

/** The view's script as the wallet serves it: one classic script. */
export function bundleView(): Promise<string> {
  script ??= build({
    entryPoints: [fileURLToPath(new URL('../../src/view/main.ts', import.meta.url))],
    bundle: true,
    format: 'iife',
    minify: true,
    write: false,
    target: 'es2022',
  }).then((result) => result.outputFiles[0]!.text)
  return script
}

export interface ViewFrame {
  page: Page
  /** Sends the first data and waits until it is painted. */
  mount(data: Json): Promise<void>
  /** Sends changes and waits until they are painted. */
  update(...changes: Change[]): Promise<void>
  set(path: (string | number)[], value: Json): Promise<void>
  /** Events so far. */
  events(): Promise<ViewEvent[]>
  /** Waits for an event of this type (the `count`-th) and gives it. */
  event(type: string, count?: number): Promise<ViewEvent>
  fromLogic(): Promise<ViewToLogic[]>
  fromHost(): Promise<ViewToHost[]>
  close(): Promise<void>
}

export interface FrameOptions {
  path?: string
  width?: number
  height?: number
  start?: Partial<ViewStart>
}

export async function openView(
  browser: Browser,
  program: PackedProgram,
  options: FrameOptions = {},
): Promise<ViewFrame> {
  const text = await bundleView()
  const path = options.path ?? program.homePage
  const hash = createHash('sha256').update(text).digest('base64')
  const page = await browser.newPage({
    viewport: { width: options.width ?? 375, height: options.height ?? 667 },
    hasTouch: true,
  })
  await page.route('http://view.test/', (route) =>
    route.fulfill({
      contentType: 'text/html; charset=utf-8',
      headers: {
        'content-security-policy': `sandbox allow-scripts; default-src 'none'; script-src 'sha256-${hash}' blob:; style-src 'unsafe-inline'; img-src data: blob:; font-src data:`,
      },
      body: `<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width,initial-scale=1"></head><body><script>${text}</script></body></html>`,
    }),
  )
  await page.goto('http://view.test/')
  const start: ViewStart = {
    pageId: 1,
    path,
    program: { view: program.view, assets: program.assets },
    styles: { app: program.styles.app, page: program.styles.pages[path] ?? '' },
    backgroundColor: '#ffffff',
    dark: false,
    onReachBottomDistance: program.windows[path]?.onReachBottomDistance ?? 50,
    ...options.start,
  }
  await page.evaluate((message) => {
    const host = new MessageChannel()
    const logic = new MessageChannel()
    window.fromHost = []
    window.fromLogic = []
    window.toHost = host.port1
    window.toLogic = logic.port1
    host.port1.onmessage = ({ data }) => window.fromHost.push(data as ViewToHost)
    logic.port1.onmessage = ({ data }) => window.fromLogic.push(data as ViewToLogic)
    window.postMessage({ kind: 'connect' }, '*', [host.port2, logic.port2])
    host.port1.postMessage({ kind: 'start', start: message })
  }, start)

  let seq = 0
  const send = async (message: object) => {
    seq++
    await page.evaluate((each) => window.toLogic.postMessage(each), { ...message, seq })
    await page.waitForFunction(
      (mine) => window.fromLogic.some((each) => each.kind === 'painted' && each.seq >= mine),
      seq,
    )
  }
  const events = () =>
    page.evaluate(() => window.fromLogic.flatMap((each) => (each.kind === 'event' ? [each.event] : [])))
  return {
    page,
    events,
    mount: (data) => send({ kind: 'mount', data }),
    update: (...changes) => send({ kind: 'update', changes }),
    set: (at, value) => send({ kind: 'update', changes: [{ path: at, value }] }),
    async event(type, count = 1) {
      const found = await page.waitForFunction(
        ([wanted, number]) =>
          window.fromLogic.flatMap((each) => (each.kind === 'event' && each.event.type === wanted ? [each.event] : []))[
            number - 1
          ],
        [type, count] as const,
        { timeout: 5000 },
      )
      return (await found.jsonValue()) as ViewEvent
    },
    fromLogic: () => page.evaluate(() => window.fromLogic),
    fromHost: () => page.evaluate(() => window.fromHost),
    close: () => page.close(),
  }
}
