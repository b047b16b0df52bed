/** What `alipay.trade.close` and `alipay.trade.cancel` promise a merchant, and what they refuse. */
import { money } from '@tradepay/money'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aPaidTrade, aTrade, aTradePaidByBank, callMethod, pay, statusOf } from './alipay-trades.ts'
import { callAlipay, nextRequestId, openDoors, tradeRequest, type AlipayCall, type Doors } from './merchant-doors.ts'
import { everythingKept, expectNothingBroken } from './refund-world.ts'
import { aMerchantWithClient, aUser, balanceOf, payableOf } from './support/index.ts'

let doors: Doors
beforeAll(async () => {
  doors = await openDoors({ seed: 21 })
})
afterAll(async () => {
  await expectNothingBroken(doors)
  await doors.close()
})

const close = (content: object, call?: AlipayCall) => callMethod(doors, 'alipay.trade.close', content, call)
const cancel = (content: object, call?: AlipayCall) => callMethod(doors, 'alipay.trade.cancel', content, call)

describe('alipay.trade.close', () => {
  test.each(['trade_no', 'out_trade_no'])(
    'ends an unpaid trade named by %s, which nobody can pay any more',
    async (by) => {
      const trade = await aTrade(doors)
      const { tradeNo, outTradeNo } = trade
      const node = await close(
        by === 'trade_no' ? { trade_no: tradeNo, operator_id: 'till 4' } : { out_trade_no: outTradeNo },
      )
      expect(node).toEqual({ code: '10000', msg: 'Success', trade_no: tradeNo, out_trade_no: outTradeNo })
      expect(await statusOf(doors, trade)).toBe('TRADE_CLOSED')
      await expect(pay(doors, trade)).rejects.toMatchObject({ code: 'ORDER_CLOSED' })
    },
  )

  test('a repeated close answers the same, also of a trade whose time was over', async () => {
    const trade = await aTrade(doors)
    const first = await close({ trade_no: trade.tradeNo })
    const before = await everythingKept(doors)
    expect(await close({ trade_no: trade.tradeNo })).toEqual(first)
    expect(await everythingKept(doors)).toBe(before)
    const own = await openDoors({ seed: 22 })
    const late = await aTrade(own, { timeout_express: '1m' })
    own.clock.advance({ minutes: 1 })
    expect(await callMethod(own, 'alipay.trade.close', { trade_no: late.tradeNo })).toMatchObject({ code: '10000' })
    await own.close()
  })

  test('where both numbers are given, trade_no wins', async () => {
    const [meant, other] = [await aTrade(doors), await aTrade(doors)]
    expect(await close({ trade_no: meant.tradeNo, out_trade_no: other.outTradeNo })).toMatchObject({
      out_trade_no: meant.outTradeNo,
    })
    expect(await statusOf(doors, other)).toBe('WAIT_BUYER_PAY')
  })

  test.each([
    ['no number', async () => ({}), 'ACQ.INVALID_PARAMETER', /trade_no or out_trade_no/],
    ['empty numbers', async () => ({ trade_no: '', out_trade_no: '' }), 'ACQ.INVALID_PARAMETER', /trade_no or/],
    ['an unknown out_trade_no', async () => ({ out_trade_no: 'never_seen' }), 'ACQ.TRADE_NOT_EXIST', /no such order/],
    [
      'an unknown trade_no',
      async () => ({ trade_no: '2026030100000000000000000000' }),
      'ACQ.TRADE_NOT_EXIST',
      /no such/,
    ],
    ['a number of 65 characters', async () => ({ trade_no: '1'.repeat(65) }), 'ACQ.INVALID_PARAMETER', /at most 64/],
    ['a number with NUL', async () => ({ out_trade_no: 'a\u0000' }), 'ACQ.TRADE_NOT_EXIST', /no such/],
    ['a number as a list', async () => ({ out_trade_no: ['a'] }), 'ACQ.INVALID_PARAMETER', /"out_trade_no"/],
    ['a JSON number', async () => ({ trade_no: 1 }), 'ACQ.INVALID_PARAMETER', /"trade_no"/],
    [
      'a long operator',
      async () => ({ trade_no: '1', operator_id: 'x'.repeat(29) }),
      'ACQ.INVALID_PARAMETER',
      /operator_id/,
    ],
    ['a paid trade', async () => ({ trade_no: (await aPaidTrade(doors)).tradeNo }), 'ACQ.TRADE_STATUS_ERROR', /refund/],
    [
      'a trade that went back whole',
      async () => {
        const { tradeNo } = await aPaidTrade(doors)
        await callMethod(doors, 'alipay.trade.refund', { trade_no: tradeNo, refund_amount: '12.50' })
        return { trade_no: tradeNo }
      },
      'ACQ.TRADE_STATUS_ERROR',
      /paid/,
    ],
    [
      "somebody else's trade",
      async () => {
        const stranger = await aMerchantWithClient(doors)
        const parameters = { app_id: stranger.client.clientId }
        const { node } = await callAlipay(doors, { parameters })
        return { trade_no: String(node['trade_no']) }
      },
      'ACQ.TRADE_NOT_EXIST',
      /no such/,
    ],
  ] as [string, () => Promise<object>, string, RegExp][])(
    'refuses %s, and changes nothing',
    async (_, make, subCode, message) => {
      const content = await make()
      const before = await everythingKept(doors)
      const node = await close(content)
      expect(node).toMatchObject({ code: '40004', msg: 'Business Failed', sub_code: subCode })
      expect(node['sub_msg']).toMatch(message)
      expect(await everythingKept(doors)).toBe(before)
    },
  )
})

