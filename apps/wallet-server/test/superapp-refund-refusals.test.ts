/** What refunds, cancels and their inquiries refuse at the super-app door: by name, signed, and without any effect. */
import { superappVersions, type SuperappCallName } from '@tradepay/contract'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { User } from '../src/user/types.ts'
import { openDoors, type Doors } from './merchant-doors.ts'
import { everythingKept, expectNothingBroken } from './refund-world.ts'
import { aUser } from './support/index.ts'
import { callByName, cny, makeOrder, makePaidOrder, refundRequest, resultOf, type MadeOrder } from './superapp-world.ts'

const WINDOW_SECONDS = 3_600
let doors: Doors
let mei: User
beforeAll(async () => {
  doors = await openDoors({ settings: { refundWindowSeconds: WINDOW_SECONDS } })
  mei = await aUser(doors, { balance: 1_000_000n })
})
afterEach(() => expectNothingBroken(doors))
afterAll(() => doors.close())

describe.each(superappVersions)('version %s refuses, and keeps nothing of it:', (version) => {
  const call = (name: SuperappCallName, body: object) => callByName(doors, version, name, body)

  test.each<[string, SuperappCallName, (paid: MadeOrder) => object, string, RegExp]>([
    ['more than was paid', 'refund', (paid) => asked(paid, cny('1251')), 'REFUND_AMOUNT_EXCEED', /at most/],
    ['another currency', 'refund', (paid) => asked(paid, usd('5')), 'CURRENCY_NOT_SUPPORT', /currency/],
    [
      'no currency of the world',
      'refund',
      (paid) => asked(paid, { currency: 'XXX', value: '5' }),
      'CURRENCY_NOT_SUPPORT',
      /ISO 4217/,
    ],
    ['17 digits', 'refund', (paid) => asked(paid, cny('1'.repeat(17))), 'REFUND_AMOUNT_EXCEED', /16 digits/],
    ['zero', 'refund', (paid) => asked(paid, cny('0')), 'PARAM_ILLEGAL', /"refundAmount\.value".*positive/],
    ['less than zero', 'refund', (paid) => asked(paid, cny('-1')), 'PARAM_ILLEGAL', /"refundAmount\.value"/],
    ['a decimal', 'refund', (paid) => asked(paid, cny('1.00')), 'PARAM_ILLEGAL', /"refundAmount\.value"/],
    ['a fraction', 'refund', (paid) => asked(paid, cny(0.5)), 'PARAM_ILLEGAL', /"refundAmount\.value"/],
    ['an amount that is text', 'refund', (paid) => asked(paid, '1.00'), 'PARAM_ILLEGAL', /"refundAmount"/],
    ['no amount', 'refund', (paid) => asked(paid, undefined), 'PARAM_ILLEGAL', /"refundAmount"/],
    [
      'no number',
      'refund',
      (paid) => refundRequest(paid, { refundRequestId: '' }),
      'PARAM_ILLEGAL',
      /"refundRequestId"/,
    ],
    [
      'a number with @',
      'refund',
      (paid) => refundRequest(paid, { refundRequestId: 'a@b' }),
      'PARAM_ILLEGAL',
      /without @/,
    ],
    [
      'a number of 65 characters',
      'refund',
      (paid) => refundRequest(paid, { refundRequestId: 'x'.repeat(65) }),
      'PARAM_ILLEGAL',
      /64/,
    ],
    [
      'a number with NUL',
      'refund',
      (paid) => refundRequest(paid, { refundRequestId: 'a\u0000' }),
      'PARAM_ILLEGAL',
      /"refundRequestId"/,
    ],
    ['no payment', 'refund', () => refundRequest({ paymentId: '' }), 'PARAM_ILLEGAL', /"paymentId".*one of the two/],
    ['a payment with NUL', 'refund', () => refundRequest({ paymentId: 'a\u0000' }), 'PARAM_ILLEGAL', /"paymentId"/],
    [
      'a payment number with NUL',
      'refund',
      () => refundRequest({ paymentId: '' }, { paymentRequestId: '\u0000' }),
      'PARAM_ILLEGAL',
      /"paymentRequestId"/,
    ],
    [
      'an unknown payment',
      'refund',
      () => refundRequest({ paymentId: '7'.repeat(28) }),
      'ORDER_NOT_EXIST',
      /no such order/,
    ],
    [
      'a payment that is none',
      'refund',
      () => refundRequest({ paymentId: "' or 1=1" }),
      'ORDER_NOT_EXIST',
      /no such order/,
    ],
    [
      'a reason of 257 characters',
      'refund',
      (paid) => refundRequest(paid, { refundReason: 'x'.repeat(257) }),
      'PARAM_ILLEGAL',
      /"refundReason".*256/,
    ],
    [
      'a reason with NUL',
      'refund',
      (paid) => refundRequest(paid, { refundReason: 'x\u0000' }),
      'PARAM_ILLEGAL',
      /"refundReason"/,
    ],
    [
      'an address that is none',
      'refund',
      (paid) => refundRequest(paid, { refundNotifyUrl: 'shop/x' }),
      'PARAM_ILLEGAL',
      /"refundNotifyUrl"/,
    ],
    [
      'an address of another kind',
      'refund',
      (paid) => inExtendInfo(paid, 'file:///x'),
      'PARAM_ILLEGAL',
      /"extendInfo\.refundNotificationUrl"/,
    ],
    [
      'another partner',
      'refund',
      (paid) => refundRequest(paid, { partnerId: '2088000100000000' }),
      'PARTNER_NOT_EXIST',
      /partnerId/,
    ],
    ['nothing to cancel', 'cancelPayment', () => ({}), 'PARAM_ILLEGAL', /one of the two/],
    [
      'an unknown payment to cancel',
      'cancelPayment',
      () => ({ paymentId: '7'.repeat(28) }),
      'ORDER_NOT_EXIST',
      /no such order/,
    ],
    [
      'a paymentId that is none to cancel',
      'cancelPayment',
      () => ({ paymentId: "';--" }),
      'ORDER_NOT_EXIST',
      /no such order/,
    ],
    [
      'a number with NUL to cancel',
      'cancelPayment',
      () => ({ paymentRequestId: 'a\u0000' }),
      'PARAM_ILLEGAL',
      /"paymentRequestId"/,
    ],
    [
      'a paymentId with NUL to cancel',
      'cancelPayment',
      () => ({ paymentId: 'a\u0000' }),
      'PARAM_ILLEGAL',
      /"paymentId"/,
    ],
    [
      'another partner of a cancel',
      'cancelPayment',
      (paid) => ({ ...paid, partnerId: '2088' }),
      'PARTNER_NOT_EXIST',
      /partnerId/,
    ],
    [
      'another partner of an inquiry',
      'inquiryPayment',
      (paid) => ({ ...paid, partnerId: '2088' }),
      'PARTNER_NOT_EXIST',
      /partnerId/,
    ],
    ['no refund to inquire', 'inquiryRefund', () => ({}), 'PARAM_ILLEGAL', /"refundId".*one of the two/],
    ['an unknown refund', 'inquiryRefund', () => ({ refundId: '7'.repeat(28) }), 'ORDER_NOT_EXIST', /no such refund/],
    ['a refundId that is none', 'inquiryRefund', () => ({ refundId: '1' }), 'ORDER_NOT_EXIST', /no such refund/],
    [
      'an unknown refund number',
      'inquiryRefund',
      () => ({ refundRequestId: 'never' }),
      'ORDER_NOT_EXIST',
      /no such refund/,
    ],
    [
      'a refund number with NUL',
      'inquiryRefund',
      () => ({ refundRequestId: 'a\u0000' }),
      'ORDER_NOT_EXIST',
      /no such refund/,
    ],
    [
      'another partner of a refund inquiry',
      'inquiryRefund',
      () => ({ refundId: '1', partnerId: '2' }),
      'PARTNER_NOT_EXIST',
      /partnerId/,
    ],
  ])('%s', async (_, name, body, code, message) => {
    const paid = await makePaidOrder(doors, version, mei)
    const before = await everythingKept(doors)
    const answer = await call(name, body(paid))
    expect(resultOf(answer)).toBe(`F ${code}`)
    expect(answer.body.result.resultMessage).toMatch(message)
    expect(Object.keys(answer.body)).toEqual(['result'])
    expect(await everythingKept(doors)).toBe(before)
  })
  const asked = (paid: MadeOrder, refundAmount: unknown) => refundRequest(paid, { refundAmount })
  const usd = (value: string) => ({ currency: 'USD', value })
  const inExtendInfo = (paid: MadeOrder, refundNotificationUrl: string) =>
    refundRequest(paid, { extendInfo: JSON.stringify({ refundNotificationUrl }) })

  test.each([
    ['refundAmount', { refundAmount: cny('101') }],
    ['refundReason', { refundReason: 'other' }],
    ['refundNotifyUrl', { refundNotifyUrl: 'https://shop.example/other' }],
  ])('a used number with another %s, naming it', async (field, other) => {
    const request = refundRequest(await makePaidOrder(doors, version, mei))
    await call('refund', request)
    const before = await everythingKept(doors)
    const answer = await call('refund', { ...request, ...other })
    expect(resultOf(answer)).toBe('F REPEAT_REQ_INCONSISTENT')
    expect(answer.body.result.resultMessage).toContain(`refundRequestId was already used with another ${field}`)
    expect(await everythingKept(doors)).toBe(before)
  })

  test.each(['paymentId', 'paymentRequestId'] as const)('a used number for another %s, naming it', async (field) => {
    const request = refundRequest(await makePaidOrder(doors, version, mei))
    await call('refund', request)
    const other = await makePaidOrder(doors, version, mei)
    const answer = await call('refund', { ...request, paymentId: undefined, [field]: other[field] })
    expect(resultOf(answer)).toBe('F REPEAT_REQ_INCONSISTENT')
    expect(answer.body.result.resultMessage).toContain(`another ${field}`)
  })

  test('a refund of an order that waits to be paid', async () => {
    const order = await makeOrder(doors, version)
    expect(resultOf(await call('refund', refundRequest(order)))).toBe('F ORDER_STATUS_INVALID')
  })

  test('a refund and a cancel after the window', async () => {
    const order = await makePaidOrder(doors, version, mei)
    doors.clock.advance({ seconds: WINDOW_SECONDS })
    const before = await everythingKept(doors)
    expect(resultOf(await call('refund', refundRequest(order)))).toBe('F REFUND_WINDOW_EXCEED')
    expect(resultOf(await call('cancelPayment', { paymentId: order.paymentId }))).toBe('F CANCEL_WINDOW_EXCEED')
    expect(await everythingKept(doors)).toBe(before)
  })
})
