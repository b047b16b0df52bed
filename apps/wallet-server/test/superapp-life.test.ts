/** The whole life of an order through the super-app door, in version 1 and 2: paid, refunded, repeated, and asked about. */
import { superappVersions, type SuperappCallName } from '@tradepay/contract'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { User } from '../src/user/types.ts'
import { openDoors, payRequest, type Doors } from './merchant-doors.ts'
import { expectNothingBroken } from './refund-world.ts'
import { aBankAccount, aMerchantWithClient, aUser, balanceOf, payableOf } from './support/index.ts'
import {
  callByName,
  cny,
  confirm,
  makeOrder,
  makePaidOrder,
  pathsOf,
  refundRequest,
  resultOf,
} from './superapp-world.ts'

let doors: Doors
let mei: User
beforeAll(async () => {
  doors = await openDoors()
  mei = await aUser(doors, { balance: 1_000_000n })
})
afterEach(() => expectNothingBroken(doors))
afterAll(() => doors.close())

/** As the answers write it. */
const now = (): string => `${doors.clock.now().toISOString().slice(0, 19)}Z`

describe.each(superappVersions)('version %s', (version) => {
  const call = (name: SuperappCallName, body: object) => callByName(doors, version, name, body)

  test('an order is made, waits, is paid, and goes back in parts until nothing is left', async () => {
    const before = await balanceOf(doors, mei.userId)
    const order = await makeOrder(doors, version)
    const { paymentId } = order
    expect((await call('inquiryPayment', { paymentId })).body).toMatchObject({ paymentStatus: 'PROCESSING' })
    const paidAt = now()
    await confirm(doors, order, mei.userId)
    const paid = (await call('inquiryPayment', { paymentId })).body
    expect(paid).toMatchObject({ ...order, paymentAmount: cny('1250'), paymentStatus: 'SUCCESS', paymentTime: paidAt })
    expect(paid).not.toHaveProperty('transactions')

    doors.clock.advance({ seconds: 30 })
    const half = refundRequest(order, { refundAmount: cny('600'), refundReason: 'cold' })
    const first = await call('refund', half)
    expect(first.body).toEqual({
      result: { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: expect.any(String) },
      refundId: expect.stringMatching(/^[0-9]{28}$/),
      refundTime: now(),
    })
    expect(await balanceOf(doors, mei.userId)).toBe(before - 650n)
    const tooMuch = await call('refund', refundRequest(order, { refundAmount: cny('651') }))
    expect(resultOf(tooMuch)).toBe('F REFUND_AMOUNT_EXCEED')
    doors.clock.advance({ seconds: 1 })
    const rest = await call('refund', refundRequest(order, { refundAmount: cny('650') }))
    expect(resultOf(rest)).toBe('S SUCCESS')
    expect(rest.body['refundId']).not.toBe(first.body['refundId'])
    expect(resultOf(await call('refund', refundRequest(order, { refundAmount: cny('1') })))).toBe(
      'F REFUND_AMOUNT_EXCEED',
    )
    expect(await balanceOf(doors, mei.userId)).toBe(before)

    for (const number of [{ refundId: first.body['refundId'] }, { refundRequestId: half['refundRequestId'] }]) {
      expect((await call('inquiryRefund', number)).body).toMatchObject({
        result: { resultStatus: 'S' },
        refundId: first.body['refundId'],
        refundRequestId: half['refundRequestId'],
        refundAmount: cny('600'),
        refundReason: 'cold',
        refundStatus: 'SUCCESS',
        refundTime: first.body['refundTime'],
      })
    }
    const transaction = ({ body }: typeof first, value: string) => ({
      transactionId: body['refundId'],
      transactionTime: body['refundTime'],
      transactionType: 'REFUND',
      transactionAmount: cny(value),
      transactionStatus: 'SUCCESS',
    })
    expect((await call('inquiryPayment', { paymentId })).body).toMatchObject({
      paymentStatus: 'SUCCESS',
      transactions: [transaction(first, '600'), transaction(rest, '650')],
    })
  })

  test('an unpaid order is cancelled: it says so, for ever, and can neither be paid nor refunded', async () => {
    const request = payRequest()
    const { paymentRequestId } = request
    const { paymentId } = (await call('pay', request)).body
    const cancelled = await call('cancelPayment', { paymentId })
    expect(cancelled.body).toEqual({
      result: { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: expect.any(String) },
      paymentId,
      paymentRequestId,
      cancelTime: now(),
    })
    doors.clock.advance({ minutes: 20 })
    expect((await call('cancelPayment', { paymentRequestId })).body).toEqual(cancelled.body)
    expect((await call('inquiryPayment', { paymentId })).body).toMatchObject({
      paymentStatus: 'CANCELLED',
      paymentFailReason: 'The order was cancelled.',
    })
    expect(resultOf(await call('pay', request))).toBe('F ORDER_IS_CLOSED')
    expect(resultOf(await call('refund', refundRequest({ paymentId: String(paymentId) })))).toBe(
      'F ORDER_STATUS_INVALID',
    )
  })

  test('a paid order is cancelled: all of it goes back once, and every repeat answers the same', async () => {
    const before = await balanceOf(doors, mei.userId)
    const order = await makePaidOrder(doors, version, mei)
    const cancelled = await call('cancelPayment', { paymentId: order.paymentId })
    expect(resultOf(cancelled)).toBe('S SUCCESS')
    expect(cancelled.body).toMatchObject({ ...order, cancelTime: now() })
    expect(await balanceOf(doors, mei.userId)).toBe(before)
    doors.clock.advance({ minutes: 1 })
    const again = await call('cancelPayment', { paymentRequestId: order.paymentRequestId })
    expect(again.body).toEqual(cancelled.body)
    expect(await balanceOf(doors, mei.userId)).toBe(before)
    expect(resultOf(await call('refund', refundRequest(order)))).toBe('F REFUND_AMOUNT_EXCEED')
  })

  test('a number is cancelled before its order comes: the cancel succeeds, and the late order is refused', async () => {
    const request = payRequest()
    const { paymentRequestId } = request
    const cancelled = await call('cancelPayment', { paymentRequestId })
    expect(cancelled.body).toEqual({
      result: { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: expect.stringContaining('refused') },
      paymentRequestId,
    })
    expect((await call('cancelPayment', { paymentRequestId })).body).toEqual(cancelled.body)
    const orders = await doors.orders()
    expect(resultOf(await call('pay', request))).toBe('F ORDER_IS_CLOSED')
    expect(await doors.orders()).toBe(orders)
    expect(resultOf(await call('inquiryPayment', { paymentRequestId }))).toBe('F ORDER_NOT_EXIST')
  })

  test('an order of which parts went back is not cancelled; the rest can still be refunded', async () => {
    const order = await makePaidOrder(doors, version, mei)
    await call('refund', refundRequest(order))
    expect(resultOf(await call('cancelPayment', { paymentId: order.paymentId }))).toBe('F CANCEL_NOT_ALLOWED')
    expect(resultOf(await call('refund', refundRequest(order, { refundAmount: cny('1150') })))).toBe('S SUCCESS')
  })

  test('an expired order is not there to be cancelled any more', async () => {
    const { paymentId } = await makeOrder(doors, version)
    doors.clock.advance({ minutes: 16 })
    expect(resultOf(await call('cancelPayment', { paymentId }))).toBe('F ORDER_IS_CLOSED')
  })

  test('a refund with the same number moves no more money and answers the same', async () => {
    const order = await makePaidOrder(doors, version, mei)
    const request = refundRequest(order, { refundAmount: cny('700') })
    const first = await call('refund', request)
    const balance = await balanceOf(doors, mei.userId)
    doors.clock.advance({ minutes: 3 })
    expect((await call('refund', request)).body).toEqual(first.body)
    // The other name of the same payment, and the other spelling of the same amount.
    const { paymentRequestId } = order
    const renamed = { ...request, paymentId: undefined, paymentRequestId, refundAmount: cny(700) }
    expect((await call('refund', renamed)).body).toEqual(first.body)
    expect(await balanceOf(doors, mei.userId)).toBe(balance)
  })

  test('twenty equal refunds at once are one refund', async () => {
    const order = await makePaidOrder(doors, version, mei)
    const payable = await payableOf(doors, doors.merchant.merchant.merchantId)
    const request = refundRequest(order)
    const answers = await Promise.all(Array.from({ length: 20 }, () => call('refund', request)))
    expect(new Set(answers.map(({ body }) => body['refundId'])).size).toBe(1)
    expect(await payableOf(doors, doors.merchant.merchant.merchantId)).toBe(payable - 100n)
  })

  test('while the bank has not answered a payment, repeating pay says U with its number, and no second order is made', async () => {
    const request = payRequest()
    const { paymentId } = (await call('pay', request)).body
    const { bankAccountId } = await aBankAccount(doors, mei.userId)
    const { rooms } = doors
    const { amount, tradeNo } = await rooms.orders.find(String(paymentId))
    const source = { channel: 'BANK', bankAccountId } as const
    await rooms.payments.confirm({ tradeNo, payerId: mei.userId, amount, source })
    const orders = await doors.orders()
    const waiting = await call('pay', request)
    expect(resultOf(waiting)).toBe('U PAYMENT_IN_PROCESS')
    expect(waiting.body).toMatchObject({ paymentId })
    expect(waiting.body).not.toHaveProperty('actionForm')
    expect((await call('inquiryPayment', { paymentId })).body).toMatchObject({ paymentStatus: 'PROCESSING' })
    expect(await doors.orders()).toBe(orders)
    await rooms.fundings.askDue()
    expect(resultOf(await call('pay', request))).toBe('S SUCCESS')
  })

  test("somebody else's order and refund do not exist, by any number and in any call", async () => {
    const order = await makePaidOrder(doors, version, mei)
    const request = refundRequest(order)
    const { refundId } = (await call('refund', request)).body
    const { client } = await aMerchantWithClient(doors)
    const asStranger = (name: SuperappCallName, body: object) =>
      callByName(doors, version, name, body, { clientId: client.clientId })
    const { paymentId, paymentRequestId } = order
    const { refundRequestId } = request
    for (const [name, body] of [
      ['inquiryPayment', { paymentId }],
      ['inquiryPayment', { paymentRequestId }],
      ['cancelPayment', { paymentId }],
      ['refund', refundRequest(order)],
      ['refund', refundRequest(order, { paymentId: undefined, paymentRequestId })],
      ['inquiryRefund', { refundId }],
      ['inquiryRefund', { refundRequestId }],
    ] as const) {
      expect(resultOf(await asStranger(name, body)), name).toBe('F ORDER_NOT_EXIST')
    }
    // The stranger's own number, which happens to be the same: it cancels nothing of ours.
    await asStranger('cancelPayment', { paymentRequestId })
    expect((await call('inquiryPayment', { paymentId })).body).toMatchObject({ paymentStatus: 'SUCCESS' })
  })

  test('cancel and refund answer under each name that the family has for them', async () => {
    for (const path of pathsOf(version, 'cancelPayment')) {
      const { paymentId } = await makeOrder(doors, version)
      expect(resultOf(await callByName(doors, version, 'cancelPayment', { paymentId }, { path }))).toBe('S SUCCESS')
    }
    for (const path of pathsOf(version, 'refund')) {
      const request = refundRequest(await makePaidOrder(doors, version, mei))
      expect(resultOf(await callByName(doors, version, 'refund', request, { path }))).toBe('S SUCCESS')
    }
    expect(pathsOf(version, 'cancelPayment')).toHaveLength(2)
    expect(pathsOf(version, 'refund')).toHaveLength(2)
  })
})

