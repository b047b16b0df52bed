/**
 * Every route of the server × everybody who may try it: nobody reaches what is another's, nobody changes it, and "not yours" is
 * answered as "does not exist". A route that has no row here fails, and so does a row without a route.
 */
import { alipayMethods, cashierPaths, walletPaths, type AlipayMethod } from '@tradepay/contract'
import { TEST_PIN } from '@tradepay/wallet-server/testing'
import type { FastifyInstance, RouteOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { basePaths } from '../../apps/wallet-server/src/api/superapp/dialect.ts'
import { gatewayCall, restCall, superappCall, type Sent } from './messages.ts'
import { APP_ID, openTenants, signerOf, type Tenants } from './tenants-world.ts'

const routes = vi.hoisted(() => new Set<string>())
vi.mock('fastify', async (original) => {
  const fastify = (await original()) as { default: (...options: unknown[]) => FastifyInstance }
  return {
    ...fastify,
    default: (...options: unknown[]) => {
      const http = fastify.default(...options)
      http.addHook('onRoute', ({ method, url }: RouteOptions) => {
        for (const each of [method].flat()) routes.add(`${each} ${url}`)
      })
      return http
    },
  }
})

let world: Tenants
beforeAll(async () => {
  world = await openTenants()
})
afterAll(() => world?.close())

interface Answer {
  status: number
  text: string
}
async function send({ method, url, headers, body }: Sent): Promise<Answer> {
  const payload = body.length > 0 ? body : undefined
  const answer = await world.wallet.server.http.inject({ method: method as 'GET', url, headers, payload })
  return { status: answer.statusCode, text: answer.body }
}

/** An answer without what differs between any two answers: numbers that were asked for, times, the wallet's signature. */
const comparable = ({ status, text }: Answer): string =>
  `${status} ${text.replace(/"sign":"[^"]*"/, '').replace(/\b(?:20[0-9]{26}|none-[a-z-]*)\b/g, '#')}`

/** Numbers of the same form that nothing has. */
const nothing = {
  tradeNo: '2026030112000000555000000000',
  refundId: '2026030112000000555000000001',
  token: 'A'.repeat(40),
  topUpId: 'none-such-top-up',
  bankAccountId: '2026030112000000555000000002',
}

const yuan = '1.00'
const amount = { currency: 'CNY', value: '100' }
type Contents = { of: object; absent: object; says?: RegExp }

/** What merchant B asks for, of A and of nobody, by the call. */
const superapp = (): Record<string, Contents> => {
  const { tradeNo, paidTradeNo, refundId, accessToken, authCode } = world.a
  const byToken = { of: { accessToken }, absent: { accessToken: nothing.token } }
  const cancel = { of: { paymentId: tradeNo }, absent: { paymentId: nothing.tradeNo } }
  const refund = {
    of: { refundRequestId: 'b_1', paymentId: paidTradeNo, refundAmount: amount },
    absent: { refundRequestId: 'b_1', paymentId: nothing.tradeNo, refundAmount: amount },
  }
  return {
    // A merchant's numbers are its own: the same one makes an order of B.
    '/payments/pay': {
      of: { paymentRequestId: 'a_paid', paymentAmount: amount, paymentOrderTitle: 'B' },
      absent: { paymentRequestId: 'b_none', paymentAmount: amount, paymentOrderTitle: 'B' },
      says: /"ACCEPT"/,
    },
    '/payments/inquiryPayment': { of: { paymentId: paidTradeNo }, absent: { paymentId: nothing.tradeNo } },
    '/payments/inquiryRefund': { of: { refundId }, absent: { refundId: nothing.refundId } },
    '/payments/cancelPayment': cancel,
    '/payments/cancel': cancel,
    '/payments/refund': refund,
    '/payments/refundApply': refund,
    // Whoever has the code was handed it: the family says that it was made for another client, and it stays unused.
    '/authorizations/applyToken': {
      of: { grantType: 'AUTHORIZATION_CODE', authCode },
      absent: { grantType: 'AUTHORIZATION_CODE', authCode },
      says: /"INVALID_AUTH_CLIENT"/,
    },
    '/authorizations/cancelToken': byToken,
    '/authorizations/revoke': byToken,
    '/users/inquiryUserInfo': byToken,
    '/customers/user/inquiryUserInfo': byToken,
    '/customers/user/inquiryUserInfoByAccessToken': byToken,
  }
}

const alipay = (): Record<AlipayMethod, Contents> => {
  const { tradeNo, paidTradeNo, accessToken, authCode } = world.a
  const of = (trade_no: string, more: object = {}): Contents => ({
    of: { trade_no, ...more },
    absent: { trade_no: nothing.tradeNo, ...more },
  })
  const bill = { bill_type: 'trade', bill_date: '2026-02' }
  return {
    'alipay.trade.create': {
      of: { out_trade_no: 'a_open', total_amount: yuan, subject: 'B' },
      absent: { out_trade_no: 'b_other', total_amount: yuan, subject: 'B' },
      says: /"(code":"10000|trade_no)"/,
    },
    'alipay.trade.query': of(paidTradeNo),
    'alipay.trade.close': of(tradeNo),
    // What does not exist is cancelled already, in the words of the family.
    'alipay.trade.cancel': { ...of(tradeNo), says: /"retry_flag":"N"/ },
    'alipay.trade.refund': of(paidTradeNo, { refund_amount: yuan, out_request_no: 'b_1' }),
    'alipay.trade.fastpay.refund.query': of(paidTradeNo, { out_request_no: 'a_refund' }),
    // Names nobody: the bill is the caller's own.
    'alipay.data.dataservice.bill.downloadurl.query': { of: bill, absent: bill, says: /NO_BILL_DATA/ },
    'alipay.system.oauth.token': {
      of: { grant_type: 'authorization_code', code: authCode },
      absent: { grant_type: 'authorization_code', code: authCode },
      says: /code-invalid/,
    },
    'alipay.user.info.share': { of: { auth_token: accessToken }, absent: { auth_token: nothing.token } },
  }
}
const beside: readonly string[] = ['alipay.system.oauth.token', 'alipay.user.info.share']

/** What user B asks for in the wallet app. `says` is for what names nothing of A: it is B's own, or everybody's. */
const wallet = (): Record<string, { of: object | string | null; absent?: object | string; says?: RegExp }> => {
  const { tradeNo, topUpId, bankAccountId, clientId } = world.a
  const ask = (more: object = {}) => ({ of: { tradeNo, ...more }, absent: { tradeNo: nothing.tradeNo, ...more } })
  const topUp = { topUpId: 'top-up-of-b', amount, pin: TEST_PIN }
  const page = { appId: APP_ID, page: 'pages/index' }
  const message = (of: string) => ({
    family: 'SUPERAPP',
    method: 'POST',
    path: '/v1/payments/pay',
    clientId: of,
    time: '2026-03-01T12:00:00+08:00',
    signature: 'algorithm=RSA256, keyVersion=1, signature=AAAA',
    body: '{}',
  })
  return {
    [`POST ${cashierPaths.orderString}`]: { of: { orderStr: 'app_id=1' }, says: /INVALID_PARAMETER/ },
    // Whoever holds the number of an order for somebody else is told so, and nothing about the order.
    [`POST ${cashierPaths.open}`]: { of: ask().of, says: /^403 .*"ORDER_BUYER_MISMATCH"/ },
    [`POST ${cashierPaths.confirm}`]: {
      of: ask({ amount: { currency: 'CNY', value: '1250' }, methodId: 'BALANCE', pin: TEST_PIN }).of,
      says: /^403 .*"ORDER_BUYER_MISMATCH"/,
    },
    [`POST ${cashierPaths.cancel}`]: { of: ask().of, says: /^403 .*"ORDER_BUYER_MISMATCH"/ },
    [`POST ${cashierPaths.inquire}`]: { of: ask().of, says: /^403 .*"ORDER_BUYER_MISMATCH"/ },
    [`GET ${walletPaths.programs}`]: { of: null, says: /^200 / },
    [`GET ${walletPaths.programs}/:appId`]: { of: `/${APP_ID}`, says: /^200 / },
    [`GET ${walletPaths.balance}`]: { of: null, says: /^200 / },
    [`GET ${walletPaths.bankAccounts}`]: { of: null, says: /^200 / },
    [`GET ${walletPaths.movements}`]: { of: null, says: /^200 / },
    [`POST ${walletPaths.topUps}`]: {
      of: { ...topUp, bankAccountId },
      absent: { ...topUp, bankAccountId: nothing.bankAccountId },
    },
    [`GET ${walletPaths.topUps}/:topUpId`]: { of: `/${topUpId}`, absent: `/${nothing.topUpId}` },
    [`POST ${walletPaths.authCodes}`]: { of: { appId: APP_ID, scopes: ['auth_base'] }, says: /"authCode"/ },
    [`POST ${walletPaths.relay}`]: {
      of: { ...page, url: 'https://a.example/', method: 'GET', headers: {}, bodyBase64: '' },
      says: /HOST_NOT_ALLOWED|INVALID_PARAMETER/,
    },
    [`POST ${walletPaths.explain}`]: { of: message(clientId), absent: message('2021000000009999') },
  }
}

/** Open to everybody, by their nature; each holds nothing of a tenant, or is opened by its own means. */
const open = [
  /^(GET|HEAD) \/docs(\/.*)?$/,
  /^(GET|HEAD) \/packages\/:hash(\.json|\/icon)$/,
  // Who is signed in (nobody, perhaps), signing in, and signing out of the own session: tested below.
  /^(GET|HEAD|POST|DELETE) \/wallet\/v1\/session$/,
  // The address itself is the key: tested below.
  /^(GET|HEAD) \/alipay\/bill\.zip$/,
  // The bank's key: tested below.
  /^POST \/bank\/v1\/outcomes$/,
]
/** Paths of the family that no call has. */
const unknownCalls = [/^[A-Z]+ .*\/v[12]\/\*$/, /^[A-Z]+ \/v3\/\*$/]

const superappPath = (url: string): string => {
  const base = basePaths.find((each) => each !== '' && url.startsWith(`${each}/v`)) ?? ''
  return url.slice(base.length).replace(/^\/v[12]/, '')
}

test('every route has its row, and every row its route', () => {
  const rows = new Set([
    ...Object.keys(superapp()).map((path) => `POST ${path}`),
    ...Object.keys(wallet()),
    ...alipayMethods.map((method) => `/v3/${method.replaceAll('.', '/')}`),
    'GET /gateway.do',
    'POST /gateway.do',
  ])
  const covered = new Set<string>()
  const without = [...routes].filter((route) => {
    const [method = '', url = ''] = route.split(' ')
    // HEAD is answered by the route of GET, without its body.
    if (method === 'HEAD' && routes.has(`GET ${url}`)) return false
    if ([...open, ...unknownCalls].some((pattern) => pattern.test(route))) return false
    const row = [route, `${method} ${superappPath(url)}`, url].find((each) => rows.has(each))
    if (row !== undefined) covered.add(row)
    return row === undefined
  })
  expect(without).toEqual([])
  expect([...rows].filter((row) => !covered.has(row))).toEqual([])
  expect(routes.size).toBeGreaterThan(150)
})

const nobody: Sent = {
  method: 'POST',
  url: '',
  headers: { 'content-type': 'application/json' },
  body: Buffer.from('{}'),
}
const asUser = (app: 'a' | 'b'): Record<string, string> => ({
  cookie: world.apps[app].cookie,
  'x-csrf-token': world.apps[app].csrfToken,
})

/** Nothing of A, and no row of A changed. */
async function leavesAAlone(work: () => Promise<Answer[]>): Promise<void> {
  const before = await world.rowsOfA()
  for (const { status, text } of await work()) {
    expect(status, text).toBeLessThan(500)
    for (const [name, secret] of Object.entries(world.a)) {
      // What B asked with may come back.
      if (!/^(tradeNo|paidTradeNo|topUpId)$/.test(name)) expect(text, name).not.toContain(secret)
    }
    expect(text).not.toContain('Anna')
  }
  expect(await world.rowsOfA()).toEqual(before)
}

const superappRoutes = (): [string, Contents][] =>
  [...routes]
    .filter((route) => route.startsWith('POST ') && superappPath(route.slice(5)) in superapp())
    .map((route) => [route.slice(5), superapp()[superappPath(route.slice(5))]!])

let nonces = 0
const b = () => signerOf(world.merchants.b)
const now = () => world.wallet.clock.now()

describe("merchant B, with B's own valid signature,", () => {
  test('gets of no super-app call anything of A, and the same answer as for what does not exist', async () => {
    await leavesAAlone(async () => {
      const answers: Answer[] = []
      for (const [url, { of, absent, says }] of superappRoutes()) {
        const mine = await send(await superappCall(b(), url, of, now()))
        const none = await send(await superappCall(b(), url, absent, now()))
        if (says) expect(mine.text, url).toMatch(says)
        else expect(mine.text, url).toMatch(/"resultStatus":"F"/)
        expect(comparable(mine).replace('"a_paid"', '"b_none"'), url).toBe(comparable(none))
        answers.push(mine, none)
      }
      return answers
    })
  })

  test.each(alipayMethods)('gets by %s nothing of A, and the same answer as for what does not exist', async (name) => {
    const { of, absent, says } = alipay()[name]
    const gateway = async (content: object) =>
      send(
        await gatewayCall(
          b(),
          name,
          beside.includes(name) ? (content as Record<string, string>) : { biz_content: JSON.stringify(content) },
          now(),
        ),
      )
    const method = routes.has(`POST /v3/${name.replaceAll('.', '/')}`) ? 'POST' : 'GET'
    const rest = async (content: object) => send(await restCall(b(), name, content, now(), `b-${++nonces}`, method))
    await leavesAAlone(async () => {
      const answers: Answer[] = []
      for (const call of [gateway, rest]) {
        const [mine, none] = [await call(of), await call(absent)]
        if (says) expect(mine.text).toMatch(says)
        else expect(mine.text).not.toMatch(/"10000"/)
        expect(comparable(mine).replace('"a_open"', '"b_other"')).toBe(comparable(none))
        answers.push(mine, none)
      }
      return answers
    })
  })

  test("cannot speak for A: A's client id with B's signature, or A's signature with B's id", async () => {
    await leavesAAlone(async () => {
      const asA = { ...b(), clientId: world.a.clientId }
      const call = await superappCall(b(), '/v1/payments/inquiryPayment', { paymentId: world.a.paidTradeNo }, now())
      const answers = [
        await send({ ...call, headers: { ...call.headers, 'client-id': world.a.clientId } }),
        await send({ ...(await superappCall(asA, call.url, {}, now())), body: call.body }),
      ]
      for (const { text } of answers) expect(text).toMatch(/INVALID_SIGNATURE/)
      return answers
    })
  })
})

describe('whoever has no signature,', () => {
  test('nobody at all or a signed-in user, is refused by every merchant call', async () => {
    await leavesAAlone(async () => {
      const answers: Answer[] = []
      const urls = [...routes].flatMap((route) => {
        const [method = '', url = ''] = route.split(' ')
        const isMerchants = superappPath(url) in superapp() || url.startsWith('/v3/alipay') || url === '/gateway.do'
        return isMerchants && method !== 'HEAD' ? [[method, url] as const] : []
      })
      expect(urls.length).toBeGreaterThan(150)
      for (const [method, url] of urls) {
        for (const headers of [{}, asUser('a'), asUser('b')]) {
          const sent = { ...nobody, method, url, headers: { ...nobody.headers, ...headers } }
          const answer = await send({ ...sent, body: method === 'GET' ? Buffer.alloc(0) : nobody.body })
          expect(answer.text, url).toMatch(/INVALID_CLIENT|isv\.missing|missing-timestamp/)
          answers.push(answer)
        }
      }
      return answers
    })
  })
})

/** A call of the wallet app, as that user's page makes it but for what is given. */
async function page(route: string, content: object | string | null, headers: Record<string, string>): Promise<Answer> {
  const [method = '', path = ''] = route.split(' ')
  const url = typeof content === 'string' ? path.replace(/\/:\w+$/, content) : path
  const body = Buffer.from(content !== null && typeof content === 'object' ? JSON.stringify(content) : '')
  const type: Record<string, string> = body.length > 0 ? { 'content-type': 'application/json' } : {}
  return send({ method, url, headers: { ...type, ...headers }, body })
}

describe('in the wallet app,', () => {
  test('user B gets nothing of A, and the same answer as for what does not exist', async () => {
    await leavesAAlone(async () => {
      const answers: Answer[] = []
      for (const [route, { of, absent, says }] of Object.entries(wallet())) {
        const mine = await page(route, of, asUser('b'))
        if (says) expect(`${mine.status} ${mine.text}`, route).toMatch(says)
        if (absent !== undefined) {
          expect(mine.status, route).toBeGreaterThanOrEqual(400)
          expect(comparable(mine), route).toBe(comparable(await page(route, absent, asUser('b'))))
        }
        answers.push({ ...mine, text: route.includes(walletPaths.programs) ? '' : mine.text })
      }
      return answers
    })
  })

  test('nobody, a merchant, a page of another origin, and a call without the right token are refused everywhere', async () => {
    await leavesAAlone(async () => {
      const answers: Answer[] = []
      const { headers: signed } = await superappCall(b(), '/v1/payments/pay', {}, now())
      for (const [route, { of }] of Object.entries(wallet())) {
        const refused: [Record<string, string>, string][] = [
          [{}, 'SESSION_REQUIRED'],
          [signed, 'SESSION_REQUIRED'],
          [{ cookie: 'tradepay_session=' + 'A'.repeat(43) }, 'SESSION_REQUIRED'],
          [{ ...asUser('a'), origin: 'https://evil.example' }, 'CSRF_REFUSED'],
          [{ ...asUser('a'), origin: 'null' }, 'CSRF_REFUSED'],
          [{ ...asUser('a'), 'sec-fetch-site': 'cross-site' }, 'CSRF_REFUSED'],
        ]
        if (!route.startsWith('GET')) {
          refused.push([{ cookie: world.apps.a.cookie }, 'CSRF_REFUSED'])
          refused.push([{ ...asUser('a'), 'x-csrf-token': world.apps.b.csrfToken }, 'CSRF_REFUSED'])
        }
        for (const [headers, code] of refused) {
          const answer = await page(route, of, headers)
          expect(answer.text, `${route} ${JSON.stringify(headers)}`).toContain(`"${code}"`)
          answers.push(answer)
        }
      }
      return answers
    })
  })

  test("B's sign-out ends B's session and not A's, and nobody is told who A is", async () => {
    const whoIs = (headers: Record<string, string>) => page(`GET ${walletPaths.session}`, null, headers)
    await leavesAAlone(async () => {
      const out = await page(`DELETE ${walletPaths.session}`, null, asUser('b'))
      return [out, await whoIs({}), await whoIs(asUser('b'))]
    })
    expect((await whoIs(asUser('b'))).text).not.toContain('Boris')
    expect((await whoIs(asUser('a'))).text).toContain('Anna')
  })
})

describe('an address of a bill,', () => {
  test('changed to name another merchant or another time, opens as little as one that was never given', async () => {
    // On the next day there is a bill of this one.
    world.wallet.clock.advance({ hours: 24 })
    const { text } = await send(
      await gatewayCall(
        b(),
        'alipay.data.dataservice.bill.downloadurl.query',
        { biz_content: JSON.stringify({ bill_type: 'trade', bill_date: '2026-03-01' }) },
        now(),
      ),
    )
    const url = new URL(/"bill_download_url":"([^"]*)"/.exec(text)![1]!)
    const opened = async (change: (query: URLSearchParams) => void) => {
      const query = new URLSearchParams(url.search)
      change(query)
      return send({ method: 'GET', url: `${url.pathname}?${query.toString()}`, headers: {}, body: Buffer.alloc(0) })
    }
    expect((await opened(() => undefined)).status).toBe(200)
    const never = await opened((query) => query.set('sign', 'A'.repeat(43)))
    expect(never.status).toBeGreaterThanOrEqual(400)
    for (const [name, value] of [
      ['merchant_id', world.a.merchantId],
      ['bill_date', '2026-02'],
      ['expires', '9999999999'],
    ] as const) {
      expect(await opened((query) => query.set(name, value)), name).toEqual(never)
    }
  })
})

test("the bank's door opens to nobody but the bank, whoever else they are", async () => {
  const { headers: signed } = await superappCall(b(), '/v1/payments/pay', {}, now())
  for (const headers of [{}, signed, asUser('a'), asUser('b'), { authorization: 'Bearer guess' }]) {
    const answer = await page('POST /bank/v1/outcomes', { orderId: world.a.tradeNo }, headers)
    expect(answer.status).toBe(401)
  }
})
