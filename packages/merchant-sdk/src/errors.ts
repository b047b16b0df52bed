/**
 * The one error of this package. What matters most about it is `isUnknown`: whether the wallet may have done what was
 * asked all the same. No key, signature or body ever stands in a message.
 */

/** Why a call gave no result. */
export class TradePayError extends Error {
  override name = 'TradePayError'
  /**
   * The wallet's `resultCode` (`ORDER_NOT_EXIST`, `REPEAT_REQ_INCONSISTENT`, …), or one of ours: `NETWORK`, `TIMEOUT`,
   * `ANSWER_NOT_VERIFIED`, `ANSWER_NOT_UNDERSTOOD`, `INVALID_ARGUMENT`.
   */
  readonly code: string
  /** The wallet's `resultStatus`: `F` refused for good, `U` unknown. Null when no answer could be believed. */
  readonly resultStatus: 'F' | 'U' | null
  /** HTTP status of the answer; null when there was none. */
  readonly status: number | null
  /** The number the call was about: your order number, or the tradeNo. Look for it in both sides' logs. */
  readonly requestId: string
  /**
   * True when nobody can say whether the wallet did what was asked: no answer, an answer that does not verify, or the
   * wallet's own "unknown". Never treat it as a failure: repeat the call with the same number, or inquire.
   */
  readonly isUnknown: boolean

  constructor(
    message: string,
    facts: {
      code: string
      resultStatus?: 'F' | 'U' | null
      status?: number | null
      requestId: string
      isUnknown: boolean
      cause?: unknown
    },
  ) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.code = facts.code
    this.resultStatus = facts.resultStatus ?? null
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
 *   await wallet.create(order)
 * } catch (error) {
 *   if (isUnknown(error)) return tryAgainLaterWithTheSameNumber(order)
 *   throw error
 * }
 */
export function isUnknown(error: unknown): boolean {
  return error instanceof TradePayError && error.isUnknown
}
