/**
 * Why a call of a mini program failed, in the numbers of the my.* API (miniprogram-format §8). Anything that the table
 * does not name is 3, "unknown error".
 */
import { ApiFailure } from '@tradepay/mini-program/host'
import { ServerError } from '../server-api/server-error.ts'

const requestErrors: Partial<Record<ServerError['code'], number>> = {
  INVALID_PARAMETER: 2,
  BODY_TOO_LARGE: 2,
  HOST_NOT_ALLOWED: 11,
  SESSION_REQUIRED: 4,
  OFFLINE: 12,
  CONNECTION_LOST: 12,
  TIMED_OUT: 13,
  HOST_TIMED_OUT: 13,
  HOST_UNREACHABLE: 19,
  RATE_LIMITED: 20,
}

const authCodeErrors: Partial<Record<ServerError['code'], number>> = {
  SCOPE_UNKNOWN: 3,
  INVALID_PARAMETER: 2,
  SESSION_REQUIRED: 4,
  OFFLINE: 12,
  CONNECTION_LOST: 12,
  TIMED_OUT: 12,
}

/** Turns what the server answered into what the mini program is told. Other errors pass through. */
function asApiFailure(error: unknown, api: string, numbers: Partial<Record<ServerError['code'], number>>): unknown {
  if (!(error instanceof ServerError)) return error
  return new ApiFailure(numbers[error.code] ?? 3, `${api}: ${error.message} ${error.action}`)
}

export const asRequestFailure = (error: unknown): unknown => asApiFailure(error, 'request', requestErrors)
export const asAuthCodeFailure = (error: unknown): unknown => asApiFailure(error, 'getAuthCode', authCodeErrors)
