/**
 * What a merchant of this family asks for when it asks for an order, in the words of the domain: for `alipay.trade.create`,
 * and for the order strings of `alipay.trade.app.pay`, which carry the same content. Source: alipay-openapi §5 and §6.1.
 */
import { invalidParameter, WalletError, type AlipayTradeCreate } from '@tradepay/contract'
import type { AlipayParameters } from '@tradepay/signature'
import type { Client } from '../../merchant/types.ts'
import type { CreateOrder } from '../../order/types.ts'
import { checkNotifyUrl } from '../merchant-door/notify-url.ts'
import { nextGmt8Midnight, parseGmt8 } from '../merchant-door/times.ts'
import { readYuan } from './amount.ts'
import { GatewayRefusal } from './errors.ts'
import { inWireNames } from './wire-names.ts'

/**
 * The order that a verified biz_content asks for.
 * @throws WalletError INVALID_PARAMETER, AMOUNT_OUT_OF_RANGE; GatewayRefusal ACQ.SELLER_NOT_EXIST
 */
export function orderCommandOf(
  request: AlipayTradeCreate,
  { client, parameters, source, now }: { client: Client; parameters: AlipayParameters; source: string; now: Date },
): CreateOrder {
  const amount = readYuan('total_amount', request.total_amount, source)
  checkDiscounts(request, amount.minor, source)
  if (request.enable_pay_channels !== undefined && request.disable_pay_channels !== undefined) {
    throw invalidParameter('disable_pay_channels', 'only one of enable_pay_channels and disable_pay_channels')
  }
  if (request.seller_id !== undefined && request.seller_id !== client.merchantId) {
    throw new GatewayRefusal(
      'ACQ.SELLER_NOT_EXIST',
      'seller_id is not the merchant of this app. Send its id, or leave it out.',
    )
  }
  // A common parameter by the rule; where a client nested it, that is taken too.
  const notifyUrl = parameters['notify_url'] || (request.notify_url ?? null)
  if (notifyUrl !== null) {
    if (notifyUrl.length > 256) throw invalidParameter('notify_url', 'an address of at most 256 characters')
    checkNotifyUrl('notify_url', notifyUrl)
  }
  const buyerId = request.buyer_id ?? request.buyer_open_id ?? null
  const appId = request.op_app_id ?? null
  return {
    clientId: client.clientId,
    requestId: request.out_trade_no,
    family: 'ALIPAY',
    title: request.subject,
    amount,
    appId,
    buyerId,
    notifyUrl,
    expiresAt: readExpiry(request, now),
    extra: {
      ...(request.body === undefined ? {} : { body: request.body }),
      ...(request.passback_params === undefined ? {} : { passbackParams: request.passback_params }),
    },
    // What the number stands for. The expiry is not part of it: an honest retry counts it from its own moment.
    content: {
      buyer_id: buyerId ?? '',
      total_amount: `${amount.currency} ${amount.minor}`,
      subject: request.subject,
      op_app_id: appId ?? '',
      notify_url: notifyUrl ?? '',
    },
  }
}

/** Where all three amounts are given, the total is the sum of the other two. */
function checkDiscounts(request: AlipayTradeCreate, total: bigint, source: string): void {
  const { discountable_amount: discountable, undiscountable_amount: undiscountable } = request
  if (discountable === undefined || undiscountable === undefined) return
  const sum =
    readPart('discountable_amount', discountable, source) + readPart('undiscountable_amount', undiscountable, source)
  if (sum !== total) throw invalidParameter('total_amount', 'the sum of discountable_amount and undiscountable_amount')
}

/** A part of the total may be zero, which an amount to be paid may not. */
function readPart(field: string, value: string | number, source: string): bigint {
  return /^0(\.0{1,2})?$/.test(String(value)) ? 0n : readYuan(field, value, source).minor
}

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** When the merchant wants the order to close: `time_expire` wins over `timeout_express`. */
function readExpiry(request: AlipayTradeCreate, now: Date): Date | null {
  if (request.time_expire !== undefined) {
    const time = parseGmt8(request.time_expire)
    if (!time) throw invalidParameter('time_expire', 'yyyy-MM-dd HH:mm:ss in GMT+8')
    return time
  }
  const timeout = request.timeout_express
  if (timeout === undefined) return null
  if (timeout === '1c') return nextGmt8Midnight(now)
  const unit = timeout.at(-1) as keyof typeof unitMs
  return new Date(now.getTime() + Number(timeout.slice(0, -1)) * unitMs[unit])
}

/** Names of the domain command's fields on this wire. */
const wireNames: Record<string, string> = {
  requestId: 'out_trade_no',
  title: 'subject',
  amount: 'total_amount',
  buyerId: 'buyer_id',
  notifyUrl: 'notify_url',
  extra: 'body or passback_params',
}

/** What the order room refuses, in the names that this family's merchants know. */
export function inWordsOfTheDoor(error: unknown, request: AlipayTradeCreate, command: CreateOrder, now: Date): unknown {
  if (!(error instanceof WalletError)) return error
  const { code, details } = error
  if (code === 'INVALID_PARAMETER' && details.field === 'expiresAt') {
    const field = request.time_expire === undefined ? 'timeout_express' : 'time_expire'
    if (command.expiresAt && command.expiresAt <= now) {
      return new GatewayRefusal('ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR', `"${field}" is over already.`)
    }
    return invalidParameter(field, details.expected ?? 'a time after now')
  }
  if (code === 'ORDER_INCONSISTENT' && details.field === 'buyer_id') {
    return new WalletError('ORDER_BUYER_MISMATCH', details, 'This out_trade_no was already used for another buyer.')
  }
  if (code === 'ORDER_INCONSISTENT' && details.field !== undefined) {
    return new WalletError(code, details, `This out_trade_no was already used with another ${details.field}.`)
  }
  if (code === 'PROGRAM_NOT_FOUND') {
    return new WalletError(code, { field: 'op_app_id' }, 'op_app_id is not a mini program of this app.')
  }
  return inWireNames(error, wireNames)
}
