/**
 * The one error of this package. What matters most about it is `isUnknown`: whether the wallet may have done what was
 * asked all the same. No key, signature or body ever stands in a message.
 */

/**
 * What a refusal means, in one word for both families, so that a program need not know either family's codes:
 *
 * - `ORDER_NOT_FOUND` no such order · `ORDER_CLOSED` it can not be paid any more · `ORDER_STATE` it is paid, or it is not,
 *   or a part of it is refunded, and the call needs it otherwise
 * - `REPEAT_DIFFERS` the number was used before, with another content: never change what you repeat
 * - `REFUND_NOT_FOUND` no such refund · `REFUND_TOO_MUCH` more than is left of the payment · `REFUND_TOO_LATE` the time for
 *   refunds is over · `REFUND_FAILED` the bank did not take it, the money is yours again; a new attempt needs a new number ·
 *   `BALANCE_NOT_ENOUGH` your balance does not cover the refund
 * - `CODE_REFUSED` the auth code is used, expired or another client's · `TOKEN_REFUSED` the same of a token
 * - `BUYER_REFUSED` the user that the order names does not exist, is frozen, or is the merchant itself
 * - `CALLER_REFUSED` the wallet does not know this client, its key or its signature · `RATE_LIMITED` call again later
 * - `NO_STATEMENT` nothing moved, or the day is not over
 * - `ARGUMENT` something in the call is not as it must be · `UNKNOWN` nobody knows what the wallet has done · `OTHER` read `code`
 */
export type Reason =
  | 'ORDER_NOT_FOUND'
  | 'ORDER_CLOSED'
  | 'ORDER_STATE'
  | 'REPEAT_DIFFERS'
  | 'REFUND_NOT_FOUND'
  | 'REFUND_TOO_MUCH'
  | 'REFUND_TOO_LATE'
  | 'REFUND_FAILED'
  | 'BALANCE_NOT_ENOUGH'
  | 'CODE_REFUSED'
  | 'TOKEN_REFUSED'
  | 'BUYER_REFUSED'
  | 'CALLER_REFUSED'
  | 'RATE_LIMITED'
  | 'NO_STATEMENT'
  | 'ARGUMENT'
  | 'UNKNOWN'
  | 'OTHER'

/** Why a call gave no result. */
export class TradePayError extends Error {
  /** `TradePayError`, also where several copies of this package are loaded. */
  override name = 'TradePayError'
  /**
   * The wallet's own code: `resultCode` of the super-app family (`ORDER_NOT_EXIST`), `sub_code` of the Alipay family
   * (`ACQ.TRADE_NOT_EXIST`), its `code` where it gives none. Or one of ours: `NETWORK`, `TIMEOUT`, `ANSWER_NOT_VERIFIED`,
   * `ANSWER_NOT_UNDERSTOOD`, `INVALID_ARGUMENT`, `CANCEL_NOT_DONE`, `REFUND_NOT_EXIST`, `REFUND_FAIL`, `NOT_DOWNLOADED`.
   */
  readonly code: string
  /** What the code means, in words that are the same in both families. */
  readonly reason: Reason
  /** HTTP status of the answer; null when there was none. */
  readonly status: number | null
  /** The number the call was about: your number of the order or refund, or the tradeNo. Look for it in both sides' logs. */
  readonly requestId: string
  /**
   * True when nobody can say whether the wallet did what was asked: no answer, an answer that does not verify, or the
   * wallet's own "unknown". Never treat it as a failure: repeat the call with the same number and content, or inquire.
   */
  readonly isUnknown: boolean

  /** For this package and for tests that need such an error. */
  constructor(
    message: string,
    facts: {
      code: string
      reason: Reason
      status?: number | null
      requestId: string
      isUnknown: boolean
      cause?: unknown
    },
  ) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.code = facts.code
    this.reason = facts.reason
    this.status = facts.status ?? null
    this.requestId = facts.requestId
    this.isUnknown = facts.isUnknown
  }
}

/**
 * Whether the error leaves the outcome open.
 *
 * @example
 * try {
 *   await wallet.createOrder(order)
 * } catch (error) {
 *   if (isUnknown(error)) return tryAgainLaterWithTheSameNumber(order)
 *   throw error
 * }
 */
export function isUnknown(error: unknown): boolean {
  return error instanceof TradePayError && error.isUnknown
}
