/** What the two families send after a refund (step 18), and what an inquiry says of a trade that went back. */
import { money } from '@tradepay/money'
import {
  decodeSignature,
  parsePublicKey,
  parseSignatureHeader,
  verifyAlipayNotification,
  verifySuperapp,
} from '@tradepay/signature'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Order } from '../src/order/types.ts'
import type { User } from '../src/user/types.ts'
import { callAlipay, callSuperapp, openDoors, payRequest, tradeRequest, type Doors } from './merchant-doors.ts'
import { anOrderPaidByBank, aRefund } from './refund-world.ts'
import { aUser, testWalletKey } from './support/index.ts'

let doors: Doors
let mei: User
beforeAll(async () => {
  doors = await openDoors()
  mei = await aUser(doors, { balance: 1_000_000n })
})
afterAll(() => doors.close())

const shop = 'https://shop.example'
const walletKey = () => parsePublicKey(testWalletKey().publicKey)

async function pay(tradeNo: string): Promise<Order> {
  await doors.rooms.payments.confirm({ tradeNo, payerId: mei.userId, amount: money('CNY', 1250n) })
  return doors.rooms.orders.find(tradeNo)
}

/** What the shop got at the path since it was last asked. */
async function received(path: string) {
  const before = doors.transport.requests.length
  doors.transport.on(shop, () => ({ status: 200, headers: {}, body: Buffer.from('success') }))
  while ((await doors.rooms.notifications.deliverDue()) > 0);
  return doors.transport.requests.slice(before).filter(({ url }) => url === shop + path)
}

describe('the super-app family', () => {
  const paidOrder = async (about = {}): Promise<Order> => {
    const { body } = await callSuperapp(doors, { body: payRequest(about) })
    return pay(String(body['paymentId']))
  }

  test('tells a refund to the address that was named with it, signed', async () => {
    const order = await paidOrder()
    const refund = await aRefund(doors, order, { minor: 500n, reason: 'cold', notifyUrl: `${shop}/refunds` })
    const [request] = await received('/refunds')
    expect(JSON.parse(request!.body!.toString())).toEqual({
      refundId: refund.refundId,
      refundRequestId: refund.requestId,
      paymentId: order.tradeNo,
      refundAmount: { currency: 'CNY', value: '500' },
      refundStatus: 'SUCCESS',
      refundTime: `${doors.clock.now().toISOString().slice(0, 19)}Z`,
      refundReason: 'cold',
      orderSequence: '3',
    })
    const message = {
      method: 'POST',
      uri: '/refunds',
      clientId: doors.merchant.client.clientId,
      time: request!.headers['Request-Time']!,
      body: request!.body!,
    }
    const signature = decodeSignature(parseSignatureHeader(request!.headers['Signature']!).signature)!
    expect(await verifySuperapp(message, signature, walletKey())).not.toBeNull()
  })

  test('tells a refund that failed, without a reason where none was given', async () => {
    const { order, bankRef } = await anOrderPaidByBank(doors, doors.merchant, mei)
    doors.bank.closes(bankRef)
    await aRefund(doors, order, { minor: 500n, notifyUrl: `${shop}/failed` })
    await doors.rooms.fundings.askDue()
    const [request] = await received('/failed')
    const body = JSON.parse(request!.body!.toString()) as Record<string, unknown>
    expect(body).toMatchObject({ refundStatus: 'FAIL', refundAmount: { value: '500' } })
    expect(body).not.toHaveProperty('refundReason')
  })

  test('tells nobody where the refund names no address, although the order does', async () => {
    const order = await paidOrder({ paymentNotifyUrl: `${shop}/order-only` })
    expect(await received('/order-only')).toHaveLength(1)
    await aRefund(doors, order)
    expect(await received('/order-only')).toEqual([])
  })

  test('an inquiry still says SUCCESS after all of it went back: the payment was made', async () => {
    const order = await paidOrder()
    await aRefund(doors, order, { minor: 1_250n })
    const { body } = await callSuperapp(doors, {
      path: '/v1/payments/inquiryPayment',
      body: { paymentId: order.tradeNo },
    })
    expect(body).toMatchObject({ result: { resultStatus: 'S' }, paymentStatus: 'SUCCESS' })
  })

  test('an order whose number was cancelled before it came is ORDER_IS_CLOSED, and final', async () => {
    const body = payRequest()
    const requestId = String(body['paymentRequestId'])
    await doors.rooms.refunds.cancel(doors.merchant.client.clientId, { requestId })
    expect((await callSuperapp(doors, { body })).body.result).toMatchObject({
      resultStatus: 'F',
      resultCode: 'ORDER_IS_CLOSED',
    })
  })
})

