/**
 * The connections to real servers: bytes arrive as they were sent, whatever else the server parses.
 */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  alipayNotificationHandler,
  expressHandler,
  fastifyPlugin,
  fetchHandler,
  honoHandler,
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

type Api = 'superapp' | 'alipay'

function handler(api: Api = 'superapp'): NotificationHandler {
  const { merchant, wallet } = keys
  const options = { clientId: CLIENT_ID, privateKey: merchant.privateKey, walletPublicKey: wallet.publicKey, clock }
  const make = api === 'alipay' ? alipayNotificationHandler : notificationHandler
  return make(options, () => undefined)
}

function sample(path: string, api: Api = 'superapp'): Promise<RawRequest> {
  const amount = money('CNY', 3600n)
  const walletPrivateKey = keys.wallet.privateKey
  return signSampleNotification({
    api,
    walletPrivateKey,
    clientId: CLIENT_ID,
    path,
    tradeNo: 'T',
    orderNo: 'A',
    amount,
    at: NOW,
  })
}

const tooLarge = async (): Promise<RawRequest> => ({
  ...(await sample('/notify')),
  body: Buffer.alloc(200 * 1024, 0x20),
})

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
    expect((await post(url, await tooLarge())).status).toBe(413)
  })

  test('a body that was read before is answered with what to change', async () => {
    const listener = nodeHandler(handler())
    const url = await listen((request, response) => {
      request.resume().on('end', () => void listener(request, response))
    })
    const response = await post(url, await sample('/notify'))
    expect(response.status).toBe(500)
    expect(await response.text()).toContain('give the request to nodeHandler before anything else reads it')
  })

  test('a form of the Alipay family is acknowledged with its seven bytes', async () => {
    const url = await listen(nodeHandler(handler('alipay')))
    const response = await post(url, await sample('/notify', 'alipay'))
    expect([response.status, await response.text()]).toEqual([200, 'success'])
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

  test('a form of the Alipay family is acknowledged with its seven bytes', async () => {
    const app = fastify()
    await app.register(fastifyPlugin(handler('alipay')))
    const { headers, body } = await sample('/notify', 'alipay')
    const payload = Buffer.from(body)
    const answer = await app.inject({
      method: 'POST',
      url: '/notify',
      headers: headers as Record<string, string>,
      payload,
    })
    expect([answer.statusCode, answer.body]).toEqual([200, 'success'])
    await app.close()
  })

  test('a hook that has parsed the body tells the developer what to change', async () => {
    const app = fastify()
    app.addHook('preHandler', async (request) => {
      request.body = { parsed: true }
    })
    await app.register(fastifyPlugin(handler()))
    const { headers, body } = await sample('/notify')
    const payload = Buffer.from(body)
    const answer = await app.inject({
      method: 'POST',
      url: '/notify',
      headers: headers as Record<string, string>,
      payload,
    })
    expect(answer.statusCode).toBe(500)
    expect(answer.body).toContain('before a hook that parses it')
    await app.close()
  })

  test('a body without end is refused', async () => {
    const app = fastify()
    await app.register(fastifyPlugin(handler()))
    const payload = Buffer.alloc(200 * 1024, 0x20)
    expect((await app.inject({ method: 'POST', url: '/notify', payload })).statusCode).toBe(413)
    await app.close()
  })
})

