/**
 * Results of the super-app family: the total table from refusals to its codes, and how a result is written.
 * Source: superapp-payment-api §4, §5.3, §5.5. A new refusal without an answer here does not compile.
 */
import {
  superappResultCodes,
  WalletError,
  type RefusalCode,
  type SignatureExplanation,
  type SuperappResult,
  type SuperappResultCode,
} from '@tradepay/contract'
import { explanationSentence } from '../merchant-door/explanation.ts'

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

  ORDER_CANCELLED: 'ORDER_IS_CLOSED',
  ORDER_NOT_PAID: 'ORDER_STATUS_INVALID',
  ORDER_REFUNDED: 'CANCEL_NOT_ALLOWED',

  PAYMENT_PROCESSING: 'PAYMENT_IN_PROCESS',
  PAYMENT_LIMIT_EXCEEDED: 'USER_AMOUNT_EXCEED_LIMIT',
  DAY_LIMIT_EXCEEDED: 'USER_AMOUNT_EXCEED_LIMIT',

  REFUND_NOT_FOUND: 'ORDER_NOT_EXIST',
  REFUND_INCONSISTENT: 'REPEAT_REQ_INCONSISTENT',
  REFUND_EXCEEDS_PAYMENT: 'REFUND_AMOUNT_EXCEED',
  REFUND_WINDOW_OVER: 'REFUND_WINDOW_EXCEED',
  MERCHANT_BALANCE_NOT_ENOUGH: 'MERCHANT_BALANCE_NOT_ENOUGH',

  NOTIFICATION_NOT_FOUND: 'PARAM_ILLEGAL',
  NOTIFICATION_IN_PROGRESS: 'PROCESS_FAIL',
  NOTIFICATION_OVERTAKEN: 'PROCESS_FAIL',

  BANK_ACCOUNT_NOT_FOUND: 'UNAVAILABLE_PAYMENT_METHOD',
  BANK_NOT_AVAILABLE: 'UNAVAILABLE_PAYMENT_METHOD',
  BANK_REFUSED: 'PROCESS_FAIL',
  PAY_OUT_INCONSISTENT: 'REPEAT_REQ_INCONSISTENT',
  TOP_UP_NOT_FOUND: 'ORDER_NOT_EXIST',
  TOP_UP_INCONSISTENT: 'REPEAT_REQ_INCONSISTENT',

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
  AUTH_CODE_INVALID: 'INVALID_CODE',
  AUTH_CLIENT_MISMATCH: 'INVALID_AUTH_CLIENT',
  AUTH_CODE_USED: 'USED_CODE',
  AUTH_CODE_EXPIRED: 'EXPIRED_CODE',
  REFRESH_TOKEN_INVALID: 'INVALID_TOKEN',
  REFRESH_TOKEN_USED: 'USED_REFRESH_TOKEN',
  REFRESH_TOKEN_EXPIRED: 'EXPIRED_REFRESH_TOKEN',
  ACCESS_TOKEN_INVALID: 'INVALID_ACCESS_TOKEN',
  ACCESS_TOKEN_EXPIRED: 'EXPIRED_ACCESS_TOKEN',
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

/** The result of a refused signature that is explained: the code, and the explanation's sentences. */
export const explanationResult = (result: SuperappResult, explanation: SignatureExplanation): SuperappResult => ({
  ...result,
  resultMessage: shortened(explanationSentence(explanation)),
})

/** A refusal in the family's own words, for what no room knows of or what one call names otherwise. */
export class SuperappRefusal extends Error {
  override name = 'SuperappRefusal'
  constructor(
    readonly code: SuperappResultCode,
    message: string,
  ) {
    super(message)
  }
}

/** True for what was foreseen; anything else is worth a line in the log. */
export const isRefusal = (error: unknown): boolean => error instanceof WalletError || error instanceof SuperappRefusal

/** A refusal of a room by the code that one call has for it; anything else comes back as it is. */
export function inOtherWords(error: unknown, words: Partial<Record<RefusalCode, SuperappResultCode>>): unknown {
  const code = error instanceof WalletError ? words[error.code] : undefined
  return code === undefined ? error : new SuperappRefusal(code, messageOf(error as WalletError))
}

/** What a refusal is on this wire. An error that nobody foresaw is unknown (`U`), never a failure. */
export function refusalResult(error: unknown): SuperappResult {
  if (error instanceof SuperappRefusal) return superappResult(error.code, error.message)
  const refusal = error instanceof WalletError ? error : new WalletError('OUTCOME_UNKNOWN')
  return superappResult(codes[refusal.code], messageOf(refusal))
}

const messageOf = ({ message, action }: WalletError): string => `${message} ${action}`

const shortened = (text: string): string => (text.length > MESSAGE_MAX ? `${text.slice(0, MESSAGE_MAX - 1)}…` : text)
