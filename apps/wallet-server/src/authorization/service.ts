/**
 * The authorization room: makes codes, redeems each once, refreshes, revokes and finds. Whoever asks is a client whose
 * signature has been verified; a code or token of another client's mini program is not theirs, however they got it.
 *
 * A code that comes a second time is refused and revokes nothing: the families say only that it is good once, and a client
 * that repeats a call whose answer it lost must not lose the tokens of the answer that did arrive. (RFC 6749 §4.1.2
 * suggests revoking, for clients that a stranger can speak for; ours sign.)
 */
import { createHash } from 'node:crypto'
import { WalletError } from '@tradepay/contract'
import type { Deps } from '../build-server.ts'
import { transaction } from '../db/transaction.ts'
import type { ProgramService } from '../program/types.ts'
import type { UserService } from '../user/types.ts'
import { isScope, knownScopes, shownOf } from './scopes.ts'
import * as store from './store.ts'
import type { Authorization, AuthorizationService, Tokens } from './types.ts'

/** 32 characters in base64url. */
const CODE_BYTES = 24
/** 40 characters in base64url: the longest that the Alipay family takes. */
const TOKEN_BYTES = 30
/** How long what has expired is kept, so that whoever comes late hears that it is expired and not that it never was. */
const KEPT_SECONDS = 24 * 60 * 60

export function createAuthorizationService(
  { db, clock, random, settings }: Pick<Deps, 'db' | 'clock' | 'random' | 'settings'>,
  { programs, users }: { programs: ProgramService; users: UserService },
): AuthorizationService {
  const after = (seconds: number, now: Date): Date => new Date(now.getTime() + seconds * 1000)
  const cutOff = (now: Date): Date => after(-KEPT_SECONDS, now)
  const secret = (bytes: number): string => random.bytes(bytes).toString('base64url')

  /** A new pair for an authorization, and the row that keeps it. */
  function newPair(codeHash: Buffer, now: Date): { row: store.TokenRow; tokens: Omit<Tokens, keyof Authorization> } {
    const tokens = {
      accessToken: secret(TOKEN_BYTES),
      accessExpiresAt: after(settings.accessTokenSeconds, now),
      refreshToken: secret(TOKEN_BYTES),
      refreshExpiresAt: after(settings.refreshTokenSeconds, now),
    }
    const { accessExpiresAt, refreshExpiresAt } = tokens
    const hashes = { accessHash: hashOf(tokens.accessToken), refreshHash: hashOf(tokens.refreshToken) }
    return { row: { ...hashes, codeHash, accessExpiresAt, refreshExpiresAt, createdAt: now }, tokens }
  }

  async function find(clientId: string, accessToken: string): Promise<Authorization> {
    const found = await store.findByAccessToken(db, hashOf(accessToken))
    if (!found || found.clientId !== clientId || found.revoked) throw new WalletError('ACCESS_TOKEN_INVALID')
    if (found.accessExpiresAt <= clock.now()) throw new WalletError('ACCESS_TOKEN_EXPIRED')
    return about(found)
  }

  return {
    find,

    async issueCode({ appId, userId, scopes }) {
      await programs.resolve(appId)
      const asked = [...new Set(scopes)]
      const granted = asked.filter(isScope)
      const refused = Object.fromEntries(
        asked.filter((scope) => !isScope(scope)).map((scope) => [scope, 'SCOPE_UNKNOWN']),
      )
      if (granted.length === 0) {
        throw new WalletError('SCOPE_UNKNOWN', { field: 'scopes', expected: knownScopes.join(', ') })
      }
      const authCode = secret(CODE_BYTES)
      const now = clock.now()
      await store.deleteExpiredCodes(db, cutOff(now))
      await store.insertCode(db, {
        codeHash: hashOf(authCode),
        appId,
        userId,
        scopes: granted,
        createdAt: now,
        expiresAt: after(settings.authCodeSeconds, now),
      })
      return { authCode, granted, refused }
    },

    async redeem({ clientId, authCode, appId }) {
      const codeHash = hashOf(authCode)
      const code = await store.findCode(db, codeHash)
      if (!code) throw new WalletError('AUTH_CODE_INVALID')
      const meant = appId === null || appId === code.appId
      if (!meant || !(await programs.isClient(code.appId, clientId))) throw new WalletError('AUTH_CLIENT_MISMATCH')
      const now = clock.now()
      await store.deleteExpiredTokens(db, cutOff(now))
      return transaction(db, async (tx) => {
        // Whoever comes second waits here for the first, and finds the code used.
        const refusal = await store.useCode(tx, codeHash, now)
        if (refusal) throw new WalletError(refusal)
        const { row, tokens } = newPair(codeHash, now)
        await store.insertAuthorization(tx, { ...code, clientId, createdAt: now, expiresAt: tokens.refreshExpiresAt })
        await store.insertTokens(tx, row)
        return { ...tokens, ...about(code) }
      })
    },

    async refresh(clientId, refreshToken) {
      const refreshHash = hashOf(refreshToken)
      const found = await store.findByRefreshToken(db, refreshHash)
      if (!found || found.clientId !== clientId || found.revoked) throw new WalletError('REFRESH_TOKEN_INVALID')
      const now = clock.now()
      await store.deleteExpiredTokens(db, cutOff(now))
      return transaction(db, async (tx) => {
        const refusal = await store.useRefreshToken(tx, refreshHash, now)
        if (refusal) throw new WalletError(refusal)
        const { row, tokens } = newPair(found.codeHash, now)
        await store.insertTokens(tx, row)
        await store.extendAuthorization(tx, found.codeHash, tokens.refreshExpiresAt)
        return { ...tokens, ...about(found) }
      })
    },

    async revoke(clientId, accessToken) {
      const found = await store.findByAccessToken(db, hashOf(accessToken))
      if (!found || found.clientId !== clientId) throw new WalletError('ACCESS_TOKEN_INVALID')
      await store.revokeAuthorization(db, found.codeHash, clock.now())
    },

    async userOf(clientId, accessToken) {
      const { userId, scopes } = await find(clientId, accessToken)
      return shownOf(await users.get(userId), scopes)
    },
  }
}

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()

const about = ({ userId, appId, scopes }: Authorization): Authorization => ({ userId, appId, scopes })
