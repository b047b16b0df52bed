/**
 * The SQL of nonces. The primary key decides between two calls with the same one; nothing is read first.
 */
import type { Queryable } from '../db/transaction.ts'
import type { UsedNonce } from './types.ts'

/** Most rows that one statement deletes. */
export const DELETED_AT_ONCE = 1_000

/** @returns false when it is there already */
export async function insertNonce(db: Queryable, { client, nonce, signedAt }: UsedNonce): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'nonce-insert',
    text: `insert into nonces (client_id, nonce, bucket, signed_at) values ($1, $2, $3, $4)
      on conflict (client_id, nonce, bucket) do nothing`,
    values: [client.clientId, nonce, client.bucket, signedAt],
  })
  return rowCount === 1
}

/**
 * Deletes the oldest of those that were signed before a moment. Leaves what another server is deleting. What to delete is
 * chosen first and once: as a plain subquery it may be asked anew for each row, and then finds others than before.
 */
export async function deleteNonces(db: Queryable, before: Date): Promise<number> {
  const { rowCount } = await db.query({
    name: 'nonces-delete',
    text: `with old as materialized (
        select client_id, nonce, bucket from nonces
        where signed_at < $1 order by signed_at limit ${DELETED_AT_ONCE} for update skip locked
      )
      delete from nonces n using old
      where n.client_id = old.client_id and n.nonce = old.nonce and n.bucket = old.bucket`,
    values: [before],
  })
  return rowCount ?? 0
}
