/**
 * The script of the logic frame, the sandboxed document that owns the worker. It starts the worker at once, waits for
 * the host's one message, and hands the port on. The program never runs here: only in the worker.
 */
import type { Connect } from '../bridge/messages.ts'

/** The worker's script, put in by the build. */
declare const WORKER_SCRIPT: string

const worker = new Worker(URL.createObjectURL(new Blob([WORKER_SCRIPT], { type: 'text/javascript' })))

function connect(event: MessageEvent<unknown>): void {
  const [port] = event.ports
  if (event.source !== parent || !port || event.ports.length !== 1) return
  removeEventListener('message', connect)
  const message: Connect = { kind: 'connect' }
  worker.postMessage(message, [port])
}
addEventListener('message', connect)
