/**
 * The SQL of sessions. A session is found by the hash of its token; the token itself is never stored.
 */
import type { Queryable } from '../db/transaction.ts'
import type { Session } from './types.ts'

export async function insertSession(
  db: Queryable,
  session: Session & { tokenHash: Buffer; createdAt: Date },
): Promise<void> {
  await db.query({
    name: 'session-insert',
    text: `insert into sessions (token_hash, user_id, csrf_token, created_at, expires_at) values ($1, $2, $3, $4, $5)`,
    values: [session.tokenHash, session.userId, session.csrfToken, session.createdAt, session.expiresAt],
  })
}

export async function findSession(db: Queryable, tokenHash: Buffer, now: Date): Promise<Session | null> {
  const { rows } = await db.query<{ user_id: string; csrf_token: string; expires_at: Date }>({
    name: 'session-find',
    text: 'select user_id, csrf_token, expires_at from sessions where token_hash = $1 and expires_at > $2',
    values: [tokenHash, now],
  })
  const row = rows[0]
  return row ? { userId: row.user_id, csrfToken: row.csrf_token, expiresAt: row.expires_at } : null
}

export async function deleteSession(db: Queryable, tokenHash: Buffer): Promise<void> {
  await db.query({
    name: 'session-delete',
    text: 'delete from sessions where token_hash = $1',
    values: [tokenHash],
  })
}

/** Removes what has expired of one user, so that the table does not grow with every sign-in. */
export async function deleteExpiredSessions(db: Queryable, userId: string, now: Date): Promise<void> {
  await db.query({
    name: 'session-delete-expired',
    text: 'delete from sessions where user_id = $1 and expires_at <= $2',
    values: [userId, now],
  })
}
