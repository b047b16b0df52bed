/** What is no HTTP is refused in words, whatever it is, and the server goes on. */
import { connect, type AddressInfo } from 'node:net'
import fastify from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientErrorHandler } from '../src/api/not-http.ts'
import { startTestServer, type TestServer } from './support/index.ts'

let wallet: TestServer
beforeAll(async () => (wallet = await startTestServer()))
afterAll(() => wallet.close())

/** Everything that is answered to these bytes. */
function send(bytes: string, url = wallet.url): Promise<string> {
  const { port, hostname } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes))
    let answer = ''
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

test.each([
  ['a greeting of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', 400, 'BODY_MALFORMED'],
  ['a line that is none', 'hello\r\n\r\n', 400, 'BODY_MALFORMED'],
  [
    'two lengths',
    'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
    400,
    'BODY_MALFORMED',
  ],
  [
    'a length beside chunks',
    'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
    'BODY_MALFORMED',
  ],
  ['headers without end', `GET / HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'BODY_TOO_LARGE'],
])('%s is refused in words, and the connection closed', async (_what, bytes, status, code) => {
  const answer = await send(bytes)
  const [head, body] = answer.split('\r\n\r\n')
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(head).toContain('connection: close')
  expect(JSON.parse(body!)).toMatchObject({ error: { code, message: expect.any(String), action: expect.any(String) } })
  expect((await fetch(`${wallet.url}/wallet/v1/session`)).status).toBe(200)
})

test.each([
  ['headers that stop', 'POST /taken HTTP/1.1\r\nhost: a\r\ncontent-len'],
  ['a body that stops', 'POST /taken HTTP/1.1\r\nhost: a\r\ncontent-type: text/plain\r\ncontent-length: 9\r\n\r\nhalf'],
])('%s half-way is refused in words when the time is over, and the connection closed', async (_what, bytes) => {
  const http = fastify({
    clientErrorHandler,
    requestTimeout: 20,
    http: { headersTimeout: 20, connectionsCheckingInterval: 5 },
  })
  http.post('/taken', () => 'taken')
  await http.listen({ host: '127.0.0.1', port: 0 })
  try {
    const answer = await send(bytes, `http://127.0.0.1:${(http.server.address() as AddressInfo).port}`)
    const [head, body] = answer.split('\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/)
    expect(head).toContain('connection: close')
    expect(JSON.parse(body!)).toMatchObject({
      error: { code: 'BODY_MALFORMED', message: 'The request did not arrive whole in time.' },
    })
  } finally {
    await http.close()
  }
})

test('the wallet waits a minute for a whole request, no longer', () => {
  const { requestTimeout, headersTimeout } = wallet.server.http.server
  expect([requestTimeout, headersTimeout]).toEqual([60_000, 60_000])
})
