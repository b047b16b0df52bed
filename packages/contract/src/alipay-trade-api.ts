/**
 * Trades at the Alipay gateway: `alipay.trade.create`, `.query`, `.close`, `.cancel`, and the order strings of
 * `alipay.trade.app.pay`. Source: alipay-openapi §5, §6.1 to §6.4, §8.
 *
 * Each schema is of a biz_content; members that are not named are let through and have no effect.
 */
import { Type, type Static } from 'typebox'
import { noEffect, Price, QueryOptions, sentPrice, sentTime, text, tradeNumber } from './alipay-fields.ts'

const Channels = Type.String({
  title: 'One of the two at most. Has no effect here: the cashier offers what the user has',
  maxLength: 256,
  description: 'names of channels, separated by commas',
})

/** biz_content of alipay.trade.create. May be repeated with the same content while unpaid: the same trade_no. Source: §6.1. */
export const AlipayTradeCreate = Type.Object({
  out_trade_no: Type.String({
    title: "The merchant's number of the trade: one trade for each, for ever",
    pattern: '^[A-Za-z0-9_]{1,64}$',
    description: '1 to 64 letters, digits or underscores',
  }),
  total_amount: Price,
  subject: Type.String({
    title: 'What the cashier shows',
    minLength: 1,
    maxLength: 256,
    pattern: '^[^/=&]+$',
    description: 'text of 1 to 256 characters without /, = and &',
  }),
  buyer_id: Type.Optional(text(28, 'The only user who may pay')),
  buyer_open_id: Type.Optional(text(128, 'As buyer_id, which wins')),
  product_code: Type.Optional(noEffect(64)),
  op_app_id: Type.Optional(text(32, 'The mini program that will pay')),
  seller_id: Type.Optional(text(28, 'The merchant. Left out: the merchant of the app')),
  body: Type.Optional(text(128, 'Comes back in the notification')),
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
  timeout_express: Type.Optional(
    Type.String({
      title: 'For how long it can be paid: 1m to 15d, or 1c, until the end of the day',
      pattern: '^([1-9][0-9]{0,4}[mhd]|1c)$',
      description: 'a time such as 90m, 2h, 1d or 1c',
    }),
  ),
  time_expire: Type.Optional(
    Type.String({
      title: 'Until when it can be paid; wins over timeout_express',
      maxLength: 32,
      description: 'yyyy-MM-dd HH:mm:ss in GMT+8, such as 2026-11-22 21:15:00',
    }),
  ),
  discountable_amount: Type.Optional(Price),
  undiscountable_amount: Type.Optional(Price),
  enable_pay_channels: Type.Optional(Channels),
  disable_pay_channels: Type.Optional(Channels),
  passback_params: Type.Optional(text(512, 'Comes back unchanged in the notification')),
  notify_url: Type.Optional(text(256, 'Belongs among the common parameters; some clients put it here')),
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
export const AlipayTradeClose = Type.Object({ ...tradeNumber, operator_id: Type.Optional(noEffect(28)) })
export type AlipayTradeClose = Static<typeof AlipayTradeClose>

/** biz_content of alipay.trade.cancel. May be repeated: the same answer, and no more money moves. Source: §6.4. */
export const AlipayTradeCancel = Type.Object({ ...tradeNumber, operator_id: Type.Optional(noEffect(28)) })
export type AlipayTradeCancel = Static<typeof AlipayTradeCancel>

/** Source: §8. */
export const AlipayTradeStatus = Type.Union(
  [
    Type.Literal('WAIT_BUYER_PAY'),
    Type.Literal('TRADE_SUCCESS'),
    Type.Literal('TRADE_FINISHED'),
    Type.Literal('TRADE_CLOSED'),
  ],
  {
    title:
      'WAIT_BUYER_PAY created · TRADE_SUCCESS paid · TRADE_FINISHED paid, no refunds any more · TRADE_CLOSED unpaid, or ' +
      'given back whole',
  },
)
export type AlipayTradeStatus = Static<typeof AlipayTradeStatus>

const tradeNumbers = {
  trade_no: text(64, "The wallet's number of the trade: what my.tradePay takes as tradeNO"),
  out_trade_no: text(64, "The merchant's number of the trade"),
}
/** Both numbers of a trade: the node of a successful alipay.trade.create and alipay.trade.close. */
export const AlipayTradeNumbers = Type.Object(tradeNumbers)
export type AlipayTradeNumbers = Static<typeof AlipayTradeNumbers>

const buyer = {
  buyer_user_id: Type.Optional(text(28, 'Who has paid')),
  buyer_logon_id: Type.Optional(Type.String({ title: 'The login of the payer, masked' })),
}
/** Who has paid. */
export const AlipayBuyer = Type.Object(buyer)
export type AlipayBuyer = Static<typeof AlipayBuyer>

/** A part of an amount, by the channel that it came from or goes back to. */
export const AlipayFundBill = Type.Object({
  fund_channel: Type.Union([Type.Literal('ALIPAYACCOUNT'), Type.Literal('BANKCARD')]),
  amount: sentPrice(),
})
export type AlipayFundBill = Static<typeof AlipayFundBill>

/** Node of a successful alipay.trade.query. */
export const AlipayTradeQueryAnswer = Type.Object({
  ...tradeNumbers,
  ...buyer,
  trade_status: AlipayTradeStatus,
  total_amount: sentPrice(),
  receipt_amount: sentPrice(),
  buyer_pay_amount: sentPrice(),
  point_amount: sentPrice(),
  invoice_amount: sentPrice(),
  trans_currency: Type.Optional(
    Type.String({ title: 'Only for a trade that was made at another door in another currency than yuan' }),
  ),
  send_pay_date: Type.Optional(sentTime('When it was paid')),
  fund_bill_list: Type.Optional(Type.Array(AlipayFundBill)),
})
export type AlipayTradeQueryAnswer = Static<typeof AlipayTradeQueryAnswer>

/** Node of alipay.trade.cancel. */
export const AlipayTradeCancelAnswer = Type.Object({
  ...Type.Partial(AlipayTradeNumbers).properties,
  retry_flag: Type.Union([Type.Literal('Y'), Type.Literal('N')], { title: 'Y: call again, with the same content' }),
  action: Type.Optional(
    Type.Union([Type.Literal('close'), Type.Literal('refund')], {
      title:
        'close: it was unpaid. refund: it was paid and all of it is back. Absent: there is no such trade, or the money waits',
    }),
  ),
  gmt_refund_pay: Type.Optional(sentTime('When the money was back')),
})
export type AlipayTradeCancelAnswer = Static<typeof AlipayTradeCancelAnswer>
