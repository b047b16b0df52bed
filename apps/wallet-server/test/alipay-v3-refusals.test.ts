/**
 * What the Alipay family's REST door refuses: with a status, a code and a reason, without any effect, and never as a 5xx. A
 * refusal of a verified call is signed; before that there is nobody to sign for.
 */
import { generateKeyPairSync } from 'node:crypto'
import { ALIPAY_BODY_LIMIT, alipayV3Path } from '@tradepay/contract'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callRest, restRequest, sendRest, type RestAnswer, type RestCallOptions } from './alipay-v3-calls.ts'
import { aPaidTrade, aTrade } from './alipay-trades.ts'
import { nextRequestId, openDoors, tradeRequest, type Doors } from './merchant-doors.ts'
import { aMerchantWithClient, aUser } from './support/index.ts'

let doors: Doors
beforeAll(async () => {
  doors = await openDoors({ seed: 62 })
})
afterAll(() => doors.close())

const strangersKey = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
}).privateKey
const now = () => doors.clock.now().getTime()
const fields = (about: string) => ({
  authString: about.replace('ID', doors.merchant.client.clientId).replace('NOW', String(now())),
})

function expectRefusal(answer: RestAnswer, status: number, code: string, message: RegExp): void {
  expect(answer).toMatchObject({ status, body: { code } })
  expect(answer.body['message']).toMatch(message)
  expect(Object.keys(answer.body)).toEqual(['code', 'message', 'links'])
  expect(answer.headers).toMatchObject({ 'content-type': 'application/json;charset=utf-8' })
  expect(answer.headers['alipay-trace-id']).toMatch(/^[0-9a-f]{32}$/)
}

