/**
 * What the wallet tells a merchant of the Alipay family (step 18): a form of the trade as it is now, signed. Members without a
 * value are left out. Source: alipay-openapi §9.
 */
import { Type, type Static } from 'typebox'
import { sentPrice, sentTime, text } from './alipay-fields.ts'

export const AlipayNotification = Type.Object({
  notify_time: sentTime('When this attempt was made'),
  notify_type: Type.Literal('trade_status_sync'),
  notify_id: text(128, 'The same on each attempt'),
  order_sequence: Type.String({
    title: 'Of two notifications about one trade, the larger is the later. Only this wallet sends it',
    pattern: '^[1-9][0-9]*$',
  }),
  app_id: text(32),
  auth_app_id: text(32),
  charset: Type.Literal('utf-8'),
  version: Type.Literal('1.0'),
  sign_type: Type.Literal('RSA2'),
  sign: Type.String({ title: 'Over everything else but sign_type' }),
  trade_no: text(64, "The wallet's number of the trade"),
  out_trade_no: text(64, "The merchant's number of the trade"),
  buyer_id: Type.Optional(text(28)),
  seller_id: Type.Optional(text(28)),
  trade_status: Type.Union([Type.Literal('TRADE_SUCCESS'), Type.Literal('TRADE_CLOSED')], {
    title: 'TRADE_SUCCESS paid, perhaps given back in part · TRADE_CLOSED given back whole',
  }),
  total_amount: sentPrice(),
  receipt_amount: sentPrice(),
  invoice_amount: sentPrice(),
  buyer_pay_amount: sentPrice(),
  point_amount: sentPrice(),
  subject: Type.String(),
  body: Type.Optional(Type.String()),
  gmt_create: sentTime('When the trade was made'),
  gmt_payment: sentTime('When it was paid'),
  gmt_refund: Type.Optional(Type.String({ title: 'Of a refund: when the money was back, with milliseconds' })),
  gmt_close: Type.Optional(sentTime('When it was given back whole')),
  fund_bill_list: Type.String({ title: 'JSON text: the parts of the amount, by channel' }),
  passback_params: Type.Optional(Type.String()),
  out_biz_no: Type.Optional(text(64, "Of a refund: the merchant's number of it")),
  refund_fee: Type.Optional(sentPrice('Of a refund: all that is back so far')),
  send_back_fee: Type.Optional(sentPrice('Of a refund: what is back by it')),
})
export type AlipayNotification = Static<typeof AlipayNotification>
