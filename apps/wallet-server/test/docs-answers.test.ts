/**
 * The promise of the descriptions' answers: in a whole life of an order, at both merchant doors, everything that the server
 * answers and sends is what the description says, refusals too; and what a description shows as signed is signed.
 */
import { superappVersions, type AlipayMethod, type SuperappVersion } from '@tradepay/contract'
import {
  alipayDocument,
  answerOf,
  checkOf,
  superappDocument,
  type Check,
  type OpenApiDocument,
  type Operation,
} from '@tradepay/contract/open-api'
import alipayVectors from '@tradepay/signature/vectors/alipay.json' with { type: 'json' }
import superappVectors from '@tradepay/signature/vectors/superapp.json' with { type: 'json' }
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pay } from './alipay-trades.ts'
import { anAuthorizationWorld, type AuthorizationWorld } from './authorization-world.ts'
import {
  callAlipay,
  callSuperapp,
  nextRequestId,
  openDoors,
  payRequest,
  tradeRequest,
  type Doors,
} from './merchant-doors.ts'
import { aUser } from './support/index.ts'

const superapp = superappDocument([''])
const alipay = alipayDocument()
let doors: Doors
let world: AuthorizationWorld
beforeAll(async () => {
  doors = await openDoors()
  world = await anAuthorizationWorld(doors, doors.merchant)
})
afterAll(() => doors.close())

/** Tells everything: of one order, the next only when the one before it was heard. */
async function deliverAll(): Promise<void> {
  for (let round = 0; round < 3; round++) await doors.rooms.notifications.deliverDue()
}

/** The check of what an operation answers with 200. */
function answerCheck(document: OpenApiDocument, operation: Operation): Check {
  return checkOf(document, answerOf(operation, 200)!.content!['application/json']!.schema!)
}
/** The check of what a webhook carries. */
function bodyCheck(document: OpenApiDocument, name: string): Check {
  const [message] = Object.values(document.webhooks![name]!.post!.requestBody!.content)
  return checkOf(document, message!.schema!)
}

