/**
 * The SQL of auth codes, authorizations and their tokens. All are found by hash. A code and a refresh token are used by one
 * conditional update each, so that two servers with the same one queue up on its row.
 */
import type { RefusalCode } from '@tradepay/contract'
import type { Queryable } from '../db/transaction.ts'
import type { Scope } from './scopes.ts'
import type { Authorization } from './types.ts'

/** Most rows that one write takes away. More than one write adds, so what has expired does not pile up. */
const DELETED_AT_ONCE = 100

export interface CodeRow extends Authorization {
  codeHash: Buffer
  createdAt: Date
  expiresAt: Date
}

export interface TokenRow {
  accessHash: Buffer
  refreshHash: Buffer
  codeHash: Buffer
  createdAt: Date
  accessExpiresAt: Date
  refreshExpiresAt: Date
}

/** A token with the authorization that it belongs to. */
export interface FoundToken extends Authorization {
  codeHash: Buffer
  clientId: string
  accessExpiresAt: Date
  revoked: boolean
}

interface FoundRow {
  code_hash: Buffer
  client_id: string
  app_id: string
  user_id: string
  scopes: Scope[]
  access_expires_at: Date
  revoked: boolean
}

export async function insertCode(db: Queryable, code: CodeRow): Promise<void> {
  await db.query({
    name: 'auth-code-insert',
    text: `insert into auth_codes (code_hash, app_id, user_id, scopes, created_at, expires_at)
      values ($1, $2, $3, $4, $5, $6)`,
    values: [code.codeHash, code.appId, code.userId, code.scopes, code.createdAt, code.expiresAt],
  })
}

export async function findCode(
  db: Queryable,
  codeHash: Buffer,
): Promise<(Authorization & { codeHash: Buffer }) | null> {
  const { rows } = await db.query<{ app_id: string; user_id: string; scopes: Scope[] }>({
    name: 'auth-code-find',
    text: 'select app_id, user_id, scopes from auth_codes where code_hash = $1',
    values: [codeHash],
  })
  const row = rows[0]
  return row ? { codeHash, appId: row.app_id, userId: row.user_id, scopes: row.scopes } : null
}

/** Uses a code. @returns null when it is used now and by this call, else why not */
export async function useCode(tx: Queryable, codeHash: Buffer, now: Date): Promise<RefusalCode | null> {
  const { rowCount } = await tx.query({
    name: 'auth-code-use',
    text: 'update auth_codes set used_at = $2 where code_hash = $1 and used_at is null and expires_at > $2',
    values: [codeHash, now],
  })
  if (rowCount === 1) return null
  const { rows } = await tx.query<{ used: boolean }>({
    name: 'auth-code-used',
    text: 'select used_at is not null as used from auth_codes where code_hash = $1',
    values: [codeHash],
  })
  return rows[0]?.used ? 'AUTH_CODE_USED' : 'AUTH_CODE_EXPIRED'
}

export async function insertAuthorization(
  tx: Queryable,
  authorization: Authorization & { codeHash: Buffer; clientId: string; createdAt: Date; expiresAt: Date },
): Promise<void> {
  const { codeHash, clientId, appId, userId, scopes, createdAt, expiresAt } = authorization
  await tx.query({
    name: 'authorization-insert',
    text: `insert into authorizations (code_hash, client_id, app_id, user_id, scopes, created_at, expires_at)
      values ($1, $2, $3, $4, $5, $6, $7)`,
    values: [codeHash, clientId, appId, userId, scopes, createdAt, expiresAt],
  })
}

export async function insertTokens(tx: Queryable, tokens: TokenRow): Promise<void> {
  await tx.query({
    name: 'authorization-tokens-insert',
    text: `insert into authorization_tokens (access_hash, refresh_hash, code_hash, created_at, access_expires_at,
        refresh_expires_at)
      values ($1, $2, $3, $4, $5, $6)`,
    values: [
      tokens.accessHash,
      tokens.refreshHash,
      tokens.codeHash,
      tokens.createdAt,
      tokens.accessExpiresAt,
      tokens.refreshExpiresAt,
    ],
  })
}

