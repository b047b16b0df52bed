/**
 * Connects a notification handler (step 18) to Fastify, of which only the shape is known here: any version with
 * encapsulated plugins will do. The plugin keeps its raw-body parser to itself; other routes go on parsing JSON.
 */
import { BodyAlreadyParsed } from './body-parsed.ts'
import { MAX_BODY_BYTES } from './node.ts'
import type { NotificationHandler, RawRequest } from './types.ts'

interface RequestLike {
  method: string
  /** As it arrived, also under a prefix. */
  url: string
  headers: RawRequest['headers']
  body: unknown
}
interface ReplyLike {
  code(status: number): ReplyLike
  headers(headers: Record<string, string>): ReplyLike
  send(body: Buffer): unknown
}
type ParsedBody = (error: Error | null, body?: unknown) => void
interface FastifyLike {
  removeAllContentTypeParsers(): unknown
  addContentTypeParser(
    type: string,
    options: { parseAs: 'buffer'; bodyLimit: number },
    parser: (request: unknown, body: Buffer, done: ParsedBody) => void,
  ): unknown
  post(path: string, handler: (request: RequestLike, reply: ReplyLike) => Promise<unknown>): unknown
}

/**
 * A plugin with one route, for Fastify 4 and 5. A body of more than 64 KiB is answered 413; one that a hook has parsed makes
 * the route fail with an error that says what to change.
 *
 * @param path of the route, default `/notify`
 *
 * @example
 * await app.register(fastifyPlugin(onNotification, '/notify'))
 */
export function fastifyPlugin(handle: NotificationHandler, path = '/notify'): (fastify: FastifyLike) => Promise<void> {
  return async (fastify) => {
    fastify.removeAllContentTypeParsers()
    fastify.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES }, (_request, body, done) => {
      done(null, body)
    })
    fastify.post(path, async ({ method, url, headers, body }, reply) => {
      // A request without a body reaches the handler as no bytes; its signature decides.
      const bytes = body ?? Buffer.alloc(0)
      if (!Buffer.isBuffer(bytes)) {
        throw new BodyAlreadyParsed('register fastifyPlugin in a scope before a hook that parses it.')
      }
      const answer = await handle({ method, path: url, headers, body: bytes })
      return reply.code(answer.status).headers(answer.headers).send(answer.body)
    })
  }
}
