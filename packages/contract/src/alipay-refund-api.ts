/**
 * Refunds at the Alipay gateway: `alipay.trade.refund` and `alipay.trade.fastpay.refund.query`.
 * Source: alipay-openapi §6.5 and §6.6.
 */
import { Type, type Static } from 'typebox'
import { Price, QueryOptions, text, tradeNumber } from './alipay-fields.ts'
import type { AlipayBuyer, AlipayFundBill, AlipayTradeNumbers } from './alipay-trade-api.ts'

/**
 * biz_content of alipay.trade.refund. May be repeated: the same `out_request_no` with the same amount moves no more money.
 * Source: §6.5.
 */
export const AlipayTradeRefund = Type.Object({
  ...tradeNumber,
  refund_amount: Price,
  /** Unique within the trade. Required for a part of the amount; without it the trade's out_trade_no stands for it. */
  out_request_no: Type.Optional(text(64)),
  refund_reason: Type.Optional(text(256)),
  operator_id: Type.Optional(text(30)),
  store_id: Type.Optional(text(32)),
  terminal_id: Type.Optional(text(32)),
  query_options: Type.Optional(QueryOptions),
})
export type AlipayTradeRefund = Static<typeof AlipayTradeRefund>

/** biz_content of alipay.trade.fastpay.refund.query. Source: §6.6. */
export const AlipayRefundQuery = Type.Object({
  ...tradeNumber,
  /** The trade's out_trade_no where the refund gave none. */
  out_request_no: Type.String({ minLength: 1, maxLength: 64, description: 'text of 1 to 64 characters' }),
  query_options: Type.Optional(QueryOptions),
})
export type AlipayRefundQuery = Static<typeof AlipayRefundQuery>

/** Node of a successful alipay.trade.refund. Amounts are decimal text, times GMT+8. */
export interface AlipayTradeRefundAnswer extends AlipayTradeNumbers, AlipayBuyer {
  /** `Y`: this call has given the money back. `N`: it was back already, or it waits for the bank; the refund query tells. */
  fund_change: 'Y' | 'N'
  /** All that is back of this trade so far. */
  refund_fee: string
  /** What is back by this refund; absent while it is not. */
  send_back_fee?: string
  gmt_refund_pay?: string
  /** With the query option of this name. */
  refund_detail_item_list?: AlipayFundBill[]
}

/** `REFUND_PROCESSING` waits for the payer's bank · `REFUND_SUCCESS` is back · `REFUND_FAIL` the bank did not take it. */
export type AlipayRefundStatus = 'REFUND_PROCESSING' | 'REFUND_SUCCESS' | 'REFUND_FAIL'

/** Node of a successful alipay.trade.fastpay.refund.query; empty when there is no such refund. */
export interface AlipayRefundQueryAnswer extends AlipayTradeNumbers {
  out_request_no: string
  refund_reason?: string
  total_amount: string
  /** Of this refund. */
  refund_amount: string
  refund_status: AlipayRefundStatus
  send_back_fee?: string
  gmt_refund_pay?: string
  /** With the query option of this name. */
  refund_detail_item_list?: AlipayFundBill[]
}