describe('Express 5', () => {
  /** An app whose error page shows the message, as in development. */
  function app(prepare: (app: express.Express) => void): Promise<string> {
    const made = express()
    prepare(made)
    made.use((error: Error, _request: unknown, response: express.Response, _next: unknown) => {
      response.status(500).send(error.message)
    })
    return listen(made)
  }

  test('before any body parser; the other routes go on seeing JSON', async () => {
    const url = await app((made) => {
      made.post('/notify', expressHandler(handler()))
      made.use(express.json())
      made.post('/json', (request, response) => {
        response.json({ seen: (request.body as { a: number }).a })
      })
    })
    const request = await sample('/notify')
    expect(await statusOf(await post(url, request))).toBe('S')
    expect(await statusOf(await post(url, { ...request, body: Buffer.from('{}') }))).toBe('F')
    const headers = { 'content-type': 'application/json' }
    const json = await fetch(`${url}/json`, { method: 'POST', headers, body: '{"a":1}' })
    expect(await json.json()).toEqual({ seen: 1 })
  })

  test('behind express.raw(), inside a router: the wallet signed the whole path', async () => {
    const url = await app((made) => {
      const shop = express.Router()
      shop.post('/notify', expressHandler(handler()))
      made.use(express.raw({ type: '*/*' }))
      made.use('/shop', shop)
    })
    expect(await statusOf(await post(url, await sample('/shop/notify')))).toBe('S')
  })

  test.each([
    ['express.json()', 'superapp', express.json()],
    ['express.urlencoded()', 'alipay', express.urlencoded()],
  ] as const)('behind %s the developer is told what to change', async (_, api, parser) => {
    const url = await app((made) => {
      made.use(parser)
      made.post('/notify', expressHandler(handler(api)))
    })
    const response = await post(url, await sample('/notify', api))
    expect(response.status).toBe(500)
    expect(await response.text()).toContain('mount expressHandler before express.json()')
  })

  test('a body without end is refused', async () => {
    const url = await app((made) => made.post('/notify', expressHandler(handler())))
    expect((await post(url, await tooLarge())).status).toBe(413)
  })

  test('a form of the Alipay family is acknowledged with its seven bytes', async () => {
    const url = await app((made) => made.post('/notify', expressHandler(handler('alipay'))))
    expect(await (await post(url, await sample('/notify', 'alipay'))).text()).toBe('success')
  })
})

describe('Hono', () => {
  async function serve(prepare: (app: Hono) => void): Promise<string> {
    const app = new Hono()
    prepare(app)
    app.onError((error, context) => context.text(error.message, 500))
    return listen(getRequestListener(app.fetch))
  }

  test.each(['superapp', 'alipay'] as const)(
    'a %s notification is acknowledged, below a base path too',
    async (api) => {
      const url = await serve((app) => {
        app.route('/shop', new Hono().post('/notify', honoHandler(handler(api))))
        app.post('/json', async (context) => context.json(await context.req.json()))
      })
      const request = await sample('/shop/notify', api)
      expect(await (await post(url, request)).text()).toMatch(/^success$|"resultStatus":"S"/)
      expect(await (await post(url, { ...request, body: Buffer.from('{}') })).text()).toMatch(
        /^fail$|"resultStatus":"F"/,
      )
    },
  )

  test('behind a middleware that parses, the developer is told what to change', async () => {
    const url = await serve((app) => {
      app.use(async (context, next) => {
        await context.req.json()
        await next()
      })
      app.post('/notify', honoHandler(handler()))
    })
    const response = await post(url, await sample('/notify'))
    expect(response.status).toBe(500)
    expect(await response.text()).toContain('before a middleware that calls c.req.json()')
  })

  test('a body without end is refused', async () => {
    const url = await serve((app) => app.post('/notify', honoHandler(handler())))
    expect((await post(url, await tooLarge())).status).toBe(413)
  })
})

describe('handlers from a Request to a Response', () => {
  const asRequest = ({ path, headers, body }: RawRequest): Request =>
    new Request(`https://shop.example${path}`, {
      method: 'POST',
      headers: headers as Record<string, string>,
      body: Buffer.from(body),
    })

  test('a genuine notification is acknowledged with the bytes that were signed, its query kept', async () => {
    const response = await fetchHandler(handler())(asRequest(await sample('/notify?shop=1')))
    expect(response.headers.get('signature')).not.toBeNull()
    expect(await statusOf(response)).toBe('S')
  })

  test('a request without a body is answered, not believed', async () => {
    const response = await fetchHandler(handler())(new Request('https://shop.example/notify', { method: 'POST' }))
    expect(response.status).toBe(400)
    expect(await statusOf(response)).toBe('F')
  })

  test('one whose body was read tells the developer what to change', async () => {
    const request = asRequest(await sample('/notify'))
    await request.json()
    await expect(fetchHandler(handler())(request)).rejects.toThrow('before request.json()')
  })

  test('a body without end is refused, and not read to its end', async () => {
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1
        controller.enqueue(new Uint8Array(16 * 1024))
      },
    })
    const request = new Request('https://shop.example/', { method: 'POST', body, duplex: 'half' } as RequestInit)
    expect((await fetchHandler(handler())(request)).status).toBe(413)
    expect(sent).toBeLessThan(10)
  })
})