describe('before a call is verified it is refused unsigned, and no order is made', () => {
  type Row = [what: string, call: () => RestCallOptions, status: number, code: string, message: RegExp]
  test.each<Row>([
    [
      'no authorization header',
      () => ({ headers: { authorization: undefined } }),
      400,
      'missing-timestamp',
      /header is missing/,
    ],
    [
      'another scheme',
      () => ({ headers: { authorization: 'Bearer x' } }),
      400,
      'invalid-signature-type',
      /ALIPAY-SHA256withRSA/,
    ],
    [
      'the scheme of SHA1',
      () => ({ headers: { authorization: 'ALIPAY-SHA1withRSA app_id=1,sign=x' } }),
      400,
      'invalid-signature-type',
      /SHA256/,
    ],
    [
      'no sign',
      () => ({ headers: { authorization: 'ALIPAY-SHA256withRSA app_id=1' } }),
      400,
      'missing-signature',
      /,sign=/,
    ],
    ['a field without a value', () => fields('app_id=ID,nonce,timestamp=NOW'), 400, 'invalid-parameter', /app_id=…/],
    ['a field twice', () => fields('app_id=ID,app_id=2,nonce=n,timestamp=NOW'), 400, 'invalid-parameter', /each once/],
    ['no app_id', () => fields('nonce=n,timestamp=NOW'), 400, 'missing-app-id', /app_id is missing/],
    [
      'app_id spelled as appId',
      () => fields('appId=ID,nonce=n,timestamp=NOW'),
      400,
      'missing-app-id',
      /app_id is missing/,
    ],
    ['an unknown app', () => ({ appId: '2021000000000000' }), 400, 'invalid-app-id', /not registered/],
    ['an app id that is none', () => ({ appId: 'a b' }), 400, 'invalid-app-id', /not registered/],
    ['no nonce', () => fields('app_id=ID,timestamp=NOW'), 400, 'invalid-parameter', /nonce/],
    ['a nonce of 65 characters', () => ({ nonce: 'n'.repeat(65) }), 400, 'invalid-parameter', /1 to 64/],
    ['a nonce with a blank inside', () => ({ nonce: 'a b' }), 400, 'invalid-parameter', /visible ASCII/],
    ['a nonce beyond ASCII', () => ({ nonce: 'é' }), 400, 'invalid-parameter', /visible ASCII/],
    ['no timestamp', () => fields('app_id=ID,nonce=n'), 400, 'missing-timestamp', /missing/],
    [
      'a timestamp in seconds',
      () => ({ timestamp: String(Math.floor(now() / 1000)) }),
      400,
      'invalid-timestamp',
      /13 digits/,
    ],
    ['a timestamp as text', () => ({ timestamp: '2026-03-01 12:00:00' }), 400, 'invalid-timestamp', /13 digits/],
    ['a stale timestamp', () => ({ timestamp: String(now() - 300_001) }), 400, 'invalid-timestamp', /300 seconds/],
    [
      'a timestamp of the future',
      () => ({ timestamp: String(now() + 300_001) }),
      400,
      'invalid-timestamp',
      /300 seconds/,
    ],
    [
      'a call whose own time is over',
      () => fields(`app_id=ID,nonce=n,timestamp=${now() - 60_001},expired_seconds=60`),
      400,
      'invalid-timestamp',
      /good for 60 seconds/,
    ],
    [
      'an expired_seconds that is none',
      () => fields('app_id=ID,nonce=n,timestamp=NOW,expired_seconds=-1'),
      400,
      'invalid-parameter',
      /expired_seconds/,
    ],
    ['an encrypted body', () => ({ headers: { 'alipay-encrypt-type': 'AES' } }), 400, 'invalid-parameter', /Encrypted/],
    ['the key of somebody else', () => ({ privateKey: strangersKey }), 400, 'invalid-signature', /public key/],
    [
      'another body than was signed',
      () => ({ sent: { body: JSON.stringify(tradeRequest()) } }),
      400,
      'invalid-signature',
      /does not match/,
    ],
    [
      'the same body written otherwise',
      () => {
        const body = tradeRequest()
        return { body, sent: { body: JSON.stringify(body, null, 1) } }
      },
      400,
      'invalid-signature',
      /does not match/,
    ],
    [
      'another path than was signed',
      () => ({ call: 'alipay.trade.close', sent: { url: alipayV3Path('alipay.trade.create') } }),
      400,
      'invalid-signature',
      /does not match/,
    ],
    [
      'a query that was not signed',
      () => ({ sent: { url: `${alipayV3Path('alipay.trade.create')}?a=1` } }),
      400,
      'invalid-signature',
      /does not match/,
    ],
    [
      'a token line that was not signed',
      () => ({ headers: { 'alipay-app-auth-token': 'x' } }),
      400,
      'invalid-signature',
      /does not match/,
    ],
    [
      'a token line that was signed and not sent',
      () => ({ appAuthToken: 'x', headers: { 'alipay-app-auth-token': undefined } }),
      400,
      'invalid-signature',
      /does not match/,
    ],
  ])('%s', async (_, call, status, code, message) => {
    const before = await doors.orders()
    const answer = await callRest(doors, call())
    expectRefusal(answer, status, code, message)
    expect(answer.verified).toBeNull()
    expect(await doors.orders()).toBe(before)
  })

  test('another query, and another method, than was signed', async () => {
    const { outTradeNo } = await aTrade(doors)
    const path = alipayV3Path('alipay.trade.query')
    const url = `${path}?out_trade_no=${outTradeNo}`
    const changed: RestCallOptions[] = [
      { method: 'GET', url, sent: { url: `${url}1` } },
      { method: 'GET', url, sent: { url: path } },
      { method: 'GET', url, sent: { url: url.replace('_', '%5F') } },
      { method: 'GET', url, sent: { method: 'POST' } },
      { method: 'POST', url, body: '', sent: { method: 'GET' } },
    ]
    for (const call of changed) {
      const answer = await callRest(doors, call)
      expectRefusal(answer, 400, 'invalid-signature', /does not match/)
      expect(answer.verified).toBeNull()
    }
  })

  test('the signature of one app under the name of another', async () => {
    const other = await aMerchantWithClient(doors)
    // The test merchants share a pair of keys; the other one retires it.
    await doors.rooms.merchants.revokeKey(other.client.clientId, 1)
    const answer = await callRest(doors, { appId: other.client.clientId })
    expectRefusal(answer, 400, 'missing-signature-config', /No public key/)
    expect(answer.verified).toBeNull()
  })

  test('a body too large, naming the limit', async () => {
    const answer = await callRest(doors, { body: 'x'.repeat(ALIPAY_BODY_LIMIT + 1) })
    expectRefusal(answer, 400, 'invalid-parameter', /131072 bytes/)
    expect(answer.verified).toBeNull()
  })

  test.each<[string, RestCallOptions, RegExp]>([
    ['an unknown path', { url: '/v3/alipay/trade/steal' }, /alipay\.trade\.create/],
    ['the path of nothing', { url: '/v3/' }, /alipay\.trade\.create/],
    ['a path with a slash too many', { url: '/v3/alipay/trade/create/' }, /no such method/],
    ['a name with dots for a path', { url: '/v3/alipay.trade.create' }, /no such method|is called with POST/],
    ['an order string, which is not called', { url: '/v3/alipay/trade/app/pay' }, /my\.tradePay/],
    ['GET for what is called with POST', { method: 'GET' }, /is called with POST\./],
    [
      'POST for what is called with GET',
      { call: 'alipay.data.dataservice.bill.downloadurl.query' },
      /is called with GET\./,
    ],
    ['another HTTP method', { method: 'DELETE', call: 'alipay.trade.query' }, /is called with GET or POST\./],
  ])('%s is 404', async (_, call, message) => {
    const answer = await callRest(doors, call)
    expectRefusal(answer, 404, 'invalid-method', message)
    expect(answer.verified).toBeNull()
  })
})

