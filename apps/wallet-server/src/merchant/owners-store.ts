/** The SQL of merchants' owners. */
import type { Queryable } from '../db/transaction.ts'

export async function insertOwner(
  db: Queryable,
  { merchantId, userId, now }: { merchantId: string; userId: string; now: Date },
): Promise<void> {
  await db.query({
    name: 'merchant-owner-insert',
    text: `insert into merchant_owners (merchant_id, user_id, created_at) values ($1, $2, $3)
      on conflict (merchant_id, user_id) do nothing`,
    values: [merchantId, userId, now],
  })
}

export async function deleteOwner(db: Queryable, merchantId: string, userId: string): Promise<void> {
  await db.query({
    name: 'merchant-owner-delete',
    text: 'delete from merchant_owners where merchant_id = $1 and user_id = $2',
    values: [merchantId, userId],
  })
}

/** The user ids, the longest-standing first. */
export async function selectOwners(db: Queryable, merchantId: string): Promise<string[]> {
  const { rows } = await db.query<{ user_id: string }>({
    name: 'merchant-owners',
    text: 'select user_id from merchant_owners where merchant_id = $1 order by created_at, user_id',
    values: [merchantId],
  })
  return rows.map(({ user_id }) => user_id)
}

export async function ownsClient(db: Queryable, userId: string, clientId: string): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'merchant-owns-client',
    text: `select 1 from clients c join merchant_owners o on o.merchant_id = c.merchant_id
      where c.client_id = $2 and o.user_id = $1`,
    values: [userId, clientId],
  })
  return rowCount === 1
}

/** The clients of every merchant that the user speaks for, the newest first. */
export async function selectClientIds(db: Queryable, userId: string, most: number): Promise<string[]> {
  const { rows } = await db.query<{ client_id: string }>({
    name: 'merchant-owner-clients',
    text: `select c.client_id from merchant_owners o join clients c on c.merchant_id = o.merchant_id
      where o.user_id = $1 order by c.created_at desc, c.client_id limit $2`,
    values: [userId, most],
  })
  return rows.map(({ client_id }) => client_id)
}
