/**
 * The calls of the super-app family beside create and inquire: what goes out, what comes back, and what neither may be.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { money, TradePayClient } from '../src/index.ts'
import { CLIENT_ID, clock, makeKeys, problemOf, signedAnswer, startFakeWallet, success } from './support.ts'
import type { FakeWallet, Keys } from './support.ts'

const yuan = (fen: bigint) => money('CNY', fen)
const failed = (resultCode: string) => ({ result: { resultStatus: 'F', resultCode, resultMessage: 'No.' } })
const unknown = (resultCode: string) => ({ result: { resultStatus: 'U', resultCode, resultMessage: 'Perhaps.' } })
const inquired = (paymentStatus: string) => ({
  result: success,
  paymentId: 'T-1',
  paymentRequestId: 'A-1',
  paymentAmount: { currency: 'CNY', value: '3600' },
  paymentStatus,
})

let keys: Keys
let wallet: FakeWallet
let client: TradePayClient

beforeAll(async () => {
  keys = await makeKeys()
  wallet = await startFakeWallet()
  client = new TradePayClient({
    baseUrl: wallet.url,
    clientId: CLIENT_ID,
    privateKey: keys.merchant.privateKey,
    walletPublicKey: keys.wallet.publicKey,
    clock,
  })
})
afterAll(() => wallet.close())
beforeEach(() => {
  wallet.received.length = 0
})

/** What the wallet says at each path, from now on. */
function answers(contents: Record<string, object>): void {
  wallet.answerWith(({ path }) =>
    signedAnswer(keys.wallet.privateKey, path, contents[path] ?? failed('NO_INTERFACE_DEF')),
  )
}
const sent = (): [string, unknown][] =>
  wallet.received.map(({ path, body }) => [path.slice('/v1/'.length), JSON.parse(body.toString())])

describe('closeOrder', () => {
  test('asks first, and cancels by the wallet’s number only what is unpaid', async () => {
    answers({
      '/v1/payments/inquiryPayment': inquired('PROCESSING'),
      '/v1/payments/cancelPayment': { result: success, paymentId: 'T-1', paymentRequestId: 'A-1' },
    })
    expect(await client.closeOrder({ orderNo: 'A-1' })).toEqual({ tradeNo: 'T-1', orderNo: 'A-1' })
    expect(sent()).toEqual([
      ['payments/inquiryPayment', { paymentRequestId: 'A-1' }],
      ['payments/cancelPayment', { paymentId: 'T-1' }],
    ])
  })

  test('of a paid order is refused, and nothing is cancelled', async () => {
    answers({ '/v1/payments/inquiryPayment': inquired('SUCCESS') })
    expect(await problemOf(client.closeOrder({ tradeNo: 'T-1' }))).toMatchObject({
      reason: 'ORDER_STATE',
      isUnknown: false,
    })
    expect(sent()).toHaveLength(1)
  })

  test('of an order that nobody can ask about is unknown, and nothing is cancelled', async () => {
    answers({ '/v1/payments/inquiryPayment': unknown('UNKNOWN_EXCEPTION') })
    expect(await problemOf(client.closeOrder({ tradeNo: 'T-1' }))).toMatchObject({ isUnknown: true })
    expect(sent()).toHaveLength(1)
  })

  test('of a closed order asks, and is content', async () => {
    answers({ '/v1/payments/inquiryPayment': inquired('CANCELLED') })
    expect(await client.closeOrder({ tradeNo: 'T-1' })).toEqual({ tradeNo: 'T-1', orderNo: 'A-1' })
    expect(sent()).toHaveLength(1)
  })
})

