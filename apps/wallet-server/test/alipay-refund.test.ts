/** What `alipay.trade.refund` and `alipay.trade.fastpay.refund.query` promise a merchant, and what they refuse. */
import { money } from '@tradepay/money'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { masked } from '../src/api/alipay/buyer.ts'
import { aPaidTrade, aTrade, aTradePaidByBank, callMethod, statusOf, type Trade } from './alipay-trades.ts'
import { callSuperapp, openDoors, payRequest, type AlipayCall, type Doors } from './merchant-doors.ts'
import { everythingKept, expectNothingBroken } from './refund-world.ts'
import { aBankAccount, aMerchantWithClient, aUser, balanceOf, payableOf } from './support/index.ts'

let doors: Doors
beforeAll(async () => {
  doors = await openDoors({ seed: 31 })
})
afterAll(async () => {
  await expectNothingBroken(doors)
  await doors.close()
})

const refund = (content: object | string, call?: AlipayCall) => callMethod(doors, 'alipay.trade.refund', content, call)
const inquire = (content: object, call?: AlipayCall) =>
  callMethod(doors, 'alipay.trade.fastpay.refund.query', content, call)
const part = ({ tradeNo }: Trade, number: string, amount: unknown, more: object = {}) => ({
  trade_no: tradeNo,
  out_request_no: number,
  refund_amount: amount,
  ...more,
})

