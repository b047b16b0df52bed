/**
 * Every REST call of the family: the methods of the gateway, by address. Source: alipay-openapi §10.
 */
import { ALIPAY_V3_PREFIX, alipayMethods, alipayV3HttpMethods, alipayV3Path } from '@tradepay/contract'
import { GatewayRefusal } from '../errors.ts'
import type { Method } from '../method.ts'
import { methodOf } from '../methods.ts'

export interface RestCall {
  path: string
  httpMethods: readonly ('GET' | 'POST')[]
  method: Method
}

export const restCalls: readonly RestCall[] = alipayMethods.map((name) => ({
  path: alipayV3Path(name),
  httpMethods: alipayV3HttpMethods[name],
  method: methodOf({ method: name }),
}))

/** Why there is no call at this address, or not with this HTTP method. @throws GatewayRefusal always */
export function refuseUnknownCall(path: string): never {
  const { name } = methodOf({ method: path.slice(ALIPAY_V3_PREFIX.length).replaceAll('/', '.') || '/' })
  throw new GatewayRefusal('isv.invalid-method', `${path} is called with ${alipayV3HttpMethods[name].join(' or ')}.`)
}
