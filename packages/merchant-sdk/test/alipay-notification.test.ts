/**
 * The handler of the Alipay family's notifications: nothing reaches a listener unverified, and only the seven bytes
 * `success` say that it was taken in.
 */
import { alipayNotificationString, parsePrivateKey, signAlipay } from '@tradepay/signature'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { alipayNotificationHandler, money, NotificationRefused, signSampleNotification } from '../src/index.ts'
import type { Listener, Notification, RawAnswer, RawRequest, Refusal, SampleNotification } from '../src/index.ts'
import { CLIENT_ID, makeKeys, NOW, type Keys } from './support.ts'

let keys: Keys
let heard: Notification[]
let refusals: Refusal[]

beforeAll(async () => {
  keys = await makeKeys()
})
beforeEach(() => {
  heard = []
  refusals = []
})

const listen = (notification: Notification): void => {
  heard.push(notification)
}

function handler(listener: Listener = { onPaid: listen, onRefund: listen }, walletPublicKey: unknown = undefined) {
  return alipayNotificationHandler(
    {
      clientId: CLIENT_ID,
      walletPublicKey: (walletPublicKey as string | undefined) ?? keys.wallet.publicKey,
      onRefused: (refusal) => refusals.push(refusal),
    },
    listener,
  )
}

function sample(change: Partial<SampleNotification> = {}): Promise<RawRequest> {
  return signSampleNotification({
    api: 'alipay',
    walletPrivateKey: keys.wallet.privateKey,
    clientId: CLIENT_ID,
    path: '/notify',
    tradeNo: 'T1',
    orderNo: 'A1',
    amount: money('CNY', 3600n),
    at: NOW,
    ...change,
  })
}

