/**
 * The SDK takes orders, refunds and users through their whole lives at the whole server over real HTTP, in both families with
 * the same words: what a merchant's program sees does not depend on the API that carries it.
 */
import { AlipayClient, type MerchantClient } from '@tradepay/merchant-sdk'
import { generateRsaKeyPair } from '@tradepay/signature'
import { aUser, balanceOf, payableOf, type TestServer } from '@tradepay/wallet-server/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  anOrderOf,
  aPaidOrderOf,
  aProgramOf,
  openShop,
  reasonOf,
  startWorld,
  yuan,
  type Family,
  type Shop,
  type World,
} from './merchant-sdk-world.ts'

const DAY_MS = 24 * 3_600_000

let world: World
let wallet: TestServer
beforeAll(async () => {
  world = await startWorld()
  wallet = world.wallet
})
afterAll(() => wallet.close())
afterEach(() => world.ahead(0))

describe.each<Family>(['super-app', 'Alipay'])('in the %s family', (family) => {
  let shop: Shop
  let client: MerchantClient
  beforeAll(async () => {
    shop = await openShop(world, family)
    client = shop.client
  })
  afterAll(() => shop.close())

  test('an order is made, paid, told, given back in two parts, and told again', async () => {
    const order = anOrderOf(shop)
    const { orderNo, amount } = order
    const made = await client.createOrder(order)
    expect(made).toEqual({ tradeNo: expect.stringMatching(/^\d{28}$/), orderNo, status: 'ACCEPTED' })
    expect(await client.createOrder(order)).toEqual(made)
    const { tradeNo } = made
    const unpaid = { tradeNo, orderNo, amount, state: 'PROCESSING', paidAt: null, reason: null }
    expect(await client.inquireOrder({ tradeNo })).toEqual(unpaid)
    expect(await client.inquireOrder({ orderNo })).toEqual(unpaid)
    expect(await client.waitForFinal({ tradeNo }, { until: new Date(0) })).toEqual({
      isFinal: false,
      order: unpaid,
      error: null,
    })

    const waiting = client.waitForFinal({ orderNo }, { firstPauseMs: 50 })
    const { userId } = await aUser(wallet)
    await wallet.rooms.payments.confirm({ tradeNo, payerId: userId, amount })
    const paid = { ...unpaid, state: 'PAID', paidAt: expect.any(Date) }
    expect(await waiting).toEqual({ isFinal: true, order: paid })
    expect(await shop.heardOf(tradeNo, 1)).toMatchObject([{ type: 'PAYMENT', state: 'PAID', orderNo, amount }])
    expect(await client.createOrder(order)).toEqual({ ...made, status: 'PAID' })

    const first = { tradeNo, refundNo: `${orderNo}_1`, amount: yuan(330n), reason: '少冰', notifyUrl: shop.notifyUrl }
    const back = await client.refund(first)
    expect(back).toMatchObject({ refundNo: first.refundNo, state: 'SUCCEEDED', amount: yuan(330n) })
    expect(back.refundedAt).toBeInstanceOf(Date)
    expect(await shop.heardOf(tradeNo, 2)).toMatchObject([
      {},
      { type: 'REFUND', state: 'SUCCEEDED', amount: yuan(330n) },
    ])
    expect(await client.refund(first)).toMatchObject({
      refundId: back.refundId,
      state: 'SUCCEEDED',
      amount: yuan(330n),
    })
    expect(await reasonOf(client.refund({ ...first, amount: yuan(331n) }))).toBe('REPEAT_DIFFERS')
    expect(await reasonOf(client.refund({ orderNo, refundNo: `${orderNo}_2`, amount: yuan(551n) }))).toBe(
      'REFUND_TOO_MUCH',
    )
    expect(await client.refund({ orderNo, refundNo: `${orderNo}_2`, amount: yuan(550n) })).toMatchObject({
      state: 'SUCCEEDED',
    })
    expect(await client.inquireRefund(first)).toMatchObject({
      state: 'SUCCEEDED',
      amount: yuan(330n),
      failReason: null,
    })
    expect(await client.inquireOrder({ tradeNo })).toEqual(paid)
    expect(await balanceOf(wallet, userId)).toBe(10_000n)

    const sequences = shop.heard.filter((each) => each.tradeNo === tradeNo).map(({ sequence }) => Number(sequence))
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b))
    expect(shop.refused).toEqual([])
  })

  test('an unpaid order is closed for good, as often as it is asked for; a paid one is not', async () => {
    const order = anOrderOf(shop)
    const { orderNo } = order
    const { tradeNo } = await client.createOrder(order)
    expect(await client.closeOrder({ orderNo })).toEqual({ tradeNo, orderNo })
    expect(await client.closeOrder({ tradeNo })).toEqual({ tradeNo, orderNo })
    expect(await client.inquireOrder({ tradeNo })).toMatchObject({ state: 'CLOSED', paidAt: null })
    expect(await client.waitForFinal({ tradeNo })).toMatchObject({ isFinal: true, order: { state: 'CLOSED' } })
    expect(await reasonOf(client.createOrder(order))).toBe('ORDER_CLOSED')

    const paid = await aPaidOrderOf(wallet, shop)
    expect(await reasonOf(client.closeOrder({ tradeNo: paid.tradeNo }))).toBe('ORDER_STATE')
    expect(await client.inquireOrder({ tradeNo: paid.tradeNo })).toMatchObject({ state: 'PAID' })
    expect(await balanceOf(wallet, paid.payerId)).toBe(10_000n - 880n)
  })

  test('cancel takes back what is unpaid, what is paid, and what never came', async () => {
    const unpaid = anOrderOf(shop)
    const { tradeNo } = await client.createOrder(unpaid)
    const numbers = { tradeNo, orderNo: unpaid.orderNo }
    expect(await client.cancelOrder({ tradeNo })).toMatchObject(numbers)
    expect(await client.cancelOrder({ orderNo: unpaid.orderNo })).toMatchObject(numbers)
    expect(await client.inquireOrder({ tradeNo })).toMatchObject({ state: 'CLOSED' })

    const paid = await aPaidOrderOf(wallet, shop)
    expect(await client.cancelOrder({ orderNo: paid.orderNo })).toMatchObject({ tradeNo: paid.tradeNo })
    expect(await client.cancelOrder({ tradeNo: paid.tradeNo })).toMatchObject({ orderNo: paid.orderNo })
    expect(await balanceOf(wallet, paid.payerId)).toBe(10_000n)

    const late = anOrderOf(shop)
    expect(await client.cancelOrder({ orderNo: late.orderNo })).toEqual({
      tradeNo: null,
      orderNo: late.orderNo,
      outcome: 'NEVER_CAME',
    })
    expect(await reasonOf(client.createOrder(late))).toBe('ORDER_CLOSED')
  })

  test('an order that had ended by itself counts as taken back', async () => {
    const order = anOrderOf(shop, { expiresAt: new Date(world.clock.now().getTime() + 60_000) })
    const { orderNo } = order
    await client.createOrder(order)
    world.ahead(120_000)
    expect(await client.cancelOrder({ orderNo })).toMatchObject({ orderNo, outcome: 'CLOSED' })
    expect(await client.closeOrder({ orderNo })).toMatchObject({ orderNo })
    expect(await client.inquireOrder({ orderNo })).toMatchObject({ state: 'CLOSED' })
  })

  test('what the wallet refuses has the same reason in both families, and moves nothing', async () => {
    const order = anOrderOf(shop)
    const { tradeNo } = await client.createOrder(order)
    const { orderNo } = order
    const elsewhere = { tradeNo: '2026010100000000000000000000' }
    const refusals: [string, () => Promise<unknown>][] = [
      ['REPEAT_DIFFERS', () => client.createOrder({ ...order, amount: yuan(881n) })],
      ['REPEAT_DIFFERS', () => client.createOrder({ ...order, title: 'Tea' })],
      ['BUYER_REFUSED', () => client.createOrder(anOrderOf(shop, { buyerId: '2088000000000000' }))],
      ['ARGUMENT', () => client.createOrder(anOrderOf(shop, { expiresAt: new Date(0) }))],
      ['ARGUMENT', () => client.createOrder(anOrderOf(shop, { notifyUrl: 'gopher://shop' }))],
      ['ORDER_NOT_FOUND', () => client.inquireOrder(elsewhere)],
      ['ORDER_NOT_FOUND', () => client.inquireOrder({ orderNo: 'never' })],
      ['ORDER_NOT_FOUND', () => client.closeOrder(elsewhere)],
      ['ORDER_NOT_FOUND', () => client.refund({ ...elsewhere, refundNo: 'r', amount: yuan(1n) })],
      ['ORDER_STATE', () => client.refund({ tradeNo, refundNo: 'r', amount: yuan(1n) })],
      ['REFUND_NOT_FOUND', () => client.inquireRefund({ orderNo, refundNo: 'never' })],
      ['CODE_REFUSED', () => client.exchangeAuthCode('never')],
      ['TOKEN_REFUSED', () => client.refreshTokens('never')],
      ['TOKEN_REFUSED', () => client.getUser('never')],
    ]
    for (const [index, [reason, call]] of refusals.entries()) {
      expect(`${index} ${await reasonOf(call())}`).toBe(`${index} ${reason}`)
    }
    expect(await client.inquireOrder({ tradeNo })).toMatchObject({ state: 'PROCESSING', amount: yuan(880n) })
    expect(await reasonOf(client.cancelOrder({ tradeNo }))).toBe('DONE')
  })

  test('a part given back is the merchant’s to count: cancel leaves the rest where it is', async () => {
    const { tradeNo, orderNo, payerId } = await aPaidOrderOf(wallet, shop)
    await client.refund({ tradeNo, refundNo: `${orderNo}_1`, amount: yuan(80n) })
    expect(await reasonOf(client.cancelOrder({ tradeNo }))).toBe('ORDER_STATE')
    expect(await balanceOf(wallet, payerId)).toBe(10_000n - 800n)
    expect(await payableOf(wallet, shop.merchant.merchant.merchantId)).toBeGreaterThanOrEqual(800n)
  })

  test('a call signed with another key is refused, and a wallet with another key is not believed', async () => {
    const stranger = await generateRsaKeyPair()
    const forger = shop.clientWith({ privateKey: stranger.privateKey })
    expect(await reasonOf(forger.createOrder(anOrderOf(shop)))).toBe('CALLER_REFUSED')
    const careful = shop.clientWith({ walletPublicKey: stranger.publicKey })
    expect(await reasonOf(careful.createOrder(anOrderOf(shop)))).toBe('UNKNOWN (unknown)')
  })

  test('an auth code becomes tokens once; they name the user, and can be renewed once', async () => {
    const { userId } = await aUser(wallet, { name: 'Mei' })
    const appId = await aProgramOf(world, shop)
    const { authCode } = await wallet.rooms.authorizations.issueCode({ appId, userId, scopes: ['auth_user'] })
    const tokens = await client.exchangeAuthCode(authCode)
    expect(tokens.userId).toBe(userId)
    expect(tokens.accessTokenExpiresAt.getTime()).toBeGreaterThan(Date.now())
    expect(await reasonOf(client.exchangeAuthCode(authCode))).toBe('CODE_REFUSED')
    expect(await client.getUser(tokens.accessToken)).toMatchObject({ userId, nickName: 'Mei' })
    const renewed = await client.refreshTokens(tokens.refreshToken!)
    expect(renewed).toMatchObject({ userId })
    expect(await reasonOf(client.refreshTokens(tokens.refreshToken!))).toBe('TOKEN_REFUSED')
    expect(await client.getUser(renewed.accessToken)).toMatchObject({ userId })
  })
})