describe('cancelOrder', () => {
  test('does not say from which state: the family does not', async () => {
    answers({ '/v1/payments/cancelPayment': { result: success, paymentId: 'T-1', paymentRequestId: 'A-1' } })
    expect(await client.cancelOrder({ orderNo: 'A-1' })).toEqual({ tradeNo: 'T-1', orderNo: 'A-1', outcome: null })
  })

  test('of a number that never came says so', async () => {
    answers({ '/v1/payments/cancelPayment': { result: success, paymentRequestId: 'A-1' } })
    expect(await client.cancelOrder({ orderNo: 'A-1' })).toEqual({
      tradeNo: null,
      orderNo: 'A-1',
      outcome: 'NEVER_CAME',
    })
  })

  test('while the bank has not answered is unknown', async () => {
    answers({ '/v1/payments/cancelPayment': unknown('UNKNOWN_EXCEPTION') })
    expect(await problemOf(client.cancelOrder({ orderNo: 'A-1' }))).toMatchObject({
      reason: 'UNKNOWN',
      isUnknown: true,
    })
  })

  test('an answer about another order is not believed', async () => {
    answers({ '/v1/payments/cancelPayment': { result: success, paymentId: 'T-2' } })
    expect(await problemOf(client.cancelOrder({ tradeNo: 'T-1' }))).toMatchObject({ code: 'ANSWER_NOT_UNDERSTOOD' })
  })
})

describe('refund', () => {
  const refund = {
    tradeNo: 'T-1',
    refundNo: 'R-1',
    amount: yuan(600n),
    reason: 'Cold',
    notifyUrl: 'http://shop/refunds',
  }

  test('sends the number, the order and the amount, and reads when the money was back', async () => {
    answers({ '/v1/payments/refund': { result: success, refundId: 'W-1', refundTime: '2026-03-01T16:00:05+08:00' } })
    expect(await client.refund(refund)).toEqual({
      refundNo: 'R-1',
      refundId: 'W-1',
      state: 'SUCCEEDED',
      amount: yuan(600n),
      refundedAt: new Date('2026-03-01T08:00:05Z'),
      failReason: null,
    })
    expect(sent()).toEqual([
      [
        'payments/refund',
        {
          refundRequestId: 'R-1',
          paymentId: 'T-1',
          refundAmount: { currency: 'CNY', value: '600' },
          refundReason: 'Cold',
          refundNotifyUrl: 'http://shop/refunds',
        },
      ],
    ])
  })

  test('that waits for the bank is in process, not unknown and not done', async () => {
    answers({ '/v1/payments/refund': { ...unknown('REFUND_IN_PROCESS'), refundId: 'W-1' } })
    expect(await client.refund(refund)).toMatchObject({ state: 'PROCESSING', refundId: 'W-1', refundedAt: null })
  })

  test.each([
    ['REFUND_AMOUNT_EXCEED', 'REFUND_TOO_MUCH'],
    ['REFUND_WINDOW_EXCEED', 'REFUND_TOO_LATE'],
    ['MERCHANT_BALANCE_NOT_ENOUGH', 'BALANCE_NOT_ENOUGH'],
    ['ORDER_STATUS_INVALID', 'ORDER_STATE'],
    ['REPEAT_REQ_INCONSISTENT', 'REPEAT_DIFFERS'],
    ['PROCESS_FAIL', 'REFUND_FAILED'],
    ['A_CODE_OF_TOMORROW', 'OTHER'],
    ['constructor', 'OTHER'],
  ])('%s is %s', async (code, reason) => {
    answers({ '/v1/payments/refund': failed(code) })
    expect(await problemOf(client.refund(refund))).toMatchObject({ code, reason, isUnknown: false, requestId: 'R-1' })
  })

  test('a limit that was reached leaves the outcome of an earlier call open', async () => {
    answers({ '/v1/payments/refund': unknown('REQUEST_TRAFFIC_EXCEED_LIMIT') })
    expect(await problemOf(client.refund(refund))).toMatchObject({ reason: 'RATE_LIMITED', isUnknown: true })
  })

  test.each([
    ['no number', { refundNo: '' }],
    ['a number with a blank', { refundNo: 'R 1' }],
    ['nothing', { amount: yuan(0n) }],
    ['an amount that is a number', { amount: 600 as never }],
    ['a reason of 257 characters', { reason: 'x'.repeat(257) }],
    ['an order without a number', { tradeNo: '' }],
  ])('of %s is refused before anything is sent', async (_, change) => {
    expect(await problemOf(client.refund({ ...refund, ...change }))).toMatchObject({ reason: 'ARGUMENT' })
    expect(wallet.received).toEqual([])
  })
})

