/**
 * Connects a notification handler (step 18) to Express, of which it needs nothing but what node:http has.
 *
 * The signature covers the raw bytes, so it must stand before `express.json()`, or behind `express.raw()`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody, send } from './node.ts'
import type { NotificationHandler } from './superapp-notification.ts'

/** What Express adds to node's request, as far as it matters here. */
interface ExpressRequest extends IncomingMessage {
  originalUrl?: string
  body?: unknown
}

/**
 * @example
 * app.post('/notify', expressHandler(onNotification)) // before app.use(express.json())
 */
export function expressHandler(
  handle: NotificationHandler,
): (request: ExpressRequest, response: ServerResponse, next: (error?: unknown) => void) => Promise<void> {
  return async (request, response, next) => {
    try {
      if (!Buffer.isBuffer(request.body) && request.readableDidRead) {
        throw new Error(
          'The body was parsed before the notification handler could verify its bytes: mount expressHandler before express.json(), or behind express.raw({ type: "*/*" }).',
        )
      }
      const body = Buffer.isBuffer(request.body) ? request.body : await readBody(request)
      if (body === 'LOST') return
      if (body === 'TOO_LARGE') {
        response.writeHead(413, { Connection: 'close' }).end()
        return
      }
      // Inside a router `url` is cut at its mount; the wallet signed the whole path.
      const path = request.originalUrl ?? request.url ?? '/'
      send(response, await handle({ method: request.method ?? '', path, headers: request.headers, body }))
    } catch (error) {
      next(error)
    }
  }
}
