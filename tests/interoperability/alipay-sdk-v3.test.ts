/**
 * The official `alipay-sdk` runs the whole life of orders and their refunds by `curl()`, the REST calls: it signs each with a
 * nonce of its own and checks the signature of every answer, which cannot be switched off.
 */
import { AlipayRequestError } from 'alipay-sdk'
import { balanceOf, testWalletKey } from '@tradepay/wallet-server/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anAlipayWorld, billLines, type AlipayWorld } from './alipay-sdk-world.ts'

let world: AlipayWorld
beforeAll(async () => {
  world = await anAlipayWorld('rest')
})
afterAll(() => world.close())

type Body = Record<string, unknown>

/** Posts, and answers the data of a call that succeeded. */
async function post(path: string, body: Body, client = world.sdk): Promise<Body> {
  const { data, responseHttpStatus, traceId } = await client.curl<Body>('POST', path, { body })
  expect(responseHttpStatus).toBe(200)
  expect(traceId).toMatch(/^[0-9a-f]{32}$/)
  return data!
}
const get = async (path: string, query: Record<string, string>): Promise<Body> =>
  (await world.sdk.curl<Body>('GET', path, { query })).data!

const aTrade = (about: Body = {}): Body => ({
  out_trade_no: world.nextNumber(),
  total_amount: '8.80',
  subject: '珍珠奶茶 🧋 + 100%',
  notify_url: world.notifyUrl,
  ...about,
})

async function create(about?: Body): Promise<{ tradeNo: string; outTradeNo: string }> {
  const answer = await post('/v3/alipay/trade/create', aTrade(about))
  return { tradeNo: String(answer['trade_no']), outTradeNo: String(answer['out_trade_no']) }
}

async function createAndPay(): Promise<{ tradeNo: string; outTradeNo: string; payerId: string }> {
  const made = await create()
  return { ...made, payerId: await world.pay(made.tradeNo) }
}

const statusOf = async (tradeNo: string) =>
  (await post('/v3/alipay/trade/query', { trade_no: tradeNo }))['trade_status']

test('an order is created, asked for with GET and POST, paid, refunded in two parts, and closed by the last', async () => {
  const { tradeNo, outTradeNo } = await create()
  expect(tradeNo).toMatch(/^[0-9]{28}$/)
  expect(await get('/v3/alipay/trade/query', { out_trade_no: outTradeNo })).toMatchObject({
    trade_no: tradeNo,
    trade_status: 'WAIT_BUYER_PAY',
  })
  expect(await statusOf(tradeNo)).toBe('WAIT_BUYER_PAY')

  const payerId = await world.pay(tradeNo)
  expect(await world.notified(tradeNo, { trade_status: 'TRADE_SUCCESS' })).toMatchObject({ out_trade_no: outTradeNo })

  const first = { out_trade_no: outTradeNo, refund_amount: '3.30', out_request_no: 'first', refund_reason: '少冰' }
  const refund = (about: Body) => post('/v3/alipay/trade/refund', about)
  expect(await refund(first)).toMatchObject({ fund_change: 'Y', refund_fee: '3.30', buyer_user_id: payerId })
  await world.notified(tradeNo, { out_biz_no: 'first', refund_fee: '3.30' })
  expect(await refund(first)).toMatchObject({ fund_change: 'N', refund_fee: '3.30' })
  expect(await statusOf(tradeNo)).toBe('TRADE_SUCCESS')

  const second = { trade_no: tradeNo, refund_amount: 5.5, out_request_no: 'second' }
  expect(await refund(second)).toMatchObject({ fund_change: 'Y', refund_fee: '8.80', send_back_fee: '5.50' })
  await world.notified(tradeNo, { out_biz_no: 'second', trade_status: 'TRADE_CLOSED' })
  expect(await statusOf(tradeNo)).toBe('TRADE_CLOSED')
  expect(
    await post('/v3/alipay/trade/fastpay/refund/query', {
      trade_no: tradeNo,
      out_request_no: 'first',
      query_options: ['refund_detail_item_list'],
    }),
  ).toMatchObject({
    refund_amount: '3.30',
    refund_reason: '少冰',
    refund_status: 'REFUND_SUCCESS',
    refund_detail_item_list: [{ fund_channel: 'ALIPAYACCOUNT', amount: '3.30' }],
  })
  expect(await balanceOf(world.wallet, payerId)).toBe(10_000n)
})

test('an order that is repeated is the same one, and is found by the gateway of the same client', async () => {
  const trade = aTrade()
  const { trade_no: tradeNo } = await post('/v3/alipay/trade/create', trade)
  expect(await post('/v3/alipay/trade/create', trade)).toMatchObject({ trade_no: tradeNo })
  const bizContent = { outTradeNo: trade['out_trade_no'] }
  expect(await world.sdk.exec('alipay.trade.query', { bizContent }, { validateSign: true })).toMatchObject({ tradeNo })
})

test('a refund that was never made is answered without refund data', async () => {
  const { tradeNo } = await createAndPay()
  const asked = { trade_no: tradeNo, out_request_no: 'never' }
  expect(await post('/v3/alipay/trade/fastpay/refund/query', asked)).toEqual({})
})

