/**
 * Refusals of the REST calls: an HTTP status, and a body that says which and why. The words are those of the gateway; see its
 * table. Source: alipay-openapi §10.
 */
import { alipayV3Code, alipayV3Status, type AlipayV3Error } from '@tradepay/contract'
import { errorNode, GatewayRefusal } from '../errors.ts'

/** What a refusal is on this wire. An error that nobody foresaw is 500 (unknown: query), never a failure. */
export function refusalOf(error: unknown): { status: number; body: AlipayV3Error } {
  const { sub_code: subCode = 'isp.unknow-error', sub_msg: message = '' } = errorNode(error)
  const body: AlipayV3Error = { code: alipayV3Code(subCode), message, links: [] }
  if (error instanceof GatewayRefusal && error.explanation !== null) body.explanation = error.explanation
  return { status: alipayV3Status(subCode), body }
}
