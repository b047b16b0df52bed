/**
 * The client's promises: it signs what it sends, believes only what verifies, and never calls an unknown outcome a failure.
 */
import { parsePublicKey, parseSignatureHeader, decodeSignature, verifySuperapp } from '@tradepay/signature'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { isUnknown, money, TradePayClient, type CreateOrder } from '../src/index.ts'
import {
  accepted,
  CLIENT_ID,
  clock,
  makeKeys,
  NOW,
  problemOf,
  signedAnswer,
  startFakeWallet,
  success,
} from './support.ts'
import type { FakeWallet, Keys } from './support.ts'

const PAY = '/v1/payments/pay'
const INQUIRE = '/v1/payments/inquiryPayment'
const order: CreateOrder = {
  orderNo: 'A-1001',
  title: 'Two coffees',
  amount: money('CNY', 3600n),
  appId: '2021000000000002',
  orderCreatedAt: NOW,
  expiresAt: new Date(NOW.getTime() + 900_000),
  notifyUrl: 'http://127.0.0.1:1/notify',
}
const created = { result: accepted, paymentId: 'T-1', paymentRequestId: 'A-1001' }
const inquired = {
  result: success,
  paymentId: 'T-1',
  paymentRequestId: 'A-1001',
  paymentAmount: { currency: 'CNY', value: '3600' },
  paymentStatus: 'SUCCESS',
  paymentTime: '2026-03-01T16:00:05+08:00',
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

function client(options: Partial<ConstructorParameters<typeof TradePayClient>[0]> = {}): TradePayClient {
  return new TradePayClient({
    baseUrl: wallet.url,
    clientId: CLIENT_ID,
    privateKey: keys.merchant.privateKey,
    walletPublicKey: keys.wallet.publicKey,
    clock,
    ...options,
  })
}

const answer = (content: object, options?: Parameters<typeof signedAnswer>[3]) => ({
  to: (path: string) => wallet.answerWith(() => signedAnswer(keys.wallet.privateKey, path, content, options)),
})

describe('createOrder', () => {
  test('sends a request that the merchant key verifies, and answers the tradeNo', async () => {
    answer(created).to(PAY)
    await expect(client().createOrder(order)).resolves.toEqual({
      tradeNo: 'T-1',
      orderNo: 'A-1001',
      status: 'ACCEPTED',
    })

    const [request] = wallet.received
    const { headers, body, path } = request!
    const { signature } = parseSignatureHeader(headers['signature'] as string)
    const time = headers['request-time'] as string
    const verified = await verifySuperapp(
      { method: 'POST', uri: path, clientId: CLIENT_ID, time, body },
      decodeSignature(signature)!,
      parsePublicKey(keys.merchant.publicKey),
    )
    expect(verified).not.toBeNull()
    expect(JSON.parse(body.toString())).toMatchObject({
      paymentRequestId: 'A-1001',
      paymentAmount: { currency: 'CNY', value: '3600' },
      paymentNotifyUrl: 'http://127.0.0.1:1/notify',
      paymentExpiryTime: '2026-03-01T08:15:00.000Z',
      order: { referenceOrderId: 'A-1001', orderCreateTime: NOW.toISOString() },
    })
  })

  test('a base address with a path signs the whole path', async () => {
    answer(created).to(`/acl/api${PAY}`)
    const created_ = await client({ baseUrl: `${wallet.url}/acl/api/` }).createOrder(order)
    expect(created_.tradeNo).toBe('T-1')
    expect(wallet.received[0]!.path).toBe(`/acl/api${PAY}`)
  })

  test('a repeated create of a paid order says that it is paid', async () => {
    answer({ ...created, result: success }).to(PAY)
    expect((await client().createOrder(order)).status).toBe('PAID')
  })

  test('a refusal of the wallet is final and carries its code', async () => {
    const result = { resultStatus: 'F', resultCode: 'REPEAT_REQ_INCONSISTENT', resultMessage: 'Other content.' }
    answer({ result }).to(PAY)
    const problem = await problemOf(client().createOrder(order))
    expect(problem).toMatchObject({
      code: 'REPEAT_REQ_INCONSISTENT',
      reason: 'REPEAT_DIFFERS',
      status: 200,
      requestId: 'A-1001',
      isUnknown: false,
    })
    expect(isUnknown(problem)).toBe(false)
  })

  test('"unknown" of the wallet is unknown', async () => {
    answer({ result: { resultStatus: 'U', resultCode: 'UNKNOWN_EXCEPTION' } }).to(PAY)
    expect(await problemOf(client().createOrder(order))).toMatchObject({ code: 'UNKNOWN_EXCEPTION', isUnknown: true })
  })

  test('a signed answer about another order is not believed', async () => {
    answer({ ...created, paymentRequestId: 'A-9999' }).to(PAY)
    expect(await problemOf(client().createOrder(order))).toMatchObject({
      code: 'ANSWER_NOT_UNDERSTOOD',
      isUnknown: true,
    })
  })

  test.each([
    ['an empty order number', { orderNo: '' }],
    ['an order number of 65 characters', { orderNo: 'x'.repeat(65) }],
    ['an order number with a blank', { orderNo: 'A 1' }],
    ['an amount of nothing', { amount: money('CNY', 0n) }],
    ['an empty title', { title: '' }],
    ['a title of 257 characters', { title: 'x'.repeat(257) }],
  ])('%s is refused before anything is sent', async (_, change) => {
    expect(await problemOf(client().createOrder({ ...order, ...change }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      isUnknown: false,
    })
    expect(wallet.received).toHaveLength(0)
  })
})

describe('inquireOrder', () => {
  test.each([
    ['SUCCESS', 'PAID'],
    ['PROCESSING', 'PROCESSING'],
    ['CANCELLED', 'CLOSED'],
    ['FAIL', 'FAILED'],
  ])('%s is %s', async (paymentStatus, state) => {
    answer({ ...inquired, paymentStatus }).to(INQUIRE)
    const result = await client().inquireOrder({ tradeNo: 'T-1' })
    expect(result).toMatchObject({ state, orderNo: 'A-1001', amount: money('CNY', 3600n) })
    expect(result.paidAt).toEqual(state === 'PAID' ? new Date('2026-03-01T08:00:05Z') : null)
  })

  test('by order number asks by order number', async () => {
    answer(inquired).to(INQUIRE)
    await client().inquireOrder({ orderNo: 'A-1001' })
    expect(JSON.parse(wallet.received[0]!.body.toString())).toEqual({ paymentRequestId: 'A-1001' })
  })

  test.each([
    ['a state that nobody knows', { paymentStatus: 'PAID_PERHAPS' }],
    ['a state named like a property of every object', { paymentStatus: 'constructor' }],
    ['an amount with a point', { paymentAmount: { currency: 'CNY', value: '36.00' } }],
    ['no amount', { paymentAmount: undefined }],
    ['another tradeNo', { paymentId: 'T-2' }],
    ['a time that is none', { paymentTime: 'yesterday' }],
  ])('a signed answer with %s is unknown', async (_, change) => {
    answer({ ...inquired, ...change }).to(INQUIRE)
    expect(await problemOf(client().inquireOrder({ tradeNo: 'T-1' }))).toMatchObject({
      code: 'ANSWER_NOT_UNDERSTOOD',
      isUnknown: true,
    })
  })

  test('an order that the wallet does not know is a refusal', async () => {
    answer({ result: { resultStatus: 'F', resultCode: 'ORDER_NOT_EXIST' } }).to(INQUIRE)
    expect(await problemOf(client().inquireOrder({ orderNo: 'A-1' }))).toMatchObject({
      code: 'ORDER_NOT_EXIST',
      isUnknown: false,
    })
  })
})

describe('an answer is verified before it is read', () => {
  test('one that was changed on the way is not believed', async () => {
    wallet.answerWith(async () => {
      const reply = await signedAnswer(keys.wallet.privateKey, PAY, created)
      const body = Buffer.from(reply.body.toString().replace('T-1', 'T-2'))
      return { ...reply, body }
    })
    expect(await problemOf(client().createOrder(order))).toMatchObject({ code: 'ANSWER_NOT_VERIFIED', isUnknown: true })
  })

  test('one flipped bit is enough', async () => {
    wallet.answerWith(async () => {
      const reply = await signedAnswer(keys.wallet.privateKey, PAY, created)
      reply.body[reply.body.length - 2]! ^= 1
      return reply
    })
    expect(await problemOf(client().createOrder(order))).toMatchObject({ code: 'ANSWER_NOT_VERIFIED', isUnknown: true })
  })

  test.each(['Signature', 'Client-Id', 'Response-Time'])('without %s it is not believed', async (name) => {
    wallet.answerWith(async () => {
      const reply = await signedAnswer(keys.wallet.privateKey, PAY, created)
      delete reply.headers[name]
      return reply
    })
    expect(await problemOf(client().createOrder(order))).toMatchObject({ code: 'ANSWER_NOT_VERIFIED', isUnknown: true })
  })

  test('signed by somebody else it is not believed', async () => {
    wallet.answerWith(() => signedAnswer(keys.stranger.privateKey, PAY, created))
    expect(await problemOf(client().createOrder(order))).toMatchObject({ code: 'ANSWER_NOT_VERIFIED', isUnknown: true })
  })

  test('signed for another call it is not believed', async () => {
    answer(created).to(INQUIRE)
    expect(await problemOf(client().createOrder(order))).toMatchObject({ code: 'ANSWER_NOT_VERIFIED', isUnknown: true })
  })

  test('signed for another client it is not believed', async () => {
    answer(created, { clientId: '2021000000000009' }).to(PAY)
    expect(await problemOf(client().createOrder(order))).toMatchObject({ code: 'ANSWER_NOT_VERIFIED', isUnknown: true })
  })

  test.each([
    ['old', -301],
    ['from the future', 301],
  ])('an answer that is %s is not believed', async (_, seconds) => {
    answer(created, { time: new Date(NOW.getTime() + seconds * 1000).toISOString() }).to(PAY)
    expect(await problemOf(client().createOrder(order))).toMatchObject({ code: 'ANSWER_NOT_VERIFIED', isUnknown: true })
  })

  test('an unsigned error page is hearsay: its code is shown, not believed', async () => {
    const body = Buffer.from(JSON.stringify({ result: { resultStatus: 'F', resultCode: 'INVALID_CLIENT' } }))
    wallet.answerWith(() => ({ status: 401, headers: {}, body }))
    const problem = await problemOf(client().createOrder(order))
    expect(problem).toMatchObject({ code: 'ANSWER_NOT_VERIFIED', status: 401, isUnknown: true })
    expect(problem.message).toContain('It claims INVALID_CLIENT.')
  })

  test('the key version chooses among several wallet keys, and an unknown version is not believed', async () => {
    const walletPublicKey = { 1: keys.stranger.publicKey, 2: keys.wallet.publicKey }
    answer(created, { keyVersion: 2 }).to(PAY)
    expect((await client({ walletPublicKey }).createOrder(order)).tradeNo).toBe('T-1')
    answer(created, { keyVersion: 3 }).to(PAY)
    expect(await problemOf(client({ walletPublicKey }).createOrder(order))).toMatchObject({
      code: 'ANSWER_NOT_VERIFIED',
    })
  })
})

describe('a lost answer is unknown, never failed', () => {
  test('a wallet that cannot be reached', async () => {
    const problem = await problemOf(client({ baseUrl: 'http://127.0.0.1:1' }).createOrder(order))
    expect(problem).toMatchObject({ code: 'NETWORK', status: null, reason: 'UNKNOWN', isUnknown: true })
  })

  test('a connection that breaks', async () => {
    wallet.answerWith(() => 'HANG_UP')
    expect(await problemOf(client().createOrder(order))).toMatchObject({ code: 'NETWORK', isUnknown: true })
  })

  test('a wallet that does not answer in time', async () => {
    wallet.answerWith(() => 'SILENT')
    expect(await problemOf(client({ timeoutMs: 50 }).createOrder(order))).toMatchObject({
      code: 'TIMEOUT',
      isUnknown: true,
    })
  })

  test('a redirect is not followed', async () => {
    wallet.answerWith(() => ({ status: 307, headers: { Location: `${wallet.url}/elsewhere` }, body: Buffer.alloc(0) }))
    expect(await problemOf(client().createOrder(order))).toMatchObject({ code: 'ANSWER_NOT_VERIFIED', isUnknown: true })
    expect(wallet.received).toHaveLength(1)
  })

  test.each([
    ['no JSON', Buffer.from('<html>')],
    ['not UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ])('a signed answer that is %s', async (_, body) => {
    wallet.answerWith(async () => {
      const { signSuperapp, parsePrivateKey } = await import('@tradepay/signature')
      const time = NOW.toISOString()
      const key = { version: 1, privateKey: parsePrivateKey(keys.wallet.privateKey) }
      const { header } = await signSuperapp({ method: 'POST', uri: PAY, clientId: CLIENT_ID, time, body }, key)
      return { status: 200, headers: { 'Client-Id': CLIENT_ID, 'Response-Time': time, Signature: header }, body }
    })
    expect(await problemOf(client().createOrder(order))).toMatchObject({
      code: 'ANSWER_NOT_UNDERSTOOD',
      isUnknown: true,
    })
  })
})

describe('options', () => {
  test.each([
    ['a base address that is none', { baseUrl: 'wallet.example' }],
    ['another scheme', { baseUrl: 'ftp://wallet.example' }],
    ['no client id', { clientId: '' }],
    ['no time at all', { timeoutMs: 0 }],
    ['half a repeat', { retries: 0.5 }],
    ['a private key that is none', { privateKey: 'secret' }],
    ['an empty wallet key', { walletPublicKey: '' }],
    ['no wallet key', { walletPublicKey: {} }],
  ])('%s is refused at once', (_, change) => {
    expect(() => client(change)).toThrow()
  })

  test('no message of an error holds the key', () => {
    expect(() => client({ walletPublicKey: keys.stranger.privateKey })).toThrow(/private key/)
    try {
      client({ walletPublicKey: keys.stranger.privateKey })
    } catch (error) {
      expect(String(error)).not.toContain(keys.stranger.privateKey.slice(40, 80))
    }
  })
})
