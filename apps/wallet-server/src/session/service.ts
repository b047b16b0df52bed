/**
 * Sessions of the wallet app: opens, finds and closes them. A token is 32 random bytes; only its SHA-256 is stored, so
 * a copy of the database opens no session.
 */
import { createHash } from 'node:crypto'
import type { Deps } from '../build-server.ts'
import * as store from './store.ts'
import type { SessionService } from './types.ts'

const TOKEN_BYTES = 32
/** 32 bytes in base64url. What is longer cannot be a token of ours and is not looked up. */
const TOKEN_LENGTH = 43

export function createSessionService({ db, clock, random, settings }: Deps): SessionService {
  return {
    async open(userId) {
      const now = clock.now()
      const token = random.bytes(TOKEN_BYTES).toString('base64url')
      const session = {
        userId,
        csrfToken: random.bytes(TOKEN_BYTES).toString('base64url'),
        expiresAt: new Date(now.getTime() + settings.sessionSeconds * 1000),
      }
      await store.deleteExpiredSessions(db, userId, now)
      await store.insertSession(db, { ...session, tokenHash: hashToken(token), createdAt: now })
      return { token, session }
    },

    async find(token) {
      return token.length === TOKEN_LENGTH ? store.findSession(db, hashToken(token), clock.now()) : null
    },

    async close(token) {
      await store.deleteSession(db, hashToken(token))
    },
  }
}

const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest()
