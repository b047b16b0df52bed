/**
 * What the wallet would refuse anyway is said here, before the network, and by the name the caller used.
 */
import type { Money } from '@tradepay/money'
import { TradePayError } from '../errors.ts'
import type { CreateOrder, OrderNumber } from './order-types.ts'
import type { CreateRefund, RefundNumber } from './refund-types.ts'

const anyNumber = /^[A-Za-z0-9_-]{1,64}$/

/** The one number that names an order. @throws TradePayError INVALID_ARGUMENT */
export function numberOf(order: OrderNumber): { name: 'tradeNo' | 'orderNo'; value: string } {
  const name = 'tradeNo' in order ? 'tradeNo' : 'orderNo'
  const value = 'tradeNo' in order ? order.tradeNo : order.orderNo
  checkNumber(name, value, anyNumber)
  return { name, value }
}

/** Both numbers of an order, as far as the caller knows them. */
export function askedFor(order: OrderNumber): { tradeNo: string | null; orderNo: string | null } {
  const { name, value } = numberOf(order)
  return name === 'tradeNo' ? { tradeNo: value, orderNo: null } : { tradeNo: null, orderNo: value }
}

/**
 * @param limits what the family takes: the form of an order's number, and the length of its description
 * @throws TradePayError INVALID_ARGUMENT
 */
export function checkCreate(order: CreateOrder, limits: { orderNo: RegExp; description: number }): void {
  const { orderNo, title, amount, description = '' } = order
  checkNumber('orderNo', orderNo, limits.orderNo)
  checkText('title', title, { min: 1, max: 256 }, orderNo)
  checkText('description', description, { min: 0, max: limits.description }, orderNo)
  checkAmount(amount, orderNo)
}

/** @throws TradePayError INVALID_ARGUMENT */
export function checkRefund(refund: CreateRefund | RefundNumber): void {
  const { refundNo } = refund
  checkNumber('refundNo', refundNo, anyNumber)
  numberOf(refund)
  if ('amount' in refund) {
    checkAmount(refund.amount, refundNo)
    checkText('reason', refund.reason ?? '', { min: 0, max: 256 }, refundNo)
  }
}

/** @throws TradePayError INVALID_ARGUMENT */
export function checkText(name: string, text: string, length: { min: number; max: number }, requestId: string): void {
  if (typeof text === 'string' && text.length >= length.min && text.length <= length.max) return
  const expected = length.min === 0 ? `at most ${length.max}` : `${length.min} to ${length.max}`
  throw refuseArgument(name, `expected ${expected} characters`, requestId)
}

/** An argument that is not sent. */
export function refuseArgument(name: string, expected: string, requestId: string): TradePayError {
  return new TradePayError(`"${name}" cannot be sent: ${expected}.`, {
    code: 'INVALID_ARGUMENT',
    reason: 'ARGUMENT',
    requestId: requestId.slice(0, 64),
    isUnknown: false,
  })
}

function checkNumber(name: string, value: string, pattern: RegExp): void {
  if (typeof value === 'string' && pattern.test(value)) return
  const others = pattern.test('-') ? ', "-" or "_"' : ' or "_"'
  throw refuseArgument(name, `expected 1 to 64 letters, digits${others}`, String(value))
}

function checkAmount(amount: Money, requestId: string): void {
  if (typeof amount !== 'object' || amount === null || typeof amount.minor !== 'bigint') {
    throw refuseArgument('amount', "expected an amount such as money('CNY', 3600n)", requestId)
  }
  if (amount.minor <= 0n) throw refuseArgument('amount', 'expected more than zero', requestId)
}
