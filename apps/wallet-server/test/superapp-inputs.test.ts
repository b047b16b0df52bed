/** Whatever comes into a payment call of the super-app door: an answer in its schema, signed, and never a 5xx. */
import type { SuperappCallName, SuperappVersion } from '@tradepay/contract'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callSuperapp, openDoors, payRequest, type Doors } from './merchant-doors.ts'
import { everythingKept, expectNothingBroken } from './refund-world.ts'
import { aUser } from './support/index.ts'
import {
  callByName,
  everyCall,
  expectInSchema,
  makePaidOrder,
  pathsOf,
  refundRequest,
  resultOf,
  type MadeOrder,
} from './superapp-world.ts'

let doors: Doors
let paid: MadeOrder
let refundId: string
beforeAll(async () => {
  doors = await openDoors()
  paid = await makePaidOrder(doors, 'v1', await aUser(doors))
  refundId = String((await callByName(doors, 'v1', 'refund', refundRequest(paid))).body['refundId'])
})
afterAll(() => doors.close())

describe.each(everyCall)('%s %s', (version, name) => {
  const [path] = pathsOf(version, name) as [string]

  test.each<[string, string | Buffer, string]>([
    ['nothing', '', 'MSG_PARSE_ERROR'],
    ['half of a JSON', '{"paymentId":', 'MSG_PARSE_ERROR'],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'MSG_PARSE_ERROR'],
    ['a byte order mark', Buffer.from('\ufeffnull'), 'PARAM_ILLEGAL'],
    ['null', 'null', 'PARAM_ILLEGAL'],
    ['a list', '[]', 'PARAM_ILLEGAL'],
    ['a word', '"pay"', 'PARAM_ILLEGAL'],
    ['an empty object', '{}', 'PARAM_ILLEGAL'],
    ['a list ten thousand deep', '['.repeat(10_000) + ']'.repeat(10_000), 'PARAM_ILLEGAL'],
    ['a poisoned prototype', '{"__proto__":{"paymentId":"x"}}', 'PARAM_ILLEGAL'],
  ])('refuses %s, and keeps nothing of it', async (_, body, code) => {
    const before = await everythingKept(doors)
    const answer = await callSuperapp(doors, { path, body })
    expect(answer).toMatchObject({ status: 200, verified: true })
    expect(resultOf(answer)).toBe(`F ${code}`)
    expect(Object.keys(answer.body)).toEqual(['result'])
    expect(await everythingKept(doors)).toBe(before)
  })

  test('is not believed unsigned, under another path, or with another body', async () => {
    const before = await everythingKept(doors)
    const body = bodyOf(name)
    for (const wrong of [
      { headers: { signature: undefined } },
      { signedUri: '/v1/payments/other' },
      { sentBody: JSON.stringify({ ...body, more: 1 }) },
    ]) {
      const answer = await callSuperapp(doors, { path, body, ...wrong })
      expect(resultOf(answer)).toBe('F INVALID_SIGNATURE')
    }
    expect(await everythingKept(doors)).toBe(before)
  })

  test.each(['GET', 'PUT', 'DELETE'] as const)('is not called with %s', async (method) => {
    const answer = await callSuperapp(doors, { path, method, body: '' })
    expect(resultOf(answer)).toBe('F METHOD_NOT_SUPPORTED')
  })

  test('JSON of every shape has an answer in its schema', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constant(null).chain(bodies), async (body) => {
        const answer = await callSuperapp(doors, { path, body: JSON.stringify(body) })
        expect(answer).toMatchObject({ status: 200, verified: true })
        expectInSchema(version, name, answer.body)
        expect(answer.body.result.resultCode).not.toBe('UNKNOWN_EXCEPTION')
      }),
      { numRuns: 60 },
    )
    await expectNothingBroken(doors)
  })
})

function bodyOf(name: SuperappCallName): object {
  if (name === 'pay') return payRequest()
  if (name === 'refund') return refundRequest(paid)
  return name === 'inquiryRefund' ? { refundId } : { paymentId: paid.paymentId }
}

const text = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.constantFrom('', '\u0000', '\ud800', '__proto__', "' or 1=1 --", '9'.repeat(28), '1e309', '-0', '%00'),
    fc.constantFrom(paid.paymentId, paid.paymentRequestId, refundId, 'CNY', '1', 'https://a.example/'),
  )
