/**
 * Bills of the Alipay family: `alipay.data.dataservice.bill.downloadurl.query` answers a short-lived address of a zip with
 * CSV files in UTF-8. Source: alipay-openapi §6.7; it does not tell the columns, which are ours.
 */
import { Type, type Static } from 'typebox'

/** biz_content of alipay.data.dataservice.bill.downloadurl.query. */
export const AlipayBillQuery = Type.Object({
  bill_type: Type.String({
    title: "trade: payments and refunds with their fees. signcustomer: everything that moved the merchant's money",
    minLength: 1,
    maxLength: 32,
    description: 'trade or signcustomer',
  }),
  bill_date: Type.String({
    title: "A day or a month that is over, in the wallet's time zone",
    pattern: '^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$',
    description: 'a day yyyy-MM-dd or a month yyyy-MM',
  }),
})
export type AlipayBillQuery = Static<typeof AlipayBillQuery>

/** The types of the protocol. Source: §6.7. */
export const alipayBillTypes = ['trade', 'signcustomer', 'merchant_act', 'trade_zft_merchant', 'zft_acc'] as const

/** How long a download address can be used. Seconds. Source: §6.7. */
export const ALIPAY_BILL_SECONDS = 30

/** Where bills are downloaded; the query string is the wallet's own affair. */
export const alipayBillPath = '/alipay/bill.zip'

/** Node of a successful answer. */
export const AlipayBillAnswer = Type.Object({
  bill_download_url: Type.String({ title: `Where the bill is for ${ALIPAY_BILL_SECONDS} seconds` }),
})
export type AlipayBillAnswer = Static<typeof AlipayBillAnswer>

/** Columns of the details: one line for each movement of the merchant's money. Amounts in yuan, signed; times GMT+8. */
export const alipayBillColumns = [
  'kind',
  'time',
  'amount',
  'id',
  'trade_no',
  'out_trade_no',
  'out_request_no',
  'subject',
] as const
/** What the details of a `signcustomer` bill have beside: the merchant's balance after the movement. */
export const alipayBalanceColumn = 'balance'
/** Columns of the summary: one line for each kind. */
export const alipayBillSummaryColumns = ['kind', 'count', 'amount'] as const