const selectFound = `select a.code_hash, a.client_id, a.app_id, a.user_id, a.scopes, t.access_expires_at,
    a.revoked_at is not null as revoked
  from authorization_tokens t join authorizations a on a.code_hash = t.code_hash`

function toFound(row: FoundRow | undefined): FoundToken | null {
  if (!row) return null
  const { code_hash: codeHash, client_id: clientId, app_id: appId, user_id: userId, scopes, revoked } = row
  return { codeHash, clientId, appId, userId, scopes, accessExpiresAt: row.access_expires_at, revoked }
}

export async function findByAccessToken(db: Queryable, accessHash: Buffer): Promise<FoundToken | null> {
  const { rows } = await db.query<FoundRow>({
    name: 'authorization-find-by-access',
    text: `${selectFound} where t.access_hash = $1`,
    values: [accessHash],
  })
  return toFound(rows[0])
}

export async function findByRefreshToken(db: Queryable, refreshHash: Buffer): Promise<FoundToken | null> {
  const { rows } = await db.query<FoundRow>({
    name: 'authorization-find-by-refresh',
    text: `${selectFound} where t.refresh_hash = $1`,
    values: [refreshHash],
  })
  return toFound(rows[0])
}

/** Uses a refresh token. @returns null when it is used now and by this call, else why not */
export async function useRefreshToken(tx: Queryable, refreshHash: Buffer, now: Date): Promise<RefusalCode | null> {
  const { rowCount } = await tx.query({
    name: 'refresh-token-use',
    text: `update authorization_tokens set refreshed_at = $2
      where refresh_hash = $1 and refreshed_at is null and refresh_expires_at > $2`,
    values: [refreshHash, now],
  })
  if (rowCount === 1) return null
  const { rows } = await tx.query<{ used: boolean }>({
    name: 'refresh-token-used',
    text: 'select refreshed_at is not null as used from authorization_tokens where refresh_hash = $1',
    values: [refreshHash],
  })
  return rows[0]?.used ? 'REFRESH_TOKEN_USED' : 'REFRESH_TOKEN_EXPIRED'
}

/** Keeps the authorization as long as its newest pair. */
export async function extendAuthorization(tx: Queryable, codeHash: Buffer, expiresAt: Date): Promise<void> {
  await tx.query({
    name: 'authorization-extend',
    text: 'update authorizations set expires_at = greatest(expires_at, $2) where code_hash = $1',
    values: [codeHash, expiresAt],
  })
}

export async function revokeAuthorization(db: Queryable, codeHash: Buffer, now: Date): Promise<void> {
  await db.query({
    name: 'authorization-revoke',
    text: 'update authorizations set revoked_at = $2 where code_hash = $1 and revoked_at is null',
    values: [codeHash, now],
  })
}

/**
 * Takes away codes that expired before a moment. Leaves what another server is taking away. Which ones is chosen first and
 * once: as a plain subquery it may be asked anew for each row, and then finds others than before.
 */
export async function deleteExpiredCodes(db: Queryable, before: Date): Promise<void> {
  await db.query({
    name: 'auth-codes-delete-expired',
    text: `with old as materialized (
        select code_hash from auth_codes where expires_at <= $1
        order by expires_at limit ${DELETED_AT_ONCE} for update skip locked
      )
      delete from auth_codes c using old where c.code_hash = old.code_hash`,
    values: [before],
  })
}

/** The same for tokens, and for authorizations whose last token is gone. */
export async function deleteExpiredTokens(db: Queryable, before: Date): Promise<void> {
  await db.query({
    name: 'authorizations-delete-expired',
    text: `with old as materialized (
        select code_hash from authorizations where expires_at <= $1
        order by expires_at limit ${DELETED_AT_ONCE} for update skip locked
      ), old_tokens as materialized (
        select access_hash from authorization_tokens where refresh_expires_at <= $1
        order by refresh_expires_at limit ${DELETED_AT_ONCE} for update skip locked
      ), gone as (
        delete from authorizations a using old where a.code_hash = old.code_hash
      )
      delete from authorization_tokens t using old_tokens where t.access_hash = old_tokens.access_hash`,
    values: [before],
  })
}
