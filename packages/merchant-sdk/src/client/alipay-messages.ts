/**
 * What the calls of the Alipay family carry, from the merchant's words and back. Source: alipay-openapi §5, §6, §8.
 */
import type {
  AlipayBillQuery,
  AlipayRefundQuery,
  AlipayRefundStatus,
  AlipayTradeCreate,
  AlipayTradeRefund,
  AlipayTradeStatus,
} from '@tradepay/contract'
import { formatDecimal } from '@tradepay/money'
import type { Clock } from '../clock.ts'
import type { StatementRequest } from '../statement/types.ts'
import { formatGmt8, readDecimal, readOptionalGmt8, YUAN } from '../wire/alipay.ts'
import { NotUnderstood, readOptionalText, readText, type JsonObject } from '../wire/json.ts'
import { numberOf } from './arguments.ts'
import type { CancelledOrder, CreateOrder, InquiredOrder, OrderNumber, PaymentState } from './order-types.ts'
import type { CreateRefund, Refund, RefundNumber, RefundState } from './refund-types.ts'
import type { User, UserTokens } from './user-types.ts'

/** A member that is undefined is left out of the JSON. */
type Sent<Message> = { [Name in keyof Message]: Message[Name] | undefined }

/** Content of `alipay.trade.create`; its `notify_url` is a parameter beside it. */
export function createContent(order: CreateOrder): Sent<AlipayTradeCreate> {
  return {
    out_trade_no: order.orderNo,
    total_amount: formatDecimal(order.amount),
    subject: order.title,
    body: order.description || undefined,
    buyer_id: order.buyerId,
    op_app_id: order.appId,
    // What a mini program pays with (§6.1).
    product_code: order.appId === undefined ? undefined : 'JSAPI_PAY',
    time_expire: order.expiresAt && formatGmt8(order.expiresAt),
  }
}

/** Content of `alipay.trade.refund`. The number is sent always: without it two parts could not be told apart. */
export function refundContent(refund: CreateRefund): Sent<AlipayTradeRefund> {
  return {
    ...tradeNumber(refund).content,
    out_request_no: refund.refundNo,
    refund_amount: formatDecimal(refund.amount),
    refund_reason: refund.reason || undefined,
  }
}

/** Content of `alipay.trade.fastpay.refund.query`. */
export function refundQueryContent(refund: RefundNumber): Sent<AlipayRefundQuery> {
  return { ...tradeNumber(refund).content, out_request_no: refund.refundNo }
}

/** Content of `alipay.data.dataservice.bill.downloadurl.query`. */
export function billContent({ date, type = 'trade' }: StatementRequest): AlipayBillQuery {
  return { bill_type: type, bill_date: date }
}

/** The number that names an order, as this family spells it. @throws TradePayError INVALID_ARGUMENT */
export function tradeNumber(order: OrderNumber): {
  name: 'trade_no' | 'out_trade_no'
  value: string
  content: { trade_no: string } | { out_trade_no: string }
} {
  const { name, value } = numberOf(order)
  return name === 'tradeNo'
    ? { name: 'trade_no', value, content: { trade_no: value } }
    : { name: 'out_trade_no', value, content: { out_trade_no: value } }
}

/**
 * Node of `alipay.trade.query`. TRADE_CLOSED says that nothing can be paid any more; an order that was paid and went back
 * whole is PAID here as in the other family, and is told by when or what was paid (§8).
 * @throws NotUnderstood
 */
export function readQueriedTrade(node: JsonObject): InquiredOrder {
  const paidAt = readOptionalGmt8(node, 'send_pay_date')
  const state = stateOf(readText(node, 'trade_status'), paidAt !== null)
  return {
    tradeNo: readText(node, 'trade_no'),
    orderNo: readText(node, 'out_trade_no'),
    state,
    amount: readDecimal(node, 'total_amount', readOptionalText(node, 'trans_currency', 3) ?? YUAN),
    paidAt: state === 'PAID' ? paidAt : null,
    reason: null,
  }
}

const tradeStates = {
  WAIT_BUYER_PAY: 'PROCESSING',
  TRADE_SUCCESS: 'PAID',
  TRADE_FINISHED: 'PAID',
  TRADE_CLOSED: 'CLOSED',
} as const satisfies Record<AlipayTradeStatus, PaymentState>

function stateOf(status: string, wasPaid: boolean): PaymentState {
  const state = Object.entries(tradeStates).find(([word]) => word === status)?.[1]
  if (state === undefined) {
    throw new NotUnderstood(`"trade_status" is none of ${Object.keys(tradeStates).join(', ')}.`)
  }
  return state === 'CLOSED' && wasPaid ? 'PAID' : state
}

/** `action` of `alipay.trade.cancel`. @throws NotUnderstood */
export function readCancelOutcome(node: JsonObject): CancelledOrder['outcome'] {
  switch (node['action']) {
    case 'close':
      return 'CLOSED'
    case 'refund':
      return 'REFUNDED'
    case undefined:
      return 'NEVER_CAME'
    default:
      throw new NotUnderstood('"action" is neither close nor refund.')
  }
}

const refundStates = {
  REFUND_PROCESSING: 'PROCESSING',
  REFUND_SUCCESS: 'SUCCEEDED',
  REFUND_FAIL: 'FAILED',
} as const satisfies Record<AlipayRefundStatus, RefundState>

/** Node of `alipay.trade.fastpay.refund.query`; null when there is no such refund (§6.6). @throws NotUnderstood */
export function readQueriedRefund(node: JsonObject, refundNo: string): Refund | null {
  if (node['out_request_no'] === undefined) return null
  // An older gateway leaves the status out of a refund that is there.
  const status = readOptionalText(node, 'refund_status') ?? 'REFUND_SUCCESS'
  const state = Object.entries(refundStates).find(([word]) => word === status)?.[1]
  if (state === undefined) {
    throw new NotUnderstood(`"refund_status" is none of ${Object.keys(refundStates).join(', ')}.`)
  }
  return {
    refundNo,
    refundId: null,
    state,
    amount: readDecimal(node, 'refund_amount'),
    refundedAt: state === 'SUCCEEDED' ? readOptionalGmt8(node, 'gmt_refund_pay') : null,
    failReason: null,
  }
}

/** Node of `alipay.system.oauth.token`. Its lifetimes count from now. @throws NotUnderstood */
export function readTokens(node: JsonObject, clock: Clock): UserTokens {
  const now = clock.now()
  const after = (name: string): Date => new Date(now.getTime() + readSeconds(node, name) * 1000)
  const refreshToken = readOptionalText(node, 'refresh_token', 128)
  return {
    userId: readOptionalText(node, 'user_id', 128) ?? readText(node, 'open_id', 128),
    accessToken: readText(node, 'access_token', 128),
    accessTokenExpiresAt: after('expires_in'),
    refreshToken,
    refreshTokenExpiresAt: refreshToken === null || node['re_expires_in'] === undefined ? null : after('re_expires_in'),
  }
}

/** Node of `alipay.user.info.share`. @throws NotUnderstood */
export function readUser(node: JsonObject): User {
  return {
    userId: readOptionalText(node, 'user_id', 128) ?? readText(node, 'open_id', 128),
    nickName: readOptionalText(node, 'nick_name'),
    fullName: null,
  }
}

/** Whole seconds, as text or as a number. */
function readSeconds(node: JsonObject, name: string): number {
  const text = String(node[name])
  if (!/^[0-9]{1,10}$/.test(text)) throw new NotUnderstood(`"${name}" is not a whole number of seconds.`)
  return Number(text)
}