/** A genuine sample with fields of the test's own: undefined leaves one out. */
async function sampleWith(change: Record<string, string | undefined>): Promise<RawRequest> {
  const request = await sample()
  const { sign: _, ...fields } = Object.fromEntries(new URLSearchParams(text(request.body)))
  const changed = Object.fromEntries(
    Object.entries({ ...fields, ...change }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
  const sign = await signAlipay(alipayNotificationString(changed), parsePrivateKey(keys.wallet.privateKey))
  return { ...request, body: Buffer.from(new URLSearchParams({ ...changed, sign }).toString()) }
}

const text = (body: Uint8Array): string => Buffer.from(body).toString()
const replaced = (request: RawRequest, from: string, to: string): RawRequest => ({
  ...request,
  body: Buffer.from(text(request.body).replace(from, to)),
})
const saysSuccess = ({ status, body }: RawAnswer): boolean => status === 200 && body.toString('latin1') === 'success'

describe('a genuine notification', () => {
  test('of a payment reaches its listener and is acknowledged with seven bytes', async () => {
    const answer = await handler()(await sample({ paidAt: new Date('2026-03-01T07:59:58Z'), sequence: 7 }))
    expect([answer.status, answer.body.length, answer.body.toString()]).toEqual([200, 7, 'success'])
    expect(heard).toEqual([
      {
        type: 'PAYMENT',
        tradeNo: 'T1',
        orderNo: 'A1',
        amount: money('CNY', 3600n),
        state: 'PAID',
        paidAt: new Date('2026-03-01T07:59:58Z'),
        reason: null,
        sequence: 7,
      },
    ])
  })

  test.each([
    ['a part', 600n],
    ['all', 3600n],
  ])('of a refund of %s says how much, and how much in all, and is never taken for a payment', async (_, total) => {
    const refund = { refundNo: 'R1', amount: money('CNY', 600n), refunded: money('CNY', total) }
    expect(saysSuccess(await handler()(await sample({ refund })))).toBe(true)
    expect(heard).toEqual([
      {
        type: 'REFUND',
        tradeNo: 'T1',
        orderNo: 'A1',
        refundId: null,
        state: 'SUCCEEDED',
        finishedAt: NOW,
        sequence: 2,
        ...refund,
      },
    ])
  })

  test('signed by any of the wallet’s keys, with empty fields, signs and text of every language, is taken', async () => {
    const request = await sampleWith({ subject: '珍珠奶茶 🧋 + 100% & a=b', passback_params: 'a%3Db' })
    expect(saysSuccess(await handler(listen, { 1: keys.stranger.publicKey, 2: keys.wallet.publicKey })(request))).toBe(
      true,
    )
  })

  test('of a wallet that does not number them has no number', async () => {
    expect(saysSuccess(await handler()(await sample({ sequence: null })))).toBe(true)
    expect(heard).toMatchObject([{ sequence: null }])
  })
})

describe('what is not genuine never reaches a listener', () => {
  test.each<[string, number, (request: RawRequest) => RawRequest]>([
    ['another amount', 401, (request) => replaced(request, '36.00', '36.01')],
    ['another number', 401, (request) => replaced(request, 'T1', 'T2')],
    ['a field more', 401, (request) => replaced(request, 'app_id', 'note=1&app_id')],
    ['a field less', 401, (request) => replaced(request, 'notify_type=trade_status_sync&', '')],
    [
      'a field twice',
      401,
      (request) => replaced(request, 'total_amount=36.00', 'total_amount=36.00&total_amount=1.00'),
    ],
    ['no signature', 401, (request) => replaced(request, '&sign=', '&was=')],
    ['no body', 401, (request) => ({ ...request, body: Buffer.alloc(0) })],
    ['JSON', 401, (request) => ({ ...request, body: Buffer.from('{"sign":"x"}') })],
    ['bytes that are no text', 401, (request) => ({ ...request, body: Buffer.from([0xff, 0xfe, 0x00]) })],
    ['another method', 405, (request) => ({ ...request, method: 'GET' })],
  ])('%s', async (_, status, forge) => {
    const answer = await handler()(forge(await sample()))
    expect(answer.status).toBe(status)
    expect(answer.body.toString()).toBe('fail')
    expect([heard.length, refusals.length]).toEqual([0, 1])
  })

  test.each(['stranger', 'merchant'] as const)('signed with the key of the %s', async (who) => {
    expect((await handler()(await sample({ walletPrivateKey: keys[who].privateKey }))).status).toBe(401)
    expect(heard).toEqual([])
  })

  test('for another app', async () => {
    expect((await handler()(await sample({ clientId: '2021000000000009' }))).status).toBe(401)
    expect(refusals).toMatchObject([{ code: 'INVALID_CLIENT' }])
  })

  test.each([
    ['no trade number', { trade_no: undefined }],
    ['a state that is no end', { trade_status: 'WAIT_BUYER_PAY' }],
    ['a trade that was closed unpaid', { trade_status: 'TRADE_CLOSED' }],
    ['an amount that is none', { total_amount: '36.001' }],
    ['a sequence number that is none', { order_sequence: '1.5' }],
    ['a refund without an amount', { gmt_refund: '2026-03-01 16:00:00.000', refund_fee: '6.00' }],
    ['another kind of notification', { notify_type: 'servicemarket_order_notify', trade_status: undefined }],
  ])('signed, with %s', async (_, change) => {
    const answer = await handler()(await sampleWith(change))
    expect(saysSuccess(answer)).toBe(false)
    expect(refusals).toMatchObject([{ code: 'PARAM_ILLEGAL' }])
    expect(heard).toEqual([])
  })
})

describe('what the listener does decides the answer', () => {
  test.each([
    ['an error', () => Promise.reject(new Error('password hunter2')), 'UNKNOWN_EXCEPTION'],
    ['a refusal', () => Promise.reject(new NotificationRefused('Not mine.', 'ORDER_NOT_EXIST')), 'ORDER_NOT_EXIST'],
  ])('%s makes the wallet send again, and says nothing of the inside', async (_, onPaid, code) => {
    const answer = await handler(onPaid)(await sample())
    expect([answer.status, answer.body.toString()]).toEqual([500, 'fail'])
    expect(refusals).toMatchObject([{ code }])
  })

  test('a refund that nobody listens for is acknowledged', async () => {
    const refund = { refundNo: 'R1', amount: money('CNY', 600n) }
    expect(saysSuccess(await handler(listen)(await sample({ refund })))).toBe(true)
    expect(heard).toEqual([])
  })
})

test('a sample of what the family never tells is refused', async () => {
  await expect(sample({ state: 'FAILED' })).rejects.toThrow(TypeError)
  const refund = { refundNo: 'R1', amount: money('CNY', 1n), state: 'FAILED' as const }
  await expect(sample({ refund })).rejects.toThrow(TypeError)
})
