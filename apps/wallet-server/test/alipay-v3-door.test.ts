/** The Alipay family's REST door answers every call of the gateway, signed, with its own status codes. */
import { alipayMethods, alipayV3HttpMethods, alipayV3Path } from '@tradepay/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callRest, type RestAnswer } from './alipay-v3-calls.ts'
import { aPaidTrade, aTrade, callMethod } from './alipay-trades.ts'
import { anAuthorizationWorld, type AuthorizationWorld } from './authorization-world.ts'
import { openDoors, tradeRequest, type Doors } from './merchant-doors.ts'
import { balanceOf } from './support/index.ts'

let doors: Doors
beforeAll(async () => {
  doors = await openDoors({ seed: 61 })
})
afterAll(() => doors.close())

/** A call that succeeds, and whose answer is signed. */
async function succeed(call: Parameters<typeof callRest>[1]): Promise<RestAnswer['body']> {
  const answer = await callRest(doors, call)
  expect(answer.text).not.toContain('"code"')
  expect(answer).toMatchObject({ status: 200, verified: true })
  return answer.body
}

describe('orders', () => {
  test('one is created, asked for with GET and POST, and found at the gateway too', async () => {
    const content = tradeRequest({ subject: '珍珠奶茶 🧋', notify_url: 'https://shop.example/v3' })
    const created = await succeed({ body: content })
    expect(created).toEqual({
      out_trade_no: content['out_trade_no'],
      trade_no: expect.stringMatching(/^[0-9]{28}$/) as string,
    })
    const tradeNo = String(created['trade_no'])
    expect(await doors.rooms.orders.find(tradeNo)).toMatchObject({
      family: 'ALIPAY',
      notifyUrl: 'https://shop.example/v3',
      title: '珍珠奶茶 🧋',
    })
    const expected = { trade_no: tradeNo, trade_status: 'WAIT_BUYER_PAY', total_amount: '12.50' }
    const path = alipayV3Path('alipay.trade.query')
    expect(await succeed({ method: 'GET', url: `${path}?trade_no=${tradeNo}` })).toMatchObject(expected)
    expect(await succeed({ call: 'alipay.trade.query', body: { trade_no: tradeNo } })).toMatchObject(expected)
    expect(await callMethod(doors, 'alipay.trade.query', { trade_no: tradeNo })).toMatchObject(expected)
  })

  test('the same number with the same content is the same order, at either door', async () => {
    const content = tradeRequest()
    const { trade_no: tradeNo } = await succeed({ body: content })
    expect(await succeed({ body: content })).toMatchObject({ trade_no: tradeNo })
    expect(await callMethod(doors, 'alipay.trade.create', content)).toMatchObject({ code: '10000', trade_no: tradeNo })
  })

  test('numbers in a JSON body are read digit by digit', async () => {
    const body = '{"out_trade_no":"digits_1","subject":"x","total_amount":1.10}'
    const { trade_no: tradeNo } = await succeed({ body })
    expect((await doors.rooms.orders.find(String(tradeNo))).amount.minor).toBe(110n)
  })

  test.each([
    ['a list that is repeated', 'query_options=trade_settle_info&query_options=fund_bill_list'],
    ['a list with commas', 'query_options=trade_settle_info,fund_bill_list'],
    ['what nobody knows', 'org_pid=2088&x=%E6%8B%BF%2B+'],
    ['empty values', 'trade_no=&query_options='],
  ])('a query may hold %s', async (_, more) => {
    const { outTradeNo } = await aTrade(doors)
    const url = `${alipayV3Path('alipay.trade.query')}?out_trade_no=${outTradeNo}&${more}`
    expect(await succeed({ method: 'GET', url })).toMatchObject({ trade_status: 'WAIT_BUYER_PAY' })
  })

  test('one is closed, and one of unknown outcome cancelled', async () => {
    const { tradeNo, outTradeNo } = await aTrade(doors)
    const numbers = { trade_no: tradeNo, out_trade_no: outTradeNo }
    expect(await succeed({ call: 'alipay.trade.close', body: { out_trade_no: outTradeNo } })).toEqual(numbers)
    expect(await succeed({ call: 'alipay.trade.cancel', body: { trade_no: tradeNo } })).toEqual({
      ...numbers,
      action: 'close',
      retry_flag: 'N',
    })
    expect(await succeed({ call: 'alipay.trade.cancel', body: { out_trade_no: 'never_came' } })).toEqual({
      out_trade_no: 'never_came',
      retry_flag: 'N',
    })
  })

  test('one is refunded in parts, and its refunds are asked for', async () => {
    const { tradeNo, payerId } = await aPaidTrade(doors)
    const part = { trade_no: tradeNo, refund_amount: '5.00', out_request_no: 'part' }
    expect(await succeed({ call: 'alipay.trade.refund', body: part })).toMatchObject({
      fund_change: 'Y',
      refund_fee: '5.00',
    })
    expect(await succeed({ call: 'alipay.trade.refund', body: part })).toMatchObject({
      fund_change: 'N',
      refund_fee: '5.00',
    })
    const asked = { trade_no: tradeNo, out_request_no: 'part' }
    expect(await succeed({ call: 'alipay.trade.fastpay.refund.query', body: asked })).toMatchObject({
      refund_status: 'REFUND_SUCCESS',
      refund_amount: '5.00',
    })
    const never = { trade_no: tradeNo, out_request_no: 'never' }
    expect(await succeed({ call: 'alipay.trade.fastpay.refund.query', body: never })).toEqual({})
    expect(await balanceOf(doors, payerId)).toBe(1_000_000n - 1250n + 500n)
  })

  test('the timeline holds what was sent and signed, to the byte', async () => {
    const body = JSON.stringify(tradeRequest(), null, 2)
    const answer = await callRest(doors, { body })
    const [request] = doors.recorder.of(String(answer.body['trade_no']), 4)
    expect(request).toMatchObject({
      message: { startLine: 'POST /v3/alipay/trade/create', body },
      signature: { algorithm: 'ALIPAY-SHA256withRSA', signedBy: 'MERCHANT', verified: true },
    })
    expect(request!.message!.headers['authorization']).toMatch(/^ALIPAY-SHA256withRSA app_id=.*,sign=/)
    expect(request!.signature!.stringToSign).toContain(`\nPOST\n/v3/alipay/trade/create\n${body}\n`)
    const [answered] = doors.recorder.of(String(answer.body['trade_no']), 7)
    expect(answered).toMatchObject({
      message: { startLine: '200', body: answer.text },
      signature: {
        stringToSign: `${String(answer.headers['alipay-timestamp'])}\n${String(answer.headers['alipay-nonce'])}\n${answer.text}\n`,
      },
    })
  })
})

