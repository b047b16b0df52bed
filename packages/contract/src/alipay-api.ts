/**
 * The Alipay OpenAPI on the wire (`/gateway.do`): `alipay.trade.create`, `alipay.trade.query`, and the form-encoded
 * notification (steps 4, 7 and 18). Source: `alipay-openapi` §1–§6, §9.
 *
 * Business parameters are the JSON text `biz_content`; members that are not named here are let through and have no effect.
 */
import { Type, type Static } from 'typebox'

export const alipayGatewayPath = '/gateway.do'

/** The largest body that the door reads, in bytes. */
export const ALIPAY_BODY_LIMIT = 131_072

/** The methods that the gateway offers. */
export const alipayMethods = ['alipay.trade.create', 'alipay.trade.query'] as const
export type AlipayMethod = (typeof alipayMethods)[number]

/** Gateway codes and their `msg`. 10000 says that the call worked, not that money moved. Source: §4. */
export const alipayCodes = {
  '10000': 'Success',
  '20000': 'Service Currently Unavailable',
  '40001': 'Missing Required Arguments',
  '40002': 'Invalid Arguments',
  '40003': 'Insufficient Conditions',
  '40004': 'Business Failed',
  '40005': 'Call Limited',
  '40006': 'Insufficient Permissions',
} as const
export type AlipayCode = keyof typeof alipayCodes

/** Every `sub_code` that this wallet answers, with the code that it comes under. Source: §4, §6, §7. */
export const alipaySubCodes = {
  'isp.unknow-error': '20000',
  'isv.missing-method': '40001',
  'isv.missing-signature': '40001',
  'isv.missing-signature-type': '40001',
  'isv.missing-app-id': '40001',
  'isv.missing-timestamp': '40001',
  'isv.missing-version': '40001',
  'isv.invalid-parameter': '40002',
  'isv.invalid-method': '40002',
  'isv.invalid-format': '40002',
  'isv.invalid-signature-type': '40002',
  'isv.invalid-signature': '40002',
  'isv.invalid-app-id': '40002',
  'isv.invalid-timestamp': '40002',
  'isv.invalid-charset': '40002',
  'isv.illegal-json': '40002',
  'isv.missing-signature-config': '40003',
  'isv.app-call-limited': '40005',
  'isv.insufficient-isv-permissions': '40006',
  'ACQ.INVALID_PARAMETER': '40004',
  'ACQ.ACCESS_FORBIDDEN': '40004',
  'ACQ.SELLER_NOT_EXIST': '40004',
  'ACQ.CURRENCY_NOT_SUPPORT': '40004',
  'ACQ.TRADE_NOT_EXIST': '40004',
  'ACQ.TRADE_HAS_SUCCESS': '40004',
  'ACQ.TRADE_HAS_CLOSE': '40004',
  'ACQ.TRADE_STATUS_ERROR': '40004',
  'ACQ.TRADE_HAS_FINISHED': '40004',
  'ACQ.REASON_TRADE_REFUND_FEE_ERR': '40004',
  'ACQ.DISCORDANT_REPEAT_REQUEST': '40004',
  'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL': '40004',
  'ACQ.SELLER_BALANCE_NOT_ENOUGH': '40004',
  'ACQ.CONTEXT_INCONSISTENT': '40004',
  'ACQ.TRADE_BUYER_NOT_MATCH': '40004',
  'ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR': '40004',
  'ACQ.TOTAL_FEE_EXCEED': '40004',
  'ACQ.BUYER_NOT_EXIST': '40004',
  'ACQ.BUYER_ENABLE_STATUS_FORBID': '40004',
  'ACQ.BUYER_BALANCE_NOT_ENOUGH': '40004',
  'ACQ.BUYER_SELLER_EQUAL': '40004',
  'ACQ.BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR': '40004',
  'ACQ.NO_PAYMENT_INSTRUMENTS_AVAILABLE': '40004',
  'ACQ.PAYMENT_FAIL': '40004',
  'ACQ.MERCHANT_STATUS_NOT_NORMAL': '40004',
  'ACQ.SYSTEM_ERROR': '40004',
} as const satisfies Record<string, AlipayCode>
export type AlipaySubCode = keyof typeof alipaySubCodes

const text = (maxLength: number) => Type.String({ maxLength, description: `text of at most ${maxLength} characters` })

