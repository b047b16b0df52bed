/** The whole server: put together once, closed cleanly, and nothing that comes in by the network makes it stumble. */
import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { CLOSE_GRACE_MS } from '../src/build-server.ts'
import { aMerchantWithClient, aPaidOrder, aUser, startTestServer, until, type TestServer } from './support/index.ts'

let server: TestServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

/** Sends bytes as they are and answers the status line. */
function raw(url: string, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(bytes))
    socket.setTimeout(5_000, () => socket.destroy(new Error('no answer')))
    socket.on('data', (chunk) => (answer += String(chunk)))
    socket.on('close', () => resolve(answer.split('\r\n')[0]!))
    socket.on('error', reject)
  })
}

describe('the server', () => {
  test('notifies a payment by itself, signed by the door of its family', async () => {
    server = await startTestServer()
    server.transport.on('https://shop.example', () => ({
      status: 200,
      headers: {},
      body: Buffer.from(
        JSON.stringify({ result: { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: 'success' } }),
      ),
    }))
    const { order } = await aPaidOrder(server, await aMerchantWithClient(server), await aUser(server))
    await until('it is sent', () => server!.transport.requests.length === 1)
    await until('it is recorded', () => server!.recorder.of(order.tradeNo, 18).length === 1)
    expect(server.recorder.of(order.tradeNo, 18)[0]!.signature).toMatchObject({
      signedBy: 'WALLET',
      algorithm: expect.any(String),
    })
  })

  test('adds the doors of a composition', async () => {
    server = await startTestServer({
      extend: async (http, rooms) => {
        http.get('/extra', async () => ({ users: (await rooms.users.list()).length }))
      },
    })
    expect(await (await fetch(`${server.url}/extra`)).json()).toEqual({ users: 0 })
  })

  test('refuses calls that no door takes, each in the words of the door they came to, and never with 5xx', async () => {
    server = await startTestServer()
    for (const [method, path] of [
      ['GET', '/no-such-thing'],
      ['POST', '/cashier/v1/no-such-thing'],
      ['DELETE', '/v1/payments/pay'],
      ['GET', '/%'],
      ['GET', '/%00'],
      ['GET', '/..%2f..%2fetc%2fpasswd'],
      ['GET', `/${'x'.repeat(4_000)}`],
      ['PUT', '/gateway.do'],
      ['GET', '/packages/..%2f..%2fsecret.json'],
      ['GET', '/frames/%ff/logic.html'],
    ] as const) {
      const { status } = await fetch(`${server.url}${path}`, { method })
      // The merchant doors say in a signed body with status 200 that there is no such API, as their protocols do.
      const ofMerchants = path === '/gateway.do' || path.startsWith('/v1/')
      if (!ofMerchants) expect(status, `${method} ${path}`).toBeGreaterThanOrEqual(400)
      expect(status, `${method} ${path}`).toBeLessThan(500)
    }
  })

  test.each([
    ['is longer than any route can have', `/wallet/v1/programs/${'x'.repeat(600)}`],
    ['cannot be decoded', '/wallet/v1/programs/%zz'],
  ])('answers an address that %s as one that there is not, in the words of the JSON APIs', async (_, path) => {
    server = await startTestServer()
    const answer = await fetch(`${server.url}${path}`)
    expect(answer.status).toBe(404)
    expect(await answer.json()).toEqual({
      error: {
        code: 'API_UNKNOWN',
        message: expect.stringMatching(/^There is no GET \/wallet\/v1\/programs\//),
        action: 'Check the path or the method name.',
      },
    })
  })

  test.each([
    ['nonsense', 'nonsense\r\n\r\n'],
    ['a header without a name', 'GET / HTTP/1.1\r\nhost: x\r\n: y\r\nconnection: close\r\n\r\n'],
    ['a wrong length', 'POST /v1/payments/pay HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\nconnection: close\r\n\r\n'],
    [
      'both a length and chunks',
      'POST /gateway.do HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\nabc',
    ],
    ['headers without end', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`],
  ])('answers bytes that are not HTTP (%s) with 4xx', async (_, bytes) => {
    server = await startTestServer()
    expect(await raw(server.url, bytes)).toMatch(/^HTTP\/1\.1 4[0-9]{2} /)
  })

  test('does not believe a stranger about where a request comes from', async () => {
    server = await startTestServer({
      extend: async (http) => {
        http.get('/whence', async (request) => ({ ip: request.ip, host: request.hostname }))
      },
    })
    const answer = await fetch(`${server.url}/whence`, {
      headers: { 'x-forwarded-for': '1.2.3.4', 'x-forwarded-host': 'evil.example' },
    })
    expect(await answer.json()).toMatchObject({ ip: '127.0.0.1', host: expect.not.stringContaining('evil') })
  })
})

describe('closing', () => {
  test('lets a call that is in flight finish', async () => {
    let release: () => void = () => undefined
    let arrived = false
    server = await startTestServer({
      extend: async (http) => {
        http.get('/slow', async () => {
          arrived = true
          await new Promise<void>((resolve) => (release = resolve))
          return { finished: true }
        })
      },
    })
    const call = fetch(`${server.url}/slow`).then((answer) => answer.json())
    await until('the call has arrived', () => arrived)
    const closed = server.server.close()
    release()
    expect(await call).toEqual({ finished: true })
    await closed
  })

  test('cuts a call that does not end after the grace', async () => {
    let arrived = false
    server = await startTestServer({
      extend: async (http) => {
        http.get('/never', () => {
          arrived = true
          return new Promise(() => undefined)
        })
      },
    })
    const call = fetch(`${server.url}/never`).catch((error: unknown) => error)
    await until('the call has arrived', () => arrived)
    const begun = performance.now()
    await server.server.close()
    expect(performance.now() - begun).toBeLessThan(CLOSE_GRACE_MS + 3_000)
    expect(await call).toBeInstanceOf(Error)
  })

  test('does not wait for connections that are only kept open', async () => {
    server = await startTestServer()
    await (await fetch(`${server.url}/no-such-thing`)).text()
    const begun = performance.now()
    await server.server.close()
    expect(performance.now() - begun).toBeLessThan(CLOSE_GRACE_MS)
  })
})