describe('alipay.trade.refund', () => {
  test('gives a part back and tells the trade, the payer, and all that is back so far', async () => {
    const trade = await aPaidTrade(doors)
    const first = await refund(part(trade, 'r1', '2.50', { refund_reason: 'cold coffee' }))
    expect(first).toEqual({
      code: '10000',
      msg: 'Success',
      trade_no: trade.tradeNo,
      out_trade_no: trade.outTradeNo,
      buyer_user_id: trade.payerId,
      buyer_logon_id: expect.stringMatching(/^pay\*\*\*@example\.com$/) as string,
      fund_change: 'Y',
      refund_fee: '2.50',
      send_back_fee: '2.50',
      gmt_refund_pay: '2026-03-01 12:00:00',
    })
    const second = await refund(part(trade, 'r2', 1, { query_options: ['refund_detail_item_list'] }))
    expect(second).toMatchObject({
      fund_change: 'Y',
      refund_fee: '3.50',
      send_back_fee: '1.00',
      refund_detail_item_list: [{ fund_channel: 'ALIPAYACCOUNT', amount: '1.00' }],
    })
    expect(await balanceOf(doors, trade.payerId)).toBe(1_000_000n - 1250n + 350n)
    expect(await statusOf(doors, trade)).toBe('TRADE_SUCCESS')
  })

  test('a repeated refund with the same number moves no money and says so with fund_change N', async () => {
    const trade = await aPaidTrade(doors)
    await refund(part(trade, 'again', '2.50'))
    await refund(part(trade, 'other', '1.00'))
    const before = await everythingKept(doors)
    const again = await refund(part(trade, 'again', 2.5, { refund_reason: 'other words' }))
    expect(again).toMatchObject({ code: '10000', fund_change: 'N', refund_fee: '3.50', send_back_fee: '2.50' })
    expect(await everythingKept(doors)).toBe(before)
  })

  test('twenty equal calls at once give back once', async () => {
    const trade = await aPaidTrade(doors)
    const nodes = await Promise.all(Array.from({ length: 20 }, () => refund(part(trade, 'at_once', '5'))))
    expect(
      nodes
        .map((node) => node['fund_change'])
        .sort()
        .join(''),
    ).toBe(`${'N'.repeat(19)}Y`)
    expect(new Set(nodes.map((node) => node['refund_fee']))).toEqual(new Set(['5.00']))
    expect(await balanceOf(doors, trade.payerId)).toBe(1_000_000n - 1250n + 500n)
  })

  test('all of it needs no number: the trade’s own stands for it', async () => {
    const trade = await aPaidTrade(doors)
    const whole = { out_trade_no: trade.outTradeNo, refund_amount: '12.50' }
    expect(await refund(whole)).toMatchObject({ fund_change: 'Y', refund_fee: '12.50' })
    expect(await refund(whole)).toMatchObject({ fund_change: 'N', refund_fee: '12.50' })
    expect(await inquire({ trade_no: trade.tradeNo, out_request_no: trade.outTradeNo })).toMatchObject({
      refund_status: 'REFUND_SUCCESS',
      refund_amount: '12.50',
    })
    expect(await balanceOf(doors, trade.payerId)).toBe(1_000_000n)
    expect(await statusOf(doors, trade)).toBe('TRADE_CLOSED')
  })

  test('parts up to the last fen close the trade', async () => {
    const trade = await aPaidTrade(doors, { total_amount: '0.03' })
    for (const number of ['a', 'b', 'c']) {
      expect(await statusOf(doors, trade)).toBe('TRADE_SUCCESS')
      await refund(part(trade, number, '0.01'))
    }
    expect(await statusOf(doors, trade)).toBe('TRADE_CLOSED')
  })

  test('the same number is another refund in another trade', async () => {
    const [one, two] = [await aPaidTrade(doors), await aPaidTrade(doors)]
    expect(await refund(part(one, 'shared', '1.00'))).toMatchObject({ fund_change: 'Y', refund_fee: '1.00' })
    expect(await refund(part(two, 'shared', '2.00'))).toMatchObject({ fund_change: 'Y', refund_fee: '2.00' })
  })

  test('a refund that waits for the payer’s bank says N and counts nothing until the bank has taken it', async () => {
    const trade = await aTradePaidByBank(doors)
    const asked = part(trade, 'bank', '12.50', { query_options: ['refund_detail_item_list'] })
    const waiting = await refund(asked)
    expect(waiting).toMatchObject({ code: '10000', fund_change: 'N', refund_fee: '0.00' })
    expect(waiting).not.toHaveProperty('gmt_refund_pay')
    const number = { trade_no: trade.tradeNo, out_request_no: 'bank' }
    expect(await inquire(number)).toMatchObject({ refund_status: 'REFUND_PROCESSING', refund_amount: '12.50' })
    expect(await statusOf(doors, trade)).toBe('TRADE_SUCCESS')
    while ((await doors.rooms.fundings.askDue()) > 0);
    expect(await inquire(number)).toMatchObject({ refund_status: 'REFUND_SUCCESS', send_back_fee: '12.50' })
    expect(await refund(asked)).toMatchObject({
      fund_change: 'N',
      refund_fee: '12.50',
      refund_detail_item_list: [{ fund_channel: 'BANKCARD', amount: '12.50' }],
    })
    expect(await statusOf(doors, trade)).toBe('TRADE_CLOSED')
  })

  test('a refund that the payer’s bank refused is REFUND_FAIL, and the trade stays paid', async () => {
    const trade = await aTradePaidByBank(doors)
    doors.bank.next({ refuses: 'REFUSED' })
    await refund(part(trade, 'refused', '12.50'))
    while ((await doors.rooms.fundings.askDue()) > 0);
    const found = await inquire({ trade_no: trade.tradeNo, out_request_no: 'refused' })
    expect(found).toMatchObject({ code: '10000', refund_status: 'REFUND_FAIL' })
    expect(found).not.toHaveProperty('send_back_fee')
    expect(await refund(part(trade, 'refused', '12.50'))).toMatchObject({ fund_change: 'N', refund_fee: '0.00' })
    expect(await statusOf(doors, trade)).toBe('TRADE_SUCCESS')
  })

  test.each([
    ['no amount', (trade: Trade) => part(trade, 'x', undefined), 'ACQ.INVALID_PARAMETER', /"refund_amount"/],
    ['three decimals', (trade: Trade) => part(trade, 'x', '0.001'), 'ACQ.INVALID_PARAMETER', /2 decimals/],
    [
      'a JSON number with three decimals',
      (trade: Trade) => part(trade, 'x', 1.001),
      'ACQ.INVALID_PARAMETER',
      /2 decimals/,
    ],
    ['a negative amount', (trade: Trade) => part(trade, 'x', '-1'), 'ACQ.INVALID_PARAMETER', /"refund_amount"/],
    ['an exponent', (trade: Trade) => part(trade, 'x', '1e0'), 'ACQ.INVALID_PARAMETER', /"refund_amount"/],
    ['nothing', (trade: Trade) => part(trade, 'x', '0'), 'ACQ.TOTAL_FEE_EXCEED', /0\.01 to/],
    [
      'one fen more than was paid',
      (trade: Trade) => part(trade, 'x', '12.51'),
      'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL',
      /left/,
    ],
    [
      'one fen more than was paid, without a number',
      (trade: Trade) => part(trade, '', '12.51'),
      'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL',
      /left/,
    ],
    ['a part without a number', (trade: Trade) => part(trade, '', '1.00'), 'ACQ.INVALID_PARAMETER', /"out_request_no"/],
    [
      'a number of 65 characters',
      (trade: Trade) => part(trade, 'x'.repeat(65), '1'),
      'ACQ.INVALID_PARAMETER',
      /at most 64/,
    ],
    ['a number with NUL', (trade: Trade) => part(trade, 'a\u0000', '1'), 'ACQ.INVALID_PARAMETER', /out_request_no/],
    [
      'a reason with NUL',
      (trade: Trade) => part(trade, 'x', '1', { refund_reason: '\u0000' }),
      'ACQ.INVALID_PARAMETER',
      /refund_reason/,
    ],
    [
      'a reason of 257 characters',
      (trade: Trade) => part(trade, 'x', '1', { refund_reason: 'x'.repeat(257) }),
      'ACQ.INVALID_PARAMETER',
      /256/,
    ],
    [
      'options that are no list',
      (trade: Trade) => part(trade, 'x', '1', { query_options: 'a' }),
      'ACQ.INVALID_PARAMETER',
      /query_options/,
    ],
    ['no trade', () => ({ refund_amount: '1.00', out_request_no: 'x' }), 'ACQ.INVALID_PARAMETER', /trade_no/],
    ['an unknown trade', () => ({ refund_amount: '1', out_trade_no: 'never' }), 'ACQ.TRADE_NOT_EXIST', /no such order/],
  ] as [string, (trade: Trade) => object, string, RegExp][])(
    'refuses %s, and moves nothing',
    async (_, content, subCode, message) => {
      const trade = await aPaidTrade(doors)
      const before = await everythingKept(doors)
      const node = await refund(content(trade))
      expect(node).toMatchObject({ code: '40004', sub_code: subCode })
      expect(node['sub_msg']).toMatch(message)
      expect(await everythingKept(doors)).toBe(before)
    },
  )

  test('refuses the same number with another amount, naming what differs', async () => {
    const trade = await aPaidTrade(doors)
    await refund(part(trade, 'r', '1.00'))
    const before = await everythingKept(doors)
    expect(await refund(part(trade, 'r', '1.01'))).toMatchObject({
      sub_code: 'ACQ.DISCORDANT_REPEAT_REQUEST',
      sub_msg: expect.stringContaining('another refund_amount') as string,
    })
    expect(await everythingKept(doors)).toBe(before)
  })

  test('refuses what is more than the rest', async () => {
    const trade = await aPaidTrade(doors)
    await refund(part(trade, 'r1', '12.49'))
    expect(await refund(part(trade, 'r2', '0.02'))).toMatchObject({ sub_code: 'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL' })
    expect(await refund(part(trade, 'r2', '0.01'))).toMatchObject({ fund_change: 'Y', refund_fee: '12.50' })
  })

  test('refuses a trade that is not paid, and one that is closed', async () => {
    const trade = await aTrade(doors)
    expect(await refund(part(trade, 'r', '1'))).toMatchObject({ sub_code: 'ACQ.TRADE_STATUS_ERROR' })
    await callMethod(doors, 'alipay.trade.close', { trade_no: trade.tradeNo })
    expect(await refund(part(trade, 'r', '1'))).toMatchObject({ sub_code: 'ACQ.TRADE_HAS_CLOSE' })
  })

  test("refuses somebody else's trade, by either number", async () => {
    const trade = await aPaidTrade(doors)
    const stranger = await aMerchantWithClient(doors)
    const call = { parameters: { app_id: stranger.client.clientId } }
    for (const number of [{ trade_no: trade.tradeNo }, { out_trade_no: trade.outTradeNo }]) {
      expect(await refund({ ...number, refund_amount: '12.50' }, call)).toMatchObject({
        sub_code: 'ACQ.TRADE_NOT_EXIST',
      })
      expect(await inquire({ ...number, out_request_no: 'r' }, call)).toMatchObject({ sub_code: 'ACQ.TRADE_NOT_EXIST' })
    }
  })

  test('refuses a trade of another currency than yuan', async () => {
    const request = payRequest({ paymentAmount: { currency: 'USD', value: '999' } })
    const { body } = await callSuperapp(doors, { body: request })
    const tradeNo = String(body['paymentId'])
    const { userId } = await aUser(doors, { currency: 'USD' })
    const { amount } = await doors.rooms.orders.find(tradeNo)
    await doors.rooms.payments.confirm({ tradeNo, payerId: userId, amount })
    const node = await refund({ trade_no: tradeNo, refund_amount: '9.99' })
    expect(node).toMatchObject({ sub_code: 'ACQ.CURRENCY_NOT_SUPPORT' })
  })

  test('refuses a trade of a frozen merchant, and one whose time for refunds is over', async () => {
    const own = await openDoors({ seed: 32, settings: { refundWindowSeconds: 3600 } })
    const [late, broke] = [await aPaidTrade(own), await aPaidTrade(own)]
    await own.rooms.merchants.setFrozen(own.merchant.merchant.merchantId, true)
    expect(await callMethod(own, 'alipay.trade.refund', part(broke, 'r', '1'))).toMatchObject({
      sub_code: 'ACQ.MERCHANT_STATUS_NOT_NORMAL',
    })
    await own.rooms.merchants.setFrozen(own.merchant.merchant.merchantId, false)
    own.clock.advance({ hours: 1 })
    expect(await callMethod(own, 'alipay.trade.refund', part(late, 'r', '1'))).toMatchObject({
      sub_code: 'ACQ.TRADE_HAS_FINISHED',
    })
    expect(await payableOf(own, own.merchant.merchant.merchantId)).toBe(2500n)
    await own.close()
  })

  test('refuses while the merchant has not enough, and is possible later with the same number', async () => {
    const own = await openDoors({ seed: 33 })
    const { merchantId } = own.merchant.merchant
    const trade = await aPaidTrade(own)
    const { bankAccountId } = await aBankAccount(own, merchantId)
    const amount = money('CNY', 1n)
    await own.rooms.payOuts.request({ merchantId, requestId: 'out', bankAccountId, amount })
    const whole = { trade_no: trade.tradeNo, refund_amount: '12.50' }
    const before = await everythingKept(own)
    expect(await callMethod(own, 'alipay.trade.refund', whole)).toMatchObject({
      sub_code: 'ACQ.SELLER_BALANCE_NOT_ENOUGH',
    })
    expect(await callMethod(own, 'alipay.trade.cancel', { trade_no: trade.tradeNo })).toMatchObject({
      sub_code: 'ACQ.SELLER_BALANCE_NOT_ENOUGH',
      retry_flag: 'N',
    })
    expect(await everythingKept(own)).toBe(before)
    await aPaidTrade(own)
    expect(await callMethod(own, 'alipay.trade.refund', whole)).toMatchObject({ fund_change: 'Y' })
    await own.close()
  })
})

