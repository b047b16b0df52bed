/**
 * The Alipay OpenAPI on the wire (`/gateway.do`): `alipay.trade.create`, `alipay.trade.query`, and the form-encoded
 * notification. Source: `alipay-openapi` §1–§6, §9.
 */
export const alipayGatewayPath = '/gateway.do'
