/** The two ends this frame speaks to: the page's logic, and the host. One frame shows one page, so there is one link. */
import type { Json, ViewToHost, ViewToLogic } from '../bridge/messages.ts'

let logic: MessagePort | null = null
let host: MessagePort | null = null

export function connect(hostPort: MessagePort, logicPort: MessagePort): void {
  host = hostPort
  logic = logicPort
}

export function tellLogic(message: ViewToLogic): void {
  logic?.postMessage(message)
}

export function tellHost(message: ViewToHost): void {
  host?.postMessage(message)
}

/** Errors go to both: the developer reads them in the host, the program may have an onError. */
export function tellError(error: unknown): void {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  tellHost({ kind: 'error', message })
  tellLogic({ kind: 'error', message })
}

/** A value that may cross: SJS can put functions or dates into a dataset, which data cannot hold. */
export function toJson(value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value !== 'object') return null
  try {
    return JSON.parse(JSON.stringify(value)) as Json
  } catch {
    return null // A circle.
  }
}
