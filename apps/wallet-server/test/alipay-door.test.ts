/** What the Alipay door promises a merchant (steps 4 to 7). Its refusals are in alipay-refusals.test.ts. */
import { money } from '@tradepay/money'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  callAlipay,
  callSuperapp,
  openDoors,
  payRequest,
  tradeRequest,
  type AlipayCall,
  type Doors,
} from './merchant-doors.ts'
import { aMerchantWithClient, aUser } from './support/index.ts'

let doors: Doors
beforeAll(async () => {
  doors = await openDoors()
})
afterAll(() => doors.close())

const query = (content: object, call: AlipayCall = {}) =>
  callAlipay(doors, { content, ...call, parameters: { method: 'alipay.trade.query', ...call.parameters } })

describe('alipay.trade.create', () => {
  test('creates an order and answers its trade_no, signed', async () => {
    const content = tradeRequest({ body: 'with oat milk', passback_params: 'a%3D1' })
    const answer = await callAlipay(doors, { content })
    expect(answer).toMatchObject({ status: 200, nodeName: 'alipay_trade_create_response', verified: true })
    expect(answer.node).toMatchObject({ code: '10000', msg: 'Success', out_trade_no: content['out_trade_no'] })
    expect(answer.node['trade_no']).toMatch(/^[0-9]{28}$/)
    expect(await doors.rooms.orders.find(String(answer.node['trade_no']))).toMatchObject({
      family: 'ALIPAY',
      title: 'Flat white',
      amount: money('CNY', 1250n),
      extra: { body: 'with oat milk', passbackParams: 'a%3D1' },
    })
  })

  test.each(['SPLIT', 'FORM', 'GET', 'MULTIPART', 'JSON'] as const)('takes parameters as %s', async (as) => {
    const answer = await callAlipay(doors, { as, content: tradeRequest({ subject: '珍珠奶茶 🧋 100% + milk' }) })
    expect(answer).toMatchObject({ node: { code: '10000' }, verified: true })
  })

  test('an unpaid one repeated answers the same trade_no, and creates no other', async () => {
    const content = tradeRequest({ timeout_express: '90m' })
    const first = await callAlipay(doors, { content })
    const before = await doors.orders()
    const again = await callAlipay(doors, { content: { ...content, timeout_express: '2h', total_amount: 12.5 } })
    expect(again.node).toEqual(first.node)
    expect(await doors.orders()).toBe(before)
  })

  test('a paid one repeated answers ACQ.TRADE_HAS_SUCCESS, a closed one ACQ.TRADE_HAS_CLOSE', async () => {
    const own = await openDoors({ database: doors.database, seed: 11 })
    const user = await aUser(own, { loginId: 'alipay-repeat@example.com' })
    const [paid, closed] = [tradeRequest(), tradeRequest({ timeout_express: '1m' })]
    const { node } = await callAlipay(own, { content: paid })
    await callAlipay(own, { content: closed })
    await own.rooms.payments.confirm({
      tradeNo: String(node['trade_no']),
      payerId: user.userId,
      amount: money('CNY', 1250n),
    })
    own.clock.advance({ minutes: 2 })
    expect((await callAlipay(own, { content: paid })).node).toMatchObject({ sub_code: 'ACQ.TRADE_HAS_SUCCESS' })
    expect((await callAlipay(own, { content: closed })).node).toMatchObject({ sub_code: 'ACQ.TRADE_HAS_CLOSE' })
    await own.close()
  })

  test.each([
    ['text', '0.01', 1n],
    ['text without decimals', '8', 800n],
    ['text with one decimal', '8.8', 880n],
    ['a JSON number', 88.88, 8888n],
    ['a JSON number that floats cannot hold', 1.1, 110n],
    ['the largest amount', '100000000.00', 10_000_000_000n],
  ])('an amount as %s is read exactly', async (_, total, minor) => {
    const { node } = await callAlipay(doors, { content: tradeRequest({ total_amount: total }) })
    expect((await doors.rooms.orders.find(String(node['trade_no']))).amount).toEqual(money('CNY', minor))
  })

  test.each([
    ['timeout_express 90m', { timeout_express: '90m' }, '2026-03-01T05:30:00.000Z'],
    ['timeout_express 1c: midnight in GMT+8', { timeout_express: '1c' }, '2026-03-01T16:00:00.000Z'],
    [
      'time_expire, which wins',
      { timeout_express: '1d', time_expire: '2026-03-01 12:20:00' },
      '2026-03-01T04:20:00.000Z',
    ],
    ['nothing: the default', {}, '2026-03-01T04:15:00.000Z'],
  ])('the order expires by %s', async (_, about, expected) => {
    const { node } = await callAlipay(doors, { content: tradeRequest(about) })
    expect((await doors.rooms.orders.find(String(node['trade_no']))).expiresAt.toISOString()).toBe(expected)
  })

  test.each([
    ['a common parameter', { parameters: { notify_url: 'https://shop.example/n' } }],
    ['nested in biz_content', { content: tradeRequest({ notify_url: 'https://shop.example/n' }) }],
  ] as [string, AlipayCall][])('notify_url is taken as %s', async (_, call) => {
    const { node } = await callAlipay(doors, call)
    expect((await doors.rooms.orders.find(String(node['trade_no']))).notifyUrl).toBe('https://shop.example/n')
  })

  test.each(['buyer_id', 'buyer_open_id'])('%s is the only one who may pay', async (name) => {
    const [buyer, other] = [await aUser(doors), await aUser(doors)]
    const { node } = await callAlipay(doors, { content: tradeRequest({ [name]: buyer.userId }) })
    const payment = { tradeNo: String(node['trade_no']), amount: money('CNY', 1250n) }
    await expect(doors.rooms.payments.confirm({ ...payment, payerId: other.userId })).rejects.toMatchObject({
      code: 'ORDER_BUYER_MISMATCH',
    })
    await doors.rooms.payments.confirm({ ...payment, payerId: buyer.userId })
  })

  test('a client that signs its empty parameters is verified too', async () => {
    const { node } = await callAlipay(doors, { parameters: { notify_url: '' }, content: tradeRequest() })
    expect(node).toMatchObject({ code: '10000' })
  })

  test('records steps 3 to 7 with the exact bytes and strings', async () => {
    const content = tradeRequest()
    const answer = await callAlipay(doors, { content, as: 'FORM' })
    const entries = doors.recorder.of(String(answer.node['trade_no']))
    expect(entries.map((entry) => entry.step)).toEqual([3, 4, 5, 6, 7])
    expect(entries[0]!.facts).toEqual({ orderNumber: content['out_trade_no'] })
    expect(entries[1]).toMatchObject({
      message: { startLine: 'POST /gateway.do', body: expect.stringContaining('biz_content=%7B%22out_trade_no') },
      signature: { signedBy: 'MERCHANT', verified: true, keyVersion: 1, algorithm: 'RSA2' },
    })
    expect(entries[1]!.signature!.stringToSign).toMatch(/^app_id=2021[0-9]{12}&biz_content=\{"out_trade_no"/)
    expect(entries[4]).toMatchObject({
      message: { startLine: '200', body: answer.text },
      signature: { signedBy: 'WALLET', verified: null, stringToSign: JSON.stringify(answer.node) },
    })
  })
})

describe('alipay.trade.query', () => {
  test('tells the state by either number; where both are given, trade_no wins', async () => {
    const user = await aUser(doors)
    const content = tradeRequest()
    const created = await callAlipay(doors, { content })
    const tradeNo = String(created.node['trade_no'])
    const waiting = await query({ out_trade_no: content['out_trade_no'] })
    expect(waiting).toMatchObject({ nodeName: 'alipay_trade_query_response', verified: true })
    expect(waiting.node).toMatchObject({
      code: '10000',
      trade_no: tradeNo,
      trade_status: 'WAIT_BUYER_PAY',
      total_amount: '12.50',
      buyer_pay_amount: '0.00',
    })
    expect(waiting.node).not.toHaveProperty('send_pay_date')
    await doors.rooms.payments.confirm({ tradeNo, payerId: user.userId, amount: money('CNY', 1250n) })
    const paid = await query({ trade_no: tradeNo, out_trade_no: 'something_else' })
    expect(paid.node).toMatchObject({
      trade_status: 'TRADE_SUCCESS',
      out_trade_no: content['out_trade_no'],
      buyer_user_id: user.userId,
      buyer_pay_amount: '12.50',
      receipt_amount: '12.50',
      send_pay_date: '2026-03-01 12:00:00',
    })
  })

  test('an order made at the other door is the same order here', async () => {
    const request = payRequest({ paymentAmount: { currency: 'USD', value: '999' } })
    const { body } = await callSuperapp(doors, { body: request })
    const { node } = await query({ out_trade_no: request['paymentRequestId'] })
    expect(node).toMatchObject({ trade_no: body['paymentId'], total_amount: '9.99', trans_currency: 'USD' })
  })

  test('an unknown number is ACQ.TRADE_NOT_EXIST, with the zeros of the real gateway', async () => {
    const answer = await query({ out_trade_no: 'never_seen' })
    expect(answer.verified).toBe(true)
    expect(answer.node).toMatchObject({
      code: '40004',
      sub_code: 'ACQ.TRADE_NOT_EXIST',
      out_trade_no: 'never_seen',
      buyer_pay_amount: '0.00',
    })
  })

  test.each([
    ['no number', {}, 'ACQ.INVALID_PARAMETER'],
    ['a number with NUL', { out_trade_no: 'a\u0000' }, 'ACQ.TRADE_NOT_EXIST'],
    ['a trade_no of 65 characters', { trade_no: '1'.repeat(65) }, 'ACQ.INVALID_PARAMETER'],
    ['a list as number', { trade_no: ['1'] }, 'ACQ.INVALID_PARAMETER'],
  ])('refuses %s', async (_, content, subCode) => {
    expect((await query(content)).node).toMatchObject({ code: '40004', sub_code: subCode })
  })

  test("somebody else's order does not exist, by either number", async () => {
    const content = tradeRequest()
    const { node } = await callAlipay(doors, { content })
    const stranger = await aMerchantWithClient(doors)
    for (const number of [{ trade_no: node['trade_no'] }, { out_trade_no: content['out_trade_no'] }]) {
      const answer = await query(number, { parameters: { app_id: stranger.client.clientId } })
      expect(answer.node).toMatchObject({ sub_code: 'ACQ.TRADE_NOT_EXIST' })
    }
  })
})
