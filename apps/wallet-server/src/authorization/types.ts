/**
 * Authorizations: what a user lets a client see. A code of `my.getAuthCode` is redeemed once for a pair of tokens; the
 * access token names the user for a while, the refresh token is good for one new pair.
 *
 * Codes and tokens are random, and only their SHA-256 is kept. Source: superapp-payment-api §8, alipay-openapi §6.8.
 */
import type { Scope } from './scopes.ts'

/** What a mini program gets. */
export interface IssuedCode {
  /** 32 characters: as many as the strictest wallet of the families allows. */
  authCode: string
  granted: Scope[]
  /** By scope, why it was not granted. */
  refused: Record<string, string>
}

/** A pair of tokens, 40 characters each, and whom they are about. */
export interface Tokens {
  accessToken: string
  accessExpiresAt: Date
  refreshToken: string
  refreshExpiresAt: Date
  userId: string
  appId: string
  scopes: Scope[]
}

/** Whom an access token is about. */
export type Authorization = Pick<Tokens, 'userId' | 'appId' | 'scopes'>

/** What the scopes of an access token show of its user; null is not shown. */
export interface SharedUser {
  userId: string
  state: 'ACTIVE' | 'FROZEN' | null
  nickName: string | null
  fullName: string | null
}

export interface AuthorizationService {
  /**
   * Makes a code for the mini program's server, good once and for `settings.authCodeSeconds`. Each call makes another.
   * @throws WalletError PROGRAM_NOT_FOUND, SCOPE_UNKNOWN (when none of the scopes is known)
   */
  issueCode(code: { appId: string; userId: string; scopes: string[] }): Promise<IssuedCode>
  /**
   * Turns a code into tokens. Of two calls at once, on whatever servers, one gets them. A call that is repeated is refused
   * and ends nothing: the tokens that were given stay good.
   * @param grant.appId the mini program that the caller means; null when it did not say
   * @throws WalletError AUTH_CODE_INVALID, AUTH_CLIENT_MISMATCH (a code of another client's mini program, which stays
   * unused), AUTH_CODE_USED, AUTH_CODE_EXPIRED
   */
  redeem(grant: { clientId: string; authCode: string; appId: string | null }): Promise<Tokens>
  /**
   * Turns a refresh token into a new pair with the same scopes. The access token before keeps its time, so that calls in
   * flight do not fail; the refresh token before is spent.
   * @throws WalletError REFRESH_TOKEN_INVALID (also revoked, or another client's), REFRESH_TOKEN_USED,
   * REFRESH_TOKEN_EXPIRED
   */
  refresh(clientId: string, refreshToken: string): Promise<Tokens>
  /**
   * Ends the authorization of an access token, with every token of it. May be repeated, also after the token has expired.
   * @throws WalletError ACCESS_TOKEN_INVALID (unknown, or another client's)
   */
  revoke(clientId: string, accessToken: string): Promise<void>
  /** @throws WalletError ACCESS_TOKEN_INVALID (also revoked, or another client's), ACCESS_TOKEN_EXPIRED */
  find(clientId: string, accessToken: string): Promise<Authorization>
  /** What the token's scopes show of the user. @throws WalletError as {@link find} */
  userOf(clientId: string, accessToken: string): Promise<SharedUser>
}