describe('alipay.trade.cancel', () => {
  test('closes an unpaid trade, and a repeated cancel answers the same', async () => {
    const trade = await aTrade(doors)
    const first = await cancel({ out_trade_no: trade.outTradeNo })
    expect(first).toEqual({
      code: '10000',
      msg: 'Success',
      trade_no: trade.tradeNo,
      out_trade_no: trade.outTradeNo,
      retry_flag: 'N',
      action: 'close',
    })
    const before = await everythingKept(doors)
    expect(await cancel({ out_trade_no: trade.outTradeNo })).toEqual(first)
    expect(await everythingKept(doors)).toBe(before)
  })

  test('says close of a trade that was closed before', async () => {
    const trade = await aTrade(doors)
    await close({ trade_no: trade.tradeNo })
    expect(await cancel({ trade_no: trade.tradeNo })).toMatchObject({ code: '10000', action: 'close', retry_flag: 'N' })
  })

  test('gives a paid trade back whole, once, and says when', async () => {
    const trade = await aPaidTrade(doors)
    const held = await payableOf(doors, doors.merchant.merchant.merchantId)
    const first = await cancel({ trade_no: trade.tradeNo })
    expect(first).toMatchObject({
      code: '10000',
      retry_flag: 'N',
      action: 'refund',
      gmt_refund_pay: '2026-03-01 12:00:00',
    })
    expect(await cancel({ trade_no: trade.tradeNo })).toEqual(first)
    expect(await balanceOf(doors, trade.payerId)).toBe(1_000_000n)
    expect(await payableOf(doors, doors.merchant.merchant.merchantId)).toBe(held - 1250n)
    expect(await statusOf(doors, trade)).toBe('TRADE_CLOSED')
  })

  test('answers an unknown number without an action, and a late create of it is refused', async () => {
    const number = nextRequestId()
    const node = await cancel({ out_trade_no: number })
    expect(node).toEqual({ code: '10000', msg: 'Success', out_trade_no: number, retry_flag: 'N' })
    const before = await doors.orders()
    const created = await callMethod(doors, 'alipay.trade.create', tradeRequest({ out_trade_no: number }))
    expect(created).toMatchObject({ code: '40004', sub_code: 'ACQ.TRADE_HAS_CLOSE' })
    expect(await doors.orders()).toBe(before)
  })

  test.each([
    ['an unknown trade_no', async () => '2026030100000000000000000000'],
    ['a trade_no that is none', async () => 'x'],
    [
      "somebody else's trade_no",
      async () => {
        const stranger = await aMerchantWithClient(doors)
        const { node } = await callAlipay(doors, { parameters: { app_id: stranger.client.clientId } })
        return String(node['trade_no'])
      },
    ],
  ])('answers %s without an action, and changes nothing', async (_, make) => {
    const tradeNo = await make()
    const before = await everythingKept(doors)
    expect(await cancel({ trade_no: tradeNo })).toEqual({
      code: '10000',
      msg: 'Success',
      trade_no: tradeNo,
      retry_flag: 'N',
    })
    expect(await everythingKept(doors)).toBe(before)
  })

  test('says to call again while the payer’s bank has not answered, and then that the money is back', async () => {
    const trade = await aTradePaidByBank(doors)
    doors.bank.next({ moves: 'LATER' })
    const waiting = await cancel({ trade_no: trade.tradeNo })
    expect(waiting).toMatchObject({ code: '10000', retry_flag: 'Y' })
    expect(waiting).not.toHaveProperty('action')
    await doors.rooms.fundings.askDue()
    expect(await cancel({ trade_no: trade.tradeNo })).toEqual(waiting)
    const [refund] = await doors.rooms.refunds.of(trade.tradeNo)
    const [funding] = await doors.rooms.fundings.of(refund!.refundId)
    doors.bank.finish(funding!.fundingId)
    doors.clock.advance({ minutes: 1 })
    await doors.rooms.fundings.askDue()
    expect(await cancel({ trade_no: trade.tradeNo })).toMatchObject({ retry_flag: 'N', action: 'refund' })
    expect(await doors.rooms.refunds.of(trade.tradeNo)).toHaveLength(1)
    doors.clock.advance({ minutes: -1 })
  })

  test('says that it is not allowed when the payer’s bank did not take the money', async () => {
    const trade = await aTradePaidByBank(doors)
    doors.bank.next({ refuses: 'REFUSED' })
    await cancel({ trade_no: trade.tradeNo })
    while ((await doors.rooms.fundings.askDue()) > 0);
    expect(await cancel({ trade_no: trade.tradeNo })).toMatchObject({
      code: '40004',
      sub_code: 'ACQ.CANCEL_NOT_ALLOWED',
      trade_no: trade.tradeNo,
      retry_flag: 'N',
    })
    expect(await statusOf(doors, trade)).toBe('TRADE_SUCCESS')
  })

  test.each([
    ['no number', async () => ({}), 'ACQ.INVALID_PARAMETER'],
    ['a number as an object', async () => ({ out_trade_no: {} }), 'ACQ.INVALID_PARAMETER'],
    ['a number with NUL', async () => ({ out_trade_no: 'a\u0000' }), 'ACQ.INVALID_PARAMETER'],
    [
      'a trade of which parts went back',
      async () => {
        const { tradeNo } = await aPaidTrade(doors)
        const part = { trade_no: tradeNo, refund_amount: '0.01', out_request_no: 'part' }
        await callMethod(doors, 'alipay.trade.refund', part)
        return { trade_no: tradeNo }
      },
      'ACQ.REASON_TRADE_REFUND_FEE_ERR',
    ],
  ] as [string, () => Promise<object>, string][])('refuses %s, and changes nothing', async (_, make, subCode) => {
    const content = await make()
    const before = await everythingKept(doors)
    expect(await cancel(content)).toMatchObject({ code: '40004', sub_code: subCode })
    expect(await everythingKept(doors)).toBe(before)
  })

  test('refuses a trade of a frozen merchant, and gives it back when the merchant is free again', async () => {
    const own = await openDoors({ seed: 23 })
    const { merchantId } = own.merchant.merchant
    const trade = await aPaidTrade(own)
    await own.rooms.merchants.setFrozen(merchantId, true)
    expect(await callMethod(own, 'alipay.trade.cancel', { trade_no: trade.tradeNo })).toMatchObject({
      code: '40004',
      sub_code: 'ACQ.MERCHANT_STATUS_NOT_NORMAL',
      retry_flag: 'N',
    })
    await own.rooms.merchants.setFrozen(merchantId, false)
    expect(await callMethod(own, 'alipay.trade.cancel', { trade_no: trade.tradeNo })).toMatchObject({
      action: 'refund',
    })
    await own.close()
  })

  test('refuses a trade whose time for refunds is over', async () => {
    const own = await openDoors({ seed: 24, settings: { refundWindowSeconds: 60 } })
    const trade = await aPaidTrade(own)
    expect(await statusOf(own, trade)).toBe('TRADE_SUCCESS')
    own.clock.advance({ seconds: 60 })
    expect(await callMethod(own, 'alipay.trade.cancel', { trade_no: trade.tradeNo })).toMatchObject({
      sub_code: 'ACQ.TRADE_HAS_FINISHED',
      retry_flag: 'N',
    })
    expect(await statusOf(own, trade)).toBe('TRADE_FINISHED')
    await own.close()
  })

  test('a confirmation and a cancel at once end in one of the two, never in both', async () => {
    const { userId } = await aUser(doors, { balance: 100_000n })
    const trades = await Promise.all(Array.from({ length: 8 }, () => aTrade(doors)))
    await Promise.all(
      trades.map(async ({ tradeNo }) => {
        const paying = doors.rooms.payments.confirm({ tradeNo, payerId: userId, amount: money('CNY', 1250n) }).then(
          () => 'paid',
          () => 'refused',
        )
        const [paid, node] = await Promise.all([paying, cancel({ trade_no: tradeNo })])
        // Paid first, it went back; cancelled first, it could not be paid.
        expect(node['action']).toBe(paid === 'paid' ? 'refund' : 'close')
      }),
    )
    expect(await balanceOf(doors, userId)).toBe(100_000n)
  })
})
