/** Every answer of the refund room's judge, one row for each. */
import { describe, expect, test } from 'vitest'
import type { Order } from '../order/types.ts'
import { cancelMeans, refunded, refusalToRefund, settled } from './judge.ts'

const paidAt = new Date('2026-03-01T04:00:00.000Z')
const windowSeconds = 100
const now = new Date(paidAt.getTime() + 1_000)
const endOfWindow = new Date(paidAt.getTime() + windowSeconds * 1000)
const expiresAt = new Date('2026-03-01T04:15:00.000Z')

const order = (about: Partial<Order> = {}): Order => ({
  tradeNo: '2026030143200000042000000001',
  bucket: 42,
  merchantId: 'm',
  clientId: 'c',
  requestId: 'r',
  family: 'SUPERAPP',
  appId: null,
  buyerId: null,
  title: 't',
  amount: { currency: 'CNY', minor: 1_000n },
  notifyUrl: null,
  extra: {},
  state: 'CREATED',
  closeReason: null,
  sequence: 1,
  createdAt: new Date('2026-03-01T04:00:00.000Z'),
  expiresAt,
  paidAt: null,
  closedAt: null,
  payerId: null,
  paymentId: null,
  processingPaymentId: null,
  fee: 10n,
  refunded: 0n,
  feeRefunded: 0n,
  ...about,
})
const paid = (about: Partial<Order> = {}): Order =>
  order({ state: 'PAID', paidAt, payerId: 'u', paymentId: 'p', sequence: 2, ...about })
const closed = (closeReason: Order['closeReason']): Order =>
  order({ state: 'CLOSED', closeReason, closedAt: paidAt, sequence: 2 })
const cny = (minor: bigint) => ({ currency: 'CNY', minor })

describe('a refund', () => {
  test.each([
    ['of a part', paid(), cny(1n), now, null],
    ['of all of it', paid(), cny(1_000n), now, null],
    ['of exactly the rest', paid({ refunded: 400n }), cny(600n), now, null],
    ['in the last millisecond of the window', paid(), cny(1n), new Date(endOfWindow.getTime() - 1), null],
    ['when the window ends', paid(), cny(1n), endOfWindow, 'REFUND_WINDOW_OVER'],
    ['long after the window', paid(), cny(1n), new Date(endOfWindow.getTime() + 1e9), 'REFUND_WINDOW_OVER'],
    ['of one unit more than the rest', paid({ refunded: 400n }), cny(601n), now, 'REFUND_EXCEEDS_PAYMENT'],
    ['of one unit more than all of it', paid(), cny(1_001n), now, 'REFUND_EXCEEDS_PAYMENT'],
    ['after all of it went back', paid({ refunded: 1_000n }), cny(1n), now, 'REFUND_EXCEEDS_PAYMENT'],
    ['of nothing', paid(), cny(0n), now, 'AMOUNT_OUT_OF_RANGE'],
    ['of less than nothing', paid(), cny(-1n), now, 'AMOUNT_OUT_OF_RANGE'],
    ['in another currency', paid(), { currency: 'USD', minor: 1n }, now, 'CURRENCY_NOT_SUPPORTED'],
    ['of an order that is not paid', order(), cny(1n), now, 'ORDER_NOT_PAID'],
    [
      'of an order whose payment waits for the bank',
      order({ processingPaymentId: 'p' }),
      cny(1n),
      now,
      'ORDER_NOT_PAID',
    ],
    ['of an order whose time is over', order(), cny(1n), expiresAt, 'ORDER_CLOSED'],
    ['of an order that was closed', closed('MERCHANT'), cny(1n), now, 'ORDER_CLOSED'],
  ] as const)('%s', (_, subject, amount, at, code) => {
    expect(refusalToRefund(subject, amount, { now: at, windowSeconds })).toBe(code)
  })

  test.each([
    ['BALANCE', 3],
    ['BANK', 2],
  ] as const)('to the %s leaves the order with sequence %i, and takes its part of the fee', (channel, sequence) => {
    const before = paid({ refunded: 200n, feeRefunded: 2n })
    expect(refunded(before, 300n, channel)).toEqual({
      fee: 3n,
      order: { ...before, refunded: 500n, feeRefunded: 5n, sequence },
    })
  })

  test.each([
    [true, 500n, 5n],
    [false, 200n, 2n],
  ])('that the bank has ended (succeeded: %s) is one transition', (succeeded, minor, fee) => {
    const before = paid({ refunded: 500n, feeRefunded: 5n, sequence: 7 })
    expect(settled(before, { amount: cny(300n), fee: cny(3n) }, succeeded)).toEqual({
      ...before,
      refunded: minor,
      feeRefunded: fee,
      sequence: 8,
    })
  })
})

test.each([
  ['that waits to be paid', order(), now, 'CLOSE'],
  ['whose payment waits for the bank', order({ processingPaymentId: 'p' }), now, 'CLOSE'],
  ['one millisecond before its end', order(), new Date(expiresAt.getTime() - 1), 'CLOSE'],
  ['whose time is over', order(), expiresAt, 'CLOSED_ALREADY'],
  ['that was paid', paid(), now, 'REFUND'],
  ['that was paid, after its time', paid(), new Date(expiresAt.getTime() + 1), 'REFUND'],
  ['that was cancelled', closed('CANCELLED'), now, 'CANCELLED_ALREADY'],
  ['that the merchant closed', closed('MERCHANT'), now, 'CLOSED_ALREADY'],
  ['that the timer closed', closed('EXPIRED'), now, 'CLOSED_ALREADY'],
] as const)('to cancel an order %s means %s', (_, subject, at, meaning) => {
  expect(cancelMeans(subject, at)).toBe(meaning)
})
