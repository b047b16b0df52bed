/**
 * The client of the Alipay family: it signs what it sends, believes only what verifies, never calls an unknown outcome a
 * failure, and says everything in the same words as the other family's.
 */
import { alipayRequestString, parsePublicKey, verifyAlipay } from '@tradepay/signature'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { AlipayClient, money, type CreateOrder } from '../src/index.ts'
import { CLIENT_ID, clock, makeKeys, NOW, parametersOf, problemOf, signedNode, startFakeWallet } from './support.ts'
import type { FakeWallet, Keys } from './support.ts'

const yuan = (fen: bigint) => money('CNY', fen)
const success = { code: '10000', msg: 'Success' }
const refused = (sub_code: string, code = '40004') => ({ code, msg: 'Business Failed', sub_code, sub_msg: 'No.' })
const numbers = { trade_no: 'T1', out_trade_no: 'A1' }
const trade = { ...success, ...numbers, trade_status: 'TRADE_SUCCESS', total_amount: '36.00' }
const order: CreateOrder = {
  orderNo: 'A1',
  title: '珍珠奶茶 100%',
  amount: yuan(3600n),
  appId: '2021000000000002',
  expiresAt: new Date('2026-03-01T08:15:00.999Z'),
  notifyUrl: 'http://shop.example/notify?a=b',
  description: 'Two',
  buyerId: '2088',
}

let keys: Keys
let wallet: FakeWallet

beforeAll(async () => {
  keys = await makeKeys()
  wallet = await startFakeWallet()
})
afterAll(() => wallet.close())
beforeEach(() => {
  wallet.received.length = 0
})

function client(options: Partial<ConstructorParameters<typeof AlipayClient>[0]> = {}): AlipayClient {
  return new AlipayClient({
    baseUrl: wallet.url,
    clientId: CLIENT_ID,
    privateKey: keys.merchant.privateKey,
    walletPublicKey: keys.wallet.publicKey,
    clock,
    ...options,
  })
}

/** What the gateway answers to each method, from now on. */
function answers(nodes: Record<string, object>): void {
  wallet.answerWith((request) => {
    const { method = '' } = parametersOf(request)
    return signedNode(keys.wallet.privateKey, method, nodes[method] ?? refused('isv.invalid-method', '40002'))
  })
}
const contents = (): unknown[] =>
  wallet.received.map((request) => JSON.parse(parametersOf(request)['biz_content'] ?? 'null') as unknown)

