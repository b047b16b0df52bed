/**
 * Connects a notification handler (step 18) to a plain `node:http` server. The body is collected as bytes, up to a limit.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BodyAlreadyParsed } from './body-parsed.ts'
import type { NotificationHandler, RawAnswer } from './types.ts'

/** Larger than any notification of the protocols, small enough that nobody can fill the memory: 64 KiB. */
export const MAX_BODY_BYTES = 64 * 1024

/**
 * A request listener. It answers every request it is given; choose by path before it when the server has other pages. A body
 * of more than 64 KiB is answered 413; one that was read before is answered 500 with what to change.
 *
 * @example
 * http.createServer((request, response) => {
 *   if (request.url === '/notify') return onNotify(request, response)
 *   response.writeHead(404).end()
 * })
 */
export function nodeHandler(
  handle: NotificationHandler,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    if (request.readableDidRead) {
      const { message } = new BodyAlreadyParsed('give the request to nodeHandler before anything else reads it.')
      send(response, { status: 500, headers: { 'Content-Type': 'text/plain' }, body: Buffer.from(message) })
      return
    }
    const { method = '', url = '/', headers } = request
    await answer(response, request, (body) => handle({ method, path: url, headers, body }))
  }
}

/** Reads the body, and sends what the handler makes of it; or that it is too large. */
export async function answer(
  response: ServerResponse,
  request: IncomingMessage,
  handle: (body: Buffer) => Promise<RawAnswer>,
): Promise<void> {
  const body = await readBody(request)
  if (body === 'LOST') return
  if (body === 'TOO_LARGE') response.writeHead(413, { Connection: 'close' }).end()
  else send(response, await handle(body))
}

export function send(response: ServerResponse, { status, headers, body }: RawAnswer): void {
  response.writeHead(status, { ...headers, 'Content-Length': body.length }).end(body)
}

/** `LOST`: the caller went away before the end, so there is nobody to answer. */
async function readBody(request: IncomingMessage): Promise<Buffer | 'TOO_LARGE' | 'LOST'> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    // Leaving the loop early must not destroy the connection: the refusal still has to go out through it.
    const incoming: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false })
    for await (const chunk of incoming) {
      size += chunk.length
      if (size > MAX_BODY_BYTES) return 'TOO_LARGE'
      chunks.push(chunk)
    }
  } catch {
    return 'LOST'
  }
  return Buffer.concat(chunks)
}
