/**
 * What the calls of the super-app family carry, from the merchant's words and back. Source: superapp-payment-api §5, §6, §8.
 */
import type { superappAuthorizationCalls, superappPaths } from '@tradepay/contract'
import type { Money } from '@tradepay/money'
import {
  asObject,
  NotUnderstood,
  readAmount,
  readOptionalText,
  readOptionalTime,
  readText,
  readTime,
  type JsonObject,
} from '../wire/json.ts'
import { numberOf } from './arguments.ts'
import type { CreateOrder, InquiredOrder, OrderNumber, PaymentState } from './order-types.ts'
import type { CreateRefund, Refund, RefundState } from './refund-types.ts'
import type { User, UserTokens } from './user-types.ts'

type AuthorizationPath<Call extends keyof typeof superappAuthorizationCalls> =
  `/v1${(typeof superappAuthorizationCalls)[Call]['path']}`

/** The calls' paths. What the contract says is checked when this is compiled, and nothing of it is installed. */
export const superappCallPaths: typeof superappPaths & {
  applyToken: AuthorizationPath<'applyToken'>
  inquiryUserInfo: AuthorizationPath<'inquiryUserInfo'>
} = {
  pay: '/v1/payments/pay',
  inquiryPayment: '/v1/payments/inquiryPayment',
  cancelPayment: '/v1/payments/cancelPayment',
  refund: '/v1/payments/refund',
  inquiryRefund: '/v1/payments/inquiryRefund',
  applyToken: '/v1/authorizations/applyToken',
  inquiryUserInfo: '/v1/users/inquiryUserInfo',
}

/** Content of `pay`. */
export function payContent(order: CreateOrder): object {
  const amount = wireAmount(order.amount)
  return {
    paymentRequestId: order.orderNo,
    appId: order.appId,
    paymentOrderTitle: order.title,
    paymentAmount: amount,
    paymentFactor: { isCashierPayment: true },
    paymentExpiryTime: order.expiresAt?.toISOString(),
    paymentNotifyUrl: order.notifyUrl,
    order: {
      referenceOrderId: order.orderNo,
      orderDescription: order.description ?? order.title,
      orderAmount: amount,
      orderCreateTime: order.orderCreatedAt?.toISOString(),
      buyer: order.buyerId === undefined ? undefined : { referenceBuyerId: order.buyerId },
    },
  }
}

/** Content of `refund`. */
export function refundContent(refund: CreateRefund): object {
  const { name, value } = wireNumber(refund)
  return {
    refundRequestId: refund.refundNo,
    [name]: value,
    refundAmount: wireAmount(refund.amount),
    refundReason: refund.reason,
    refundNotifyUrl: refund.notifyUrl,
  }
}

/** The number that names an order, as this family spells it. @throws TradePayError INVALID_ARGUMENT */
export function wireNumber(order: OrderNumber): { name: 'paymentId' | 'paymentRequestId'; value: string } {
  const { name, value } = numberOf(order)
  return { name: name === 'tradeNo' ? 'paymentId' : 'paymentRequestId', value }
}

const paymentStates = {
  PROCESSING: 'PROCESSING',
  SUCCESS: 'PAID',
  CANCELLED: 'CLOSED',
  FAIL: 'FAILED',
} as const satisfies Record<string, PaymentState>

/** Answer of `inquiryPayment`. @throws NotUnderstood */
export function readInquiredOrder(content: JsonObject): InquiredOrder {
  const state = readState(content, 'paymentStatus', paymentStates)
  return {
    tradeNo: readText(content, 'paymentId'),
    orderNo: readText(content, 'paymentRequestId'),
    state,
    amount: readAmount(content, 'paymentAmount'),
    paidAt: state === 'PAID' ? readOptionalTime(content, 'paymentTime') : null,
    reason: state === 'FAILED' ? readOptionalText(content, 'paymentFailReason') : null,
  }
}

const refundStates = {
  PROCESSING: 'PROCESSING',
  SUCCESS: 'SUCCEEDED',
  FAIL: 'FAILED',
} as const satisfies Record<string, RefundState>

/** Answer of `inquiryRefund`. @throws NotUnderstood */
export function readInquiredRefund(content: JsonObject): Refund {
  const state = readState(content, 'refundStatus', refundStates)
  return {
    refundNo: readText(content, 'refundRequestId'),
    refundId: readText(content, 'refundId'),
    state,
    amount: readAmount(content, 'refundAmount'),
    refundedAt: state === 'SUCCEEDED' ? readOptionalTime(content, 'refundTime') : null,
    failReason: state === 'FAILED' ? readOptionalText(content, 'refundFailReason') : null,
  }
}

/** Answer of `applyToken`. @throws NotUnderstood */
export function readTokens(content: JsonObject): UserTokens {
  return {
    userId: readText(content, 'customerId'),
    accessToken: readText(content, 'accessToken', 128),
    accessTokenExpiresAt: readTime(content, 'accessTokenExpiryTime'),
    refreshToken: readOptionalText(content, 'refreshToken', 128),
    refreshTokenExpiresAt: readOptionalTime(content, 'refreshTokenExpiryTime'),
  }
}

/** Answer of `inquiryUserInfo`. @throws NotUnderstood */
export function readUser(content: JsonObject): User {
  const user = asObject(content['userInfo'], '"userInfo"')
  const name = user['userName'] ?? null
  return {
    userId: readText(user, 'userId'),
    nickName: readOptionalText(user, 'nickName'),
    fullName: name === null ? null : readOptionalText(asObject(name, '"userName"'), 'fullName'),
  }
}

function readState<State extends string>(
  content: JsonObject,
  name: string,
  states: Readonly<Record<string, State>>,
): State {
  const word = readText(content, name)
  const state = Object.hasOwn(states, word) ? states[word] : undefined
  if (state === undefined) throw new NotUnderstood(`"${name}" is none of ${Object.keys(states).join(', ')}.`)
  return state
}

const wireAmount = ({ currency, minor }: Money) => ({ currency, value: minor.toString() })