describe.each(superappVersions)('the super-app API, %s', (version: SuperappVersion) => {
  /** Calls and holds the answer against its description. @returns the result code and the body */
  async function call(path: string, body: object | string): Promise<{ code: string; body: Record<string, unknown> }> {
    const operation = superapp.paths[`/${version}${path}`]!.post!
    const answer = await callSuperapp(doors, { path: `/${version}${path}`, body })
    expect(answerCheck(superapp, operation)(answer.body), path).toEqual([])
    expect(Object.keys(answerOf(operation, 200)!.headers!)).toEqual(['Client-Id', 'Response-Time', 'Signature'])
    for (const name of ['client-id', 'response-time', 'signature']) expect(answer.headers[name]).toBeTypeOf('string')
    return { code: answer.body.result.resultCode, body: answer.body }
  }

  test('answers what it describes, from the order to its refund', async () => {
    const request = payRequest({ extendInfo: '{"table":"7"}', paymentNotifyUrl: `https://${version}.example/notify` })
    const { paymentRequestId } = request
    const created = await call('/payments/pay', request)
    expect(created.code).toBe('ACCEPT')
    const { paymentId } = created.body
    expect((await call('/payments/inquiryPayment', { paymentRequestId })).code).toBe('SUCCESS')
    const { userId } = await aUser(doors)
    const { amount, tradeNo } = await doors.rooms.orders.find(String(paymentId))
    await doors.rooms.payments.confirm({ tradeNo, payerId: userId, amount })
    expect((await call('/payments/pay', request)).code).toBe('SUCCESS')
    expect((await call('/payments/inquiryPayment', { paymentId })).body['paymentStatus']).toBe('SUCCESS')
    const refund = {
      refundRequestId: nextRequestId(),
      paymentId,
      refundAmount: { currency: 'CNY', value: '250' },
      refundReason: 'No sugar left',
      refundNotifyUrl: `https://${version}.example/notify`,
    }
    expect((await call('/payments/refund', refund)).code).toBe('SUCCESS')
    expect((await call('/payments/refundApply', refund)).code).toBe('SUCCESS')
    expect((await call('/payments/inquiryRefund', { refundRequestId: refund.refundRequestId })).code).toBe('SUCCESS')
    const other = payRequest()
    await call('/payments/pay', other)
    expect((await call('/payments/cancelPayment', { paymentRequestId: other['paymentRequestId'] })).code).toBe(
      'SUCCESS',
    )
    expect((await call('/payments/pay', other)).code).toBe('ORDER_IS_CLOSED')

    const shop = `https://${version}.example`
    doors.transport.on(shop, () => ({ status: 200, headers: {}, body: Buffer.from('{"result":{"resultStatus":"S"}}') }))
    await deliverAll()
    const told = doors.transport.to(shop)
    const bodies = told.map(({ body }) => JSON.parse(String(body)) as Record<string, unknown>)
    expect(bodies).toHaveLength(2)
    const webhooks = superapp.webhooks!
    for (const [index, name] of ['notifyPayment', 'notifyRefund'].entries()) {
      expect(bodyCheck(superapp, name)(bodies[index]), name).toEqual([])
      const given = new Set(Object.keys(told[index]!.headers).map((each) => each.toLowerCase()))
      for (const parameter of webhooks[name]!.post!.parameters!) {
        const header = 'name' in parameter ? parameter.name : parameter.$ref.split('/').at(-1)!
        expect(given, `${name}: ${header}`).toContain(header.toLowerCase())
      }
    }
  })

  test('answers what it describes about the user behind a code', async () => {
    const tokens = await call('/authorizations/applyToken', {
      grantType: 'AUTHORIZATION_CODE',
      authCode: await world.aCode(['auth_user']),
    })
    expect(tokens.code).toBe('SUCCESS')
    const { accessToken, refreshToken } = tokens.body
    expect((await call('/users/inquiryUserInfo', { accessToken })).body).toHaveProperty('userInfo.nickName')
    expect((await call('/authorizations/applyToken', { grantType: 'REFRESH_TOKEN', refreshToken })).code).toBe(
      'SUCCESS',
    )
    expect((await call('/authorizations/cancelToken', { accessToken })).code).toMatch(/SUCCESS|INVALID_ACCESS_TOKEN/)
  })

  test.each(Object.keys(superapp.paths).filter((path) => path.startsWith(`/${version}`)))(
    '%s refuses as it describes',
    async (path) => {
      const own = path.slice(version.length + 1)
      expect((await call(own, '[]')).code).toBe('PARAM_ILLEGAL')
      expect((await call(own, '{')).code).toBe('MSG_PARSE_ERROR')
    },
  )
})