describe('alipay.trade.fastpay.refund.query', () => {
  test('tells a refund with its amount, reason, time and state', async () => {
    const trade = await aPaidTrade(doors)
    await refund(part(trade, 'r1', '2.50', { refund_reason: 'cold coffee' }))
    const node = await inquire({
      out_trade_no: trade.outTradeNo,
      out_request_no: 'r1',
      query_options: ['refund_detail_item_list', 'gmt_refund_pay', 'deposit_back_info'],
    })
    expect(node).toEqual({
      code: '10000',
      msg: 'Success',
      trade_no: trade.tradeNo,
      out_trade_no: trade.outTradeNo,
      out_request_no: 'r1',
      refund_reason: 'cold coffee',
      total_amount: '12.50',
      refund_amount: '2.50',
      refund_status: 'REFUND_SUCCESS',
      send_back_fee: '2.50',
      gmt_refund_pay: '2026-03-01 12:00:00',
      refund_detail_item_list: [{ fund_channel: 'ALIPAYACCOUNT', amount: '2.50' }],
    })
  })

  test('an unknown number is 10000 with no refund data', async () => {
    const trade = await aPaidTrade(doors)
    for (const number of ['never', 'cancel', 'a\u0000']) {
      const node = await inquire({ trade_no: trade.tradeNo, out_request_no: number })
      expect(node).toEqual({ code: '10000', msg: 'Success' })
    }
  })

  test('a number of another trade is unknown in this one', async () => {
    const [one, two] = [await aPaidTrade(doors), await aPaidTrade(doors)]
    await refund(part(one, 'mine', '1'))
    expect(await inquire({ trade_no: two.tradeNo, out_request_no: 'mine' })).not.toHaveProperty('refund_amount')
  })

  test.each([
    ['no number of the refund', { trade_no: '1' }, 'ACQ.INVALID_PARAMETER'],
    ['an empty number', { trade_no: '1', out_request_no: '' }, 'ACQ.INVALID_PARAMETER'],
    ['a number of 65 characters', { trade_no: '1', out_request_no: 'x'.repeat(65) }, 'ACQ.INVALID_PARAMETER'],
    ['no trade', { out_request_no: 'r' }, 'ACQ.INVALID_PARAMETER'],
    ['an unknown trade', { trade_no: '1', out_request_no: 'r' }, 'ACQ.TRADE_NOT_EXIST'],
  ])('refuses %s', async (_, content, subCode) => {
    expect(await inquire(content)).toMatchObject({ code: '40004', sub_code: subCode })
  })
})

