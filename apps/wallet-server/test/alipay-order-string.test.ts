/**
 * What the cashier promises of `my.tradePay({ orderStr })`: a string that its merchant has signed becomes an order that the user
 * can open and pay; anything else is refused before there is an order.
 */
import {
  cashierPaths,
  ORDER_STRING_MAX_LENGTH,
  type ApiError,
  type ConfirmPaymentAnswer,
  type OpenCashierAnswer,
  type OrderStringAnswer,
} from '@tradepay/contract'
import { alipayRequestString, parsePrivateKey, signAlipay } from '@tradepay/signature'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { User } from '../src/user/types.ts'
import { gmt8, tradeRequest } from './merchant-doors.ts'
import {
  aMerchantWithClient,
  aUser,
  balanceOf,
  startTestServer,
  TEST_PIN,
  testWalletKey,
  type TestMerchant,
  type TestServer,
} from './support/index.ts'
import { send, signIn, type Answer, type WalletApp } from './support/wallet-app.ts'

const OWN_PROGRAM = '2021000000000061'
const OTHER_PROGRAM = '2021000000000062'

let wallet: TestServer
let shop: TestMerchant
let mei: User
let app: WalletApp

beforeAll(async () => {
  wallet = await startTestServer({ seed: 61 })
  shop = await aMerchantWithClient(wallet, { name: 'Coffee Shop' })
  const { merchantId } = shop.merchant
  const program = { merchantId, name: 'Coffee', slogan: '', payOnlyOwnOrders: true }
  await wallet.rooms.programs.register({ ...program, appId: OWN_PROGRAM, clientIds: [shop.client.clientId] })
  await wallet.rooms.programs.register({ ...program, appId: OTHER_PROGRAM, clientIds: [] })
  mei = await aUser(wallet, { balance: 1_000_000n })
  app = await signIn(wallet, mei)
})
afterAll(() => wallet.close())

interface StringCall {
  content?: object | string
  /** Set or (undefined) left out before signing. */
  parameters?: Record<string, string | undefined>
  /** Set after signing. */
  changed?: Record<string, string>
  privateKey?: string
}

/** An order string as a merchant's server writes it. */
async function orderString(call: StringCall = {}): Promise<string> {
  const content = call.content ?? tradeRequest()
  const all: Record<string, string | undefined> = {
    app_id: shop.client.clientId,
    method: 'alipay.trade.app.pay',
    charset: 'utf-8',
    sign_type: 'RSA2',
    timestamp: gmt8(wallet.clock.now()),
    version: '1.0',
    biz_content: typeof content === 'string' ? content : JSON.stringify(content),
    ...call.parameters,
  }
  const parameters = Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
  const sign = await signAlipay(alipayRequestString(parameters), parsePrivateKey(call.privateKey ?? shop.privateKey))
  return Object.entries({ ...parameters, sign, ...call.changed })
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
}

const take = <Body = ApiError>(orderStr: unknown, more: object = {}, by = app): Promise<Answer<Body>> =>
  by.call('POST', cashierPaths.orderString, { orderStr, ...more })

async function taken(orderStr: string, more: object = {}): Promise<string> {
  const { status, body } = await take<OrderStringAnswer>(orderStr, more)
  expect(status).toBe(200)
  return body.tradeNo
}

async function countOrders(): Promise<number> {
  const { rows } = await wallet.database.pool.query<{ count: string }>('select count(*) from orders')
  return Number(rows[0]!.count)
}

