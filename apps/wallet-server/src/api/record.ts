/**
 * How the doors of the wallet app put a message into an order's timeline: the bytes as they went, without secrets.
 */
import type { RecordedMessage } from '@tradepay/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** What stands where a secret stood. */
export const BLANK = '••••••'

const secretHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'set-cookie',
  'x-csrf-token',
])

/** Headers in lower case, one text for each, with the secret ones blanked. */
export function recordedHeaders(
  headers: Record<string, number | string | string[] | undefined>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      if (value === undefined) return []
      const lower = name.toLowerCase()
      return [[lower, secretHeaders.has(lower) ? BLANK : String(value)]]
    }),
  )
}

/** A body as text when it is UTF-8, else as base64. */
export function recordedBody(bytes: Buffer): Pick<RecordedMessage, 'body' | 'bodyBase64'> {
  try {
    return { body: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    return { body: bytes.toString('base64'), bodyBase64: true }
  }
}

export function recordedRequest(request: FastifyRequest, body: Buffer | string): RecordedMessage {
  return {
    startLine: `${request.method} ${request.url}`,
    headers: recordedHeaders(request.headers),
    ...recordedBody(Buffer.from(body)),
  }
}

/** To be called in `onSend`, with the payload as it is about to leave. */
export function recordedAnswer(reply: FastifyReply, payload: unknown): RecordedMessage {
  const bytes = typeof payload === 'string' || Buffer.isBuffer(payload) ? Buffer.from(payload) : Buffer.alloc(0)
  return { startLine: String(reply.statusCode), headers: recordedHeaders(reply.getHeaders()), ...recordedBody(bytes) }
}

/**
 * The text of a JSON object with the value of one key blanked, and nothing else changed: byte for byte what was sent, but
 * for the secret. Where the key comes twice, or holds more than one value, only the other plain values are kept.
 */
export function blankKey(json: string, key: string): string {
  let named = 0
  let blanked = 0
  // String by string, so that what looks like the key inside of another text is not taken for it.
  const text = json.replace(
    /("(?:[^"\\]|\\.)*")(\s*:\s*)("(?:[^"\\]|\\.)*"|[-0-9][-+.0-9eE]*)?|"(?:[^"\\]|\\.)*"/g,
    (match: string, name?: string, colon?: string, value?: string) => {
      if (name === undefined || JSON.parse(name) !== key) return match
      named += 1
      if (value === undefined) return match
      blanked += 1
      return `${name}${colon}"${BLANK}"`
    },
  )
  if (named === 1 && blanked === 1) return text
  const plain = Object.entries(JSON.parse(json) as object).filter(([, value]) => typeof value !== 'object')
  return JSON.stringify({ ...Object.fromEntries(plain), [key]: BLANK })
}
