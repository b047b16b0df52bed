/**
 * What the codes of both families mean, in the words of this package. A code that is not here is `OTHER`: its own name stays
 * in the error's `code`. Source: superapp-payment-api §4.1, §5.3 to §5.8, §8.2; alipay-openapi §4, §6, §7.
 */
import type { Reason } from '../errors.ts'

const superappReasons: Readonly<Record<string, Reason>> = {
  ORDER_NOT_EXIST: 'ORDER_NOT_FOUND',
  ORDER_IS_CLOSED: 'ORDER_CLOSED',
  ORDER_STATUS_INVALID: 'ORDER_STATE',
  CANCEL_NOT_ALLOWED: 'ORDER_STATE',
  REPEAT_REQ_INCONSISTENT: 'REPEAT_DIFFERS',
  REFUND_AMOUNT_EXCEED: 'REFUND_TOO_MUCH',
  REFUND_WINDOW_EXCEED: 'REFUND_TOO_LATE',
  CANCEL_WINDOW_EXCEED: 'REFUND_TOO_LATE',
  MERCHANT_BALANCE_NOT_ENOUGH: 'BALANCE_NOT_ENOUGH',
  INVALID_AUTH_CLIENT: 'CODE_REFUSED',
  INVALID_CODE: 'CODE_REFUSED',
  USED_CODE: 'CODE_REFUSED',
  EXPIRED_CODE: 'CODE_REFUSED',
  AUTH_CODE_ALREADY_USED: 'CODE_REFUSED',
  INVALID_TOKEN: 'TOKEN_REFUSED',
  USED_REFRESH_TOKEN: 'TOKEN_REFUSED',
  EXPIRED_REFRESH_TOKEN: 'TOKEN_REFUSED',
  INVALID_ACCESS_TOKEN: 'TOKEN_REFUSED',
  EXPIRED_ACCESS_TOKEN: 'TOKEN_REFUSED',
  USER_NOT_EXIST: 'BUYER_REFUSED',
  USER_STATUS_ABNORMAL: 'BUYER_REFUSED',
  INVALID_CLIENT: 'CALLER_REFUSED',
  CLIENT_INVALID: 'CALLER_REFUSED',
  INVALID_CLIENT_STATUS: 'CALLER_REFUSED',
  KEY_NOT_FOUND: 'CALLER_REFUSED',
  INVALID_SIGNATURE: 'CALLER_REFUSED',
  TIMESTAMP_INVALID: 'CALLER_REFUSED',
  ACCESS_DENIED: 'CALLER_REFUSED',
  REQUEST_TRAFFIC_EXCEED_LIMIT: 'RATE_LIMITED',
  PARAM_ILLEGAL: 'ARGUMENT',
  MSG_PARSE_ERROR: 'ARGUMENT',
  CURRENCY_NOT_SUPPORT: 'ARGUMENT',
  PAYMENT_AMOUNT_EXCEED_LIMIT: 'ARGUMENT',
}

/** Business codes without their `ACQ.`. */
const alipayReasons: Readonly<Record<string, Reason>> = {
  TRADE_NOT_EXIST: 'ORDER_NOT_FOUND',
  TRADE_HAS_CLOSE: 'ORDER_CLOSED',
  TRADE_HAS_SUCCESS: 'ORDER_STATE',
  TRADE_STATUS_ERROR: 'ORDER_STATE',
  REASON_TRADE_STATUS_INVALID: 'ORDER_STATE',
  REASON_ILLEGAL_STATUS: 'ORDER_STATE',
  REASON_TRADE_REFUND_FEE_ERR: 'ORDER_STATE',
  CONTEXT_INCONSISTENT: 'REPEAT_DIFFERS',
  DISCORDANT_REPEAT_REQUEST: 'REPEAT_DIFFERS',
  TRADE_BUYER_NOT_MATCH: 'REPEAT_DIFFERS',
  REFUND_AMT_NOT_EQUAL_TOTAL: 'REFUND_TOO_MUCH',
  TRADE_HAS_FINISHED: 'REFUND_TOO_LATE',
  TRADE_CANCEL_TIME_OUT: 'REFUND_TOO_LATE',
  SELLER_BALANCE_NOT_ENOUGH: 'BALANCE_NOT_ENOUGH',
  BUYER_NOT_EXIST: 'BUYER_REFUSED',
  BUYER_ENABLE_STATUS_FORBID: 'BUYER_REFUSED',
  BUYER_SELLER_EQUAL: 'BUYER_REFUSED',
  ACCESS_FORBIDDEN: 'CALLER_REFUSED',
  INVALID_PARAMETER: 'ARGUMENT',
  CURRENCY_NOT_SUPPORT: 'ARGUMENT',
  NOW_TIME_AFTER_EXPIRE_TIME_ERROR: 'ARGUMENT',
  TOTAL_FEE_EXCEED: 'ARGUMENT',
  'isv.code-invalid': 'CODE_REFUSED',
  'isv.refresh-token-invalid': 'TOKEN_REFUSED',
  'isv.refresh-token-time-out': 'TOKEN_REFUSED',
  'aop.invalid-auth-token': 'TOKEN_REFUSED',
  'aop.auth-token-time-out': 'TOKEN_REFUSED',
  'isv.invalid-app-id': 'CALLER_REFUSED',
  'isv.invalid-signature': 'CALLER_REFUSED',
  'isv.invalid-timestamp': 'CALLER_REFUSED',
  'isv.missing-signature-config': 'CALLER_REFUSED',
  'isv.insufficient-isv-permissions': 'CALLER_REFUSED',
  'isv.app-call-limited': 'RATE_LIMITED',
  'isv.method-call-limited': 'RATE_LIMITED',
  'isv.invalid-parameter': 'ARGUMENT',
  'isv.illegal-json': 'ARGUMENT',
  NO_BILL_DATA: 'NO_STATEMENT',
  BILL_NOT_EXIST: 'NO_STATEMENT',
  BILL_DATE_BEFORE_REGISTRATION: 'NO_STATEMENT',
  TYPE_NOT_SUPPORTED: 'ARGUMENT',
  INVAILID_ARGUMENTS: 'ARGUMENT',
}

/** @param resultCode of the super-app family */
export const superappReason = (resultCode: string): Reason => reasonIn(superappReasons, resultCode)

/** @param code `sub_code` of the Alipay family, whose prefixes vary (§7), or its `code` */
export const alipayReason = (code: string): Reason => reasonIn(alipayReasons, withoutPrefix(code))

/** Whether the wallet says by a code that it does not know what it has done. Source: alipay-openapi §4, §7. */
export function isUnknownAlipay(code: string, subCode: string | null): boolean {
  return code === '20000' || code === '40005' || withoutPrefix(subCode ?? '') === 'SYSTEM_ERROR'
}

/** The business codes come as `ACQ.…`, `aop.ACQ.…`, and in one place misspelt `AQC.…`. */
const withoutPrefix = (code: string): string => code.replace(/^.*A[CQ]{2}\./, '')

const reasonIn = (reasons: Readonly<Record<string, Reason>>, code: string): Reason =>
  (Object.hasOwn(reasons, code) ? reasons[code] : undefined) ?? 'OTHER'