test('HEAD, for what is called with GET, is 404', async () => {
  const { method, url, headers } = await restRequest(doors, { method: 'HEAD', call: 'alipay.trade.query' })
  expect(await doors.http.inject({ method, url, headers })).toMatchObject({ statusCode: 404 })
})

describe('a verified call is refused in a signed answer, and nothing happens', () => {
  type Row = [what: string, call: () => RestCallOptions, status: number, code: string, message: RegExp]
  const create = (about: Record<string, unknown>) => () => ({ body: tradeRequest(about) })
  const query = (text: string) => () => ({
    method: 'GET' as const,
    url: `${alipayV3Path('alipay.trade.query')}${text}`,
  })
  test.each<Row>([
    ['a body that is no JSON', () => ({ body: '{"a":' }), 400, 'illegal-json', /not JSON/],
    ['a body that is not UTF-8', () => ({ body: Buffer.from([0x7b, 0xff, 0x7d]) }), 400, 'illegal-json', /UTF-8/],
    ['a byte order mark', () => ({ body: `\ufeff${JSON.stringify(tradeRequest())}` }), 400, 'illegal-json', /not JSON/],
    ['a list', () => ({ body: '[]' }), 400, 'ACQ.INVALID_PARAMETER', /JSON object/],
    ['no body', () => ({ body: '' }), 400, 'ACQ.INVALID_PARAMETER', /"out_trade_no"/],
    ['a body that is a form', () => ({ body: 'biz_content=%7B%7D' }), 400, 'illegal-json', /not JSON/],
    [
      'biz_content inside of the body',
      () => ({ body: { biz_content: JSON.stringify(tradeRequest()) } }),
      400,
      'ACQ.INVALID_PARAMETER',
      /"out_trade_no"/,
    ],
    ['no subject', create({ subject: undefined }), 400, 'ACQ.INVALID_PARAMETER', /"subject"/],
    ['three decimals', create({ total_amount: '0.001' }), 400, 'ACQ.INVALID_PARAMETER', /2 decimals/],
    [
      'more decimals than a float holds',
      () => ({ body: `{"out_trade_no":"${nextRequestId()}","subject":"x","total_amount":12.500000000000000000001}` }),
      400,
      'ACQ.INVALID_PARAMETER',
      /2 decimals/,
    ],
    ['an amount out of range', create({ total_amount: '100000000.01' }), 400, 'ACQ.TOTAL_FEE_EXCEED', /100000000/],
    ['an unknown buyer', create({ buyer_id: '2088123012345678' }), 400, 'ACQ.BUYER_NOT_EXIST', /user/],
    ['a notify_url that is none', create({ notify_url: 'shop' }), 400, 'ACQ.INVALID_PARAMETER', /"notify_url"/],
    [
      'an expiry that is over',
      create({ time_expire: '2026-03-01 12:00:00' }),
      400,
      'ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR',
      /over/,
    ],
    ['an unknown trade', query('?out_trade_no=never'), 400, 'ACQ.TRADE_NOT_EXIST', /Check the number/],
    ['no number', query(''), 400, 'ACQ.INVALID_PARAMETER', /trade_no or out_trade_no/],
    ['a number of 65 characters', query(`?trade_no=${'1'.repeat(65)}`), 400, 'ACQ.INVALID_PARAMETER', /64/],
    [
      'too many options',
      query(`?trade_no=1&query_options=${'a,'.repeat(40)}`),
      400,
      'ACQ.INVALID_PARAMETER',
      /query_options/,
    ],
    [
      'a refund of an unknown trade',
      () => ({ call: 'alipay.trade.refund', body: { trade_no: '1', refund_amount: '1' } }),
      400,
      'ACQ.TRADE_NOT_EXIST',
      /number/,
    ],
    [
      'a bill of a day that no calendar has',
      () => ({
        method: 'GET',
        url: `${alipayV3Path('alipay.data.dataservice.bill.downloadurl.query')}?bill_type=trade&bill_date=2026-02-31`,
      }),
      400,
      'INVAILID_ARGUMENTS',
      /bill_date/,
    ],
    [
      'a bill of today',
      () => ({
        method: 'GET',
        url: `${alipayV3Path('alipay.data.dataservice.bill.downloadurl.query')}?bill_type=trade&bill_date=2026-03-01`,
      }),
      400,
      'BILL_NOT_EXIST',
      /over/,
    ],
  ])('%s', async (_, call, status, code, message) => {
    const before = await doors.orders()
    const answer = await callRest(doors, call())
    expectRefusal(answer, status, code, message)
    expect(answer.verified).toBe(true)
    expect(await doors.orders()).toBe(before)
  })

  test.each([
    ['another amount', { total_amount: '12.51' }, 'ACQ.CONTEXT_INCONSISTENT'],
    ['another notify_url', { notify_url: 'https://shop.example/other' }, 'ACQ.CONTEXT_INCONSISTENT'],
  ])('a used number with %s', async (_, other, code) => {
    const body = tradeRequest()
    await callRest(doors, { body })
    const answer = await callRest(doors, { body: { ...body, ...other } })
    expectRefusal(answer, 400, code, /already used/)
    expect(answer.verified).toBe(true)
  })

  test('a paid trade that is closed, and a refund of more than was paid', async () => {
    const { tradeNo } = await aPaidTrade(doors)
    const close = await callRest(doors, { call: 'alipay.trade.close', body: { trade_no: tradeNo } })
    expectRefusal(close, 400, 'ACQ.TRADE_STATUS_ERROR', /alipay\.trade\.refund/)
    const body = { trade_no: tradeNo, refund_amount: '12.51', out_request_no: 'more' }
    const refund = await callRest(doors, { call: 'alipay.trade.refund', body })
    expectRefusal(refund, 400, 'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL', /more than what was paid/)
  })

  test("somebody else's trade does not exist", async () => {
    const { tradeNo } = await aTrade(doors)
    const stranger = await aMerchantWithClient(doors)
    for (const call of ['alipay.trade.query', 'alipay.trade.close', 'alipay.trade.refund'] as const) {
      const body = { trade_no: tradeNo, refund_amount: '1.00', out_request_no: '1' }
      const answer = await callRest(doors, { call, body, appId: stranger.client.clientId })
      expectRefusal(answer, 400, 'ACQ.TRADE_NOT_EXIST', /number/)
    }
  })
})

