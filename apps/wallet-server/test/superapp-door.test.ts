/** What the super-app door promises a merchant (steps 4 to 7). Its refusals are in superapp-refusals.test.ts. */
import { money } from '@tradepay/money'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callSuperapp, openDoors, payRequest, type Doors, type SuperappCall } from './merchant-doors.ts'
import { aMerchantWithClient, aUser } from './support/index.ts'

let doors: Doors
beforeAll(async () => {
  doors = await openDoors()
})
afterAll(() => doors.close())

const inquire = (body: object, call: SuperappCall = {}) =>
  callSuperapp(doors, { path: '/v1/payments/inquiryPayment', body, ...call })

describe('pay', () => {
  test('creates an order and answers A with its number and the cashier, signed', async () => {
    const body = payRequest()
    const answer = await callSuperapp(doors, { body })
    expect(answer.status).toBe(200)
    expect(answer.verified).toBe(true)
    const paymentId = String(answer.body['paymentId'])
    expect(paymentId).toMatch(/^[0-9]{28}$/)
    const cashier = `http://127.0.0.1:4100/cashier?tradeNo=${paymentId}`
    expect(answer.body).toMatchObject({
      result: { resultStatus: 'A', resultCode: 'ACCEPT' },
      paymentRequestId: body['paymentRequestId'],
      actionForm: { actionFormType: 'REDIRECTION', redirectionUrl: cashier },
      redirectActionForm: { method: 'GET', redirectUrl: cashier, redirectionUrl: cashier },
    })
    const order = await doors.rooms.orders.find(paymentId)
    expect(order).toMatchObject({
      family: 'SUPERAPP',
      clientId: doors.merchant.client.clientId,
      title: 'Flat white',
      amount: money('CNY', 1250n),
      state: 'CREATED',
    })
  })

  test('the same number with the same content answers the same order, and creates no other', async () => {
    const body = payRequest({ paymentExpiryTime: '2026-03-01T12:10:00+08:00' })
    const first = await callSuperapp(doors, { body })
    const before = await doors.orders()
    const again = await callSuperapp(doors, { body: { ...body, paymentExpiryTime: '2026-03-01T12:11:00+08:00' } })
    expect(again.body).toEqual(first.body)
    expect(await doors.orders()).toBe(before)
  })

  test('twenty equal calls at once create one order', async () => {
    const body = payRequest()
    const before = await doors.orders()
    const answers = await Promise.all(Array.from({ length: 20 }, () => callSuperapp(doors, { body })))
    expect(new Set(answers.map((answer) => answer.body['paymentId'])).size).toBe(1)
    expect(await doors.orders()).toBe(before + 1)
  })

  test('the same number answers S with the time once it is paid', async () => {
    const user = await aUser(doors)
    const body = payRequest()
    const { body: accepted } = await callSuperapp(doors, { body })
    const tradeNo = String(accepted['paymentId'])
    await doors.rooms.payments.confirm({ tradeNo, payerId: user.userId, amount: money('CNY', 1250n) })
    const paid = await callSuperapp(doors, { body })
    expect(paid.verified).toBe(true)
    expect(paid.body).toMatchObject({
      result: { resultStatus: 'S', resultCode: 'SUCCESS' },
      paymentId: tradeNo,
      paymentTime: '2026-03-01T04:00:00Z',
    })
    expect(paid.body).not.toHaveProperty('actionForm')
  })

  test('the wallet takes every spelling of the family', async () => {
    const spellings: SuperappCall[] = [
      { path: '/api/v1/payments/pay' },
      { path: '/acl/api/v1/payments/pay', signedUri: '/v1/payments/pay' },
      { path: '/api/open/v1/payments/pay?trace=1', signedUri: '/api/open/v1/payments/pay' },
      { body: payRequest({ paymentAmount: { currency: 'CNY', value: 1250 } }) },
      { body: payRequest({ appId: null, partnerId: '', order: { buyer: null } }) },
      { body: payRequest({ partnerId: doors.merchant.merchant.merchantId, unknownMember: { deep: [1] } }) },
      { time: '2026-03-01T12:03:00+08:00' },
      { time: '2026-03-01T09:30:00.253+05:30' },
      { headers: { 'content-type': undefined } },
      { headers: { 'content-type': 'text/plain' } },
    ]
    for (const call of spellings) {
      const answer = await callSuperapp(doors, call)
      expect(answer.body.result, JSON.stringify(call)).toMatchObject({ resultStatus: 'A' })
      expect(answer.verified).toBe(true)
    }
  })

  test('a title that is left out is the description, else the name of the merchant', async () => {
    const described = await callSuperapp(doors, {
      body: payRequest({ paymentOrderTitle: undefined, order: { orderDescription: 'Two cakes' } }),
    })
    expect((await doors.rooms.orders.find(String(described.body['paymentId']))).title).toBe('Two cakes')
    const bare = await callSuperapp(doors, { body: payRequest({ paymentOrderTitle: undefined }) })
    expect((await doors.rooms.orders.find(String(bare.body['paymentId']))).title).toBe(doors.merchant.merchant.name)
  })

  test('a buyer who is a user of this wallet is the only one who may pay', async () => {
    const [buyer, other] = [await aUser(doors), await aUser(doors)]
    const { body } = await callSuperapp(doors, {
      body: payRequest({ order: { buyer: { referenceBuyerId: buyer.userId } } }),
    })
    const payment = { tradeNo: String(body['paymentId']), amount: money('CNY', 1250n) }
    await expect(doors.rooms.payments.confirm({ ...payment, payerId: other.userId })).rejects.toMatchObject({
      code: 'ORDER_BUYER_MISMATCH',
    })
    await doors.rooms.payments.confirm({ ...payment, payerId: buyer.userId })
  })

  test('an appId binds the order to that mini program of the client, and to no other', async () => {
    const { clientId, merchantId } = doors.merchant.client
    const stranger = await aMerchantWithClient(doors)
    const program = { name: 'Shop', slogan: 'Shop', payOnlyOwnOrders: true }
    await doors.rooms.programs.register({ ...program, appId: '2021000000000071', merchantId, clientIds: [clientId] })
    await doors.rooms.programs.register({
      ...program,
      appId: '2021000000000072',
      merchantId: stranger.merchant.merchantId,
      clientIds: [stranger.client.clientId],
    })
    const own = await callSuperapp(doors, { body: payRequest({ appId: '2021000000000071' }) })
    expect((await doors.rooms.orders.find(String(own.body['paymentId']))).appId).toBe('2021000000000071')
    const other = await callSuperapp(doors, { body: payRequest({ appId: '2021000000000072' }) })
    expect(other.body.result).toMatchObject({ resultStatus: 'F', resultCode: 'PARAM_ILLEGAL' })
    expect(other.body.result.resultMessage).toMatch(/^appId is not a mini program of this client/)
  })

  test("a buyer's reference of the merchant's own restricts nobody", async () => {
    const { body } = await callSuperapp(doors, {
      body: payRequest({ order: { buyer: { referenceBuyerId: 'mei-42' } } }),
    })
    expect((await doors.rooms.orders.find(String(body['paymentId']))).buyerId).toBeNull()
  })

  test('an order that expired answers ORDER_IS_CLOSED, also to the very same request', async () => {
    const own = await openDoors({ database: doors.database, seed: 7 })
    const body = payRequest({ paymentExpiryTime: '2026-03-01T04:01:00Z' })
    await callSuperapp(own, { body })
    own.clock.advance({ minutes: 2 })
    const late = await callSuperapp(own, { body })
    expect(late.body.result).toMatchObject({ resultStatus: 'F', resultCode: 'ORDER_IS_CLOSED' })
    await own.close()
  })

  test('records steps 3 to 7 with the exact bytes and strings', async () => {
    const body = payRequest({ order: { referenceOrderId: 'A-17', orderCreateTime: '2026-03-01T11:59:58+08:00' } })
    const { body: answer } = await callSuperapp(doors, { body })
    const tradeNo = String(answer['paymentId'])
    const entries = doors.recorder.of(tradeNo)
    expect(entries.map((entry) => entry.step)).toEqual([3, 4, 5, 6, 7])
    expect(entries[0]!.facts).toEqual({ orderNumber: 'A-17', createTime: '2026-03-01T11:59:58+08:00' })
    expect(entries[1]).toMatchObject({
      message: { startLine: 'POST /v1/payments/pay', body: JSON.stringify(body) },
      signature: { signedBy: 'MERCHANT', verified: true, keyVersion: 1 },
    })
    expect(entries[1]!.signature!.stringToSign).toMatch(/^POST \/v1\/payments\/pay\n2021[0-9]{12}\.2026-03-01T04/)
    expect(entries[4]).toMatchObject({
      message: { startLine: '200', body: JSON.stringify(answer) },
      signature: { signedBy: 'WALLET', verified: null },
    })
    await callSuperapp(doors, { body })
    expect(doors.recorder.of(tradeNo).map((entry) => entry.step)).toEqual([3, 4, 5, 6, 7, 4, 5, 7])
  })
})

