/**
 * The only place that turns an error into an answer of the JSON APIs (cashier, wallet app, sandbox).
 *
 * What the wallet foresees is answered with a 4xx status and `ApiError`; what it does not is logged without what the
 * caller sent, and answered as unknown. The table is total: a new refusal does not compile without its status here.
 */
import { WalletError, type ApiError, type RefusalCode } from '@tradepay/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isLostConnection } from '../db/transaction.ts'

const statuses: Record<RefusalCode, number> = {
  INVALID_PARAMETER: 400,
  BODY_MALFORMED: 400,
  BODY_TOO_LARGE: 413,
  API_UNKNOWN: 404,

  CLIENT_UNKNOWN: 404,
  CLIENT_DISABLED: 403,
  KEY_UNKNOWN: 404,
  SIGNATURE_MISSING: 401,
  SIGNATURE_INVALID: 401,
  REQUEST_TIME_INVALID: 401,
  RATE_LIMITED: 429,

  ORDER_NOT_FOUND: 404,
  ORDER_PAID: 409,
  ORDER_CLOSED: 409,
  ORDER_EXPIRED: 409,
  ORDER_INCONSISTENT: 409,
  ORDER_BUYER_MISMATCH: 403,
  ORDER_PROGRAM_MISMATCH: 403,
  AMOUNT_MISMATCH: 409,
  AMOUNT_OUT_OF_RANGE: 400,
  CURRENCY_NOT_SUPPORTED: 400,

  ORDER_CANCELLED: 409,
  ORDER_NOT_PAID: 409,
  ORDER_REFUNDED: 409,

  PAYMENT_PROCESSING: 409,
  PAYMENT_LIMIT_EXCEEDED: 409,
  DAY_LIMIT_EXCEEDED: 409,

  REFUND_NOT_FOUND: 404,
  REFUND_INCONSISTENT: 409,
  REFUND_EXCEEDS_PAYMENT: 409,
  REFUND_WINDOW_OVER: 409,
  MERCHANT_BALANCE_NOT_ENOUGH: 409,

  NOTIFICATION_NOT_FOUND: 404,
  NOTIFICATION_IN_PROGRESS: 409,
  NOTIFICATION_OVERTAKEN: 409,

  BANK_ACCOUNT_NOT_FOUND: 404,
  BANK_NOT_AVAILABLE: 409,
  BANK_REFUSED: 409,
  PAY_OUT_INCONSISTENT: 409,
  TOP_UP_NOT_FOUND: 404,
  TOP_UP_INCONSISTENT: 409,

  USER_NOT_FOUND: 404,
  USER_FROZEN: 403,
  MERCHANT_FROZEN: 403,
  PAYER_IS_PAYEE: 409,
  BALANCE_NOT_ENOUGH: 409,

  LOGIN_REFUSED: 401,
  PIN_WRONG: 403,
  PIN_LOCKED: 403,
  SESSION_REQUIRED: 401,
  CSRF_REFUSED: 403,

  PROGRAM_NOT_FOUND: 404,
  SCOPE_UNKNOWN: 400,
  AUTH_CODE_INVALID: 404,
  AUTH_CLIENT_MISMATCH: 403,
  AUTH_CODE_USED: 409,
  AUTH_CODE_EXPIRED: 409,
  REFRESH_TOKEN_INVALID: 404,
  REFRESH_TOKEN_USED: 409,
  REFRESH_TOKEN_EXPIRED: 409,
  ACCESS_TOKEN_INVALID: 401,
  ACCESS_TOKEN_EXPIRED: 401,
  HOST_NOT_ALLOWED: 403,
  // Not 502 and 504: those say that the wallet itself is ill. Here a stranger's server is, and the call was answered.
  HOST_UNREACHABLE: 424,
  HOST_TIMED_OUT: 424,

  // The only 5xx among the refusals: the database was lost in the middle. No input leads here.
  OUTCOME_UNKNOWN: 503,
}

/**
 * Answers an error. Use it as the error handler of a door, or call it.
 * @param error WalletError by the table; an error of Fastify about the body by its own kind; anything else is ours
 */
export function sendError(reply: FastifyReply, error: unknown): FastifyReply {
  const refusal = asRefusal(error)
  if (refusal) return answer(reply, statusOf(error, refusal.code), refusal)
  // The name, the code and the stack of ours say where; what the caller sent may hold a PIN and is not logged.
  const { name, code, stack } = describe(error)
  reply.log.error({ error: { name, code, stack } }, 'A call failed in a way the wallet does not foresee.')
  // A database that is away for a moment is no fault of the call: 503 says that it may be repeated.
  return answer(reply, isLostConnection(error) ? 503 : 500, new WalletError('OUTCOME_UNKNOWN'))
}

/** The body of a refusal. */
export function apiError(error: WalletError): ApiError {
  return { error: { code: error.code, message: error.message, action: error.action, ...error.details } }
}

/** `http.setErrorHandler(errorHandler)` */
export function errorHandler(error: unknown, _request: FastifyRequest, reply: FastifyReply): void {
  void sendError(reply, error)
}

/** `http.setNotFoundHandler(notFoundHandler)` */
export function notFoundHandler(request: FastifyRequest, reply: FastifyReply): void {
  const path = request.url.split('?')[0]!.slice(0, 200)
  void sendError(reply, new WalletError('API_UNKNOWN', {}, `There is no ${request.method} ${path} here.`))
}

function answer(reply: FastifyReply, status: number, error: WalletError): FastifyReply {
  return reply
    .status(status)
    .header('content-type', 'application/json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(apiError(error)))
}

/** Fastify names its errors; those that the caller's bytes can cause become refusals. */
function asRefusal(error: unknown): WalletError | null {
  if (error instanceof WalletError) return error
  const { code, statusCode } = describe(error)
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new WalletError('BODY_TOO_LARGE')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new WalletError('BODY_MALFORMED', { expected: 'content-type: application/json' })
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new WalletError('BODY_MALFORMED', { expected: 'JSON in UTF-8' })
  }
  // Whatever else Fastify refuses as the caller's fault: a length that does not match, a malformed address.
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return new WalletError('BODY_MALFORMED')
  return null
}

function statusOf(error: unknown, code: RefusalCode): number {
  const { statusCode } = describe(error)
  const given = error instanceof WalletError ? undefined : statusCode
  return given ?? statuses[code]
}

function describe(error: unknown): { name: string; code?: string; statusCode?: number; stack?: string } {
  if (!(error instanceof Error)) return { name: typeof error }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const statusCode = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined
  return { name: error.name, code, statusCode, stack: error.stack }
}
