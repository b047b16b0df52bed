/**
 * Every method of the gateway, by its name. Source: alipay-openapi §6.
 */
import { ALIPAY_ORDER_STRING_METHOD } from '@tradepay/contract'
import type { AlipayParameters } from '@tradepay/signature'
import { billDownloadUrlQuery } from './bill-download-url-query.ts'
import { GatewayRefusal } from './errors.ts'
import type { Method } from './method.ts'
import { oauthToken } from './oauth-token.ts'
import { refundQuery } from './refund-query.ts'
import { tradeCancel } from './trade-cancel.ts'
import { tradeClose } from './trade-close.ts'
import { tradeCreate } from './trade-create.ts'
import { tradeQuery } from './trade-query.ts'
import { tradeRefund } from './trade-refund.ts'
import { userInfoShare } from './user-info-share.ts'

const methods = new Map<string, Method>(
  [
    tradeCreate,
    tradeQuery,
    tradeClose,
    tradeCancel,
    tradeRefund,
    refundQuery,
    billDownloadUrlQuery,
    oauthToken,
    userInfoShare,
  ].map((method) => [method.name, method]),
)

/** The method of this name, or null. */
export const methodNamed = (name: string): Method | null => methods.get(name) ?? null

/** The method that a call names. @throws GatewayRefusal when it names none, or one that is not here */
export function methodOf(parameters: AlipayParameters): Method {
  const name = parameters['method'] ?? ''
  if (name === '') throw new GatewayRefusal('isv.missing-method', 'The parameter method is missing.')
  const method = methodNamed(name)
  if (method) return method
  throw new GatewayRefusal(
    'isv.invalid-method',
    name === ALIPAY_ORDER_STRING_METHOD
      ? `${name} is not called at the gateway: hand the signed string to my.tradePay({ orderStr }).`
      : `There is no such method here; these are: ${[...methods.keys()].join(', ')}.`,
  )
}
