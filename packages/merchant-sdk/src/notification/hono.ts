/**
 * Connects a notification handler (step 18) to Hono, of which only the shape of its context is known here.
 */
import { BodyAlreadyParsed } from './body-parsed.ts'
import { fetchHandler } from './fetch.ts'
import type { NotificationHandler } from './types.ts'

/** Hono's context, as far as it matters here. */
interface HonoContext {
  req: { raw: Request }
}

/**
 * A route's handler for Hono 3 and 4. A body of more than 64 KiB is answered 413.
 *
 * @throws BodyAlreadyParsed (the promise rejects; Hono's `onError` gets it) when a middleware has read the body
 *
 * @example
 * app.post('/notify', honoHandler(onNotification)) // before a middleware that calls c.req.json() or c.req.parseBody()
 */
export function honoHandler(handle: NotificationHandler): (context: HonoContext) => Promise<Response> {
  const answer = fetchHandler(handle)
  return async ({ req }) => {
    if (req.raw.bodyUsed) {
      throw new BodyAlreadyParsed(
        'register the route with honoHandler before a middleware that calls c.req.json(), c.req.text() or c.req.parseBody().',
      )
    }
    return answer(req.raw)
  }
}
