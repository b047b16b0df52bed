/**
 * The official `alipay-sdk` against the whole server over real HTTP, checking every signature, with nothing but its
 * gateway, keys and app id set.
 */
import { readFileSync } from 'node:fs'
import { money } from '@tradepay/money'
import { aUser, testWalletKey, until } from '@tradepay/wallet-server/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anAlipayWorld, type AlipayWorld } from './alipay-sdk-world.ts'

let world: AlipayWorld
beforeAll(async () => {
  world = await anAlipayWorld('sdk')
})
afterAll(() => world.close())

const aTrade = (about: object = {}) => ({
  outTradeNo: world.nextNumber(),
  totalAmount: '8.80',
  subject: '珍珠奶茶 🧋',
  ...about,
})
const exec = (method: string, bizContent: object, parameters: object = {}, with_ = world.sdk) =>
  with_.exec(method, { bizContent, ...parameters }, { validateSign: true })
const create = (bizContent: object, parameters: object = {}) => exec('alipay.trade.create', bizContent, parameters)
const query = (bizContent: object) => exec('alipay.trade.query', bizContent)

test('the order that the README shows is created', async () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const shown = /outTradeNo: '(.+?)', totalAmount: '(.+?)', subject: '(.+?)' }, notifyUrl: '(.+?)'/.exec(readme)
  const [, outTradeNo, totalAmount, subject, notifyUrl] = shown ?? []
  const answer = await create({ outTradeNo, totalAmount, subject }, { notifyUrl })
  expect(answer).toMatchObject({ code: '10000', outTradeNo, tradeNo: expect.stringMatching(/^[0-9]{28}$/) as string })
})

test('an order is created, inquired, repeated, paid, announced, and inquired again', async () => {
  const trade = aTrade({ passbackParams: 'table%3D7' })
  const { merchant, notifyUrl, shop, sdk, wallet } = world
  const created = await create(trade, { notifyUrl })
  expect(created).toMatchObject({ code: '10000', msg: 'Success', outTradeNo: trade.outTradeNo })
  const { tradeNo } = created as unknown as { tradeNo: string }
  expect(tradeNo).toMatch(/^[0-9]{28}$/)
  expect(created.traceId).toMatch(/^[0-9a-f]{32}$/)
  expect(await query({ outTradeNo: trade.outTradeNo })).toMatchObject({
    code: '10000',
    tradeNo,
    tradeStatus: 'WAIT_BUYER_PAY',
  })
  expect(await create(trade, { notifyUrl })).toMatchObject({ code: '10000', tradeNo })

  const user = await aUser(wallet)
  await wallet.rooms.payments.confirm({ tradeNo, payerId: user.userId, amount: money('CNY', 880n) })

  const notified = await shop.nth(1)
  expect(notified.path).toBe('/alipay/notify')
  const fields = Object.fromEntries(new URLSearchParams(notified.body))
  expect(sdk.checkNotifySignV2(fields)).toBe(true)
  expect(sdk.checkNotifySignV2({ ...fields, total_amount: '0.01' })).toBe(false)
  expect(fields).toMatchObject({
    app_id: merchant.client.clientId,
    out_trade_no: trade.outTradeNo,
    trade_no: tradeNo,
    trade_status: 'TRADE_SUCCESS',
    total_amount: '8.80',
    buyer_id: user.userId,
    passback_params: 'table%3D7',
  })
  await until('the notification is delivered', async () => {
    const [notification] = await wallet.rooms.notifications.of(tradeNo)
    return notification?.state === 'DELIVERED'
  })

  expect(await query({ tradeNo })).toMatchObject({
    code: '10000',
    tradeStatus: 'TRADE_SUCCESS',
    totalAmount: '8.80',
    buyerUserId: user.userId,
  })
  expect(await create(trade, { notifyUrl })).toMatchObject({ code: '40004', subCode: 'ACQ.TRADE_HAS_SUCCESS' })
})

test('a buyer given as buyerId and a mini program as opAppId bind the order', async () => {
  const { wallet, merchant } = world
  const buyer = await aUser(wallet)
  const { merchantId, clientId } = merchant.client
  await wallet.rooms.programs.register({
    appId: '2021000000000077',
    merchantId,
    name: 'Tea',
    slogan: 'Tea',
    clientIds: [clientId],
    payOnlyOwnOrders: true,
  })
  const created = await create(aTrade({ buyerId: buyer.userId, productCode: 'JSAPI_PAY', opAppId: '2021000000000077' }))
  const order = await wallet.rooms.orders.find(String((created as unknown as { tradeNo: string }).tradeNo))
  expect(order).toMatchObject({ buyerId: buyer.userId, appId: '2021000000000077' })
})

test('the empty value that this client keeps in its string does not break the signature', async () => {
  expect(await create(aTrade(), { notifyUrl: '' })).toMatchObject({ code: '10000' })
})

test('an amount as a JSON number is exact', async () => {
  const created = await create(aTrade({ totalAmount: 1.1 }))
  const order = await world.wallet.rooms.orders.find(String((created as unknown as { tradeNo: string }).tradeNo))
  expect(order.amount).toEqual(money('CNY', 110n))
})

describe('errors come back as answers whose signature the client accepts', () => {
  test.each([
    ['an unknown order', () => query({ outTradeNo: 'never_seen' }), '40004', 'ACQ.TRADE_NOT_EXIST'],
    ['too many decimals', () => create(aTrade({ totalAmount: '0.001' })), '40004', 'ACQ.INVALID_PARAMETER'],
    ['an amount out of range', () => create(aTrade({ totalAmount: '100000000.01' })), '40004', 'ACQ.TOTAL_FEE_EXCEED'],
    ['no subject', () => create(aTrade({ subject: undefined })), '40004', 'ACQ.INVALID_PARAMETER'],
    ['an unknown buyer', () => create(aTrade({ buyerId: '2088123012345678' })), '40004', 'ACQ.BUYER_NOT_EXIST'],
    [
      "a stranger's key",
      () => exec('alipay.trade.create', aTrade(), {}, world.anSdk({ privateKey: testWalletKey().privateKey })),
      '40002',
      'isv.invalid-signature',
    ],
    [
      'an unknown app',
      () => exec('alipay.trade.create', aTrade(), {}, world.anSdk({ appId: '2021000000000000' })),
      '40002',
      'isv.invalid-app-id',
    ],
  ])('%s', async (_, call, code, subCode) => {
    expect(await call()).toMatchObject({ code, subCode })
  })

  test('the same number with another amount', async () => {
    const trade = aTrade()
    await create(trade)
    expect(await create({ ...trade, totalAmount: '8.81' })).toMatchObject({
      code: '40004',
      subCode: 'ACQ.CONTEXT_INCONSISTENT',
    })
  })
})
