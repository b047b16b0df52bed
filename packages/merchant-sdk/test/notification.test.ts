/**
 * The notification handler's promises: nothing reaches the callback unverified, every answer is signed, and the wallet is
 * told to send again whenever the merchant did not take it in.
 */
import { decodeSignature, parsePublicKey, parseSignatureHeader, verifySuperapp } from '@tradepay/signature'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { money, NotificationRefused, notificationHandler, signSampleNotification } from '../src/index.ts'
import type {
  Listener,
  NotificationOptions,
  PaymentNotification,
  RawAnswer,
  RawRequest,
  RefundNotification,
  SampleNotification,
} from '../src/index.ts'
import { CLIENT_ID, clock, makeKeys, NOW, type Keys } from './support.ts'

let keys: Keys
let heard: PaymentNotification[]

beforeAll(async () => {
  keys = await makeKeys()
})
beforeEach(() => {
  heard = []
})

const listen = (n: PaymentNotification): void => {
  heard.push(n)
}

function handler(change: Partial<NotificationOptions> = {}, listener: Listener = listen) {
  return notificationHandler(
    {
      clientId: CLIENT_ID,
      privateKey: keys.merchant.privateKey,
      walletPublicKey: keys.wallet.publicKey,
      clock,
      ...change,
    },
    listener,
  )
}

function sample(change: Partial<SampleNotification> = {}): Promise<RawRequest> {
  return signSampleNotification({
    walletPrivateKey: keys.wallet.privateKey,
    clientId: CLIENT_ID,
    path: '/notify',
    tradeNo: 'T-1',
    orderNo: 'A-1001',
    amount: money('CNY', 3600n),
    at: NOW,
    ...change,
  })
}

const resultOf = (answer: RawAnswer): { resultStatus: string; resultCode: string; resultMessage: string } =>
  JSON.parse(answer.body.toString()).result

/** A signed request with a body of the test's own making. */
async function sampleWithBody(body: Buffer): Promise<RawRequest> {
  const { parsePrivateKey, signSuperapp } = await import('@tradepay/signature')
  const time = NOW.toISOString()
  const { header } = await signSuperapp(
    { method: 'POST', uri: '/notify', clientId: CLIENT_ID, time, body },
    { version: 1, privateKey: parsePrivateKey(keys.wallet.privateKey) },
  )
  return {
    method: 'POST',
    path: '/notify',
    headers: { 'client-id': CLIENT_ID, 'request-time': time, signature: header },
    body,
  }
}

describe('a genuine notification', () => {
  test('reaches the callback and is acknowledged with a signature that verifies', async () => {
    const answer = await handler()(await sample({ paidAt: new Date('2026-03-01T07:59:58Z') }))
    expect(heard).toEqual([
      {
        type: 'PAYMENT',
        tradeNo: 'T-1',
        orderNo: 'A-1001',
        amount: money('CNY', 3600n),
        state: 'PAID',
        paidAt: new Date('2026-03-01T07:59:58Z'),
        reason: null,
        sequence: 1,
      },
    ])
    expect(answer.status).toBe(200)
    expect(resultOf(answer)).toEqual({ resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: 'success' })
    const { signature } = parseSignatureHeader(answer.headers['Signature']!)
    const time = answer.headers['Response-Time']!
    const message = { method: 'POST', uri: '/notify', clientId: CLIENT_ID, time, body: answer.body }
    expect(
      await verifySuperapp(message, decodeSignature(signature)!, parsePublicKey(keys.merchant.publicKey)),
    ).not.toBeNull()
  })

  test('is acknowledged again each time it comes', async () => {
    const handle = handler()
    const request = await sample()
    const statuses = [await handle(request), await handle(request), await handle(request)].map(
      (a) => resultOf(a).resultStatus,
    )
    expect(statuses).toEqual(['S', 'S', 'S'])
  })

  test('of a failed payment is acknowledged, and never taken for paid', async () => {
    const failed: PaymentNotification[] = []
    const handle = handler({}, { onPaid: listen, onFailed: (n) => failed.push(n) })
    expect(resultOf(await handle(await sample({ state: 'FAILED' }))).resultStatus).toBe('S')
    expect(heard).toEqual([])
    expect(failed).toMatchObject([{ state: 'FAILED', reason: 'The payment failed.' }])
  })

  test('of a refund reaches its own listener, and never that of paid orders', async () => {
    const refunds: RefundNotification[] = []
    const handle = handler({}, { onPaid: listen, onRefund: (n) => refunds.push(n) })
    const refund = { refundNo: 'R-1', refundId: 'W-1', amount: money('CNY', 600n) }
    expect(resultOf(await handle(await sample({ refund }))).resultStatus).toBe('S')
    expect(resultOf(await handle(await sample({ refund: { ...refund, state: 'FAILED' } }))).resultStatus).toBe('S')
    expect(heard).toEqual([])
    const about = {
      type: 'REFUND',
      tradeNo: 'T-1',
      orderNo: null,
      refunded: null,
      finishedAt: NOW,
      sequence: 2,
      ...refund,
    }
    expect(refunds).toEqual([
      { ...about, state: 'SUCCEEDED' },
      { ...about, state: 'FAILED' },
    ])
  })

  test('of a refund that nobody listens for is acknowledged', async () => {
    const refund = { refundNo: 'R-1', amount: money('CNY', 600n) }
    expect(resultOf(await handler()(await sample({ refund }))).resultStatus).toBe('S')
    expect(heard).toEqual([])
  })

  test('of a wallet that does not number its notifications has no number', async () => {
    await handler()(await sample({ sequence: null }))
    expect(heard).toMatchObject([{ sequence: null }])
  })

  test.each([-300, 300])('is taken up to %i seconds from now', async (seconds) => {
    expect((await handler()(await sample({ at: new Date(NOW.getTime() + seconds * 1000) }))).status).toBe(200)
  })

  test('behind a proxy that changes the path, the public path is what was signed', async () => {
    const request = { ...(await sample({ path: '/shop/notify' })), path: '/notify' }
    expect((await handler()(request)).status).toBe(401)
    expect((await handler({ publicPath: '/shop/notify' })(request)).status).toBe(200)
  })

  test('only its outcome in "paymentResult", as some wallets send it', async () => {
    const body = Buffer.from(
      JSON.stringify({
        paymentId: 'T-1',
        paymentRequestId: 'A-1001',
        paymentAmount: { currency: 'CNY', value: 3600 },
        paymentResult: { resultStatus: 'S', resultCode: 'SUCCESS' },
      }),
    )
    await handler()(await sampleWithBody(body))
    expect(heard).toMatchObject([{ state: 'PAID', amount: money('CNY', 3600n), paidAt: null }])
  })
})