describe('a signature that does not verify', () => {
  const body = { ...tradeRequest(), auth_token: 'hush-hush' }

  test('is explained in the sandbox: the cause, the change, the string expected, and no secret', async () => {
    const own = await openDoors({ database: doors.database, seed: 65, settings: { sandbox: true } })
    const path = alipayV3Path('alipay.trade.query')
    const answer = await callRest(own, { method: 'GET', url: path, sent: { url: `${path}?trade_no=1` } })
    expect(answer).toMatchObject({ status: 400, verified: null, body: { code: 'invalid-signature' } })
    expect(answer.body['message']).toMatch(/leaves out the query.* with its query.*GET\\n\/v3\/.*\?trade_no=1\\n\\n/)
    expect(answer.body['explanation']).toMatchObject({
      faults: [{ cause: 'QUERY_MISSING' }],
      signed: expect.stringMatching(/GET\\n\/v3\/alipay\/trade\/query\\n\\n$/) as string,
    })
    const secret = await callRest(own, { body, sent: { body: JSON.stringify(body, null, 1) } })
    expect(secret.body['explanation']).toMatchObject({ faults: [{ cause: 'BODY_RESERIALISED' }] })
    expect(secret.text).not.toContain('hush-hush')
    await own.close()
  })

  test('is not explained elsewhere', async () => {
    const answer = await callRest(doors, { body, privateKey: strangersKey })
    expect(Object.keys(answer.body)).toEqual(['code', 'message', 'links'])
    expect(answer.body['message']).not.toContain('app_id=')
  })
})

