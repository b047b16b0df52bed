/**
 * A wallet-like page for tests, bundled and run in Chromium: it has things worth stealing (a cookie, localStorage,
 * IndexedDB, a cache, a BroadcastChannel), opens mini programs with the real host, and writes down all that happens.
 */
import { openMiniProgram, ApiFailure, type HostEvent, type RunningProgram } from '../../src/host/index.ts'
import type { PackedProgram } from '../../src/package-format.ts'
import type { MyFeature, TradePayResultCode } from '@tradepay/contract'

export interface ShellCall {
  name: string
  value: unknown
}

export interface TestWallet {
  events: HostEvent[]
  shell: ShellCall[]
  tradePays: unknown[]
  authCodes: unknown[]
  saved: Record<string, string>
  /** What came over the wallet's BroadcastChannel and to its window. */
  heard: unknown[]
  exits: number
  running: RunningProgram | null
  open(program: PackedProgram, options?: TestOptions): void
  /** Ends the open cashier. */
  closeCashier(resultCode: TradePayResultCode): void
}

export interface TestOptions {
  appId?: string
  features?: MyFeature[]
  storage?: Record<string, string>
  /** Result of a payment; without it the cashier stays open until closeCashier. */
  resultCode?: TradePayResultCode
  confirm?: boolean
}

declare global {
  interface Window {
    wallet: TestWallet
  }
}

let endCashier: (resultCode: TradePayResultCode) => void = () => undefined
const container = document.getElementById('program')!

const wallet: TestWallet = {
  events: [],
  shell: [],
  tradePays: [],
  authCodes: [],
  saved: {},
  heard: [],
  exits: 0,
  running: null,
  closeCashier: (resultCode) => endCashier(resultCode),
  open(program, options = {}) {
    const appId = options.appId ?? '2021000000000001'
    const note = (name: string, value: unknown): void => void wallet.shell.push({ name, value })
    wallet.running = openMiniProgram({
      appId,
      program,
      extConfig: { shop: 'test' },
      container,
      frames: { logicUrl: `/frames/${appId}/logic.html`, viewUrl: `/frames/${appId}/view.html` },
      shell: {
        navigationBar: (bar) => note('navigationBar', bar),
        tabBar: (bar) => note('tabBar', bar),
        alert: async (dialogue) => note('alert', dialogue),
        confirm: async (dialogue) => {
          note('confirm', dialogue)
          return options.confirm ?? true
        },
        toast: async (toast) => note('toast', toast),
        hideToast: () => note('hideToast', null),
        loading: (content) => note('loading', content),
        failed: (problem) => note('failed', problem),
      },
      handlers: {
        async tradePay(params) {
          wallet.tradePays.push(params)
          if (options.resultCode) return { resultCode: options.resultCode }
          const cashier = document.getElementById('cashier')!
          cashier.hidden = false
          document.getElementById('pin')!.focus()
          const resultCode = await new Promise<TradePayResultCode>((resolve) => (endCashier = resolve))
          cashier.hidden = true
          return { resultCode }
        },
        async request({ url, method, headers, body, page }) {
          const answer = await fetch('/relay', {
            method: 'POST',
            headers: { 'x-url': url, 'x-method': method, 'x-page': page, 'x-headers': JSON.stringify(headers) },
            body: new Uint8Array(body ?? []),
          })
          if (answer.status === 502) throw new ApiFailure(12, 'request: network error')
          return {
            status: answer.status,
            headers: Object.fromEntries(answer.headers),
            body: await answer.arrayBuffer(),
          }
        },
        async getAuthCode(params) {
          wallet.authCodes.push(params)
          return { authCode: 'code-1', authSuccessScopes: params.scopes, authErrorScopes: {} }
        },
        storage: {
          load: async () => options.storage ?? {},
          save: async (all) => void (wallet.saved = all),
        },
      },
      systemInfo: { language: 'en', app: 'wallet', version: '1.0.0', dark: false },
      ...(options.features && { features: options.features }),
      onEvent: (event) => void wallet.events.push(event),
      onExit: () => void (wallet.exits += 1),
    })
  },
}

async function fill(): Promise<void> {
  localStorage.setItem('wallet-secret', 'in local storage')
  const channel = new BroadcastChannel('wallet')
  channel.onmessage = ({ data }) => void wallet.heard.push(data)
  addEventListener('message', ({ data }) => void wallet.heard.push(data))
  await new Promise<void>((resolve, reject) => {
    const request = indexedDB.open('wallet', 1)
    request.onupgradeneeded = () => request.result.createObjectStore('secrets').put('in the database', 'secret')
    request.onsuccess = () => {
      request.result.close()
      resolve()
    }
    request.onerror = () => reject(new Error('no database'))
  })
  // The wallet keeps talking on its channel, as its tabs do.
  setInterval(() => new BroadcastChannel('wallet').postMessage('wallet secret on the channel'), 50)
}

void fill().then(() => (window.wallet = wallet))
