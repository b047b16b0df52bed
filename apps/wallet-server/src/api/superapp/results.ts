/**
 * Results of the super-app family: the total table from refusals to its codes, and how a result is written.
 * Source: superapp-payment-api §4, §5.3, §5.5. A new refusal without an answer here does not compile.
 */
import {
  superappResultCodes,
  WalletError,
  type RefusalCode,
  type SuperappResult,
  type SuperappResultCode,
} from '@tradepay/contract'

const codes = {
  INVALID_PARAMETER: 'PARAM_ILLEGAL',
  BODY_MALFORMED: 'MSG_PARSE_ERROR',
  BODY_TOO_LARGE: 'PARAM_ILLEGAL',
  API_UNKNOWN: 'NO_INTERFACE_DEF',

  CLIENT_UNKNOWN: 'INVALID_CLIENT',
  CLIENT_DISABLED: 'INVALID_CLIENT_STATUS',
  KEY_UNKNOWN: 'KEY_NOT_FOUND',
  SIGNATURE_MISSING: 'INVALID_SIGNATURE',
  SIGNATURE_INVALID: 'INVALID_SIGNATURE',
  REQUEST_TIME_INVALID: 'TIMESTAMP_INVALID',
  RATE_LIMITED: 'REQUEST_TRAFFIC_EXCEED_LIMIT',

  ORDER_NOT_FOUND: 'ORDER_NOT_EXIST',
  ORDER_PAID: 'ORDER_STATUS_INVALID',
  ORDER_CLOSED: 'ORDER_IS_CLOSED',
  ORDER_EXPIRED: 'ORDER_IS_CLOSED',
  ORDER_INCONSISTENT: 'REPEAT_REQ_INCONSISTENT',
  ORDER_BUYER_MISMATCH: 'USER_PAYMENT_VERIFICATION_FAILED',
  ORDER_PROGRAM_MISMATCH: 'BUSINESS_NOT_SUPPORT',
  AMOUNT_MISMATCH: 'PARAM_ILLEGAL',
  AMOUNT_OUT_OF_RANGE: 'PAYMENT_AMOUNT_EXCEED_LIMIT',
  CURRENCY_NOT_SUPPORTED: 'CURRENCY_NOT_SUPPORT',

  USER_NOT_FOUND: 'USER_NOT_EXIST',
  USER_FROZEN: 'USER_STATUS_ABNORMAL',
  MERCHANT_FROZEN: 'PARTNER_STATUS_ABNORMAL',
  PAYER_IS_PAYEE: 'BUSINESS_NOT_SUPPORT',
  BALANCE_NOT_ENOUGH: 'USER_BALANCE_NOT_ENOUGH',

  LOGIN_REFUSED: 'ACCESS_DENIED',
  PIN_WRONG: 'USER_PAYMENT_VERIFICATION_FAILED',
  PIN_LOCKED: 'USER_PAYMENT_VERIFICATION_FAILED',
  SESSION_REQUIRED: 'ACCESS_DENIED',
  CSRF_REFUSED: 'ACCESS_DENIED',

  PROGRAM_NOT_FOUND: 'PARAM_ILLEGAL',
  SCOPE_UNKNOWN: 'PARAM_ILLEGAL',
  HOST_NOT_ALLOWED: 'ACCESS_DENIED',
  HOST_UNREACHABLE: 'PROCESS_FAIL',
  HOST_TIMED_OUT: 'UNKNOWN_EXCEPTION',

  OUTCOME_UNKNOWN: 'UNKNOWN_EXCEPTION',
} as const satisfies Record<RefusalCode, SuperappResultCode>

/** The longest `resultMessage` of the family. */
const MESSAGE_MAX = 256

export function superappResult(code: SuperappResultCode, message: string): SuperappResult {
  return { resultStatus: superappResultCodes[code], resultCode: code, resultMessage: shortened(message) }
}

/** What a refusal is on this wire. An error that nobody foresaw is unknown (`U`), never a failure. */
export function refusalResult(error: unknown): SuperappResult {
  const refusal = error instanceof WalletError ? error : new WalletError('OUTCOME_UNKNOWN')
  return superappResult(codes[refusal.code], `${refusal.message} ${refusal.action}`)
}

const shortened = (text: string): string => (text.length > MESSAGE_MAX ? `${text.slice(0, MESSAGE_MAX - 1)}…` : text)
