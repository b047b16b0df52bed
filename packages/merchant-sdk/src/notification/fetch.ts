/**
 * Connects a notification handler (step 18) to servers that speak in the Request and Response of the web: Deno, Bun, Next.js
 * route handlers, service workers' frameworks, on a runtime with `node:crypto`.
 */
import { BodyAlreadyParsed } from './body-parsed.ts'
import { MAX_BODY_BYTES } from './node.ts'
import type { NotificationHandler } from './types.ts'

/**
 * From a Request to a Response. A body of more than 64 KiB is answered 413.
 *
 * @throws BodyAlreadyParsed (the promise rejects) when something else has read the body; its message says what to change
 *
 * @example
 * export const POST = fetchHandler(onNotification)
 */
export function fetchHandler(handle: NotificationHandler): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.bodyUsed) {
      throw new BodyAlreadyParsed('call the handler before request.json(), text() or formData(), or give it a clone().')
    }
    const body = await readBody(request)
    if (body === null) return new Response(null, { status: 413 })
    const { pathname, search } = new URL(request.url)
    const answer = await handle({
      method: request.method,
      path: pathname + search,
      headers: Object.fromEntries(request.headers),
      body,
    })
    return new Response(new Uint8Array(answer.body), { status: answer.status, headers: answer.headers })
  }
}

/** Null when it is too large. */
async function readBody(request: Request): Promise<Buffer | null> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = request.body?.getReader()
  while (reader) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.length
    if (size > MAX_BODY_BYTES) {
      await reader.cancel()
      return null
    }
    chunks.push(value)
  }
  return Buffer.concat(chunks)
}
