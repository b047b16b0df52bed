/**
 * Connects a notification handler (step 18) to a plain `node:http` server. The body is collected as bytes, up to a limit.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { NotificationHandler, RawAnswer } from './superapp-notification.ts'

/** Larger than any notification of the protocol, small enough that nobody can fill the memory: 64 KiB. */
export const MAX_BODY_BYTES = 64 * 1024

/**
 * A request listener. It answers every request it is given; choose by path before it when the server has other pages.
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
    const body = await readBody(request)
    if (body === 'LOST') return
    if (body === 'TOO_LARGE') {
      response.writeHead(413, { Connection: 'close' }).end()
      return
    }
    const { method = '', url = '/', headers } = request
    send(response, await handle({ method, path: url, headers, body }))
  }
}

export function send(response: ServerResponse, answer: RawAnswer): void {
  response.writeHead(answer.status, { ...answer.headers, 'Content-Length': answer.body.length }).end(answer.body)
}

/** `LOST`: the caller went away before the end, so there is nobody to answer. */
export async function readBody(request: IncomingMessage): Promise<Buffer | 'TOO_LARGE' | 'LOST'> {
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
