/**
 * Entry of the worker that runs a mini program's logic. It keeps the few functions it needs, waits for its one port,
 * locks the globals, and only then runs the program's script.
 */
import type { HostToLogic, LogicToHost } from '../bridge/messages.ts'
import { linkOf } from '../bridge/link.ts'
import { lockGlobals } from './lock.ts'
import { startLogic, type LogicRuntime } from './runtime.ts'

declare const self: DedicatedWorkerGlobalScope

const importScript = self.importScripts.bind(self)
const createAddress = URL.createObjectURL.bind(URL)
const NativeBlob = Blob
const native = console
let runtime: LogicRuntime | null = null

self.addEventListener('error', (event) => {
  event.preventDefault()
  runtime?.uncaught(event.error ?? event.message)
})
self.addEventListener('unhandledrejection', (event) => {
  event.preventDefault()
  runtime?.unhandledRejection(event.reason, event.promise)
})

self.addEventListener(
  'message',
  (event: MessageEvent<unknown>) => {
    const [port] = event.ports
    if (!port) return
    const host = linkOf<HostToLogic, LogicToHost>(port)
    const resisting = lockGlobals(self)
    if (resisting.length > 0) {
      host.send({
        kind: 'error',
        message: `these globals cannot be locked: ${resisting.join(', ')}`,
        stack: '',
        fatal: true,
      })
      return
    }
    runtime = startLogic({
      host,
      evaluate(script, globals) {
        for (const [name, value] of Object.entries(globals)) {
          Object.defineProperty(self, name, { value, writable: true, configurable: true, enumerable: false })
        }
        importScript(createAddress(new NativeBlob([script], { type: 'text/javascript' })))
      },
      console: native,
    })
  },
  { once: true },
)