describe('the Alipay family', () => {
  const paidOrder = async (): Promise<Order> => {
    const { node } = await callAlipay(doors, {
      content: tradeRequest(),
      parameters: { notify_url: `${shop}/alipay` },
    })
    const order = await pay(String(node['trade_no']))
    await received('/alipay')
    return order
  }
  const query = async ({ tradeNo }: Order) =>
    (await callAlipay(doors, { content: { trade_no: tradeNo }, parameters: { method: 'alipay.trade.query' } })).node
  const fieldsOf = (request: { body: Buffer | null }) =>
    Object.fromEntries(new URLSearchParams(request.body!.toString()))

  test('tells each refund to the order’s address: the trade, all that went back so far, and the number of this one', async () => {
    const order = await paidOrder()
    doors.clock.advance({ milliseconds: 7 })
    await aRefund(doors, order, { minor: 250n, scope: 'ORDER', requestId: 'part-1' })
    const [first] = (await received('/alipay')).map(fieldsOf)
    expect(first).toMatchObject({
      notify_type: 'trade_status_sync',
      trade_no: order.tradeNo,
      out_trade_no: order.requestId,
      out_biz_no: 'part-1',
      trade_status: 'TRADE_SUCCESS',
      total_amount: '12.50',
      refund_fee: '2.50',
      send_back_fee: '2.50',
      gmt_refund: expect.stringMatching(/^2026-03-\d\d \d\d:\d\d:\d\d\.007$/),
    })
    expect(first).not.toHaveProperty('gmt_close')
    expect(Object.values(first!)).not.toContain('')
    expect(await verifyAlipayNotification(first!, walletKey())).not.toBeNull()
    expect(await query(order)).toMatchObject({ trade_status: 'TRADE_SUCCESS', total_amount: '12.50' })

    await aRefund(doors, order, { minor: 1_000n, scope: 'ORDER', requestId: 'part-2' })
    const [second] = (await received('/alipay')).map(fieldsOf)
    expect(second).toMatchObject({
      out_biz_no: 'part-2',
      trade_status: 'TRADE_CLOSED',
      refund_fee: '12.50',
      send_back_fee: '10.00',
      gmt_close: expect.stringMatching(/^2026-03-\d\d \d\d:\d\d:\d\d$/),
    })
    expect(second!['notify_id']).not.toBe(first!['notify_id'])
    expect(await query(order)).toMatchObject({ trade_status: 'TRADE_CLOSED', total_amount: '12.50' })
  })

  test('a trade is closed when all of it has arrived, not while the bank still has to pay', async () => {
    const { order } = await anOrderPaidByBank(doors, doors.merchant, mei, { family: 'ALIPAY' })
    doors.bank.next({ moves: 'LATER' })
    await aRefund(doors, order, { minor: 1_250n })
    await doors.rooms.fundings.askDue()
    expect(await query(order)).toMatchObject({ trade_status: 'TRADE_SUCCESS' })
    doors.bank.finish(doors.bank.waiting()[0]!.fundingId)
    doors.clock.advance({ hours: 1 })
    await doors.rooms.fundings.askDue()
    expect(await query(order)).toMatchObject({ trade_status: 'TRADE_CLOSED' })
  })

  test('a trade whose number was cancelled before it came is ACQ.TRADE_HAS_CLOSE', async () => {
    const content = tradeRequest()
    await doors.rooms.refunds.cancel(doors.merchant.client.clientId, { requestId: String(content['out_trade_no']) })
    expect((await callAlipay(doors, { content })).node).toMatchObject({
      code: '40004',
      sub_code: 'ACQ.TRADE_HAS_CLOSE',
    })
  })
})