const value = (): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 3, arbitrary: text() }, fc.jsonValue({ maxDepth: 3 }), fc.double())
const amount = (): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.record({ currency: fc.constantFrom('CNY', 'USD', 'JPY', 'x'), value: fc.oneof(fc.nat(), value()) }),
    value(),
  )
const fields = (): Record<string, fc.Arbitrary<unknown>> => ({
  paymentId: value(),
  paymentRequestId: value(),
  refundId: value(),
  refundRequestId: value(),
  partnerId: value(),
  paymentAmount: amount(),
  refundAmount: amount(),
  refundReason: value(),
  refundNotifyUrl: value(),
  extendInfo: fc.oneof(
    value(),
    fc.jsonValue({ maxDepth: 2 }).map((each) => JSON.stringify(each)),
  ),
  extraParams: fc.oneof(value(), fc.record({ ORDER: fc.oneof(value(), fc.json()) })),
  paymentFactor: fc.oneof(value(), fc.dictionary(fc.constantFrom('isCashierPayment', 'isOrderCode'), value())),
  productCode: fc.oneof(value(), fc.constant('AGREEMENT_PAYMENT')),
})
const bodies = (): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 5, arbitrary: fc.record(fields(), { requiredKeys: [] }) }, fc.jsonValue({ maxDepth: 5 }))

describe('pay refuses', () => {
  const ORDER = (text: string) => ({ extraParams: { ORDER: text } })
  test.each<[string, SuperappVersion, Record<string, unknown>, string, RegExp]>([
    [
      'an agreement payment',
      'v1',
      { productCode: 'AGREEMENT_PAYMENT' },
      'BUSINESS_NOT_SUPPORT',
      /productCode AGREEMENT/,
    ],
    ['a payment in a store', 'v2', { productCode: 'IN_STORE_PAYMENT' }, 'BUSINESS_NOT_SUPPORT', /productCode IN_STORE/],
    ['an authorisation', 'v1', { productCode: '51051000101000000012' }, 'BUSINESS_NOT_SUPPORT', /productCode 5105/],
    ['isAgreementPay', 'v1', { paymentFactor: { isAgreementPay: true } }, 'BUSINESS_NOT_SUPPORT', /isAgreementPay/],
    ['isOrderCode as text', 'v2', { paymentFactor: { isOrderCode: 'true' } }, 'BUSINESS_NOT_SUPPORT', /isOrderCode/],
    [
      'a factor that is no yes or no',
      'v1',
      { paymentFactor: { isPaymentCode: 'maybe' } },
      'PARAM_ILLEGAL',
      /"paymentFactor\.isPaymentCode"/,
    ],
    ['factors that are text', 'v1', { paymentFactor: 'cashier' }, 'PARAM_ILLEGAL', /"paymentFactor"/],
    ['an ORDER that is no JSON', 'v1', ORDER('{'), 'PARAM_ILLEGAL', /"extraParams\.ORDER"/],
    ['an ORDER that is no order', 'v1', ORDER('[]'), 'PARAM_ILLEGAL', /"extraParams\.ORDER"/],
    [
      'an ORDER with a number of 65 characters',
      'v1',
      ORDER(`{"referenceOrderId":"${'x'.repeat(65)}"}`),
      'PARAM_ILLEGAL',
      /"extraParams\.ORDER"/,
    ],
    [
      'an ORDER for a buyer who is no user',
      'v1',
      ORDER('{"buyer":{"referenceBuyerId":"2088123012345678"}}'),
      'USER_NOT_EXIST',
      /user/,
    ],
  ])('%s (%s)', async (_, version, about, code, message) => {
    const orders = await doors.orders()
    const answer = await callByName(doors, version, 'pay', payRequest(about))
    expect(resultOf(answer)).toBe(`F ${code}`)
    expect(answer.body.result.resultMessage).toMatch(message)
    expect(await doors.orders()).toBe(orders)
  })

  test('no cashier payment, under whatever name', async () => {
    for (const about of [
      { productCode: 'CASHIER_PAYMENT' },
      { productCode: '51051000101000000011' },
      { productCode: 'a product of the wallet’s own' },
      { paymentFactor: { isCashierPayment: true, isOrderCode: false, needSurcharge: true } },
      { paymentFactor: { isCashierPayment: 'true', isAgreementPay: 'false' } },
    ]) {
      expect(resultOf(await callByName(doors, 'v2', 'pay', payRequest(about)))).toBe('A ACCEPT')
    }
  })
})
