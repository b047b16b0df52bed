/**
 * Trades at the Alipay gateway: `alipay.trade.create`, `.query`, `.close`, `.cancel`, and the order strings of
 * `alipay.trade.app.pay`. Source: alipay-openapi §5, §6.1 to §6.4, §8.
 *
 * Each schema is of a biz_content; members that are not named are let through and have no effect.
 */
import { Type, type Static } from 'typebox'
import { Price, QueryOptions, text, tradeNumber } from './alipay-fields.ts'

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

/**
 * The `method` of an order string. It is signed like a call and never sent to the gateway: `my.tradePay({ orderStr })` hands
 * it to the wallet. Its biz_content is that of alipay.trade.create.
 */
export const ALIPAY_ORDER_STRING_METHOD = 'alipay.trade.app.pay'

/** biz_content of alipay.trade.query. Source: §6.2. */
export const AlipayTradeQuery = Type.Object({ ...tradeNumber, query_options: Type.Optional(QueryOptions) })
export type AlipayTradeQuery = Static<typeof AlipayTradeQuery>

/** biz_content of alipay.trade.close. May be repeated. Source: §6.3. */
export const AlipayTradeClose = Type.Object({ ...tradeNumber, operator_id: Type.Optional(text(28)) })
export type AlipayTradeClose = Static<typeof AlipayTradeClose>

/** biz_content of alipay.trade.cancel. May be repeated: the same answer, and no more money moves. Source: §6.4. */
export const AlipayTradeCancel = Type.Object({ ...tradeNumber, operator_id: Type.Optional(text(28)) })
export type AlipayTradeCancel = Static<typeof AlipayTradeCancel>

/** `WAIT_BUYER_PAY` created · `TRADE_SUCCESS` paid · `TRADE_FINISHED` paid, no refunds any more · `TRADE_CLOSED`. Source: §8. */
export type AlipayTradeStatus = 'WAIT_BUYER_PAY' | 'TRADE_SUCCESS' | 'TRADE_FINISHED' | 'TRADE_CLOSED'

/** Both numbers of a trade: the node of a successful alipay.trade.create and alipay.trade.close. */
export interface AlipayTradeNumbers {
  trade_no: string
  out_trade_no: string
}

/** Who has paid. `buyer_logon_id` is masked. */
export interface AlipayBuyer {
  buyer_user_id?: string
  buyer_logon_id?: string
}

/** A part of an amount, by the channel that it came from or goes back to. */
export interface AlipayFundBill {
  fund_channel: 'ALIPAYACCOUNT' | 'BANKCARD'
  amount: string
}

/** Node of a successful alipay.trade.query. Amounts are decimal text, times GMT+8. */
export interface AlipayTradeQueryAnswer extends AlipayTradeNumbers, AlipayBuyer {
  trade_status: AlipayTradeStatus
  total_amount: string
  receipt_amount: string
  buyer_pay_amount: string
  point_amount: string
  invoice_amount: string
  /** Only for a trade that was made at another door in another currency than yuan. */
  trans_currency?: string
  send_pay_date?: string
  fund_bill_list?: AlipayFundBill[]
}

/** Node of alipay.trade.cancel. */
export interface AlipayTradeCancelAnswer extends Partial<AlipayTradeNumbers> {
  /** `Y`: call again, with the same content. */
  retry_flag: 'Y' | 'N'
  /** `close`: it was unpaid. `refund`: it was paid and all of it is back. Absent: there is no such trade, or the money waits. */
  action?: 'close' | 'refund'
  /** When the money was back. */
  gmt_refund_pay?: string
}
