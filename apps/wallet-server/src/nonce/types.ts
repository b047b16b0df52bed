/**
 * Nonces: a signed call that carries one is taken once, by whichever server it reaches first. For families whose calls say
 * when they were signed, so that a nonce needs to be known only as long as its call would be taken.
 */

/** A nonce of a call whose signature has been verified. */
export interface UsedNonce {
  /** Whose it is: the same nonce of another client is another one. */
  client: { clientId: string; bucket: number }
  /** 1 to 64 characters of {@link NONCE}. */
  nonce: string
  /** When the client says it signed. */
  signedAt: Date
}

/** What a nonce may be: 1 to 64 visible ASCII characters, but no comma, which ends it on the wire. */
export const NONCE = /^[\x21-\x2b\x2d-\x7e]{1,64}$/

export interface NonceService {
  /**
   * Remembers a nonce. To be called once for a call, after its signature and time were found right: what a stranger sends
   * must not be kept.
   * @returns false when the client has used it before, then nothing is written
   * @throws WalletError INVALID_PARAMETER (not of the form of {@link NONCE}), OUTCOME_UNKNOWN (the database is away: the nonce
   * may be used up)
   */
  use(nonce: UsedNonce): Promise<boolean>
  /**
   * Deletes nonces of calls that are too old to be taken, at most 1,000. May be repeated, also by several servers at once.
   * @returns how many were deleted; 0 when none is left
   */
  deleteOld(): Promise<number>
}
