/**
 * The Alipay family's REST calls (`/v3/…`): the methods of the gateway under addresses of their own, with JSON bodies and HTTP
 * status codes. What a call takes and gives is what its method takes and gives. Source: alipay-openapi §10.
 */
import { Type, type Static } from 'typebox'
import type { AlipayMethod } from './alipay-api.ts'
import { alipaySubCodes, type AlipayCode, type AlipaySubCode } from './alipay-codes.ts'
import { SignatureExplanation } from './signature-explanation.ts'

/** Every address of this API begins with it. */
export const ALIPAY_V3_PREFIX = '/v3/'

/** The address of a method: its name with slashes for dots. */
export const alipayV3Path = (method: string): string => ALIPAY_V3_PREFIX + method.replaceAll('.', '/')

/**
 * How each method is called. A query is asked for with GET by older clients and with POST by newer ones. What the reference
 * does not list is called with POST, like everything that is not a plain question.
 */
export const alipayV3HttpMethods = {
  'alipay.trade.create': ['POST'],
  'alipay.trade.query': ['GET', 'POST'],
  'alipay.trade.close': ['POST'],
  'alipay.trade.cancel': ['POST'],
  'alipay.trade.refund': ['POST'],
  'alipay.trade.fastpay.refund.query': ['POST'],
  'alipay.data.dataservice.bill.downloadurl.query': ['GET'],
  'alipay.system.oauth.token': ['POST'],
  'alipay.user.info.share': ['POST'],
} as const satisfies Record<AlipayMethod, readonly ('GET' | 'POST')[]>

/** The body of every refusal. */
export const AlipayV3Error = Type.Object({
  /** A `sub_code` of the gateway, without the prefix that says whose fault it is: see {@link alipayV3Code}. */
  code: Type.String(),
  message: Type.String(),
  /** Where to read more; empty when there is nothing more to read. */
  links: Type.Array(Type.Object({ link: Type.String(), desc: Type.String() })),
  /** Why a signature was refused; in the sandbox only. */
  explanation: Type.Optional(SignatureExplanation),
})
export type AlipayV3Error = Static<typeof AlipayV3Error>

/** `ACQ.…` codes and those without a prefix stay as they are; `isv.`, `isp.` and `aop.` fall away. */
export const alipayV3Code = (subCode: AlipaySubCode): string => subCode.replace(/^(isv|isp|aop)\./, '')

/** The status of everything that was answered. */
export const ALIPAY_V3_OK = 200

/** 400 arguments and business, 401 tokens, 403 permissions, 429 too many calls, 500 unknown. */
const statuses = {
  '10000': ALIPAY_V3_OK,
  '20000': 500,
  '20001': 401,
  '40001': 400,
  '40002': 400,
  '40003': 400,
  '40004': 400,
  '40005': 429,
  '40006': 403,
} as const satisfies Record<AlipayCode, number>

/** The HTTP status of a refusal. */
export function alipayV3Status(subCode: AlipaySubCode): number {
  if (subCode === 'isv.invalid-method') return 404
  if (subCode === 'ACQ.SYSTEM_ERROR') return 500
  return statuses[alipaySubCodes[subCode]]
}