describe('the header', () => {
  test.each([
    [
      'in another order, with fields of its own',
      (id: string, at: number) => `timestamp=${at},x=1,nonce=a-1,app_id=${id}`,
    ],
    [
      'with a certificate number and a time to live',
      (id: string, at: number) => `app_id=${id},app_cert_sn=0a1b,nonce=a-2,timestamp=${at},expired_seconds=120`,
    ],
    ['with blanks', (id: string, at: number) => `app_id=${id}, nonce=a-3, timestamp=${at}`],
  ])('may be written %s', async (_, write) => {
    await succeed({ authString: write(doors.merchant.client.clientId, doors.clock.now().getTime()) })
  })

  test('may name an app auth token, which is signed', async () => {
    await succeed({ appAuthToken: '202611BB' })
  })
})

describe('authorizations', () => {
  let about: AuthorizationWorld
  beforeAll(async () => {
    about = await anAuthorizationWorld(doors, doors.merchant)
  })

  test('a code becomes tokens, which are refreshed and show their user', async () => {
    const code = await about.aCode(['auth_user'])
    const tokens = await succeed({
      call: 'alipay.system.oauth.token',
      body: { grant_type: 'authorization_code', code },
    })
    expect(tokens).toMatchObject({ user_id: about.userId, expires_in: expect.any(String) as string })
    const user = { user_id: about.userId, nick_name: 'Mei' }
    const token = String(tokens['access_token'])
    expect(await succeed({ call: 'alipay.user.info.share', body: { auth_token: token } })).toEqual(user)
    // The vendor's own v3 clients send it in the query, without a body.
    const url = `${alipayV3Path('alipay.user.info.share')}?auth_token=${token}`
    expect(await succeed({ url, body: '' })).toEqual(user)
    const refreshed = { grant_type: 'refresh_token', refresh_token: tokens['refresh_token'] }
    expect(await succeed({ call: 'alipay.system.oauth.token', body: refreshed })).toMatchObject({
      user_id: about.userId,
    })
  })

  test.each([
    ['no token', {}, 401, 'invalid-auth-token'],
    ['a token that is none', { auth_token: 'x'.repeat(40) }, 401, 'invalid-auth-token'],
    ['a token that is a number', { auth_token: 1 }, 401, 'invalid-auth-token'],
  ])('%s shows nobody', async (_, body, status, code) => {
    const answer = await callRest(doors, { call: 'alipay.user.info.share', body })
    expect(answer).toMatchObject({ status, body: { code }, verified: true })
  })

  test.each([
    ['a list', '[]', 'grant-type-invalid'],
    ['a text', '"grant_type"', 'grant-type-invalid'],
    ['nothing', '', 'grant-type-invalid'],
    ['null', 'null', 'grant-type-invalid'],
    ['no code', { grant_type: 'authorization_code' }, 'invalid-parameter'],
    ['a code that is none', { grant_type: 'authorization_code', code: 'x' }, 'code-invalid'],
  ])('%s gives no tokens', async (_, body, code) => {
    const answer = await callRest(doors, { call: 'alipay.system.oauth.token', body })
    expect(answer).toMatchObject({ status: 400, body: { code }, verified: true })
  })
})

test('the bill of a day that is over has an address that opens', async () => {
  await aPaidTrade(doors)
  const day = new Date(doors.clock.now().getTime() + 8 * 3_600_000).toISOString().slice(0, 10)
  doors.clock.advance({ hours: 24 })
  const path = alipayV3Path('alipay.data.dataservice.bill.downloadurl.query')
  const { bill_download_url: address } = await succeed({
    method: 'GET',
    url: `${path}?bill_type=trade&bill_date=${day}`,
  })
  const { pathname, search } = new URL(String(address))
  const file = await doors.http.inject({ method: 'GET', url: pathname + search })
  expect(file).toMatchObject({ statusCode: 200, headers: { 'content-type': 'application/zip' } })
})

test('every method of the gateway has an address, and nothing else is known', () => {
  expect(Object.keys(alipayV3HttpMethods)).toEqual([...alipayMethods])
})