describe('the Alipay gateway', () => {
  const check = answerCheck(alipay, alipay.paths['/gateway.do']!.post!)

  async function call(method: AlipayMethod, content: object, parameters: Record<string, string> = {}) {
    const answer = await callAlipay(doors, { content, parameters: { method, ...parameters } })
    const schema = { $ref: `#/components/schemas/${method}.answer` }
    const body = JSON.parse(answer.text) as unknown
    expect(checkOf(alipay, schema)(body), `${method}: ${answer.text}`).toEqual([])
    expect(check(body)).toEqual([])
    return answer.node
  }

  test('answers what it describes, from the trade to its bill', async () => {
    const content = tradeRequest({ notify_url: 'https://trade.example/notify', body: 'Hot', passback_params: 'a%3D1' })
    const { out_trade_no } = content
    const { trade_no } = await call('alipay.trade.create', content)
    expect(await call('alipay.trade.query', { out_trade_no })).toMatchObject({ trade_status: 'WAIT_BUYER_PAY' })
    await pay(doors, { tradeNo: String(trade_no), outTradeNo: String(out_trade_no) })
    expect(await call('alipay.trade.query', { trade_no })).toMatchObject({ trade_status: 'TRADE_SUCCESS' })
    expect(await call('alipay.trade.close', { trade_no })).toMatchObject({ code: '40004' })
    const options = { query_options: ['refund_detail_item_list'] }
    const refund = {
      trade_no,
      refund_amount: '2.50',
      out_request_no: nextRequestId(),
      refund_reason: 'Cold',
      ...options,
    }
    expect(await call('alipay.trade.refund', refund)).toMatchObject({ fund_change: 'Y' })
    const { out_request_no } = refund
    expect(await call('alipay.trade.fastpay.refund.query', { trade_no, out_request_no, ...options })).toMatchObject({
      refund_status: 'REFUND_SUCCESS',
    })
    expect(await call('alipay.trade.fastpay.refund.query', { trade_no, out_request_no: 'none' })).toEqual({
      code: '10000',
      msg: 'Success',
    })
    expect(await call('alipay.trade.cancel', { trade_no })).toHaveProperty('retry_flag')
    expect(await call('alipay.trade.query', { out_trade_no: 'none' })).toMatchObject({ buyer_pay_amount: '0.00' })
    const other = tradeRequest()
    await call('alipay.trade.create', other)
    expect(await call('alipay.trade.close', { out_trade_no: other['out_trade_no'] })).toMatchObject({ code: '10000' })
    expect(
      await call('alipay.data.dataservice.bill.downloadurl.query', { bill_type: 'trade', bill_date: '2026-02-28' }),
    ).toHaveProperty('code')

    await deliverAll()
    const told = doors.transport.to('https://trade.example')
    expect(told.length).toBeGreaterThan(1)
    for (const { body } of told) {
      const form = Object.fromEntries(new URLSearchParams(String(body)))
      expect(bodyCheck(alipay, 'trade_status_sync')(form)).toEqual([])
    }
  })

  test('answers what it describes about the user behind a code', async () => {
    const code = await world.aCode(['auth_user'])
    const token = { grant_type: 'authorization_code', code }
    const { access_token } = await call('alipay.system.oauth.token', {}, token)
    expect(await call('alipay.user.info.share', {}, { auth_token: String(access_token) })).toHaveProperty('nick_name')
  })

  test.each(Object.keys(alipay.components.schemas).filter((name) => name.endsWith('.answer')))(
    '%s describes its refusals',
    async (name) => {
      const method = name.replace(/\.answer$/, '') as AlipayMethod
      expect((await call(method, [], { grant_type: 'none', auth_token: 'none' }))['code']).not.toBe('10000')
      expect((await call(method, {}, { version: '2.0' }))['sub_code']).toBe('isv.invalid-parameter')
    },
  )

  test('describes the answer to a call that names no method', async () => {
    const { text, nodeName } = await callAlipay(doors, { parameters: { method: undefined } })
    expect(nodeName).toBe('error_response')
    expect(check(JSON.parse(text))).toEqual([])
  })
})

describe('what is shown as signed', () => {
  test('of the super-app API is the first of the signature vectors', () => {
    const [vector] = superappVectors.vectors
    const shown = Object.values(superapp.components.parameters!).map(({ name, example }) => [name, example])
    expect(Object.fromEntries(shown)).toEqual({
      'Client-Id': vector!.message.clientId,
      'Request-Time': vector!.message.time,
      Signature: vector!.header,
    })
    const body = superapp.paths['/v1/payments/pay']!.post!.requestBody!.content['application/json']!
    expect(JSON.stringify(body.examples!['example']!.value)).toBe(vector!.message.body)
  })

  test('of the Alipay gateway is the first of the signature vectors', () => {
    const { requestBody, responses } = alipay.paths['/gateway.do']!.post!
    const [request] = alipayVectors.requests
    const form = requestBody!.content['application/x-www-form-urlencoded']!
    expect(form.examples!['alipay.trade.create']!.value).toEqual({ ...request!.parameters, sign: request!.sign })
    const [answer] = alipayVectors.answers
    const shown = responses['200']!.content!['application/json']!.examples!['alipay.trade.create']!.value
    expect(JSON.stringify((shown as Record<string, unknown>)[answer!.node])).toBe(answer!.nodeText)
  })
})