describe('inquiryPayment', () => {
  test('tells the state by either number; where both are given, paymentId wins', async () => {
    const user = await aUser(doors)
    const request = payRequest({ extendInfo: '{"table":"7"}' })
    const { body: created } = await callSuperapp(doors, { body: request })
    const paymentId = String(created['paymentId'])
    const { paymentRequestId } = request
    const waiting = await inquire({ paymentRequestId })
    expect(waiting.verified).toBe(true)
    expect(waiting.body).toMatchObject({
      result: { resultStatus: 'S' },
      paymentId,
      paymentRequestId,
      paymentAmount: { currency: 'CNY', value: '1250' },
      paymentStatus: 'PROCESSING',
      extendInfo: '{"table":"7"}',
    })
    expect(waiting.body).not.toHaveProperty('paymentTime')
    await doors.rooms.payments.confirm({ tradeNo: paymentId, payerId: user.userId, amount: money('CNY', 1250n) })
    const paid = await inquire({ paymentId, paymentRequestId: 'something else' })
    expect(paid.body).toMatchObject({ paymentStatus: 'SUCCESS', paymentTime: '2026-03-01T04:00:00Z' })
  })

  test.each([
    ['no number', {}, 'PARAM_ILLEGAL'],
    ['empty numbers', { paymentId: '', paymentRequestId: null }, 'PARAM_ILLEGAL'],
    ['an unknown number', { paymentRequestId: 'never-seen' }, 'ORDER_NOT_EXIST'],
    ['an unknown paymentId', { paymentId: '2026030100000000000000000000' }, 'ORDER_NOT_EXIST'],
    ['a paymentId that is none', { paymentId: "' or 1=1" }, 'ORDER_NOT_EXIST'],
    ['a number with NUL', { paymentRequestId: 'a\u0000' }, 'ORDER_NOT_EXIST'],
    ['a paymentId of 65 characters', { paymentId: '1'.repeat(65) }, 'PARAM_ILLEGAL'],
  ])('refuses %s', async (_, body, code) => {
    const answer = await inquire(body)
    expect(answer.body.result).toMatchObject({ resultStatus: 'F', resultCode: code })
    expect(answer.verified).toBe(true)
  })

  test("somebody else's order does not exist, by either number", async () => {
    const request = payRequest()
    const { body } = await callSuperapp(doors, { body: request })
    const stranger = await aMerchantWithClient(doors)
    for (const number of [{ paymentId: body['paymentId'] }, { paymentRequestId: request['paymentRequestId'] }]) {
      const answer = await inquire(number, { clientId: stranger.client.clientId })
      expect(answer.body.result.resultCode).toBe('ORDER_NOT_EXIST')
    }
  })

  test('an expired order is CANCELLED and says why', async () => {
    const own = await openDoors({ database: doors.database, seed: 8 })
    const { body } = await callSuperapp(own)
    own.clock.advance({ minutes: 16 })
    const answer = await callSuperapp(own, {
      path: '/v1/payments/inquiryPayment',
      body: { paymentId: body['paymentId'] },
    })
    expect(answer.body).toMatchObject({
      paymentStatus: 'CANCELLED',
      paymentFailReason: expect.stringMatching(/expired/),
    })
    await own.close()
  })
})
