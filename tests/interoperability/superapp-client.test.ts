/** A stranger's client of the super-app family against the whole server, over real HTTP, from order to notification. */
import { createSign } from 'node:crypto'
import { money } from '@tradepay/money'
import { createTransport, systemClock } from '@tradepay/wallet-server'
import {
  aMerchantWithClient,
  aUser,
  startTestServer,
  testWalletKey,
  until,
  type TestMerchant,
  type TestServer,
} from '@tradepay/wallet-server/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listenForNotifications, SuperappClient, type ClientOptions, type MerchantServer } from './superapp-client.ts'

let wallet: TestServer
let merchant: TestMerchant
let shop: MerchantServer
const thanks = '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}'

beforeAll(async () => {
  wallet = await startTestServer({
    deps: { clock: systemClock, notificationTransport: createTransport({ allowLoopback: true }) },
  })
  merchant = await aMerchantWithClient(wallet, { notifyUrl: null, currencies: ['CNY', 'PHP'] })
  shop = await listenForNotifications(() => ({ status: 200, body: thanks }))
})
afterAll(async () => {
  await shop.close()
  await wallet.close()
})

const aClient = (about: Partial<ClientOptions> = {}) =>
  new SuperappClient({
    baseUrl: wallet.url,
    clientId: merchant.client.clientId,
    privateKey: merchant.privateKey,
    walletPublicKey: testWalletKey().publicKey,
    ...about,
  })

let number = 0
const anOrder = (about: object = {}) => ({
  paymentRequestId: `interop-${++number}`,
  paymentOrderTitle: '珍珠奶茶 🧋',
  paymentAmount: { currency: 'CNY', value: '880' },
  paymentNotifyUrl: `${shop.url}/notify`,
  ...about,
})

test('an order is created, inquired, repeated, paid, announced, and inquired again', async () => {
  const client = aClient()
  const order = anOrder()
  const accepted = await client.pay(order)
  expect(accepted.result).toMatchObject({ resultStatus: 'A', resultCode: 'ACCEPT' })
  const paymentId = String(accepted['paymentId'])
  expect(accepted['redirectActionForm']).toMatchObject({ redirectUrl: `${wallet.url}/cashier?tradeNo=${paymentId}` })
  expect(await client.inquiryPayment({ paymentId })).toMatchObject({ paymentStatus: 'PROCESSING' })
  expect(await client.pay(order)).toEqual(accepted)

  const user = await aUser(wallet)
  await wallet.rooms.payments.confirm({ tradeNo: paymentId, payerId: user.userId, amount: money('CNY', 880n) })

  const notified = await shop.nth(1)
  const { clientId } = merchant.client
  expect(notified.headers['client-id']).toBe(clientId)
  client.verify(
    `POST /notify\n${clientId}.${String(notified.headers['request-time'])}.${notified.body}`,
    String(notified.headers['signature']),
  )
  expect(JSON.parse(notified.body)).toMatchObject({
    paymentId,
    paymentRequestId: order.paymentRequestId,
    paymentAmount: order.paymentAmount,
    paymentStatus: 'SUCCESS',
    paymentResult: { resultStatus: 'S' },
  })
  await until('the notification is delivered', async () => {
    const [notification] = await wallet.rooms.notifications.of(paymentId)
    return notification?.state === 'DELIVERED'
  })

  expect(await client.inquiryPayment({ paymentRequestId: order.paymentRequestId })).toMatchObject({
    result: { resultStatus: 'S' },
    paymentStatus: 'SUCCESS',
    paymentAmount: order.paymentAmount,
  })
  expect(await client.pay(order)).toMatchObject({ result: { resultStatus: 'S' }, paymentId })
})

test('a signed acknowledgement is verified: a forged one does not count', async () => {
  const { clientId } = merchant.client
  const signedBy = (path: string) => {
    const time = new Date().toISOString()
    const signer = createSign('RSA-SHA256')
    signer.update(`POST ${path}\n${clientId}.${time}.${thanks}`)
    const value = encodeURIComponent(signer.sign(merchant.privateKey, 'base64'))
    return {
      status: 200,
      headers: {
        'Client-Id': clientId,
        'Response-Time': time,
        Signature: `algorithm=RSA256, keyVersion=1, signature=${value}`,
      },
      body: thanks,
    }
  }
  shop.answer = (received) => signedBy(received.path === '/honest' ? '/honest' : '/somewhere-else')
  const user = await aUser(wallet)
  for (const [path, state] of [
    ['/honest', 'DELIVERED'],
    ['/forged', 'DUE'],
  ] as const) {
    const accepted = await aClient().pay(anOrder({ paymentNotifyUrl: shop.url + path }))
    const tradeNo = String(accepted['paymentId'])
    await wallet.rooms.payments.confirm({ tradeNo, payerId: user.userId, amount: money('CNY', 880n) })
    await until(`the notification to ${path} was attempted`, async () => {
      const [notification] = await wallet.rooms.notifications.of(tradeNo)
      return notification?.log.length === 1
    })
    expect(await wallet.rooms.notifications.of(tradeNo)).toMatchObject([{ state }])
  }
})

describe('every dialect of the family is understood', () => {
  test.each([
    ['bare base64', { encoding: 'base64' }],
    ['base64url without padding', { encoding: 'base64url' }],
    ['SHA256withRSA as the name', { algorithm: 'SHA256withRSA' }],
    ['no key version', { keyVersion: null }],
    ['a base path, signed in full', { basePath: '/api/open' }],
    ['a base path, signed from the version on', { basePath: '/acl/api', signedUri: 'from-version' }],
  ] as [string, Partial<ClientOptions> & { basePath?: string }][])('%s', async (_, { basePath = '', ...about }) => {
    const accepted = await aClient({ ...about, baseUrl: wallet.url + basePath }).pay(anOrder())
    expect(accepted.result).toMatchObject({ resultStatus: 'A' })
  })
})

describe('refusals are answers, signed like any other', () => {
  test.each([
    ['malformed JSON', '/v1/payments/pay', '{"a":', 'MSG_PARSE_ERROR'],
    ['an unknown API', '/v1/payments/steal', '{}', 'NO_INTERFACE_DEF'],
    ['an unknown order', '/v1/payments/inquiryPayment', '{"paymentId":"1"}', 'ORDER_NOT_EXIST'],
    ['a body of 200 kB', '/v1/payments/pay', JSON.stringify({ extendInfo: 'x'.repeat(200_000) }), 'PARAM_ILLEGAL'],
  ])('%s', async (_, path, body, code) => {
    expect((await aClient().call(path, body)).result).toMatchObject({ resultStatus: 'F', resultCode: code })
  })

  test('the same number with other content names the field', async () => {
    const order = anOrder()
    await aClient().pay(order)
    const again = await aClient().pay({ ...order, paymentAmount: { currency: 'PHP', value: '880' } })
    expect(again.result).toMatchObject({ resultStatus: 'F', resultCode: 'REPEAT_REQ_INCONSISTENT' })
    expect(again.result.resultMessage).toContain('paymentAmount')
  })

  test("a stranger's signature", async () => {
    const refused = await aClient({ privateKey: testWalletKey().privateKey }).pay(anOrder())
    expect(refused.result).toMatchObject({ resultStatus: 'F', resultCode: 'INVALID_SIGNATURE' })
  })

  test('a clock that is ten minutes slow', async () => {
    const refused = await aClient({ clock: () => new Date(Date.now() - 600_000) }).pay(anOrder())
    expect(refused.result).toMatchObject({ resultStatus: 'F', resultCode: 'TIMESTAMP_INVALID' })
  })
})
