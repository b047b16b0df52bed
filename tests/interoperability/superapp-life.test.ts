/**
 * Strangers' clients of three dialects of the super-app family, each unmodified but for address and keys, take an order
 * through its whole life over real HTTP: made, paid, told, refunded in parts, told again, and another one cancelled.
 */
import type { SuperappDialect } from '@tradepay/contract'
import { money } from '@tradepay/money'
import { createTransport, systemClock } from '@tradepay/wallet-server'
import {
  aMerchantWithClient,
  aUser,
  balanceOf,
  startTestServer,
  testWalletKey,
  type TestServer,
} from '@tradepay/wallet-server/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listenForNotifications, SuperappClient, type Answer, type ClientOptions } from './superapp-client.ts'

let wallet: TestServer
beforeAll(async () => {
  wallet = await startTestServer({
    deps: { clock: systemClock, notificationTransport: createTransport({ allowLoopback: true }) },
  })
})
afterAll(() => wallet.close())

const thanks = '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}'

interface Stranger {
  version: 'v1' | 'v2'
  basePath: string
  /** The names that its wallet has for these calls. */
  cancel: string
  refund: string
  writes: Partial<ClientOptions>
  dialect: Partial<SuperappDialect>
  /** Where it looks for the cashier. */
  cashierOf: (answer: Answer) => unknown
}

const member = (answer: Answer, form: string, name: string): unknown =>
  (answer[form] as Record<string, unknown> | undefined)?.[name]

test.each<[string, Stranger]>([
  [
    'version 1, the bare path, bare base64',
    {
      version: 'v1',
      basePath: '',
      cancel: 'cancelPayment',
      refund: 'refund',
      writes: { encoding: 'base64' },
      dialect: { signatureEncoding: 'BASE64', redirectForm: 'REDIRECT_URL' },
      cashierOf: (answer) => member(answer, 'redirectActionForm', 'redirectUrl'),
    },
  ],
  [
    'version 1 behind /acl/api, the whole path, URL-encoded base64',
    {
      version: 'v1',
      basePath: '/acl/api',
      cancel: 'cancel',
      refund: 'refund',
      writes: { encoding: 'base64-urlencoded' },
      dialect: { redirectForm: 'ACTION_FORM' },
      cashierOf: (answer) => member(answer, 'actionForm', 'redirectionUrl'),
    },
  ],
  [
    'version 2 behind /api/open, the path from its version on, base64url under another algorithm name',
    {
      version: 'v2',
      basePath: '/api/open',
      cancel: 'cancel',
      refund: 'refundApply',
      writes: { encoding: 'base64url', signedUri: 'from-version', algorithm: 'SHA256withRSA' },
      dialect: {
        signedBasePath: '',
        signatureEncoding: 'BASE64URL',
        algorithm: 'SHA256withRSA',
        redirectForm: 'REDIRECTION_URL',
      },
      cashierOf: (answer) => member(answer, 'redirectActionForm', 'redirectionUrl'),
    },
  ],
])('%s', async (_, { version, basePath, writes, dialect, cashierOf, ...names }) => {
  const { client: registered, privateKey } = await aMerchantWithClient(wallet, { notifyUrl: null })
  const { clientId } = registered
  await wallet.rooms.merchants.setDialect(clientId, dialect)
  const shop = await listenForNotifications(() => ({ status: 200, body: thanks }))
  const client = new SuperappClient({
    baseUrl: wallet.url + basePath,
    clientId,
    privateKey,
    walletPublicKey: testWalletKey().publicKey,
    ...writes,
  })
  const call = (name: string, body: object): Promise<Answer> =>
    client.call(`/${version}/payments/${name}`, JSON.stringify(body))
  const cny = (value: string) => ({ currency: 'CNY', value })
  const order = (paymentRequestId: string) => ({
    paymentRequestId,
    paymentOrderTitle: '珍珠奶茶 🧋',
    paymentAmount: cny('880'),
    paymentNotifyUrl: `${shop.url}/paid`,
  })

  const accepted = await call('pay', order('tea-1'))
  const paymentId = String(accepted['paymentId'])
  expect(accepted.result).toMatchObject({ resultStatus: 'A', resultCode: 'ACCEPT' })
  expect(cashierOf(accepted)).toBe(`${wallet.url}/cashier?tradeNo=${paymentId}`)
  expect(await call('pay', order('tea-1'))).toEqual(accepted)
  expect(await call('inquiryPayment', { paymentId })).toMatchObject({ paymentStatus: 'PROCESSING' })

  const { userId } = await aUser(wallet)
  await wallet.rooms.payments.confirm({ tradeNo: paymentId, payerId: userId, amount: money('CNY', 880n) })
  const paid = await shop.nth(1)
  client.verify(
    `POST /paid\n${clientId}.${String(paid.headers['request-time'])}.${paid.body}`,
    String(paid.headers['signature']),
  )
  expect(JSON.parse(paid.body)).toMatchObject({ paymentId, paymentRequestId: 'tea-1', paymentStatus: 'SUCCESS' })
  expect(await call('inquiryPayment', { paymentRequestId: 'tea-1' })).toMatchObject({ paymentStatus: 'SUCCESS' })

  const refund = (refundRequestId: string, value: string) =>
    call(names.refund, {
      refundRequestId,
      paymentId,
      refundAmount: cny(value),
      extendInfo: JSON.stringify({ refundNotificationUrl: `${shop.url}/refunded` }),
    })
  const part = await refund('back-1', '300')
  expect(part.result).toMatchObject({ resultStatus: 'S', resultCode: 'SUCCESS' })
  const told = await shop.nth(2)
  client.verify(
    `POST /refunded\n${clientId}.${String(told.headers['request-time'])}.${told.body}`,
    String(told.headers['signature']),
  )
  expect(JSON.parse(told.body)).toMatchObject({ refundId: part['refundId'], refundStatus: 'SUCCESS' })
  expect(await refund('back-1', '300')).toEqual(part)
  expect((await refund('back-1', '301')).result.resultCode).toBe('REPEAT_REQ_INCONSISTENT')
  expect((await refund('back-2', '581')).result.resultCode).toBe('REFUND_AMOUNT_EXCEED')
  expect((await refund('back-2', '580')).result.resultStatus).toBe('S')
  for (const number of [{ refundId: part['refundId'] }, { refundRequestId: 'back-1' }]) {
    expect(await call('inquiryRefund', number)).toMatchObject({ refundStatus: 'SUCCESS', refundAmount: cny('300') })
  }
  expect(await balanceOf(wallet, userId)).toBe(10_000n)

  await call('pay', order('tea-2'))
  expect((await call(names.cancel, { paymentRequestId: 'tea-2' })).result.resultStatus).toBe('S')
  expect(await call('inquiryPayment', { paymentRequestId: 'tea-2' })).toMatchObject({ paymentStatus: 'CANCELLED' })
  expect((await call(names.cancel, { paymentRequestId: 'tea-3' })).result.resultStatus).toBe('S')
  expect((await call('pay', order('tea-3'))).result.resultCode).toBe('ORDER_IS_CLOSED')
  await shop.close()
})