test('an app that calls too often is refused with 429, signed, and taken again a moment later', async () => {
  const settings = { callsPerSecond: 1, callsBurst: 2 }
  const own = await openDoors({ database: doors.database, seed: 66, settings })
  const query: RestCallOptions = { call: 'alipay.trade.query', body: {} }
  for (const _ of [1, 2]) expect(await callRest(own, query)).toMatchObject({ status: 400 })
  const answer = await callRest(own, query)
  expectRefusal(answer, 429, 'app-call-limited', /more than 1 calls a second/)
  expect(answer.verified).toBe(true)
  own.clock.advance({ seconds: 1 })
  expect(await callRest(own, query)).toMatchObject({ status: 400 })
  await own.close()
})

test('an app that is disabled is refused with 403', async () => {
  const own = await openDoors({ database: doors.database, seed: 63 })
  const { clientId } = own.merchant.client
  await own.database.pool.query(`update clients set state = 'DISABLED' where client_id = $1`, [clientId])
  own.clock.advance({ seconds: 10 })
  expectRefusal(await callRest(own), 403, 'insufficient-isv-permissions', /./)
  await own.close()
})

describe('nothing that comes in is a 5xx', () => {
  const anyText = fc.string({ unit: 'binary', maxLength: 60 })
  const anyHeader = fc.stringMatching(/^[\x20-\x7e]{0,60}$/)
  const paths = fc.constantFrom(
    '/v3/',
    '/v3/alipay/trade/create',
    '/v3/alipay/trade/query',
    '/v3/alipay/system/oauth/token',
    '/v3/alipay/user/info/share',
    '/v3/__proto__',
    '/v3/constructor/prototype',
    '/v3/%00',
    '/v3/..%2f',
  )

  test('headers, paths and bodies of any kind', async () => {
    const before = await doors.orders()
    const headers = fc.oneof(
      anyHeader,
      anyHeader.map((text) => `ALIPAY-SHA256withRSA ${text}`),
      fc
        .array(fc.constantFrom('app_id=', 'nonce=', 'timestamp=', 'sign=', ',', '1', 'ID', 'NOW', 'AAAA', '__proto__='))
        .map((parts) => `ALIPAY-SHA256withRSA ${parts.join('')}`.replace('ID', doors.merchant.client.clientId)),
    )
    await fc.assert(
      fc.asyncProperty(paths, headers, fc.uint8Array({ maxLength: 60 }), async (url, authorization, bytes) => {
        const payload = Buffer.from(bytes)
        const answer = await sendRest(doors, { method: 'POST', url, headers: { authorization }, payload })
        expect(answer.status).toBeGreaterThanOrEqual(400)
        expect(answer.status).toBeLessThan(500)
        expect(answer.verified).toBeNull()
      }),
      { numRuns: 150 },
    )
    expect(await doors.orders()).toBe(before)
  })

  test('bodies and queries that are signed', async () => {
    const { userId } = await aUser(doors)
    const value = fc.oneof(anyText, fc.jsonValue(), fc.double(), fc.constantFrom(userId, '12.50', '__proto__'))
    const members = fc.constantFrom(
      'out_trade_no',
      'trade_no',
      'total_amount',
      'subject',
      'refund_amount',
      'out_request_no',
      'code',
      'grant_type',
      'auth_token',
      'query_options',
      'buyer_id',
      '__proto__',
    )
    const calls = fc.constantFrom<RestCallOptions['call']>(
      'alipay.trade.create',
      'alipay.trade.query',
      'alipay.trade.refund',
      'alipay.trade.cancel',
      'alipay.system.oauth.token',
      'alipay.user.info.share',
    )
    await fc.assert(
      fc.asyncProperty(calls, fc.dictionary(members, value), fc.boolean(), async (call, content, inQuery) => {
        const texts = Object.entries(content).map(([name, each]) => [name, String(each)])
        const url = `${alipayV3Path('alipay.trade.query')}?x=1&${new URLSearchParams(texts).toString()}`
        const answer = await callRest(doors, inQuery ? { method: 'GET', url } : { call: call!, body: content })
        expect(answer.status, answer.text).toBeLessThan(500)
        expect(answer.verified).toBe(true)
      }),
      { numRuns: 120 },
    )
  })
})