test('an order that nobody has paid is closed, and cancelled in vain', async () => {
  const { tradeNo, outTradeNo } = await create()
  const numbers = { trade_no: tradeNo, out_trade_no: outTradeNo }
  expect(await post('/v3/alipay/trade/close', { out_trade_no: outTradeNo })).toEqual(numbers)
  const cancelled = await post('/v3/alipay/trade/cancel', { out_trade_no: outTradeNo })
  expect(cancelled).toMatchObject({ action: 'close', retry_flag: 'N' })
})

test('an order of unknown outcome is cancelled: the money is back, and a late create is refused', async () => {
  const { tradeNo, payerId } = await createAndPay()
  const cancelled = await post('/v3/alipay/trade/cancel', { trade_no: tradeNo })
  expect(cancelled).toMatchObject({ action: 'refund', retry_flag: 'N' })
  expect(await balanceOf(world.wallet, payerId)).toBe(10_000n)
  const lost = aTrade()
  expect(await post('/v3/alipay/trade/cancel', { out_trade_no: lost['out_trade_no'] })).not.toHaveProperty('action')
  await expect(post('/v3/alipay/trade/create', lost)).rejects.toMatchObject({ code: 'ACQ.TRADE_HAS_CLOSE' })
})

test('a query is signed as it is encoded, whatever stands in it', async () => {
  const { tradeNo } = await create()
  const asked = { trade_no: tradeNo, note: '拿铁 + 100% & "more"/?' }
  expect(await get('/v3/alipay/trade/query', asked)).toMatchObject({ trade_no: tradeNo })
})

test('many calls at once each have a nonce of their own', async () => {
  const { tradeNo } = await create()
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => get('/v3/alipay/trade/query', { trade_no: tradeNo })),
  )
  for (const answer of answers) expect(answer).toMatchObject({ trade_no: tradeNo })
})

test('an app auth token is signed on a line of its own', async () => {
  const body = aTrade()
  const { data } = await world.sdk.curl<Body>('POST', '/v3/alipay/trade/create', { body, appAuthToken: '202611BB1a2b' })
  expect(data).toMatchObject({ out_trade_no: body['out_trade_no'] })
})

test('the bill of a day that is over is downloaded from its address as a zip', async () => {
  const { tradeNo } = await createAndPay()
  const bill = { bill_type: 'trade', bill_date: world.today() }
  world.ahead(24 * 3_600_000)
  const answer = await get('/v3/alipay/data/dataservice/bill/downloadurl/query', bill)
  const lines = await billLines(answer['bill_download_url'])
  expect(lines.some((line) => line.startsWith('PAYMENT,') && line.includes(tradeNo))).toBe(true)
  world.ahead(0)
})

describe('errors are thrown by the client with code, status and reason', () => {
  const stranger = () => world.anSdk({ privateKey: testWalletKey().privateKey })
  const nobody = () => world.anSdk({ appId: '2021000000000000' })
  test.each<[string, () => Promise<unknown>, number, string, RegExp]>([
    [
      'an unknown trade',
      () => post('/v3/alipay/trade/close', { out_trade_no: 'never' }),
      400,
      'ACQ.TRADE_NOT_EXIST',
      /order/,
    ],
    ['no number', () => get('/v3/alipay/trade/query', {}), 400, 'ACQ.INVALID_PARAMETER', /out_trade_no/],
    ['too many decimals', () => create({ total_amount: '0.001' }), 400, 'ACQ.INVALID_PARAMETER', /2 decimals/],
    ['no token', () => post('/v3/alipay/user/info/share', {}), 401, 'invalid-auth-token', /auth_token/],
    ['an unknown call', () => post('/v3/alipay/trade/steal', {}), 404, 'invalid-method', /no such method/],
    [
      "a stranger's key",
      () => post('/v3/alipay/trade/create', aTrade(), stranger()),
      400,
      'invalid-signature',
      /signature/,
    ],
    [
      'an unknown app',
      () => post('/v3/alipay/trade/create', aTrade(), nobody()),
      400,
      'invalid-app-id',
      /not registered/,
    ],
  ])('%s', async (_, call, responseHttpStatus, code, message) => {
    const error: unknown = await call().then(
      () => null,
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(AlipayRequestError)
    expect(error).toMatchObject({ code, responseHttpStatus, links: [] })
    expect((error as Error).message).toMatch(message)
    expect((error as AlipayRequestError).traceId).toMatch(/^[0-9a-f]{32}$/)
  })

  test('a clock that is too far away', async () => {
    world.ahead(4 * 24 * 3_600_000)
    await expect(create()).rejects.toMatchObject({ code: 'invalid-timestamp' })
    world.ahead(0)
  })

  test('the same number with another amount, and a refund number with another', async () => {
    const trade = aTrade()
    const { trade_no: tradeNo } = await post('/v3/alipay/trade/create', trade)
    await expect(create({ ...trade, total_amount: '8.81' })).rejects.toMatchObject({ code: 'ACQ.CONTEXT_INCONSISTENT' })
    await world.pay(String(tradeNo))
    const refund = { trade_no: tradeNo, refund_amount: '1.00', out_request_no: 'one' }
    await post('/v3/alipay/trade/refund', refund)
    const other = post('/v3/alipay/trade/refund', { ...refund, refund_amount: '1.01' })
    await expect(other).rejects.toMatchObject({ code: 'ACQ.DISCORDANT_REPEAT_REQUEST' })
  })
})
