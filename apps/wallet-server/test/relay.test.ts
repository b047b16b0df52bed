/**
 * Promises of the relay behind `my.request` (steps 2 and 8), over real connections: only listed hosts, no private
 * address, no cookie out or in, no redirect followed, an end by time and size, and both messages in the record.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { walletPaths, type RelayAnswer, type RelayRequest } from '@tradepay/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createTransport } from '../src/transport/index.ts'
import { aMerchantWithClient, aUser, startTestServer, type TestServer } from './support/index.ts'
import { signIn, type Answer, type WalletApp } from './support/wallet-app.ts'

const appId = '2021000000000020'
let wallet: TestServer
let app: WalletApp
let shop: Server
let shopHost: string
let answerWith: (request: IncomingMessage, response: ServerResponse, body: string) => void
const received: { method: string; url: string; headers: IncomingMessage['headers']; raw: string[]; body: string }[] = []

beforeAll(async () => {
  shop = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      received.push({
        method: request.method!,
        url: request.url!,
        headers: request.headers,
        raw: request.rawHeaders,
        body,
      })
      answerWith(request, response, body)
    })
  })
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
  shopHost = `127.0.0.1:${(shop.address() as AddressInfo).port}`

  wallet = await startTestServer({ seed: 15, deps: { relayTransport: createTransport({ allowLoopback: true }) } })
  const merchant = await aMerchantWithClient(wallet)
  const { programs } = wallet.rooms
  await programs.register({
    appId,
    merchantId: merchant.merchant.merchantId,
    name: 'Coffee',
    slogan: '',
    clientIds: [],
    payOnlyOwnOrders: true,
  })
  await programs.addVersion({ appId, version: '1.2.3', packed: Buffer.from('{"format":1}'), manifest: {} })
  await programs.release({
    appId,
    version: '1.2.3',
    settings: {
      requestDomains: [shopHost, '10.0.0.1', '169.254.169.254', '[::ffff:a00:1]', 'shop.example'],
      imageDomains: [],
      extConfig: {},
    },
  })
  app = await signIn(wallet, await aUser(wallet))
})
afterAll(async () => {
  await wallet.close()
  shop.closeAllConnections()
  await new Promise((resolve) => shop.close(resolve))
})
beforeEach(() => {
  received.length = 0
  wallet.recorder.entries.length = 0
  answerWith = (_request, response, body) => {
    response.writeHead(200, { 'content-type': 'application/json', 'x-shop': 'yes', 'set-cookie': 'shop=1' })
    response.end(JSON.stringify({ got: body }))
  }
})

const relay = <Body = RelayAnswer>(change: Partial<Record<keyof RelayRequest, unknown>> = {}): Promise<Answer<Body>> =>
  app.call('POST', walletPaths.relay, {
    appId,
    page: 'pages/index/index',
    url: `http://${shopHost}/orders?size=large`,
    method: 'POST',
    headers: {},
    timeoutMs: 5_000,
    ...change,
  })
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const refused = (status: number, code: string): object => ({ status, body: { error: { code } } })

describe('a call', () => {
  test('reaches the server with its bytes, and brings status, headers and bytes back', async () => {
    const { status, body } = await relay({
      headers: { 'Content-Type': 'application/json', 'X-Token': 'abc' },
      bodyBase64: base64('{"cups":2}'),
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({ status: 200, headers: { 'content-type': 'application/json', 'x-shop': 'yes' } })
    expect(Buffer.from(body.bodyBase64, 'base64').toString()).toBe('{"got":"{\\"cups\\":2}"}')
    expect(received).toMatchObject([
      {
        method: 'POST',
        url: '/orders?size=large',
        body: '{"cups":2}',
        headers: { 'content-type': 'application/json', 'x-token': 'abc' },
      },
    ])
  })

  test('tells the server which program and page it comes from, and nothing of user or wallet', async () => {
    const own = {
      Cookie: 'a=1',
      ORIGIN: 'https://bank.example',
      Referer: 'https://bank.example/',
      Host: 'bank.example',
      'X-Forwarded-For': '1.2.3.4',
      'Sec-Fetch-Site': 'same-origin',
      'Transfer-Encoding': 'chunked',
      Connection: 'keep-alive, x-token',
      'Proxy-Authorization': 'x',
      Upgrade: 'websocket',
      'User-Agent': 'me',
      'Content-Length': '1',
    }
    await relay({ headers: own, bodyBase64: base64('abc') })
    expect(received[0]!.headers).toEqual({
      host: shopHost,
      connection: 'close',
      'content-length': '3',
      'accept-encoding': 'identity',
      'user-agent': 'TradePay mini program',
      referer: `https://${appId}.hybrid.tradepay.local/${appId}/1.2.3/index.html#pages/index/index`,
    })
  })

  test('gets no cookie of the server to see', async () => {
    expect((await relay()).body.headers).not.toHaveProperty('set-cookie')
  })

  test.each(['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'])('%s is sent as it is', async (method) => {
    expect((await relay({ method })).body.status).toBe(200)
    expect(received[0]!.method).toBe(method)
  })

  test.each([404, 500, 503])('an answer %i is an answer, not a refusal', async (code) => {
    answerWith = (_request, response) => response.writeHead(code).end('no')
    expect((await relay()).body).toMatchObject({ status: code, bodyBase64: base64('no') })
  })

  test('a redirect is brought back and not followed', async () => {
    answerWith = (_request, response) => response.writeHead(302, { location: `http://${shopHost}/elsewhere` }).end()
    const { body } = await relay()
    expect(body).toMatchObject({ status: 302, headers: { location: `http://${shopHost}/elsewhere` } })
    expect(received).toHaveLength(1)
  })
})

describe('a host', () => {
  test.each([
    'https://evil.example/',
    'http://127.0.0.1:1/',
    'http://localhost:80/',
    'https://shop.example:8443/',
    'https://sub.shop.example/',
    'https://shop.example.evil.example/',
    'https://evil.example/?shop.example',
    'https://evil.example#shop.example',
  ])('%s that is not in the list is refused and not called', async (url) => {
    expect(await relay({ url })).toMatchObject(refused(403, 'HOST_NOT_ALLOWED'))
    expect(received).toEqual([])
  })

  test.each(['https://10.0.0.1/', 'https://169.254.169.254/latest/meta-data', 'https://[::ffff:10.0.0.1]/'])(
    '%s with a private address is refused although it is in the list',
    async (url) => {
      expect(await relay({ url })).toMatchObject(refused(403, 'HOST_NOT_ALLOWED'))
    },
  )

  test.each([
    'http://shop.example/',
    'ftp://shop.example/',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'data:,x',
    '/orders',
    '',
    'https://',
    'https://user:pass@shop.example/',
  ])('the address %s is refused by its field', async (url) => {
    expect(await relay({ url })).toMatchObject({
      status: 400,
      body: { error: { code: 'INVALID_PARAMETER', field: 'url' } },
    })
  })

  test('of another program is refused, and an unknown program calls nobody', async () => {
    expect(await relay({ appId: '2021999999999999' })).toMatchObject(refused(404, 'PROGRAM_NOT_FOUND'))
    expect(received).toEqual([])
  })
})

describe('a server that does not answer well', () => {
  test('nobody listening is HOST_UNREACHABLE', async () => {
    const nobody = createServer()
    await new Promise<void>((resolve) => nobody.listen(0, '127.0.0.1', resolve))
    const host = `127.0.0.1:${(nobody.address() as AddressInfo).port}`
    await new Promise((resolve) => nobody.close(resolve))
    const settings = { requestDomains: [host, shopHost], imageDomains: [], extConfig: {} }
    const { settings: before } = await wallet.rooms.programs.resolve(appId)
    await wallet.rooms.programs.release({ appId, version: '1.2.3', settings })
    expect(await relay({ url: `http://${host}/` })).toMatchObject(refused(424, 'HOST_UNREACHABLE'))
    await wallet.rooms.programs.release({ appId, version: '1.2.3', settings: before })
  })

  test('silence is HOST_TIMED_OUT at the time that the program set', async () => {
    answerWith = () => undefined
    expect(await relay({ timeoutMs: 50 })).toMatchObject(refused(424, 'HOST_TIMED_OUT'))
  })

  test('an answer that trickles for ever is HOST_TIMED_OUT too', async () => {
    answerWith = (_request, response) => {
      response.writeHead(200)
      const drip = setInterval(() => response.write('.'), 5)
      response.on('close', () => clearInterval(drip))
    }
    expect(await relay({ timeoutMs: 80 })).toMatchObject(refused(424, 'HOST_TIMED_OUT'))
  })

  test('a connection cut in the middle is HOST_UNREACHABLE', async () => {
    answerWith = (request) => request.socket.destroy()
    expect(await relay()).toMatchObject(refused(424, 'HOST_UNREACHABLE'))
  })

  test('more than 2 MB is not brought back, exactly 2 MB is', async () => {
    const limit = 2 * 1024 * 1024
    answerWith = (_request, response) => response.end(Buffer.alloc(limit + 1))
    expect(await relay()).toMatchObject(refused(424, 'HOST_UNREACHABLE'))
    answerWith = (_request, response) => response.end(Buffer.alloc(limit))
    expect((await relay()).body.bodyBase64).toHaveLength(Math.ceil(limit / 3) * 4)
  })
})

describe('a malformed call', () => {
  test.each<[string, Partial<Record<keyof RelayRequest, unknown>>]>([
    ['method', { method: 'TRACE' }],
    ['method', { method: 'get' }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['timeoutMs', { timeoutMs: 60_001 }],
    ['headers', { headers: { 'bad name': 'x' } }],
    ['headers', { headers: Object.fromEntries(Array.from({ length: 65 }, (_, number) => [`x-${number}`, 'x'])) }],
    ['headers.x', { headers: { x: 'a\r\nhost: evil.example' } }],
    ['headers.x', { headers: { x: 'é' } }],
    ['headers.x', { headers: { x: 1 } }],
    ['bodyBase64', { bodyBase64: 'not base64' }],
    ['bodyBase64', { bodyBase64: 'YQ' }],
    ['page', { page: 'x'.repeat(257) }],
    ['url', { url: `https://shop.example/${'x'.repeat(8192)}` }],
  ])('names the field %s', async (field, change) => {
    expect(await relay(change)).toMatchObject({ status: 400, body: { error: { code: 'INVALID_PARAMETER', field } } })
    expect(received).toEqual([])
  })

  test('a body above the limit is refused as too large', async () => {
    expect(await relay({ bodyBase64: 'A'.repeat(2_700_000) })).toMatchObject(refused(413, 'BODY_TOO_LARGE'))
  })

  test('a page with line breaks and quotes makes no second header', async () => {
    await relay({ page: 'a\r\nx-evil: 1"é' })
    expect(received[0]!.headers).not.toHaveProperty('x-evil')
    expect(received[0]!.headers.referer).toMatch(/#a%0D%0Ax-evil:%201%22%C3%A9$/)
  })

  test.each(['\\ud800', '\\uDC00', '\\udc00\\ud800', 'a\\u0000'])(
    'text that cannot be kept (%s) is refused',
    async (page) => {
      const call = `{"appId":"${appId}","page":"${page}","url":"http://${shopHost}/","method":"GET","headers":{}}`
      expect(await app.call('POST', walletPaths.relay, call)).toMatchObject(refused(400, 'BODY_MALFORMED'))
    },
  )

  test('a page in any script and with emoji is taken, escaped or not', async () => {
    const call = `{"appId":"${appId}","page":"咖啡😀\\ud83d\\ude00","url":"http://${shopHost}/","method":"GET","headers":{}}`
    expect((await app.call('POST', walletPaths.relay, call)).status).toBe(200)
    expect(decodeURI(received[0]!.headers.referer!)).toMatch(/#咖啡😀😀$/)
  })
})

describe('the record', () => {
  test('holds steps 2 and 8 with the bytes, tied by one requestId, without tokens', async () => {
    await relay({ headers: { Authorization: 'Bearer secret', 'X-A': '1' }, bodyBase64: base64('{"cups":2}') })
    const [request, answer] = wallet.recorder.entries
    expect(wallet.recorder.entries.map(({ tradeNo, entry }) => [tradeNo, entry.step, entry.ok])).toEqual([
      [null, 2, true],
      [null, 8, true],
    ])
    expect(request!.entry.message).toMatchObject({
      startLine: 'POST /orders?size=large',
      body: '{"cups":2}',
      headers: { host: shopHost, 'x-a': '1', authorization: '••••••' },
    })
    expect(answer!.entry.message).toMatchObject({
      startLine: '200',
      body: '{"got":"{\\"cups\\":2}"}',
      headers: { 'set-cookie': '••••••' },
    })
    expect(request!.entry.facts!['requestId']).toMatch(/^[0-9a-f]{16}$/)
    expect(answer!.entry.facts!['requestId']).toBe(request!.entry.facts!['requestId'])
  })

  test('holds a call that got no answer as failed', async () => {
    answerWith = (request) => request.socket.destroy()
    await relay()
    expect(wallet.recorder.entries.map(({ entry }) => [entry.step, entry.ok, entry.facts!['code']])).toEqual([
      [2, true, undefined],
      [8, false, 'HOST_UNREACHABLE'],
    ])
  })

  test('holds nothing of a call that was not made', async () => {
    await relay({ url: 'https://evil.example/' })
    expect(wallet.recorder.entries).toEqual([])
  })
})