/** An amount in yuan: decimal text, or a JSON number. Read digit by digit, never as a float. */
const Price = Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Number()], {
  description: 'an amount in yuan with at most 2 decimals, such as "12.50"',
})

const Channels = Type.String({ maxLength: 256, description: 'names of channels, separated by commas' })

/** biz_content of alipay.trade.create. May be repeated with the same content while unpaid: the same trade_no. Source: §6.1. */
export const AlipayTradeCreate = Type.Object({
  out_trade_no: Type.String({
    pattern: '^[A-Za-z0-9_]{1,64}$',
    description: '1 to 64 letters, digits or underscores',
  }),
  total_amount: Price,
  subject: Type.String({
    minLength: 1,
    maxLength: 256,
    pattern: '^[^/=&]+$',
    description: 'text of 1 to 256 characters without /, = and &',
  }),
  /** The only user who may pay. */
  buyer_id: Type.Optional(text(28)),
  buyer_open_id: Type.Optional(text(128)),
  product_code: Type.Optional(text(64)),
  /** The mini program that will pay. */
  op_app_id: Type.Optional(text(32)),
  seller_id: Type.Optional(text(28)),
  body: Type.Optional(text(128)),
  goods_detail: Type.Optional(
    Type.Array(
      Type.Object({
        goods_id: text(32),
        goods_name: text(256),
        quantity: Type.Union([Type.String({ maxLength: 10 }), Type.Number()], { description: 'a number' }),
        price: Price,
      }),
      { maxItems: 500, description: 'a list of goods' },
    ),
  ),
  /** `1m` to `15d`, or `1c`: until the end of the day. */
  timeout_express: Type.Optional(
    Type.String({ pattern: '^([1-9][0-9]{0,4}[mhd]|1c)$', description: 'a time such as 90m, 2h, 1d or 1c' }),
  ),
  /** `yyyy-MM-dd HH:mm:ss` in GMT+8; wins over timeout_express. */
  time_expire: Type.Optional(
    Type.String({ maxLength: 32, description: 'yyyy-MM-dd HH:mm:ss in GMT+8, such as 2026-11-22 21:15:00' }),
  ),
  discountable_amount: Type.Optional(Price),
  undiscountable_amount: Type.Optional(Price),
  enable_pay_channels: Type.Optional(Channels),
  disable_pay_channels: Type.Optional(Channels),
  passback_params: Type.Optional(text(512)),
  /** Belongs among the common parameters; some clients put it here. */
  notify_url: Type.Optional(text(256)),
})
export type AlipayTradeCreate = Static<typeof AlipayTradeCreate>

/** biz_content of alipay.trade.query. One of the two numbers; where both are given, trade_no wins. Source: §6.2. */
export const AlipayTradeQuery = Type.Object({
  trade_no: Type.Optional(text(64)),
  out_trade_no: Type.Optional(text(64)),
  query_options: Type.Optional(Type.Array(text(64), { maxItems: 32, description: 'a list of option names' })),
})
export type AlipayTradeQuery = Static<typeof AlipayTradeQuery>

/** `WAIT_BUYER_PAY` created · `TRADE_SUCCESS` paid · `TRADE_FINISHED` paid, no refunds any more · `TRADE_CLOSED`. Source: §8. */
export type AlipayTradeStatus = 'WAIT_BUYER_PAY' | 'TRADE_SUCCESS' | 'TRADE_FINISHED' | 'TRADE_CLOSED'

/** The node of any answer. */
export interface AlipayAnswerNode {
  code: AlipayCode
  msg: string
  sub_code?: AlipaySubCode
  sub_msg?: string
  [name: string]: unknown
}

/** Node of a successful alipay.trade.create. */
export interface AlipayTradeCreateAnswer {
  out_trade_no: string
  trade_no: string
}

/** Node of a successful alipay.trade.query. Amounts are decimal text, times GMT+8. */
export interface AlipayTradeQueryAnswer {
  trade_no: string
  out_trade_no: string
  trade_status: AlipayTradeStatus
  total_amount: string
  receipt_amount: string
  buyer_pay_amount: string
  point_amount: string
  invoice_amount: string
  buyer_user_id?: string
  send_pay_date?: string
  fund_bill_list?: { fund_channel: string; amount: string }[]
}

/** The whole of the only body that acknowledges a notification. Source: §9. */
export const ALIPAY_ACKNOWLEDGEMENT = 'success'
