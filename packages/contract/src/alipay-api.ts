/**
 * The Alipay OpenAPI on the wire (`/gateway.do`, steps 4, 7 and 18): where the gateway is, which methods it offers, and the
 * node that answers each. What each method takes and gives is in the files beside. Source: alipay-openapi §1 to §9.
 */
import type { AlipayCode, AlipaySubCode } from './alipay-codes.ts'

export * from './alipay-codes.ts'
export * from './alipay-trade-api.ts'
export * from './alipay-refund-api.ts'
export * from './alipay-bill-api.ts'
export * from './alipay-notify-api.ts'

export const alipayGatewayPath = '/gateway.do'

/** The largest body that the door reads, in bytes. */
export const ALIPAY_BODY_LIMIT = 131_072

/** The methods that the gateway offers. */
export const alipayMethods = [
  'alipay.trade.create',
  'alipay.trade.query',
  'alipay.trade.close',
  'alipay.trade.cancel',
  'alipay.trade.refund',
  'alipay.trade.fastpay.refund.query',
  'alipay.data.dataservice.bill.downloadurl.query',
  'alipay.system.oauth.token',
  'alipay.user.info.share',
] as const
export type AlipayMethod = (typeof alipayMethods)[number]

/** The node of any answer. */
export interface AlipayAnswerNode {
  code: AlipayCode
  msg: string
  sub_code?: AlipaySubCode
  sub_msg?: string
  [name: string]: unknown
}

/** The whole of the only body that acknowledges a notification. Source: §9. */
export const ALIPAY_ACKNOWLEDGEMENT = 'success'
