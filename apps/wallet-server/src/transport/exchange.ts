/**
 * One request and its answer over HTTP, to an end by time and by size. Follows no redirect, and takes nothing for a whole
 * answer that has no end, two lengths, or another protocol.
 */
import http from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'
import { TransportError, type OutgoingAnswer, type OutgoingRequest } from '../ports.ts'
import { toTransportError } from './errors.ts'

/** Headers that describe this connection, or the length that is written here; a caller cannot set them. */
const ownHeaders = new Set([
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'content-length',
  'upgrade',
  'te',
  'trailer',
  'expect',
])

/** Longest head of an answer. Bytes. */
const HEAD_BYTES_MAX = 16 * 1024

/**
 * A kept connection turned out to be closed before a byte of the answer came: the receiver ended it while it was idle. The
 * request says nothing about the receiver and may be sent again over a connection of its own.
 */
export class StaleConnection extends Error {
  override name = 'StaleConnection'
}

/** How the request travels: a connection of its own that is resolved by `lookup`, or one that an agent keeps. */
export type Way = { lookup: LookupFunction } | { agent: http.Agent }

/**
 * @param deadline when it must be over, on the clock of `performance.now`
 * @throws TransportError; StaleConnection, which a connection of its own never is
 */
export function exchange(url: URL, request: OutgoingRequest, way: Way, deadline: number): Promise<OutgoingAnswer> {
  const kept = 'agent' in way
  return new Promise<OutgoingAnswer>((resolve, reject) => {
    /** Bytes that had come over a kept connection before this request. */
    let receivedBefore = 0
    let outgoing: http.ClientRequest | undefined
    const isStale = (error: unknown): boolean =>
      outgoing?.reusedSocket === true &&
      !(error instanceof TransportError) &&
      outgoing.socket?.bytesRead === receivedBefore
    const fail = (error: unknown): void => {
      clearTimeout(timer)
      const stale = isStale(error)
      outgoing?.destroy()
      reject(stale ? new StaleConnection() : toTransportError(error, url.hostname))
    }
    // One limit over everything: name, connection, and the slowest trickle of an answer.
    const timer = setTimeout(
      () => fail(new TransportError('TIMED_OUT', `${url.host} did not answer within ${request.timeoutMs} ms.`)),
      Math.max(0, deadline - performance.now()),
    )

    try {
      outgoing = (url.protocol === 'https:' ? https : http).request(url, {
        method: request.method,
        headers: headersOf(request, kept),
        ...(kept ? way : { ...way, agent: false }),
        maxHeaderSize: HEAD_BYTES_MAX,
        // An answer without an end, or with two lengths, is not taken for a whole one.
        insecureHTTPParser: false,
      })
    } catch (error) {
      // A method or header that cannot be written: nothing was sent.
      fail(error)
      return
    }
    outgoing.on('error', fail)
    outgoing.on('socket', (socket) => (receivedBefore = socket.bytesRead))
    // Nothing was asked to be upgraded; a server that does it anyway speaks another protocol.
    outgoing.on('upgrade', (_answer, socket) => {
      socket.destroy()
      fail(new TransportError('UNREACHABLE', `${url.host} switched to another protocol.`))
    })
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = []
      let size = 0
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size <= request.maxAnswerBytes) chunks.push(chunk)
        else fail(new TransportError('ANSWER_TOO_LARGE', `The answer is larger than ${request.maxAnswerBytes} bytes.`))
      })
      incoming.on('error', fail)
      incoming.on('end', () => {
        clearTimeout(timer)
        resolve({ status: incoming.statusCode ?? 0, headers: readHeaders(incoming), body: Buffer.concat(chunks) })
      })
    })
    outgoing.end(request.body ?? undefined)
  })
}

function headersOf({ headers, body, method }: OutgoingRequest, kept: boolean): Record<string, string> {
  const sent = Object.fromEntries(Object.entries(headers).filter(([name]) => !ownHeaders.has(name.toLowerCase())))
  if (body !== null || method === 'POST' || method === 'PUT' || method === 'PATCH') {
    sent['content-length'] = String(body?.length ?? 0)
  }
  return { ...sent, connection: kept ? 'keep-alive' : 'close' }
}

/** Header names in lower case; what came several times is joined as HTTP joins lists. */
function readHeaders(incoming: http.IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}
