/**
 * Hostile code for the isolation tests: attempts to reach what a mini program must not reach, each a piece of script
 * that resolves when it has succeeded, and the trick by which a program gets hold of the runtime's own port.
 */

/** Attempts from a worker. `ORIGIN` is replaced by the wallet's address. Success is a value; failure is a throw. */
export const workerAttempts: Record<string, string> = {
  'fetch of the wallet with its cookie': `return (await fetch('ORIGIN/reached/fetch', { credentials: 'include' })).status`,
  'fetch without cors': `await fetch('ORIGIN/reached/no-cors', { mode: 'no-cors', keepalive: true }); return 1`,
  XMLHttpRequest: `return new Promise((yes, no) => { const x = new XMLHttpRequest(); x.open('GET', 'ORIGIN/reached/xhr'); x.onload = yes; x.onerror = no; x.send() })`,
  WebSocket: `return new Promise((yes, no) => { const s = new WebSocket('ORIGIN/reached/socket'.replace('http', 'ws')); s.onopen = yes; s.onerror = no })`,
  EventSource: `return new Promise((yes, no) => { const s = new EventSource('ORIGIN/reached/events'); s.onopen = yes; s.onerror = no })`,
  WebTransport: `await new WebTransport('https://127.0.0.1:1/').ready; return 1`,
  'importScripts of the wallet': `importScripts('ORIGIN/reached/import'); return 1`,
  'dynamic import of the wallet': `return (await import('ORIGIN/reached/dynamic')) && 1`,
  'dynamic import of a data address': `return (await import('data:text/javascript,export default 1')).default`,
  'new Function': `return new Function('return 1')()`,
  eval: `return (0, eval)('1')`,
  'the constructor of an async function': `return await (async () => {}).constructor('return 1')()`,
  'a timer with a text': `globalThis.hit = 0; setTimeout('globalThis.hit = 1'); await new Promise((r) => setTimeout(r, 50)); if (globalThis.hit) return 1; throw new Error('not run')`,
  WebAssembly: `return new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))`,
  indexedDB: `return new Promise((yes, no) => { const r = indexedDB.open('wallet'); r.onsuccess = () => yes(r.result.transaction('secrets')); r.onerror = no })`,
  caches: `return (await caches.open('wallet'), 1)`,
  'the origin private file system': `return await navigator.storage.getDirectory()`,
  localStorage: `return localStorage.getItem('wallet-secret').length`,
  cookies: `return (typeof document === 'undefined' ? cookieStore.getAll() : document.cookie.match(/session/)[0])`,
  'hearing the wallet’s BroadcastChannel': `return new Promise((yes, no) => { new BroadcastChannel('wallet').onmessage = yes; setTimeout(no, 400) })`,
  'a nested worker with a network': `return new Promise((yes, no) => { const w = new Worker(URL.createObjectURL(new Blob(["fetch('ORIGIN/reached/nested').then(() => postMessage(1), () => postMessage(0))"]))); w.onmessage = (e) => e.data ? yes() : no(); w.onerror = no })`,
  'a nested worker from the wallet': `return new Promise((yes, no) => { const w = new Worker('ORIGIN/wallet.js'); w.onmessage = yes; w.onerror = no; setTimeout(no, 400) })`,
  SharedWorker: `return new SharedWorker('ORIGIN/wallet.js').port`,
  'parent and top': `return (self.parent || self.top).document.title`,
  opener: `return self.opener.document.title`,
  'navigating from the worker': `self.location.href = 'ORIGIN/reached/location'; location.replace('ORIGIN/reached/replace'); if (typeof location === 'undefined') throw new Error('none'); await new Promise((r) => setTimeout(r, 200)); throw new Error('stayed')`,
}

/** Script text that runs every attempt and gives `{ name: null | 'what it got' }` to `done`. */
export function runAttempts(origin: string, done: string): string {
  const list = Object.entries(workerAttempts)
    .map(([name, code]) => `[${JSON.stringify(name)}, async () => { ${code.replaceAll('ORIGIN', origin)} }]`)
    .join(',\n')
  return `(async () => {
    const results = {}
    for (const [name, attempt] of [${list}]) {
      try {
        results[name] = String((await Promise.race([attempt(), new Promise((_, no) => setTimeout(() => no(new Error('no answer')), 1500))])) ?? 'done')
      } catch { results[name] = null }
    }
    ${done}
  })()`
}

/**
 * Script text that steals the port between logic and host, by replacing functions that the runtime uses, and then runs
 * `attack(port)`. What the host answers is collected in `answers`.
 */
export const stealPort = (attack: string): string => `
  const bind = Function.prototype.bind
  const answers = []
  let viewPort, hostPort
  async function attack(port) { ${attack} }
  const until = async (ready) => { while (!ready()) await new Promise((r) => setTimeout(r, 5)) }
  const answerOf = async (id) => { await until(() => answers.some((a) => a.id === id)); return answers.find((a) => a.id === id) }
  function watch(proto) {
    const { get } = Object.getOwnPropertyDescriptor(proto, 'data')
    Object.defineProperty(proto, 'data', { configurable: true, get() {
      const data = get.call(this)
      if (this.target !== viewPort) {
        answers.push(data)
        if (!hostPort) { hostPort = this.target; setTimeout(() => attack(hostPort).catch((e) => console.log('ATTACK' + JSON.stringify(String(e))))) }
      }
      return data
    } })
  }
  Function.prototype.bind = function (self, ...rest) {
    if (!viewPort && typeof self?.postMessage === 'function') {
      viewPort = self
      self.addEventListener('message', (event) => { watch(Object.getPrototypeOf(event)); Function.prototype.bind = bind; my.hideToast() }, { once: true })
    }
    return bind.call(this, self, ...rest)
  }
  App({})
`
