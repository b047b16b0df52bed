/**
 * The official `alipay-sdk` runs the whole life of orders and their refunds against the whole server over real HTTP: every
 * answer checked, every notification verified, with nothing but its gateway, keys and app id set.
 */
import { cashierPaths, walletPaths, type OrderStringAnswer, type SessionAnswer } from '@tradepay/contract'
import { aUser, balanceOf, TEST_PIN } from '@tradepay/wallet-server/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anAlipayWorld, billLines, type AlipayWorld } from './alipay-sdk-world.ts'

let world: AlipayWorld
beforeAll(async () => {
  world = await anAlipayWorld('life')
})
afterAll(() => world.close())

const exec = (method: string, bizContent: object, parameters: object = {}): Promise<Record<string, unknown>> =>
  world.sdk.exec(method, { bizContent, ...parameters }, { validateSign: true })

const aTrade = (about: object = {}) => ({
  outTradeNo: world.nextNumber(),
  totalAmount: '8.80',
  subject: '珍珠奶茶 🧋 + 100%',
  ...about,
})

async function create(trade: object = aTrade()): Promise<{ tradeNo: string; outTradeNo: string }> {
  const answer = await exec('alipay.trade.create', trade, { notifyUrl: world.notifyUrl })
  expect(answer).toMatchObject({ code: '10000' })
  return { tradeNo: String(answer['tradeNo']), outTradeNo: String(answer['outTradeNo']) }
}

async function createAndPay(): Promise<{ tradeNo: string; outTradeNo: string; payerId: string }> {
  const made = await create()
  return { ...made, payerId: await world.pay(made.tradeNo) }
}

test('an order is created, paid, refunded in two parts, and closed by the last', async () => {
  const { tradeNo, outTradeNo, payerId } = await createAndPay()
  await world.notified(tradeNo, { trade_status: 'TRADE_SUCCESS' })

  const first = { outTradeNo, refundAmount: '3.30', outRequestNo: 'first', refundReason: '少冰' }
  expect(await exec('alipay.trade.refund', first)).toMatchObject({
    code: '10000',
    tradeNo,
    fundChange: 'Y',
    refundFee: '3.30',
    buyerUserId: payerId,
  })
  expect(await world.notified(tradeNo, { out_biz_no: 'first' })).toMatchObject({
    trade_status: 'TRADE_SUCCESS',
    refund_fee: '3.30',
  })
  expect(await exec('alipay.trade.refund', first)).toMatchObject({ code: '10000', fundChange: 'N', refundFee: '3.30' })
  expect(await exec('alipay.trade.refund', { ...first, refundAmount: '3.31' })).toMatchObject({
    code: '40004',
    subCode: 'ACQ.DISCORDANT_REPEAT_REQUEST',
  })
  expect(await exec('alipay.trade.query', { tradeNo })).toMatchObject({ tradeStatus: 'TRADE_SUCCESS' })

  expect(await exec('alipay.trade.refund', { tradeNo, refundAmount: 5.5, outRequestNo: 'second' })).toMatchObject({
    fundChange: 'Y',
    refundFee: '8.80',
    sendBackFee: '5.50',
  })
  expect(await world.notified(tradeNo, { out_biz_no: 'second' })).toMatchObject({
    trade_status: 'TRADE_CLOSED',
    refund_fee: '8.80',
  })
  expect(await exec('alipay.trade.query', { tradeNo })).toMatchObject({
    tradeStatus: 'TRADE_CLOSED',
    buyerUserId: payerId,
  })
  expect(
    await exec('alipay.trade.fastpay.refund.query', {
      tradeNo,
      outRequestNo: 'first',
      queryOptions: ['refund_detail_item_list'],
    }),
  ).toMatchObject({
    code: '10000',
    refundAmount: '3.30',
    refundReason: '少冰',
    refundStatus: 'REFUND_SUCCESS',
    refundDetailItemList: [{ fundChannel: 'ALIPAYACCOUNT', amount: '3.30' }],
  })
  expect(await balanceOf(world.wallet, payerId)).toBe(10_000n)
})

test('a refund that was never made is answered without refund data', async () => {
  const { tradeNo } = await createAndPay()
  const answer = await exec('alipay.trade.fastpay.refund.query', { tradeNo, outRequestNo: 'never' })
  expect(answer).toMatchObject({ code: '10000', msg: 'Success' })
  expect(answer).not.toHaveProperty('refundStatus')
})

test('an order that nobody has paid is closed, and cancelled in vain', async () => {
  const { tradeNo, outTradeNo } = await create()
  expect(await exec('alipay.trade.close', { outTradeNo })).toMatchObject({ code: '10000', tradeNo })
  expect(await exec('alipay.trade.query', { outTradeNo })).toMatchObject({ tradeStatus: 'TRADE_CLOSED' })
  expect(await exec('alipay.trade.cancel', { outTradeNo })).toMatchObject({ action: 'close', retryFlag: 'N' })
  expect(await exec('alipay.trade.refund', { tradeNo, refundAmount: '8.80' })).toMatchObject({
    subCode: 'ACQ.TRADE_HAS_CLOSE',
  })
})

