/**
 * The world around a mini program under test: a server with the wallet-like page, the frames under the policy that the
 * wallet serves them with, a relay, and doors that write down every request they get; and a page of Chromium in it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { buildFrames, type FramesInfo } from '../../src/frames/index.ts'
import type { PackedProgram } from '../../src/package-format.ts'
import { launchChromium } from './chromium.ts'
import type { TestOptions } from './wallet-page.ts'

export interface Recorded {
  method: string
  path: string
  headers: Record<string, string | string[] | undefined>
  body: string
}

export interface WalletWorld {
  url: string
  browser: Browser
  /** Requests that reached a door which only an escaped program could reach. */
  reached: Recorded[]
  /** Requests of the relay, and how it answers: status, headers, body. */
  relayed: Recorded[]
  relay: (request: Recorded) => { status: number; headers?: Record<string, string>; body: string | Uint8Array }
  /** Serves a document with this inline script under the logic's policy, and gives its path. */
  serveFrame(script: string): string
  /** A fresh wallet page with the program opened. */
  open(program: PackedProgram, options?: TestOptions): Promise<Page>
  close(): Promise<void>
}

const walletHtml = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Wallet</title></head>
<body style="margin:0">
<div id="program" style="position:relative;width:375px;height:600px"></div>
<div id="cashier" hidden style="position:fixed;inset:0;z-index:10;background:white">
<input id="pin" aria-label="PIN"><button id="pay">Pay</button></div>
<script src="/wallet.js"></script></body></html>`

/** Types of the frames' policies, as the wallet's static door sends them. */
const framePolicies = ({ logic, view }: FramesInfo) => ({
  logic: `sandbox allow-scripts; default-src 'none'; script-src '${logic.scriptHash}' blob:; worker-src blob:; frame-ancestors 'self'`,
  view: `sandbox allow-scripts; default-src 'none'; script-src '${view.scriptHash}' blob:; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; frame-ancestors 'self'`,
})

export async function startWalletWorld(): Promise<WalletWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'tradepay-frames-'))
  const policies = framePolicies(await buildFrames(folder))
  const frames = {
    logic: await readFile(join(folder, 'logic.html'), 'utf8'),
    view: await readFile(join(folder, 'view.html'), 'utf8'),
  }
  await rm(folder, { recursive: true })
  const bundled = await build({
    entryPoints: [fileURLToPath(new URL('./wallet-page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
  })
  const script = bundled.outputFiles[0]!.text

  const own = new Map<string, { policy: string; html: string }>()

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/'
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString('utf8')
    const recorded: Recorded = { method: request.method ?? '', path, headers: request.headers, body }
    const send = (status: number, headers: Record<string, string>, content: string | Uint8Array): void => {
      response.writeHead(status, headers).end(content)
    }
    const frame = /^\/frames\/\d+\/(logic|view)\.html$/.exec(path)?.[1] as 'logic' | 'view' | undefined
    if (frame) send(200, { 'content-type': 'text/html', 'content-security-policy': policies[frame] }, frames[frame])
    else if (own.has(path)) {
      const { policy, html } = own.get(path)!
      send(200, { 'content-type': 'text/html', 'content-security-policy': policy }, html)
    } else if (path === '/wallet.js') send(200, { 'content-type': 'text/javascript' }, script)
    else if (path === '/relay') {
      const asked: Recorded = {
        method: String(request.headers['x-method']),
        path: String(request.headers['x-url']),
        headers: JSON.parse(String(request.headers['x-headers'])) as Record<string, string>,
        body,
      }
      world.relayed.push(asked)
      const answer = world.relay(asked)
      send(answer.status, { 'content-type': 'application/json', ...answer.headers }, answer.body)
    } else if (path === '/') {
      const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; frame-src 'self'; connect-src 'self'"
      send(
        200,
        {
          'content-type': 'text/html',
          'content-security-policy': policy,
          'set-cookie': 'session=wallet-session; Path=/; SameSite=Lax',
        },
        walletHtml,
      )
    } else if (path === '/plain') {
      send(200, { 'content-type': 'text/html' }, '<title>An ordinary page</title>')
    } else {
      if (path !== '/favicon.ico') world.reached.push(recorded)
      send(
        200,
        {
          'content-type': path.startsWith('/reached/') && !path.endsWith('own') ? 'text/javascript' : 'text/html',
          'access-control-allow-origin': '*',
        },
        '',
      )
    }
  }

  const server: Server = createServer((request, response) => void serve(request, response))
  server.on('upgrade', (request, socket) => {
    world.reached.push({ method: 'UPGRADE', path: request.url ?? '', headers: request.headers, body: '' })
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const browser = await launchChromium()
  const world: WalletWorld = {
    url,
    browser,
    reached: [],
    relayed: [],
    relay: () => ({ status: 200, body: '{}' }),
    serveFrame(script) {
      const hash = `sha256-${createHash('sha256').update(script).digest('base64')}`
      const path = `/frames/own-${own.size}`
      const policy = policies.logic.replace(/'sha256-[^']+'/, `'${hash}'`)
      own.set(path, { policy, html: `<!doctype html><meta charset="utf-8"><body><script>${script}</script>` })
      return path
    },
    async open(program, options = {}) {
      const page = await browser.newPage({ viewport: { width: 375, height: 600 } })
      await page.goto(url)
      await page.waitForFunction(() => window.wallet !== undefined)
      await page.evaluate(([packed, how]) => window.wallet.open(packed, how), [program, options] as const)
      return page
    },
    async close() {
      await browser.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return world
}

/** Waits for a console line of the program that starts with the mark, and gives the JSON after it. */
export async function lineOf(page: Page, mark: string): Promise<unknown> {
  const found = await page.waitForFunction(
    (wanted) => {
      for (const event of window.wallet.events) {
        if (event.kind === 'console' && event.text.startsWith(wanted)) return event.text
      }
      return null
    },
    mark,
    { timeout: 10_000 },
  )
  return JSON.parse(String(await found.jsonValue()).slice(mark.length))
}

/** Waits for a call of the shell and gives its value. */
export async function shellCall(page: Page, name: string, count = 1): Promise<unknown> {
  const found = await page.waitForFunction(
    ([wanted, number]) => window.wallet.shell.filter((call) => call.name === wanted)[number - 1],
    [name, count] as const,
    { timeout: 12_000 },
  )
  return ((await found.jsonValue()) as { value: unknown }).value
}
