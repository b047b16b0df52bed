/**
 * Sends to an address that the operator has chosen: a bank may stand in a private network, which the transport to strangers
 * refuses. Otherwise it keeps the same promises: no redirect, an end in time and size, and whatever goes wrong never says
 * that the other side did not get the request.
 */
import { TransportError, type Transport } from '../ports.ts'

/** Makes the transport. Connections are kept and used again. */
export function createTrustedTransport(): Transport {
  return {
    async send({ url, method, headers, body, timeoutMs, maxAnswerBytes }) {
      const { host } = new URL(url)
      const cancelled = new AbortController()
      // One limit over everything, down to the slowest trickle of an answer.
      const timer = setTimeout(() => cancelled.abort(), timeoutMs)
      try {
        const answer = await fetch(url, {
          method,
          headers,
          body: body === null ? null : new Uint8Array(body),
          redirect: 'manual',
          signal: cancelled.signal,
        })
        const bytes = await readBounded(answer, maxAnswerBytes)
        return { status: answer.status, headers: Object.fromEntries(answer.headers), body: bytes }
      } catch (error) {
        if (error instanceof TransportError) throw error
        if (cancelled.signal.aborted) {
          throw new TransportError('TIMED_OUT', `${host} did not answer within ${timeoutMs} ms.`)
        }
        throw new TransportError('UNREACHABLE', `${host} could not be reached${causeOf(error)}.`)
      } finally {
        clearTimeout(timer)
        // What was not read is not waited for.
        cancelled.abort()
      }
    },
  }
}

async function readBounded(answer: Response, maxBytes: number): Promise<Buffer> {
  const reader = answer.body?.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    size += read.value.length
    if (size > maxBytes) throw new TransportError('ANSWER_TOO_LARGE', `The answer is larger than ${maxBytes} bytes.`)
    chunks.push(read.value)
  }
  return Buffer.concat(chunks)
}

/** The system's code for what went wrong, which `fetch` hides in the cause. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause
  return first instanceof Error && 'code' in first && typeof first.code === 'string' ? ` (${first.code})` : ''
}