test('an order of unknown outcome is cancelled: the money is back, and a late create is refused', async () => {
  const { tradeNo, payerId } = await createAndPay()
  expect(await exec('alipay.trade.cancel', { tradeNo })).toMatchObject({
    code: '10000',
    action: 'refund',
    retryFlag: 'N',
  })
  expect(await balanceOf(world.wallet, payerId)).toBe(10_000n)
  const lost = aTrade()
  const cancelled = await exec('alipay.trade.cancel', { outTradeNo: lost.outTradeNo })
  expect(cancelled).toMatchObject({ code: '10000', retryFlag: 'N' })
  expect(cancelled).not.toHaveProperty('action')
  expect(await exec('alipay.trade.create', lost)).toMatchObject({ subCode: 'ACQ.TRADE_HAS_CLOSE' })
})

describe('errors come back as answers whose signature the client accepts', () => {
  test.each([
    ['alipay.trade.close', { outTradeNo: 'never' }, 'ACQ.TRADE_NOT_EXIST'],
    ['alipay.trade.close', {}, 'ACQ.INVALID_PARAMETER'],
    ['alipay.trade.cancel', {}, 'ACQ.INVALID_PARAMETER'],
    ['alipay.trade.refund', { outTradeNo: 'never', refundAmount: '1' }, 'ACQ.TRADE_NOT_EXIST'],
    ['alipay.trade.refund', { outTradeNo: 'never', refundAmount: '1.001' }, 'ACQ.INVALID_PARAMETER'],
    ['alipay.trade.fastpay.refund.query', { outTradeNo: 'never', outRequestNo: '1' }, 'ACQ.TRADE_NOT_EXIST'],
    ['alipay.data.dataservice.bill.downloadurl.query', { billType: 'trade', billDate: 'today' }, 'INVAILID_ARGUMENTS'],
  ])('%s %j', async (method, content, subCode) => {
    expect(await exec(method, content)).toMatchObject({ code: '40004', subCode })
  })
})

test('an order string of sdkExec is handed to the wallet, opened, paid, and announced', async () => {
  const trade = aTrade({ productCode: 'QUICK_MSECURITY_PAY', timeoutExpress: '30m' })
  const orderStr = world.sdk.sdkExec('alipay.trade.app.pay', { bizContent: trade, notifyUrl: world.notifyUrl })
  const user = await aUser(world.wallet)
  const page = await signedInPage(user.loginId)
  const { tradeNo } = (await page(cashierPaths.orderString, { orderStr })) as OrderStringAnswer
  const amount = { currency: 'CNY', value: '880' }
  expect(await page(cashierPaths.open, { tradeNo })).toMatchObject({ order: { tradeNo, amount, title: trade.subject } })
  const confirmation = { tradeNo, amount, methodId: 'BALANCE', pin: TEST_PIN }
  expect(await page(cashierPaths.confirm, confirmation)).toMatchObject({ outcome: 'SUCCEEDED' })
  expect(await world.notified(tradeNo, { trade_status: 'TRADE_SUCCESS' })).toMatchObject({
    out_trade_no: trade.outTradeNo,
    total_amount: '8.80',
  })
  expect(await exec('alipay.trade.query', { outTradeNo: trade.outTradeNo })).toMatchObject({ tradeNo })
})

test('the bill of a day that is over is downloaded from its address as a zip', async () => {
  const { tradeNo } = await createAndPay()
  const bill = { billType: 'trade', billDate: world.today() }
  world.ahead(24 * 3_600_000)
  const answer = await exec('alipay.data.dataservice.bill.downloadurl.query', bill)
  expect(answer).toMatchObject({ code: '10000' })
  const lines = await billLines(answer['billDownloadUrl'])
  expect(lines.some((line) => line.startsWith('PAYMENT,') && line.includes(`,8.80,`) && line.includes(tradeNo))).toBe(
    true,
  )
  world.ahead(0)
})

/** The wallet app's own page with a person signed in: posts JSON and reads JSON. */
async function signedInPage(loginId: string): Promise<(path: string, body: object) => Promise<unknown>> {
  const own = { origin: world.wallet.url, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' }
  const post = (path: string, body: object, headers: object = {}) =>
    fetch(world.wallet.url + path, { method: 'POST', headers: { ...own, ...headers }, body: JSON.stringify(body) })
  const signedIn = await post(walletPaths.session, { loginId, pin: TEST_PIN })
  const { csrfToken } = (await signedIn.json()) as SessionAnswer
  const session = { cookie: String(signedIn.headers.get('set-cookie')).split(';')[0], 'x-csrf-token': csrfToken }
  return async (path, body) => (await post(path, body, session)).json()
}
