/** Every state of an order against every event, and how an order looks at a time. */
import { describe, expect, test } from 'vitest'
import { asSeenAt, isPastItsTime, nextState } from './state.ts'
import type { Order } from './types.ts'

const expiresAt = new Date('2026-03-01T04:15:00.000Z')
const before = new Date(expiresAt.getTime() - 1)
const after = new Date(expiresAt.getTime() + 1)

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
  amount: { currency: 'CNY', minor: 1n },
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
  fee: 0n,
  refunded: 0n,
  feeRefunded: 0n,
  ...about,
})
const paid = order({ state: 'PAID', paidAt: before, payerId: 'u', paymentId: 'p', sequence: 2 })
const closed = order({ state: 'CLOSED', closeReason: 'MERCHANT', closedAt: before, sequence: 2 })

test.each([
  ['CREATED', 'pay', 'PAID'],
  ['CREATED', 'close', 'CLOSED'],
  ['CREATED', 'expire', 'CLOSED'],
  ['PAID', 'pay', null],
  ['PAID', 'close', null],
  ['PAID', 'expire', null],
  ['CLOSED', 'pay', null],
  ['CLOSED', 'close', null],
  ['CLOSED', 'expire', null],
] as const)('an order that is %s and is asked to %s becomes %s', (state, event, next) => {
  expect(nextState(state, event)).toBe(next)
})

describe('an unpaid order', () => {
  test('is open until the moment it expires, and closed from that moment on', () => {
    expect(asSeenAt(order(), before)).toEqual(order())
    for (const now of [expiresAt, after]) {
      expect(asSeenAt(order(), now)).toMatchObject({
        state: 'CLOSED',
        closeReason: 'EXPIRED',
        closedAt: expiresAt,
        sequence: 2,
      })
    }
  })
  test('is past its time only when it can still expire', () => {
    expect([isPastItsTime(order(), after), isPastItsTime(paid, after), isPastItsTime(closed, after)]).toEqual([
      true,
      false,
      false,
    ])
  })
})

test('what has been paid or closed never changes with time', () => {
  for (const final of [paid, closed]) expect(asSeenAt(final, after)).toEqual(final)
})
