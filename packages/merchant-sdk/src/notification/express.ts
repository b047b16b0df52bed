/**
 * Connects a notification handler (step 18) to Express, of which it needs nothing but what node:http has.
 *
 * The signature covers the raw bytes, so it must stand before `express.json()`, or behind `express.raw()`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BodyAlreadyParsed } from './body-parsed.ts'
import { answer, send } from './node.ts'
import type { NotificationHandler } from './types.ts'

/** What Express adds to node's request, as far as it matters here. */
interface ExpressRequest extends IncomingMessage {
  originalUrl?: string
  body?: unknown
}

/**
 * A route's handler for Express 4 and 5.
 *
 * Where another middleware has parsed the body, `next` is called with an error that says what to change.
 *
 * @example
 * app.post('/notify', expressHandler(onNotification)) // before app.use(express.json())
 */
export function expressHandler(
  handle: NotificationHandler,
): (request: ExpressRequest, response: ServerResponse, next: (error?: unknown) => void) => Promise<void> {
  return async (request, response, next) => {
    // Inside a router `url` is cut at its mount; the wallet signed the whole path.
    const { method = '', originalUrl, url = '/', headers } = request
    const about = { method, path: originalUrl ?? url, headers }
    try {
      if (Buffer.isBuffer(request.body)) {
        send(response, await handle({ ...about, body: request.body }))
      } else if (request.readableDidRead) {
        throw new BodyAlreadyParsed(
          'mount expressHandler before express.json() and express.urlencoded(), or behind express.raw({ type: "*/*" }).',
        )
      } else {
        await answer(response, request, (body) => handle({ ...about, body }))
      }
    } catch (error) {
      next(error)
    }
  }
}