describe('inquireRefund', () => {
  const answer = {
    result: success,
    refundId: 'W-1',
    refundRequestId: 'R-1',
    refundAmount: { currency: 'CNY', value: '600' },
  }

  test.each([
    ['PROCESSING', 'PROCESSING', null, null],
    ['SUCCESS', 'SUCCEEDED', new Date('2026-03-01T08:00:00Z'), null],
    ['FAIL', 'FAILED', null, 'The bank says no.'],
  ])('%s is %s', async (refundStatus, state, refundedAt, failReason) => {
    const times = { refundTime: '2026-03-01T08:00:00Z', refundFailReason: 'The bank says no.' }
    answers({ '/v1/payments/inquiryRefund': { ...answer, ...times, refundStatus } })
    expect(await client.inquireRefund({ orderNo: 'A-1', refundNo: 'R-1' })).toEqual({
      refundNo: 'R-1',
      refundId: 'W-1',
      state,
      amount: yuan(600n),
      refundedAt,
      failReason,
    })
  })

  test('of a number that the wallet has never had', async () => {
    answers({ '/v1/payments/inquiryRefund': failed('ORDER_NOT_EXIST') })
    expect(await problemOf(client.inquireRefund({ orderNo: 'A-1', refundNo: 'R-1' }))).toMatchObject({
      code: 'ORDER_NOT_EXIST',
      reason: 'REFUND_NOT_FOUND',
    })
  })

  test('an answer about another refund is not believed', async () => {
    answers({ '/v1/payments/inquiryRefund': { ...answer, refundStatus: 'SUCCESS', refundRequestId: 'R-2' } })
    expect(await problemOf(client.inquireRefund({ orderNo: 'A-1', refundNo: 'R-1' }))).toMatchObject({
      isUnknown: true,
    })
  })
})

describe('users', () => {
  test('a code becomes tokens; a lost answer is not asked for again, because a code is good once', async () => {
    answers({
      '/v1/authorizations/applyToken': {
        result: success,
        customerId: '2088',
        accessToken: 'a',
        accessTokenExpiryTime: '2026-03-02T08:00:00Z',
      },
    })
    expect(await client.exchangeAuthCode('code')).toEqual({
      userId: '2088',
      accessToken: 'a',
      accessTokenExpiresAt: new Date('2026-03-02T08:00:00Z'),
      refreshToken: null,
      refreshTokenExpiresAt: null,
    })
    expect(sent()).toEqual([['authorizations/applyToken', { grantType: 'AUTHORIZATION_CODE', authCode: 'code' }]])
    wallet.answerWith(() => 'HANG_UP')
    expect(await problemOf(client.exchangeAuthCode('code'))).toMatchObject({ code: 'NETWORK', isUnknown: true })
    expect(await problemOf(client.refreshTokens('token'))).toMatchObject({ code: 'NETWORK', isUnknown: true })
    expect(wallet.received).toHaveLength(3)
  })

  test('what a token does not show is null', async () => {
    answers({ '/v1/users/inquiryUserInfo': { result: success, userInfo: { userId: '2088' } } })
    expect(await client.getUser('a')).toEqual({ userId: '2088', nickName: null, fullName: null })
    const userName = { fullName: 'Mei Lin' }
    answers({
      '/v1/users/inquiryUserInfo': { result: success, userInfo: { userId: '2088', nickName: 'Mei', userName } },
    })
    expect(await client.getUser('a')).toEqual({ userId: '2088', nickName: 'Mei', fullName: 'Mei Lin' })
  })

  test('no error holds a token or a code', async () => {
    answers({})
    const calls = [
      () => client.getUser('s3cret'),
      () => client.exchangeAuthCode('s3cret'),
      () => client.refreshTokens('s3cret'),
    ]
    for (const call of calls) {
      const problem = await problemOf(call())
      expect(JSON.stringify(problem) + String(problem)).not.toContain('s3cret')
    }
  })
})