test('a masked login can be recognised and not used', () => {
  const logins = ['mei@example.com', 'me@example.com', 'a@b.c', '13912345620', 'mei', 'meimei12', 'x', '名字@例子.cn']
  expect(logins.map(masked)).toEqual([
    'm***@example.com',
    'm***@example.com',
    '***@b.c',
    '139****5620',
    'm****',
    'mei****ei12',
    '****',
    '名***@例子.cn',
  ])
})

test('random signed content of every method is never a 5xx, and moves no money', async () => {
  const trade = await aPaidTrade(doors)
  const anyText = fc.string({ unit: 'binary', maxLength: 70 })
  const anything = fc.oneof(anyText, fc.jsonValue(), fc.constant(undefined))
  const methods = fc.constantFrom(
    'alipay.trade.close' as const,
    'alipay.trade.cancel' as const,
    'alipay.trade.refund' as const,
    'alipay.trade.fastpay.refund.query' as const,
    'alipay.data.dataservice.bill.downloadurl.query' as const,
  )
  const before = await payableOf(doors, doors.merchant.merchant.merchantId)
  await fc.assert(
    fc.asyncProperty(
      methods,
      fc.record({
        trade_no: anything,
        out_trade_no: anything,
        out_request_no: fc.oneof(fc.constant(trade.tradeNo), anything),
        refund_amount: fc.oneof(fc.double(), fc.constantFrom('0', '-1', '1e3', 'NaN', '99999999999'), anything),
        refund_reason: anything,
        operator_id: anything,
        query_options: fc.oneof(fc.array(anything, { maxLength: 3 }), anything),
        bill_type: fc.oneof(fc.constantFrom('trade', 'signcustomer', '__proto__', 'constructor'), anything),
        bill_date: fc.oneof(fc.stringMatching(/^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$/), anything),
      }),
      async (method, content) => {
        expect((await callMethod(doors, method, content))['code']).not.toBe('20000')
      },
    ),
    { numRuns: 300 },
  )
  expect(await payableOf(doors, doors.merchant.merchant.merchantId)).toBe(before)
})
