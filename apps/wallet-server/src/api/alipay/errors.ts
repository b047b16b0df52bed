/**
 * Errors of the Alipay family: the total table from refusals to its `sub_code`, and how an error node is written.
 * Source: alipay-openapi §4 and §7. A new refusal without an answer here does not compile.
 */
import {
  alipayCodes,
  alipaySubCodes,
  WalletError,
  type AlipayAnswerNode,
  type AlipaySubCode,
  type RefusalCode,
  type SignatureExplanation,
} from '@tradepay/contract'

/** A refusal that only this protocol knows: a missing version, an unknown sign_type. */
export class GatewayRefusal extends Error {
  override name = 'GatewayRefusal'
  constructor(
    readonly subCode: AlipaySubCode,
    message: string,
    /** Why a signature was refused, where that is told. */
    readonly explanation: SignatureExplanation | null = null,
  ) {
    super(message)
  }
}

const subCodes = {
  INVALID_PARAMETER: 'ACQ.INVALID_PARAMETER',
  BODY_MALFORMED: 'isv.invalid-parameter',
  BODY_TOO_LARGE: 'isv.invalid-parameter',
  API_UNKNOWN: 'isv.invalid-method',

  CLIENT_UNKNOWN: 'isv.invalid-app-id',
  CLIENT_DISABLED: 'isv.insufficient-isv-permissions',
  KEY_UNKNOWN: 'isv.missing-signature-config',
  SIGNATURE_MISSING: 'isv.missing-signature',
  SIGNATURE_INVALID: 'isv.invalid-signature',
  REQUEST_TIME_INVALID: 'isv.invalid-timestamp',
  RATE_LIMITED: 'isv.app-call-limited',

  ORDER_NOT_FOUND: 'ACQ.TRADE_NOT_EXIST',
  ORDER_PAID: 'ACQ.TRADE_HAS_SUCCESS',
  ORDER_CLOSED: 'ACQ.TRADE_HAS_CLOSE',
  ORDER_EXPIRED: 'ACQ.TRADE_HAS_CLOSE',
  ORDER_INCONSISTENT: 'ACQ.CONTEXT_INCONSISTENT',
  ORDER_BUYER_MISMATCH: 'ACQ.TRADE_BUYER_NOT_MATCH',
  ORDER_PROGRAM_MISMATCH: 'ACQ.ACCESS_FORBIDDEN',
  AMOUNT_MISMATCH: 'ACQ.CONTEXT_INCONSISTENT',
  AMOUNT_OUT_OF_RANGE: 'ACQ.TOTAL_FEE_EXCEED',
  CURRENCY_NOT_SUPPORTED: 'ACQ.CURRENCY_NOT_SUPPORT',

  ORDER_CANCELLED: 'ACQ.TRADE_HAS_CLOSE',
  ORDER_NOT_PAID: 'ACQ.TRADE_STATUS_ERROR',
  ORDER_REFUNDED: 'ACQ.REASON_TRADE_REFUND_FEE_ERR',

  PAYMENT_PROCESSING: 'ACQ.TRADE_STATUS_ERROR',
  PAYMENT_LIMIT_EXCEEDED: 'ACQ.PAYMENT_FAIL',
  DAY_LIMIT_EXCEEDED: 'ACQ.BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR',

  REFUND_NOT_FOUND: 'ACQ.TRADE_NOT_EXIST',
  REFUND_INCONSISTENT: 'ACQ.DISCORDANT_REPEAT_REQUEST',
  REFUND_EXCEEDS_PAYMENT: 'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL',
  REFUND_WINDOW_OVER: 'ACQ.TRADE_HAS_FINISHED',
  MERCHANT_BALANCE_NOT_ENOUGH: 'ACQ.SELLER_BALANCE_NOT_ENOUGH',

  NOTIFICATION_NOT_FOUND: 'ACQ.INVALID_PARAMETER',
  NOTIFICATION_IN_PROGRESS: 'ACQ.INVALID_PARAMETER',
  NOTIFICATION_OVERTAKEN: 'ACQ.INVALID_PARAMETER',

  BANK_ACCOUNT_NOT_FOUND: 'ACQ.NO_PAYMENT_INSTRUMENTS_AVAILABLE',
  BANK_NOT_AVAILABLE: 'ACQ.NO_PAYMENT_INSTRUMENTS_AVAILABLE',
  BANK_REFUSED: 'ACQ.PAYMENT_FAIL',
  PAY_OUT_INCONSISTENT: 'ACQ.CONTEXT_INCONSISTENT',
  TOP_UP_NOT_FOUND: 'ACQ.TRADE_NOT_EXIST',
  TOP_UP_INCONSISTENT: 'ACQ.CONTEXT_INCONSISTENT',

  USER_NOT_FOUND: 'ACQ.BUYER_NOT_EXIST',
  USER_FROZEN: 'ACQ.BUYER_ENABLE_STATUS_FORBID',
  MERCHANT_FROZEN: 'ACQ.MERCHANT_STATUS_NOT_NORMAL',
  PAYER_IS_PAYEE: 'ACQ.BUYER_SELLER_EQUAL',
  BALANCE_NOT_ENOUGH: 'ACQ.BUYER_BALANCE_NOT_ENOUGH',

  LOGIN_REFUSED: 'ACQ.ACCESS_FORBIDDEN',
  PIN_WRONG: 'ACQ.PAYMENT_FAIL',
  PIN_LOCKED: 'ACQ.PAYMENT_FAIL',
  SESSION_REQUIRED: 'ACQ.ACCESS_FORBIDDEN',
  CSRF_REFUSED: 'ACQ.ACCESS_FORBIDDEN',

  PROGRAM_NOT_FOUND: 'ACQ.INVALID_PARAMETER',
  SCOPE_UNKNOWN: 'ACQ.INVALID_PARAMETER',
  AUTH_CODE_INVALID: 'isv.code-invalid',
  AUTH_CLIENT_MISMATCH: 'isv.code-invalid',
  AUTH_CODE_USED: 'isv.code-invalid',
  AUTH_CODE_EXPIRED: 'isv.code-invalid',
  REFRESH_TOKEN_INVALID: 'isv.refresh-token-invalid',
  REFRESH_TOKEN_USED: 'isv.refresh-token-invalid',
  REFRESH_TOKEN_EXPIRED: 'isv.refresh-token-time-out',
  ACCESS_TOKEN_INVALID: 'aop.invalid-auth-token',
  ACCESS_TOKEN_EXPIRED: 'aop.auth-token-time-out',
  HOST_NOT_ALLOWED: 'ACQ.ACCESS_FORBIDDEN',
  HOST_UNREACHABLE: 'ACQ.SYSTEM_ERROR',
  HOST_TIMED_OUT: 'ACQ.SYSTEM_ERROR',

  OUTCOME_UNKNOWN: 'isp.unknow-error',
} as const satisfies Record<RefusalCode, AlipaySubCode>

/** What a refusal is on this wire. An error that nobody foresaw is `20000` (unknown: query), never a failure. */
export function errorNode(error: unknown): AlipayAnswerNode {
  if (error instanceof GatewayRefusal) {
    const { subCode, message, explanation } = error
    return { ...node(subCode, message), ...(explanation === null ? {} : { explanation }) }
  }
  const refusal = error instanceof WalletError ? error : new WalletError('OUTCOME_UNKNOWN')
  return node(subCodes[refusal.code], `${refusal.message} ${refusal.action}`)
}

function node(subCode: AlipaySubCode, message: string): AlipayAnswerNode {
  const code = alipaySubCodes[subCode]
  return { code, msg: alipayCodes[code], sub_code: subCode, sub_msg: message }
}
