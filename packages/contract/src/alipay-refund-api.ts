/**
 * Refunds at the Alipay gateway: `alipay.trade.refund` and `alipay.trade.fastpay.refund.query`.
 * Source: alipay-openapi §6.5 and §6.6.
 */
import { Type, type Static } from 'typebox'
import { noEffect, Price, QueryOptions, sentPrice, sentTime, text, tradeNumber } from './alipay-fields.ts'
import { AlipayBuyer, AlipayFundBill, AlipayTradeNumbers } from './alipay-trade-api.ts'

/**
 * biz_content of alipay.trade.refund. May be repeated: the same `out_request_no` with the same amount moves no more money.
 * Source: §6.5.
 */
export const AlipayTradeRefund = Type.Object({
  ...tradeNumber,
  refund_amount: Price,
  out_request_no: Type.Optional(
    text(
      64,
      "The merchant's number of the refund, unique within the trade. Required for a part of the amount; without it the " +
        "trade's out_trade_no stands for it",
    ),
  ),
  refund_reason: Type.Optional(text(256, 'Why, for people')),
  operator_id: Type.Optional(noEffect(30)),
  store_id: Type.Optional(noEffect(32)),
  terminal_id: Type.Optional(noEffect(32)),
  query_options: Type.Optional(QueryOptions),
})
export type AlipayTradeRefund = Static<typeof AlipayTradeRefund>

/** biz_content of alipay.trade.fastpay.refund.query. Source: §6.6. */
export const AlipayRefundQuery = Type.Object({
  ...tradeNumber,
  out_request_no: Type.String({
    title: "The merchant's number of the refund; the trade's out_trade_no where the refund gave none",
    minLength: 1,
    maxLength: 64,
    description: 'text of 1 to 64 characters',
  }),
  query_options: Type.Optional(QueryOptions),
})
export type AlipayRefundQuery = Static<typeof AlipayRefundQuery>

/** What an answer says of the money of one refund, once it is back. */
const sentBack = {
  send_back_fee: Type.Optional(sentPrice('What is back by this refund; absent while it is not')),
  gmt_refund_pay: Type.Optional(sentTime('When it was back')),
  refund_detail_item_list: Type.Optional(
    Type.Array(AlipayFundBill, { title: 'With the query option refund_detail_item_list' }),
  ),
}

/** Node of a successful alipay.trade.refund. */
export const AlipayTradeRefundAnswer = Type.Object({
  ...AlipayTradeNumbers.properties,
  ...AlipayBuyer.properties,
  fund_change: Type.Union([Type.Literal('Y'), Type.Literal('N')], {
    title:
      'Y: this call has given the money back. N: it was back already, or it waits for the bank; the refund query tells',
  }),
  refund_fee: sentPrice('All that is back of this trade so far'),
  ...sentBack,
})
export type AlipayTradeRefundAnswer = Static<typeof AlipayTradeRefundAnswer>

export const AlipayRefundStatus = Type.Union(
  [Type.Literal('REFUND_PROCESSING'), Type.Literal('REFUND_SUCCESS'), Type.Literal('REFUND_FAIL')],
  {
    title:
      "REFUND_PROCESSING waits for the payer's bank · REFUND_SUCCESS is back · REFUND_FAIL the bank did not take it",
  },
)
export type AlipayRefundStatus = Static<typeof AlipayRefundStatus>

/** Node of a successful alipay.trade.fastpay.refund.query; empty when there is no such refund. */
export const AlipayRefundQueryAnswer = Type.Object({
  ...AlipayTradeNumbers.properties,
  out_request_no: text(64, "The merchant's number of the refund"),
  refund_reason: Type.Optional(text(256)),
  total_amount: sentPrice(),
  refund_amount: sentPrice('Of this refund'),
  refund_status: AlipayRefundStatus,
  ...sentBack,
})
export type AlipayRefundQueryAnswer = Static<typeof AlipayRefundQueryAnswer>