test('version 2 says the state of the payment also as a result; version 1 does not', async () => {
  const order = await makeOrder(doors, 'v2')
  const { paymentId } = order
  const stateOf = async (paymentId: string) => (await callByName(doors, 'v2', 'inquiryPayment', { paymentId })).body
  expect((await stateOf(paymentId))['paymentResult']).toMatchObject({
    resultStatus: 'U',
    resultCode: 'PAYMENT_IN_PROCESS',
  })
  await confirm(doors, order, mei.userId)
  expect((await stateOf(paymentId))['paymentResult']).toMatchObject({ resultStatus: 'S', resultCode: 'SUCCESS' })
  const closed = await makeOrder(doors, 'v2')
  await callByName(doors, 'v2', 'cancelPayment', closed)
  expect((await stateOf(closed.paymentId))['paymentResult']).toMatchObject({
    resultStatus: 'F',
    resultCode: 'ORDER_IS_CLOSED',
    resultMessage: 'The order was cancelled.',
  })
  const v1 = await callByName(doors, 'v1', 'inquiryPayment', { paymentId })
  expect(v1.body).not.toHaveProperty('paymentResult')
})

test('an order made in one version is the same order in the other', async () => {
  const request = payRequest()
  const { body } = await callByName(doors, 'v1', 'pay', request)
  expect((await callByName(doors, 'v2', 'pay', request)).body).toEqual(body)
})

test.each(superappVersions)(
  '%s reads the order also from extraParams.ORDER, where order itself is not given',
  async (version) => {
    const ORDER = JSON.stringify({ orderDescription: 'Two cakes', buyer: { referenceBuyerId: '' } })
    const titleOf = async (about: object) =>
      (
        await doors.rooms.orders.find(
          (await makeOrder(doors, version, { paymentOrderTitle: undefined, ...about })).paymentId,
        )
      ).title
    expect(await titleOf({ extraParams: { ORDER } })).toBe('Two cakes')
    expect(await titleOf({ extraParams: { ORDER }, order: { orderDescription: 'One tea' } })).toBe('One tea')
    expect(await titleOf({ extraParams: { OTHER: 'x' } })).toBe(doors.merchant.merchant.name)
  },
)
