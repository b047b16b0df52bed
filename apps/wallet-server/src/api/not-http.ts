/**
 * Answers what Node's HTTP parser refuses before there is a request: bytes that are no HTTP, headers without end, a request
 * that stops half-way. No door has seen it, so the words are those of the JSON APIs; then the connection is closed.
 */
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { WalletError } from '@tradepay/contract'
import { apiError } from './send-error.ts'

/** By the parser's code. Source: Node.js documentation, http, event 'clientError'. */
const refusals: Readonly<Record<string, [status: number, () => WalletError]>> = {
  HPE_HEADER_OVERFLOW: [431, () => new WalletError('BODY_TOO_LARGE', {}, 'The headers are larger than 16 KB.')],
  ERR_HTTP_REQUEST_TIMEOUT: [
    408,
    () =>
      new WalletError('BODY_MALFORMED', { expected: 'a whole request' }, 'The request did not arrive whole in time.'),
  ],
}
const notHttp = (): WalletError =>
  new WalletError('BODY_MALFORMED', { expected: 'HTTP/1.1' }, 'What came is not a request of HTTP/1.1.')

/** `fastify({ clientErrorHandler })` */
export function clientErrorHandler(error: NodeJS.ErrnoException, socket: Socket): void {
  // Whoever has hung up hears nothing.
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const [status, refusal] = refusals[error.code ?? ''] ?? [400, notHttp]
  const body = JSON.stringify(apiError(refusal()))
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    'cache-control: no-store',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  socket.destroySoon()
}
