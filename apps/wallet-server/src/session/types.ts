/**
 * Sessions of the wallet app: a random token in an HttpOnly cookie, of which the database keeps only the hash, and a
 * CSRF token that the page sends back with every call that changes something.
 */
export interface Session {
  userId: string
  csrfToken: string
  expiresAt: Date
}

export interface SessionService {
  /** Opens a session; the token goes into the cookie and nowhere else. */
  open(userId: string): Promise<{ token: string; session: Session }>
  /** @returns null when there is none, or it has expired */
  find(token: string): Promise<Session | null>
  close(token: string): Promise<void>
}