describe('what is not genuine never reaches the callback', () => {
  const forgeries: [string, number, (request: RawRequest) => RawRequest | Promise<RawRequest>][] = [
    ['one changed byte', 401, (r) => ({ ...r, body: flip(r.body) })],
    ['another amount', 401, (r) => ({ ...r, body: replace(r.body, '3600', '1') })],
    [
      'the same content, printed anew',
      401,
      (r) => ({ ...r, body: Buffer.from(JSON.stringify(JSON.parse(text(r.body)), null, 1)) }),
    ],
    ['no body', 401, (r) => ({ ...r, body: Buffer.alloc(0) })],
    ['another path', 401, (r) => ({ ...r, path: '/other' })],
    ['another client', 401, (r) => withHeader(r, 'client-id', '2021000000000009')],
    ['another time', 401, (r) => withHeader(r, 'request-time', '2026-03-01T08:00:01.000Z')],
    ['a time without an offset', 401, (r) => withHeader(r, 'request-time', '2026-03-01T08:00:00')],
    ['a time that is none', 401, (r) => withHeader(r, 'request-time', 'now')],
    [
      'a signature that is none',
      401,
      (r) => withHeader(r, 'signature', 'algorithm=RSA256, keyVersion=1, signature=!!!'),
    ],
    ['a signature header that is none', 401, (r) => withHeader(r, 'signature', 'hello')],
    ['no algorithm at all', 401, (r) => withHeader(r, 'signature', 'algorithm=none, keyVersion=1, signature=AAAA')],
    ['no signature', 401, (r) => withHeader(r, 'signature', undefined)],
    ['an empty signature', 401, (r) => withHeader(r, 'signature', '')],
    ['no client id', 400, (r) => withHeader(r, 'client-id', undefined)],
    ['no time', 400, (r) => withHeader(r, 'request-time', undefined)],
    ['another method', 405, (r) => ({ ...r, method: 'GET' })],
  ]
  test.each(forgeries)('%s', async (_, status, forge) => {
    const answer = await handler()(await forge(await sample()))
    expect(answer.status).toBe(status)
    expect(resultOf(answer).resultStatus).toBe('F')
    expect(answer.headers['Signature']).toBeUndefined()
    expect(heard).toEqual([])
  })

  test('signed by somebody else', async () => {
    expect((await handler()(await sample({ walletPrivateKey: keys.stranger.privateKey }))).status).toBe(401)
    expect(heard).toEqual([])
  })

  test("signed with the merchant's own key", async () => {
    expect((await handler()(await sample({ walletPrivateKey: keys.merchant.privateKey }))).status).toBe(401)
    expect(heard).toEqual([])
  })

  test('signed with a key version that is not configured', async () => {
    const walletPublicKey = { 2: keys.wallet.publicKey }
    expect((await handler({ walletPublicKey })(await sample({ keyVersion: 1 }))).status).toBe(401)
    expect((await handler({ walletPublicKey })(await sample({ keyVersion: 2 }))).status).toBe(200)
  })

  test.each([
    ['old', -301],
    ['from the future', 301],
  ])('one that is %s, though its signature holds', async (_, seconds) => {
    const answer = await handler()(await sample({ at: new Date(NOW.getTime() + seconds * 1000) }))
    expect(answer.status).toBe(401)
    expect(resultOf(answer).resultCode).toBe('TIMESTAMP_INVALID')
    expect(heard).toEqual([])
  })

  test.each([
    ['no JSON', 'hello'],
    ['a list', '[]'],
    [
      'no outcome',
      JSON.stringify({ paymentId: 'T', paymentRequestId: 'A', paymentAmount: { currency: 'CNY', value: '1' } }),
    ],
    [
      'outcomes that contradict each other',
      JSON.stringify({
        paymentId: 'T',
        paymentRequestId: 'A',
        paymentAmount: { currency: 'CNY', value: '1' },
        paymentStatus: 'SUCCESS',
        paymentResult: { resultStatus: 'F', resultCode: 'PROCESS_FAIL' },
      }),
    ],
    ['no amount', JSON.stringify({ paymentId: 'T', paymentRequestId: 'A', paymentStatus: 'SUCCESS' })],
    [
      'a sequence number that is none',
      JSON.stringify({
        paymentId: 'T',
        paymentRequestId: 'A',
        paymentAmount: { currency: 'CNY', value: '1' },
        paymentStatus: 'SUCCESS',
        orderSequence: '-1',
      }),
    ],
    [
      'a refund without an end',
      JSON.stringify({
        paymentId: 'T',
        refundId: 'W',
        refundRequestId: 'R',
        refundAmount: { currency: 'CNY', value: '1' },
        refundStatus: 'PROCESSING',
      }),
    ],
  ])('a signed body with %s', async (_, body) => {
    const answer = await handler()(await sampleWithBody(Buffer.from(body)))
    expect(resultOf(answer)).toMatchObject({ resultStatus: 'F', resultCode: 'PARAM_ILLEGAL' })
    expect(heard).toEqual([])
  })
})

