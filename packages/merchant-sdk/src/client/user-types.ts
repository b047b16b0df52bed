/**
 * Who the user behind `my.getAuthCode` is, as far as the user has agreed to say.
 */

/** What names a user of the wallet for a while. Keep it on your server. */
export interface UserTokens {
  /** The user's id at the wallet. The same for every token of this user. */
  userId: string
  /** What `getUser` takes. */
  accessToken: string
  /** From then on it is refused. */
  accessTokenExpiresAt: Date
  /** Good once, for new tokens. Null when the wallet gives none. */
  refreshToken: string | null
  /** From then on it is refused; null when the wallet does not say, or gives none. */
  refreshTokenExpiresAt: Date | null
}

/** What the scopes of a token show of its user; null for what they do not, or what the family has no place for. */
export interface User {
  /** The user's id at the wallet. */
  userId: string
  /** What the user is called in the wallet. */
  nickName: string | null
  /** First and last name. Only in the super-app family. */
  fullName: string | null
}