test('the statement of a day that is over is downloaded, read, and agrees with what was paid and given back', async () => {
  const shop = await openShop(world, 'Alipay')
  const client = shop.clientWith({}) as AlipayClient
  const { tradeNo, orderNo } = await aPaidOrderOf(wallet, shop)
  await client.refund({ tradeNo, refundNo: `${orderNo}_1`, amount: yuan(330n), reason: '=HYPERLINK("x")' })
  const { paidAt } = await client.inquireOrder({ tradeNo })
  const date = new Date(paidAt!.getTime() + 8 * 3_600_000).toISOString().slice(0, 10)
  expect(await reasonOf(client.downloadStatement({ date }))).toBe('NO_STATEMENT')
  world.ahead(2 * DAY_MS)

  for (const type of ['trade', 'signcustomer'] as const) {
    const { rows, totals, currency } = await client.downloadStatement({ date, type })
    expect(currency).toBe('CNY')
    expect(rows).toMatchObject([
      { kind: 'PAYMENT', minor: 880n, tradeNo, orderNo, requestNo: null, at: paidAt },
      { kind: 'REFUND', minor: -330n, tradeNo, orderNo, requestNo: `${orderNo}_1` },
    ])
    expect(rows.map(({ balance }) => balance)).toEqual(type === 'trade' ? [null, null] : [880n, 550n])
    expect(totals).toMatchObject({ PAYMENT: { count: 1, minor: 880n }, REFUND: { count: 1, minor: -330n } })
  }
  expect(await reasonOf(client.downloadStatement({ date: '2020-01-01' }))).toBe('NO_STATEMENT')
  expect(await reasonOf(client.downloadStatement({ date: 'today' }))).toBe('ARGUMENT')
  await shop.close()
})