describe('what the callback does decides the answer', () => {
  test('an error of its own asks the wallet to send again, signed, and says nothing of the inside', async () => {
    const refusals: unknown[] = []
    const handle = handler({ onRefused: (refusal) => refusals.push(refusal) }, () => {
      throw new Error('password of the database is hunter2')
    })
    const answer = await handle(await sample())
    expect(answer.status).toBe(200)
    expect(resultOf(answer)).toMatchObject({ resultStatus: 'U', resultCode: 'UNKNOWN_EXCEPTION' })
    expect(answer.body.toString()).not.toContain('hunter2')
    expect(answer.headers['Signature']).toBeDefined()
    expect(refusals).toHaveLength(1)
  })

  test('a promise that is rejected asks the wallet to send again', async () => {
    const handle = handler({}, () => Promise.reject(new Error('lost')))
    expect(resultOf(await handle(await sample())).resultStatus).toBe('U')
  })

  test('the wallet is told S only after the callback has finished', async () => {
    const order: string[] = []
    const handle = handler({}, async () => {
      await new Promise((resolve) => setImmediate(resolve))
      order.push('saved')
    })
    await handle(await sample())
    order.push('answered')
    expect(order).toEqual(['saved', 'answered'])
  })

  test('a refusal says F with its code', async () => {
    const handle = handler({}, () => {
      throw new NotificationRefused('No such order.', 'ORDER_NOT_EXIST')
    })
    expect(resultOf(await handle(await sample()))).toEqual({
      resultStatus: 'F',
      resultCode: 'ORDER_NOT_EXIST',
      resultMessage: 'No such order.',
    })
  })
})

const text = (body: Uint8Array): string => Buffer.from(body).toString()
const replace = (body: Uint8Array, from: string, to: string): Buffer => Buffer.from(text(body).replace(from, to))
function flip(body: Uint8Array): Buffer {
  const changed = Buffer.from(body)
  changed[10]! ^= 1
  return changed
}
function withHeader(request: RawRequest, name: string, value: string | undefined): RawRequest {
  return { ...request, headers: { ...request.headers, [name]: value } }
}
