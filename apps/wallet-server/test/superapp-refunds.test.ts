/** Refunds and cancels through the super-app door: to a bank that takes its time, from a merchant who cannot, and where they are told. */
import { superappVersions, type SuperappCallName } from '@tradepay/contract'
import { money } from '@tradepay/money'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { User } from '../src/user/types.ts'
import { openDoors, payRequest, type Doors } from './merchant-doors.ts'
import { anOrderPaidByBank, everythingKept, expectNothingBroken } from './refund-world.ts'
import { aBankAccount, aMerchantWithClient, aPaidOrder, aUser, balanceOf, type TestMerchant } from './support/index.ts'
import { callByName, cny, makePaidOrder, refundRequest, resultOf, type MadeOrder } from './superapp-world.ts'

let doors: Doors
let mei: User
beforeAll(async () => {
  doors = await openDoors()
  mei = await aUser(doors, { balance: 1_000_000n })
})
beforeEach(() => doors.bank.always({}))
afterEach(() => expectNothingBroken(doors))
afterAll(() => doors.close())

describe.each(superappVersions)('version %s', (version) => {
  const call = (name: SuperappCallName, body: object, clientId?: string) =>
    callByName(doors, version, name, body, clientId === undefined ? {} : { clientId })

  describe('to a bank account', () => {
    let paymentId: string
    let bankRef: string
    beforeEach(async () => {
      const paid = await anOrderPaidByBank(doors, doors.merchant, mei)
      paymentId = paid.order.tradeNo
      bankRef = paid.bankRef
    })
    /** What an inquiry of the payment says of its refunds. */
    const transactions = async () => (await call('inquiryPayment', { paymentId })).body['transactions']
    const transaction = ({ refundAmount }: Record<string, unknown>, refundId: unknown) => ({
      transactionId: refundId,
      transactionTime: expect.any(String),
      transactionType: 'REFUND',
      transactionAmount: refundAmount,
    })

    test('a refund is in process until the bank has answered, and the same call then says so', async () => {
      const request = refundRequest({ paymentId })
      const waiting = await call('refund', request)
      expect(resultOf(waiting)).toBe('U REFUND_IN_PROCESS')
      expect(waiting.body).not.toHaveProperty('refundTime')
      const { refundId } = waiting.body
      expect((await call('refund', request)).body).toEqual(waiting.body)
      const inquiry = await call('inquiryRefund', { refundId })
      expect(inquiry.body).toMatchObject({ result: { resultStatus: 'S' }, refundStatus: 'PROCESSING' })
      expect(inquiry.body).not.toHaveProperty('refundTime')
      expect(await transactions()).toEqual([{ ...transaction(request, refundId), transactionStatus: 'PROCESSING' }])
      await doors.rooms.fundings.askDue()
      const done = await call('refund', request)
      expect(done.body).toMatchObject({ result: { resultStatus: 'S' }, refundId, refundTime: expect.any(String) })
      expect((await call('inquiryRefund', { refundId })).body).toMatchObject({
        refundStatus: 'SUCCESS',
        refundTime: done.body['refundTime'],
      })
      expect(await transactions()).toEqual([{ ...transaction(request, refundId), transactionStatus: 'SUCCESS' }])
    })

    test('a refund that the bank does not take has failed for ever, and another number can try again', async () => {
      doors.bank.closes(bankRef)
      const request = refundRequest({ paymentId }, { refundAmount: cny('1250') })
      const { refundId } = (await call('refund', request)).body
      await doors.rooms.fundings.askDue()
      const failed = await call('refund', request)
      expect(resultOf(failed)).toBe('F PROCESS_FAIL')
      expect(failed.body['refundId']).toBe(refundId)
      expect((await call('inquiryRefund', { refundRequestId: request['refundRequestId'] })).body).toMatchObject({
        refundStatus: 'FAIL',
        refundFailReason: 'The bank refused.',
      })
      expect(await transactions()).toEqual([{ ...transaction(request, refundId), transactionStatus: 'FAIL' }])
      const again = { ...request, refundRequestId: `again_${version}` }
      expect(resultOf(await call('refund', again))).toBe('U REFUND_IN_PROCESS')
    })

    test('a cancel is unknown until the bank has answered, and the same call then says so', async () => {
      const waiting = await call('cancelPayment', { paymentId })
      expect(resultOf(waiting)).toBe('U UNKNOWN_EXCEPTION')
      expect(waiting.body).not.toHaveProperty('cancelTime')
      await doors.rooms.fundings.askDue()
      const done = await call('cancelPayment', { paymentId })
      expect(done.body).toMatchObject({ result: { resultStatus: 'S' }, paymentId, cancelTime: expect.any(String) })
    })

    test('a cancel that the bank does not take has failed, and says how to go on', async () => {
      doors.bank.closes(bankRef)
      await call('cancelPayment', { paymentId })
      await doors.rooms.fundings.askDue()
      const failed = await call('cancelPayment', { paymentId })
      expect(resultOf(failed)).toBe('F PROCESS_FAIL')
      expect(failed.body.result.resultMessage).toContain('Refund the payment')
      expect(resultOf(await call('refund', refundRequest({ paymentId })))).toBe('U REFUND_IN_PROCESS')
    })
  })

  describe('of a merchant', () => {
    let shop: TestMerchant
    let paid: MadeOrder
    const asShop = (name: SuperappCallName, body: object) => call(name, body, shop.client.clientId)
    beforeEach(async () => {
      shop = await aMerchantWithClient(doors)
      const { order } = await aPaidOrder(doors, shop, mei)
      paid = { paymentId: order.tradeNo, paymentRequestId: order.requestId }
    })

    test('who is frozen nothing goes back, until the freeze ends: then the same number succeeds', async () => {
      const { merchantId } = shop.merchant
      const request = refundRequest(paid)
      await doors.rooms.merchants.setFrozen(merchantId, true)
      const before = await everythingKept(doors)
      expect(resultOf(await asShop('refund', request))).toBe('F PARTNER_STATUS_ABNORMAL')
      expect(resultOf(await asShop('cancelPayment', { paymentId: paid.paymentId }))).toBe('F PARTNER_STATUS_ABNORMAL')
      expect(await everythingKept(doors)).toBe(before)
      await doors.rooms.merchants.setFrozen(merchantId, false)
      expect(resultOf(await asShop('refund', request))).toBe('S SUCCESS')
    })

    test('who has not enough nothing goes back, and later the same number succeeds', async () => {
      const { merchantId } = shop.merchant
      const { bankAccountId } = await aBankAccount(doors, merchantId)
      await doors.rooms.payOuts.request({ merchantId, requestId: 'out', bankAccountId, amount: money('CNY', 1_250n) })
      await doors.rooms.fundings.askDue()
      const request = refundRequest(paid)
      const before = await everythingKept(doors)
      expect(resultOf(await asShop('refund', request))).toBe('F MERCHANT_BALANCE_NOT_ENOUGH')
      expect(resultOf(await asShop('cancelPayment', { paymentId: paid.paymentId }))).toBe(
        'F MERCHANT_BALANCE_NOT_ENOUGH',
      )
      expect(await everythingKept(doors)).toBe(before)
      await aPaidOrder(doors, shop, mei)
      expect(resultOf(await asShop('refund', request))).toBe('S SUCCESS')
    })
  })

  test('where another database decides, a call is unknown, keeps nothing, and can be repeated', async () => {
    const order = await makePaidOrder(doors, version, mei)
    const { bucket } = doors.merchant.client
    const calls = [
      ['refund', refundRequest(order)],
      ['cancelPayment', { paymentId: order.paymentId }],
      ['pay', payRequest()],
    ] as const
    await doors.database.pool.query('delete from owned_buckets where bucket = $1', [bucket])
    const before = await everythingKept(doors)
    for (const [name, body] of calls) expect(resultOf(await call(name, body)), name).toBe('U UNKNOWN_EXCEPTION')
    expect(await everythingKept(doors)).toBe(before)
    await doors.database.pool.query('insert into owned_buckets values ($1)', [bucket])
    const answers = []
    for (const [name, body] of calls) answers.push(resultOf(await call(name, body)))
    expect(answers).toEqual(['S SUCCESS', 'F CANCEL_NOT_ALLOWED', 'A ACCEPT'])
  })

  test('a frozen user gets the money back all the same', async () => {
    const user = await aUser(doors)
    const paid = await makePaidOrder(doors, version, user)
    await doors.rooms.users.setFrozen(user.userId, true)
    expect(resultOf(await call('refund', refundRequest(paid, { refundAmount: cny('1250') })))).toBe('S SUCCESS')
    expect(await balanceOf(doors, user.userId)).toBe(10_000n)
  })

  test('the end of a refund is told at refundNotifyUrl, or where extendInfo says so', async () => {
    const shop = `https://refunds-${version}.example`
    doors.transport.on(shop, () => ({ status: 200, headers: {}, body: Buffer.from('{"result":{"resultStatus":"S"}}') }))
    const paid = await makePaidOrder(doors, version, mei)
    const extendInfo = JSON.stringify({ refundNotificationUrl: `${shop}/older` })
    await call('refund', refundRequest(paid, { extendInfo }))
    await call('refund', refundRequest(paid, { extendInfo, refundNotifyUrl: `${shop}/named` }))
    await call('refund', refundRequest(paid, { extendInfo: 'no JSON at all' }))
    await call('refund', refundRequest(paid, { extendInfo: 'null' }))
    while ((await doors.rooms.notifications.deliverDue()) > 0);
    expect(
      doors.transport
        .to(shop)
        .map(({ url }) => url.slice(shop.length))
        .sort(),
    ).toEqual(['/named', '/older'])
  })
})