describe('a signed string', () => {
  test('leads to an order that can be opened and paid', async () => {
    const content = tradeRequest({ subject: '珍珠奶茶 + 100%', product_code: 'QUICK_MSECURITY_PAY', body: 'oat' })
    const notifyUrl = 'https://shop.example/alipay'
    const tradeNo = await taken(await orderString({ content, parameters: { notify_url: notifyUrl } }), {
      appId: OWN_PROGRAM,
    })
    const opened = await app.call<OpenCashierAnswer>('POST', cashierPaths.open, { tradeNo, appId: OWN_PROGRAM })
    expect(opened.body.order).toMatchObject({
      state: 'CREATED',
      title: '珍珠奶茶 + 100%',
      payee: { name: 'Coffee Shop' },
    })
    const before = await balanceOf(wallet, mei.userId)
    const paid = await app.call<ConfirmPaymentAnswer>('POST', cashierPaths.confirm, {
      tradeNo,
      amount: opened.body.order.amount,
      methodId: 'BALANCE',
      pin: TEST_PIN,
    })
    expect(paid.body.outcome).toBe('SUCCEEDED')
    expect(await balanceOf(wallet, mei.userId)).toBe(before - 1250n)
    expect(await wallet.rooms.orders.find(tradeNo)).toMatchObject({
      family: 'ALIPAY',
      state: 'PAID',
      requestId: content['out_trade_no'],
      notifyUrl,
      extra: { body: 'oat' },
    })
  })

  test('leads to the same order again, and so does another string of the same content', async () => {
    const content = tradeRequest()
    const first = await orderString({ content })
    const tradeNo = await taken(first)
    const before = await countOrders()
    wallet.clock.advance({ seconds: 5 })
    expect(await taken(first)).toBe(tradeNo)
    expect(await taken(await orderString({ content }))).toBe(tradeNo)
    expect(await countOrders()).toBe(before)
  })

  test('leads to its order also when that is paid or over, so that the cashier can say so', async () => {
    const paid = await orderString()
    const tradeNo = await taken(paid)
    const { amount } = await wallet.rooms.orders.find(tradeNo)
    await wallet.rooms.payments.confirm({ tradeNo, payerId: mei.userId, amount })
    expect(await taken(paid)).toBe(tradeNo)
    const closed = await orderString({ content: tradeRequest({ timeout_express: '1m' }) })
    const closedNo = await taken(closed)
    wallet.clock.advance({ minutes: 1 })
    expect(await taken(closed)).toBe(closedNo)
    const { body } = await app.call<OpenCashierAnswer>('POST', cashierPaths.open, { tradeNo: closedNo })
    expect(body.order).toMatchObject({ state: 'CLOSED', closeReason: 'EXPIRED' })
  })

  test('twenty times at once leads to one order', async () => {
    const orderStr = await orderString()
    const before = await countOrders()
    const numbers = await Promise.all(Array.from({ length: 20 }, () => taken(orderStr)))
    expect(new Set(numbers).size).toBe(1)
    expect(await countOrders()).toBe(before + 1)
  })

  test('may hold its parameters in any order, and empty ones that were signed or not', async () => {
    const reversed = (await orderString()).split('&').reverse().join('&')
    await taken(reversed)
    await taken(`${await orderString()}&return_url=`)
  })

  test('records steps 5 and 6 with the string that was signed', async () => {
    const orderStr = await orderString()
    const tradeNo = await taken(orderStr)
    await taken(orderStr)
    const entries = wallet.recorder.of(tradeNo)
    expect(entries.map(({ step }) => step)).toEqual([5, 6, 5])
    expect(entries[0]!.signature).toMatchObject({ signedBy: 'MERCHANT', verified: true, keyVersion: 1 })
    expect(entries[0]!.signature!.stringToSign).toMatch(/^app_id=2021[0-9]{12}&biz_content=\{"out_trade_no"/)
    expect(entries[2]!.note).toContain('exists already')
  })
})

describe('is refused before there is an order:', () => {
  const strangersKey = () => testWalletKey().privateKey
  test.each([
    ['a string that somebody else has signed', () => ({ privateKey: strangersKey() }), 401, 'SIGNATURE_INVALID'],
    ['a value changed after signing', () => ({ changed: { charset: 'UTF-8' } }), 401, 'SIGNATURE_INVALID'],
    ['a value added after signing', () => ({ changed: { return_url: 'x' } }), 401, 'SIGNATURE_INVALID'],
    ['no signature', () => ({ changed: { sign: '' } }), 401, 'SIGNATURE_MISSING'],
    ['a method of the gateway', () => ({ parameters: { method: 'alipay.trade.create' } }), 400, 'INVALID_PARAMETER'],
    ['no method', () => ({ parameters: { method: undefined } }), 400, 'INVALID_PARAMETER'],
    ['an unknown app', () => ({ parameters: { app_id: '2021000000000000' } }), 404, 'CLIENT_UNKNOWN'],
    ['no app', () => ({ parameters: { app_id: undefined } }), 400, 'INVALID_PARAMETER'],
    ['an old string', () => ({ parameters: { timestamp: '2026-02-27 12:00:00' } }), 401, 'REQUEST_TIME_INVALID'],
    ['no timestamp', () => ({ parameters: { timestamp: undefined } }), 401, 'REQUEST_TIME_INVALID'],
    ['sign_type RSA', () => ({ parameters: { sign_type: 'RSA' } }), 400, 'INVALID_PARAMETER'],
    ['another charset', () => ({ parameters: { charset: 'gbk' } }), 400, 'INVALID_PARAMETER'],
    ['no content', () => ({ parameters: { biz_content: undefined } }), 400, 'INVALID_PARAMETER'],
    ['a content that is no JSON', () => ({ content: '{' }), 400, 'INVALID_PARAMETER'],
    ['no amount', () => ({ content: tradeRequest({ total_amount: undefined }) }), 400, 'INVALID_PARAMETER'],
    ['three decimals', () => ({ content: tradeRequest({ total_amount: '0.001' }) }), 400, 'INVALID_PARAMETER'],
    ['an amount out of range', () => ({ content: tradeRequest({ total_amount: '0' }) }), 400, 'AMOUNT_OUT_OF_RANGE'],
    ['another seller', () => ({ content: tradeRequest({ seller_id: '2088000100000000' }) }), 400, 'INVALID_PARAMETER'],
    [
      'an expiry that is over',
      () => ({ content: tradeRequest({ time_expire: '2026-03-01 12:00:00' }) }),
      400,
      'INVALID_PARAMETER',
    ],
    [
      'an unknown buyer',
      () => ({ content: tradeRequest({ buyer_id: '2088123012345678' }) }),
      403,
      'ORDER_BUYER_MISMATCH',
    ],
    [
      'a mini program that is none',
      () => ({ content: tradeRequest({ op_app_id: '2021999999999999' }) }),
      404,
      'PROGRAM_NOT_FOUND',
    ],
  ] as [string, () => StringCall, number, string][])('%s', async (_, call, status, code) => {
    const before = await countOrders()
    const answer = await take(await orderString(call()))
    expect(answer).toMatchObject({ status, body: { error: { code } } })
    expect(await countOrders()).toBe(before)
  })

  test.each([
    ['nothing', ''],
    ['no text', 5],
    ['a text too long', 'x'.repeat(ORDER_STRING_MAX_LENGTH + 1)],
  ])('%s', async (_, orderStr) => {
    expect(await take(orderStr)).toMatchObject({ status: 400, body: { error: { code: 'INVALID_PARAMETER' } } })
  })

  test('a text that is no order string, with what one is', async () => {
    const { body } = await take('2026112275605000123000000007')
    expect(body).toMatchObject({
      error: {
        field: 'orderStr',
        expected: "the string that the merchant's server has signed for alipay.trade.app.pay, as it is",
      },
    })
  })

  test('a string that a mini program may not present', async () => {
    const before = await countOrders()
    const [plain, bound] = [
      await orderString(),
      await orderString({ content: tradeRequest({ op_app_id: OWN_PROGRAM }) }),
    ]
    for (const orderStr of [plain, bound]) {
      expect(await take(orderStr, { appId: OTHER_PROGRAM })).toMatchObject({
        status: 403,
        body: { error: { code: 'ORDER_PROGRAM_MISMATCH' } },
      })
    }
    expect(await take(plain, { appId: '2021999999999999' })).toMatchObject({
      body: { error: { code: 'PROGRAM_NOT_FOUND' } },
    })
    expect(await countOrders()).toBe(before)
    await taken(bound, { appId: OWN_PROGRAM })
  })

  test('a string for another buyer; the buyer gets the order', async () => {
    const other = await aUser(wallet)
    const orderStr = await orderString({ content: tradeRequest({ buyer_id: other.userId }) })
    const before = await countOrders()
    expect(await take(orderStr)).toMatchObject({ status: 403, body: { error: { code: 'ORDER_BUYER_MISMATCH' } } })
    expect(await countOrders()).toBe(before)
    expect(await take<OrderStringAnswer>(orderStr, {}, await signIn(wallet, other))).toMatchObject({ status: 200 })
  })

  test('a number that was used with another amount, naming it', async () => {
    const content = tradeRequest()
    await taken(await orderString({ content }))
    const before = await countOrders()
    expect(await take(await orderString({ content: { ...content, total_amount: '12.51' } }))).toMatchObject({
      status: 409,
      body: { error: { code: 'ORDER_INCONSISTENT', field: 'total_amount' } },
    })
    expect(await countOrders()).toBe(before)
  })

  test('a string from nobody who is signed in, and one from a foreign page', async () => {
    const orderStr = await orderString()
    expect(await send(wallet, 'POST', cashierPaths.orderString, { origin: wallet.url }, { orderStr })).toMatchObject({
      status: 401,
    })
    const foreign = await app.call('POST', cashierPaths.orderString, { orderStr }, { origin: 'https://evil.example' })
    expect(foreign.status).toBe(403)
  })

  test('outside of the sandbox without telling the string that was expected', async () => {
    const { text } = await take(await orderString({ privateKey: strangersKey() }))
    expect(text).not.toContain('app_id=')
  })

  test('any text at all, and never as a 5xx', async () => {
    const before = await countOrders()
    const good = await orderString()
    const name = fc.constantFrom('method', 'app_id', 'sign', 'biz_content', 'timestamp', '__proto__', 'charset')
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc.dictionary(name, fc.string({ unit: 'binary' })).map((of) => new URLSearchParams(of).toString()),
      fc
        .nat(good.indexOf('&sign=') - 1)
        .map((at) => good.slice(0, at) + (good[at] === 'x' ? 'y' : 'x') + good.slice(at + 1)),
    )
    await fc.assert(
      fc.asyncProperty(text, async (orderStr) => {
        const { status } = await take(orderStr)
        expect(status).toBeGreaterThanOrEqual(400)
        expect(status).toBeLessThan(500)
      }),
      { numRuns: 200 },
    )
    expect(await countOrders()).toBe(before)
  })
})
