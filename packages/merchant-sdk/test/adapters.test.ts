/**
 * The connections to real servers: bytes arrive as they were sent, whatever else the server parses.
 */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import fastify from 'fastify'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  expressHandler,
  fastifyPlugin,
  money,
  nodeHandler,
  notificationHandler,
  signSampleNotification,
} from '../src/index.ts'
import type { NotificationHandler, RawRequest } from '../src/index.ts'
import { CLIENT_ID, clock, makeKeys, NOW, type Keys } from './support.ts'

let keys: Keys
const closers: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  keys = await makeKeys()
})
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

function handler(): NotificationHandler {
  const { merchant, wallet } = keys
  const options = { clientId: CLIENT_ID, privateKey: merchant.privateKey, walletPublicKey: wallet.publicKey, clock }
  return notificationHandler(options, () => undefined)
}

function sample(path: string): Promise<RawRequest> {
  const amount = money('CNY', 3600n)
  const walletPrivateKey = keys.wallet.privateKey
  return signSampleNotification({
    walletPrivateKey,
    clientId: CLIENT_ID,
    path,
    tradeNo: 'T',
    orderNo: 'A',
    amount,
    at: NOW,
  })
}

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => new Promise((resolve) => server.close(resolve)))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function post(url: string, request: RawRequest): Promise<Response> {
  return fetch(url + request.path, {
    method: 'POST',
    headers: request.headers as Record<string, string>,
    body: Buffer.from(request.body),
  })
}

const statusOf = async (response: Response): Promise<string> =>
  ((await response.json()) as { result: { resultStatus: string } }).result.resultStatus

describe('node:http', () => {
  test('a genuine notification is acknowledged, a changed one is not', async () => {
    const url = await listen(nodeHandler(handler()))
    const request = await sample('/notify')
    const response = await post(url, request)
    expect(response.headers.get('signature')).not.toBeNull()
    expect(await statusOf(response)).toBe('S')
    expect(await statusOf(await post(url, { ...request, body: Buffer.from('{}') }))).toBe('F')
  })

  test('a body without end is refused', async () => {
    const url = await listen(nodeHandler(handler()))
    const request = { ...(await sample('/notify')), body: Buffer.alloc(200 * 1024, 0x20) }
    expect((await post(url, request)).status).toBe(413)
  })
})

describe('Fastify', () => {
  test('the notification route sees bytes, the other routes go on seeing JSON', async () => {
    const app = fastify()
    app.post('/json', async (request) => ({ seen: (request.body as { a: number }).a }))
    await app.register(fastifyPlugin(handler(), '/notify'), { prefix: '/shop' })
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    closers.push(() => app.close())

    const request = await sample('/shop/notify')
    expect(await statusOf(await post(url, request))).toBe('S')
    const withoutType = { ...request, headers: { ...request.headers, 'content-type': 'text/plain' } }
    expect(await statusOf(await post(url, withoutType))).toBe('S')

    const json = await fetch(`${url}/json`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
    })
    expect(await json.json()).toEqual({ seen: 1 })
  })

  test('a body without end is refused', async () => {
    const app = fastify()
    await app.register(fastifyPlugin(handler()))
    const payload = Buffer.alloc(200 * 1024, 0x20)
    expect((await app.inject({ method: 'POST', url: '/notify', payload })).statusCode).toBe(413)
    await app.close()
  })
})

describe('Express', () => {
  /** Express adds to node's request what these tests add by hand. */
  const mount =
    (prepare: (request: IncomingMessage & { originalUrl?: string; body?: unknown }) => Promise<void> | void) =>
    (request: IncomingMessage, response: ServerResponse): void => {
      void (async () => {
        await prepare(request)
        await expressHandler(handler())(request, response, (error) => {
          response.writeHead(500).end(String(error))
        })
      })()
    }

  test('before any body parser', async () => {
    const url = await listen(mount(() => undefined))
    expect(await statusOf(await post(url, await sample('/notify')))).toBe('S')
  })

  test('behind express.raw(), inside a router', async () => {
    const url = await listen(
      mount(async (request) => {
        const chunks: Buffer[] = []
        for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
        Object.assign(request, { body: Buffer.concat(chunks), originalUrl: request.url, url: '/' })
      }),
    )
    expect(await statusOf(await post(url, await sample('/shop/notify')))).toBe('S')
  })

  test('behind express.json() the developer is told what to change', async () => {
    const url = await listen(
      mount(async (request) => {
        for await (const chunk of request as AsyncIterable<Buffer>) request.body = JSON.parse(chunk.toString())
      }),
    )
    const response = await post(url, await sample('/notify'))
    expect(await response.text()).toContain('before express.json()')
  })
})