describe('createOrder', () => {
  test('sends what the merchant key verifies, times in GMT+8, amounts in yuan, and no empty value', async () => {
    answers({ 'alipay.trade.create': { ...success, ...numbers } })
    expect(await client().createOrder(order)).toEqual({ tradeNo: 'T1', orderNo: 'A1', status: 'ACCEPTED' })
    const [request] = wallet.received
    const parameters = parametersOf(request!)
    expect(request!.path).toMatch(/^\/gateway\.do\?/)
    expect(parameters).toMatchObject({
      app_id: CLIENT_ID,
      method: 'alipay.trade.create',
      timestamp: '2026-03-01 16:00:00',
      sign_type: 'RSA2',
      version: '1.0',
      notify_url: order.notifyUrl,
    })
    expect(contents()).toEqual([
      {
        out_trade_no: 'A1',
        total_amount: '36.00',
        subject: '珍珠奶茶 100%',
        body: 'Two',
        buyer_id: '2088',
        op_app_id: '2021000000000002',
        product_code: 'JSAPI_PAY',
        time_expire: '2026-03-01 16:15:00',
      },
    ])
    const merchantKey = parsePublicKey(keys.merchant.publicKey)
    expect(await verifyAlipay(alipayRequestString(parameters), parameters['sign']!, merchantKey)).toBe(true)
    expect(Object.values(parameters)).not.toContain('')
  })

  test('of an order that is paid meanwhile tells its number, and that it is paid', async () => {
    answers({ 'alipay.trade.create': refused('ACQ.TRADE_HAS_SUCCESS'), 'alipay.trade.query': trade })
    expect(await client().createOrder(order)).toEqual({ tradeNo: 'T1', orderNo: 'A1', status: 'PAID' })
  })

  test('of a paid order with another amount is refused', async () => {
    answers({ 'alipay.trade.create': refused('ACQ.TRADE_HAS_SUCCESS'), 'alipay.trade.query': trade })
    expect(await problemOf(client().createOrder({ ...order, amount: yuan(3601n) }))).toMatchObject({
      code: 'ACQ.TRADE_HAS_SUCCESS',
      reason: 'ORDER_STATE',
    })
  })

  test.each([
    ['a dash in the order number', { orderNo: 'A-1' }],
    ['a slash in the title', { title: 'Tea/Milk' }],
    ['another currency', { amount: money('USD', 100n) }],
    ['a description of 129 characters', { description: 'x'.repeat(129) }],
    ['an amount of nothing', { amount: yuan(0n) }],
  ])('%s is refused before anything is sent', async (_, change) => {
    expect(await problemOf(client().createOrder({ ...order, ...change }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'ARGUMENT',
      isUnknown: false,
    })
    expect(wallet.received).toEqual([])
  })
})

describe('inquireOrder', () => {
  test.each([
    ['WAIT_BUYER_PAY', {}, 'PROCESSING'],
    ['TRADE_SUCCESS', { send_pay_date: '2026-03-01 16:00:05' }, 'PAID'],
    ['TRADE_FINISHED', { send_pay_date: '2026-03-01 16:00:05' }, 'PAID'],
    ['TRADE_CLOSED', {}, 'CLOSED'],
    ['TRADE_CLOSED', { send_pay_date: '2026-03-01 16:00:05' }, 'PAID'],
  ])('%s with %j is %s', async (trade_status, more, state) => {
    answers({ 'alipay.trade.query': { ...trade, trade_status, ...more } })
    expect(await client().inquireOrder({ orderNo: 'A1' })).toEqual({
      tradeNo: 'T1',
      orderNo: 'A1',
      state,
      amount: yuan(3600n),
      paidAt: state === 'PAID' ? new Date('2026-03-01T08:00:05Z') : null,
      reason: null,
    })
    expect(contents()).toEqual([{ out_trade_no: 'A1' }])
  })

  test('an order of another door keeps its currency', async () => {
    answers({ 'alipay.trade.query': { ...trade, total_amount: '3600', trans_currency: 'JPY' } })
    expect((await client().inquireOrder({ tradeNo: 'T1' })).amount).toEqual(money('JPY', 3600n))
  })

  test.each([
    ['a state that nobody knows', { trade_status: 'PAID_PERHAPS' }],
    ['a state named like a property of every object', { trade_status: 'constructor' }],
    ['an amount with three decimals', { total_amount: '36.001' }],
    ['an amount that is a number', { total_amount: 36 }],
    ['another number', { out_trade_no: 'A2' }],
    ['a day that no calendar has', { send_pay_date: '2026-02-31 16:00:05' }],
  ])('a signed answer with %s is unknown', async (_, change) => {
    answers({ 'alipay.trade.query': { ...trade, ...change } })
    expect(await problemOf(client().inquireOrder({ orderNo: 'A1' }))).toMatchObject({
      code: 'ANSWER_NOT_UNDERSTOOD',
      isUnknown: true,
    })
  })
})

describe('an answer is verified before it is read', () => {
  const query = () => problemOf(client({ retries: 0 }).inquireOrder({ orderNo: 'A1' }))
  const notVerified = { code: 'ANSWER_NOT_VERIFIED', reason: 'UNKNOWN', isUnknown: true }

  test.each<[string, (body: string) => string]>([
    ['changed on the way', (body) => body.replace('36.00', '0.01')],
    ['printed anew', (body) => body.replace('{"code"', '{ "code"')],
    ['without a signature', (body) => body.replace(/,"sign".*/, '}')],
    ['with a signature that is none', (body) => body.replace(/"sign":".*"/, '"sign":"AAAA"')],
    ['about another method', (body) => body.replace('alipay_trade_query', 'alipay_trade_close')],
    ['that is no JSON', () => '<html>'],
    ['that is empty', () => ''],
  ])('one %s is not believed', async (_, change) => {
    wallet.answerWith(async () => {
      const answer = await signedNode(keys.wallet.privateKey, 'alipay.trade.query', trade)
      return { ...answer, body: Buffer.from(change(answer.body.toString())) }
    })
    expect(await query()).toMatchObject(notVerified)
  })

  test('one signed by somebody else is not believed', async () => {
    wallet.answerWith(() => signedNode(keys.stranger.privateKey, 'alipay.trade.query', trade))
    expect(await query()).toMatchObject(notVerified)
  })

  test('blanks, slashes and nested names in what was signed do no harm', async () => {
    const text = `{ "code" : "10000", "sign":"x", "trade_no":"T1", "out_trade_no":"A1", "trade_status":"TRADE_SUCCESS",
      "total_amount":"36.00", "store_name":"a\\/b } { \\" " }`
    wallet.answerWith(() => signedNode(keys.wallet.privateKey, 'alipay.trade.query', text))
    expect(await client().inquireOrder({ orderNo: 'A1' })).toMatchObject({ state: 'PAID' })
  })

  test('a signed error of the gateway itself is believed', async () => {
    wallet.answerWith(() =>
      signedNode(keys.wallet.privateKey, '', refused('isv.invalid-app-id', '40002'), { name: 'error_response' }),
    )
    expect(await query()).toMatchObject({ code: 'isv.invalid-app-id', reason: 'CALLER_REFUSED', isUnknown: false })
  })

  test('any of the wallet’s keys may have signed, so that it can change them', async () => {
    answers({ 'alipay.trade.query': trade })
    const walletPublicKey = { 1: keys.stranger.publicKey, 2: keys.wallet.publicKey }
    expect(await client({ walletPublicKey }).inquireOrder({ orderNo: 'A1' })).toMatchObject({ state: 'PAID' })
  })
})

describe('what is refused and what is unknown', () => {
  test.each([
    ['ACQ.TRADE_NOT_EXIST', '40004', 'ORDER_NOT_FOUND', false],
    ['aop.ACQ.TRADE_NOT_EXIST', '40004', 'ORDER_NOT_FOUND', false],
    ['ACQ.SYSTEM_ERROR', '40004', 'UNKNOWN', true],
    ['AQC.SYSTEM_ERROR', '40004', 'UNKNOWN', true],
    ['isp.unknow-error', '20000', 'UNKNOWN', true],
    ['isv.app-call-limited', '40005', 'RATE_LIMITED', true],
    ['isv.invalid-signature', '40002', 'CALLER_REFUSED', false],
    ['ACQ.A_CODE_OF_TOMORROW', '40004', 'OTHER', false],
  ])('%s under %s is %s', async (subCode, code, reason, isUnknown) => {
    answers({ 'alipay.trade.query': refused(subCode, code) })
    const problem = await problemOf(client().inquireOrder({ orderNo: 'A1' }))
    expect(problem).toMatchObject({ code: subCode, reason, isUnknown, requestId: 'A1', status: 200 })
  })

  test('a node without any code is unknown', async () => {
    answers({ 'alipay.trade.query': numbers })
    expect(await problemOf(client().inquireOrder({ orderNo: 'A1' }))).toMatchObject({ isUnknown: true })
  })
})

describe('cancelOrder', () => {
  test.each([
    ['close', 'CLOSED'],
    ['refund', 'REFUNDED'],
    [undefined, 'NEVER_CAME'],
  ])('%s is %s', async (action, outcome) => {
    answers({ 'alipay.trade.cancel': { ...success, ...numbers, retry_flag: 'N', action } })
    expect(await client().cancelOrder({ orderNo: 'A1' })).toEqual({ tradeNo: 'T1', orderNo: 'A1', outcome })
  })

  test.each([
    ['success', success],
    ['a failure', refused('ACQ.TRADE_CANCEL_TIME_OUT')],
  ])('that is to be called again is unknown, also where it says %s', async (_, node) => {
    answers({ 'alipay.trade.cancel': { ...node, ...numbers, retry_flag: 'Y' } })
    expect(await problemOf(client().cancelOrder({ orderNo: 'A1' }))).toMatchObject({ isUnknown: true })
  })
})

describe('refund', () => {
  const refund = {
    orderNo: 'A1',
    refundNo: 'R-1',
    amount: yuan(600n),
    reason: 'Cold',
    notifyUrl: 'http://shop/refunds',
  }
  const query = { ...success, ...numbers, out_request_no: 'R-1', refund_amount: '6.00', total_amount: '36.00' }

  test('that has moved money says when; the family has no address for it', async () => {
    const moved = {
      ...success,
      ...numbers,
      fund_change: 'Y',
      refund_fee: '20.00',
      gmt_refund_pay: '2026-03-01 16:00:05',
    }
    answers({ 'alipay.trade.refund': moved })
    expect(await client().refund(refund)).toEqual({
      refundNo: 'R-1',
      refundId: null,
      state: 'SUCCEEDED',
      amount: yuan(600n),
      refundedAt: new Date('2026-03-01T08:00:05Z'),
      failReason: null,
    })
    expect(contents()).toEqual([
      { out_trade_no: 'A1', out_request_no: 'R-1', refund_amount: '6.00', refund_reason: 'Cold' },
    ])
    expect(parametersOf(wallet.received[0]!)).not.toHaveProperty('notify_url')
  })

  test.each([
    ['REFUND_SUCCESS', 'SUCCEEDED'],
    ['REFUND_PROCESSING', 'PROCESSING'],
    [undefined, 'SUCCEEDED'],
  ])('that has moved nothing is asked about: %s is %s', async (refund_status, state) => {
    answers({
      'alipay.trade.refund': { ...success, ...numbers, fund_change: 'N', refund_fee: '6.00' },
      'alipay.trade.fastpay.refund.query': { ...query, refund_status },
    })
    expect(await client().refund(refund)).toMatchObject({ state, amount: yuan(600n) })
  })

  test('that has moved nothing and is not there is unknown, never done', async () => {
    answers({
      'alipay.trade.refund': { ...success, ...numbers, fund_change: 'N' },
      'alipay.trade.fastpay.refund.query': success,
    })
    expect(await problemOf(client().refund(refund))).toMatchObject({ reason: 'UNKNOWN', isUnknown: true })
  })

  test('that the bank did not take has failed for good', async () => {
    answers({
      'alipay.trade.refund': { ...success, ...numbers, fund_change: 'N' },
      'alipay.trade.fastpay.refund.query': { ...query, refund_status: 'REFUND_FAIL' },
    })
    expect(await problemOf(client().refund(refund))).toMatchObject({ reason: 'REFUND_FAILED', isUnknown: false })
    expect(await client().inquireRefund(refund)).toMatchObject({ state: 'FAILED', refundedAt: null })
  })

  test('success without data is no refund', async () => {
    answers({ 'alipay.trade.fastpay.refund.query': success })
    expect(await problemOf(client().inquireRefund(refund))).toMatchObject({
      reason: 'REFUND_NOT_FOUND',
      isUnknown: false,
    })
  })
})

describe('users', () => {
  test('tokens are sent in the form, never in the address, and their lifetimes count from now', async () => {
    answers({
      'alipay.system.oauth.token': {
        user_id: '2088',
        access_token: 'a',
        expires_in: '60',
        refresh_token: 'r',
        re_expires_in: 120,
      },
      'alipay.user.info.share': { ...success, user_id: '2088', nick_name: 'Mei' },
    })
    expect(await client().exchangeAuthCode('code')).toEqual({
      userId: '2088',
      accessToken: 'a',
      accessTokenExpiresAt: new Date(NOW.getTime() + 60_000),
      refreshToken: 'r',
      refreshTokenExpiresAt: new Date(NOW.getTime() + 120_000),
    })
    expect(await client().getUser('s3cret')).toEqual({ userId: '2088', nickName: 'Mei', fullName: null })
    const [exchange, share] = wallet.received.map(parametersOf)
    expect(exchange).toMatchObject({ grant_type: 'authorization_code', code: 'code' })
    expect(share).toMatchObject({ auth_token: 's3cret' })
    expect(wallet.received.every(({ path }) => !/s3cret|code=/.test(path))).toBe(true)
  })

  test('a lost answer is not asked for again, because a code is good once', async () => {
    wallet.answerWith(() => 'HANG_UP')
    expect(await problemOf(client().exchangeAuthCode('code'))).toMatchObject({ code: 'NETWORK', isUnknown: true })
    expect(wallet.received).toHaveLength(1)
  })
})
