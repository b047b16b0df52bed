/**
 * Reads verified answers, and turns what cannot be read into "unknown".
 */
import { TradePayError } from '../errors.ts'
import { NotUnderstood, readOptionalText, readText, type JsonObject } from '../wire/json.ts'

/** @throws TradePayError ANSWER_NOT_UNDERSTOOD, unknown: the wallet has done something, and said it in a way that we cannot read */
export function understand<T>(requestId: string, read: () => T, status: number | null = 200): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error
    throw new TradePayError(`The wallet's answer was not understood. ${error.message}`, {
      code: 'ANSWER_NOT_UNDERSTOOD',
      reason: 'UNKNOWN',
      status,
      requestId,
      isUnknown: true,
    })
  }
}

/** A verified answer about another order is not an answer to this call. @throws NotUnderstood */
export function expectSame(
  content: JsonObject,
  name: string,
  expected: string,
  presence: 'required' | 'optional',
): void {
  const value = presence === 'required' ? readText(content, name) : readOptionalText(content, name, 64)
  if (value !== null && value !== expected) throw new NotUnderstood(`"${name}" is that of another order.`)
}

/** An answer that could not be verified. It may be anybody's. */
export function notVerified(status: number, requestId: string, why: string): TradePayError {
  return new TradePayError(`The wallet's answer (HTTP ${status}) could not be verified and was not used. ${why}`, {
    code: 'ANSWER_NOT_VERIFIED',
    reason: 'UNKNOWN',
    status,
    requestId,
    isUnknown: true,
  })
}
