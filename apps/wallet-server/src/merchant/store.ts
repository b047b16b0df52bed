/**
 * The SQL of merchants, their clients and their keys.
 */
import { createPublicKey } from 'node:crypto'
import { defaultSuperappDialect, type SuperappDialect } from '@tradepay/contract'
import type { Queryable } from '../db/transaction.ts'
import type { Client, Merchant } from './types.ts'

export async function insertMerchant(
  db: Queryable,
  merchant: { merchantId: string; bucket: number; name: string; feeBasisPoints: number; now: Date },
): Promise<void> {
  await db.query({
    name: 'merchant-insert',
    text: `insert into merchants (merchant_id, bucket, name, state, fee_basis_points, created_at)
      values ($1, $2, $3, 'ACTIVE', $4, $5)`,
    values: [merchant.merchantId, merchant.bucket, merchant.name, merchant.feeBasisPoints, merchant.now],
  })
}

export async function findMerchant(db: Queryable, merchantId: string): Promise<Omit<Merchant, 'currencies'> | null> {
  const { rows } = await db.query<{
    bucket: number
    name: string
    state: 'ACTIVE' | 'FROZEN'
    fee_basis_points: number
  }>({
    name: 'merchant-find',
    text: 'select bucket, name, state, fee_basis_points from merchants where merchant_id = $1',
    values: [merchantId],
  })
  const row = rows[0]
  if (!row) return null
  const { bucket, name, state, fee_basis_points: feeBasisPoints } = row
  return { merchantId, bucket, name, frozen: state === 'FROZEN', feeBasisPoints }
}

export async function updateMerchantState(
  tx: Queryable,
  merchantId: string,
  state: 'ACTIVE' | 'FROZEN',
): Promise<boolean> {
  const { rowCount } = await tx.query({
    name: 'merchant-update-state',
    text: 'update merchants set state = $2 where merchant_id = $1',
    values: [merchantId, state],
  })
  return rowCount === 1
}

export async function updateFee(db: Queryable, merchantId: string, feeBasisPoints: number): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'merchant-update-fee',
    text: 'update merchants set fee_basis_points = $2 where merchant_id = $1',
    values: [merchantId, feeBasisPoints],
  })
  return rowCount === 1
}

export async function insertClient(
  db: Queryable,
  client: { clientId: string; merchantId: string; bucket: number; name: string; notifyUrl: string | null; now: Date },
): Promise<void> {
  await db.query({
    name: 'client-insert',
    text: `insert into clients (client_id, merchant_id, bucket, name, state, notify_url, created_at)
      values ($1, $2, $3, $4, 'ACTIVE', $5, $6)`,
    values: [client.clientId, client.merchantId, client.bucket, client.name, client.notifyUrl, client.now],
  })
}

/** The client with its active keys, parsed here once: parsing a PEM costs four times a verification. */
export async function findClient(db: Queryable, clientId: string): Promise<Client | null> {
  const { rows } = await db.query<{
    merchant_id: string
    bucket: number
    name: string
    state: 'ACTIVE' | 'DISABLED'
    notify_url: string | null
    superapp_dialect: Partial<SuperappDialect> | null
    version: number | null
    public_key: string | null
  }>({
    name: 'client-find',
    text: `select c.merchant_id, c.bucket, c.name, c.state, c.notify_url, c.superapp_dialect, k.version, k.public_key
      from clients c left join client_keys k on k.client_id = c.client_id and k.state = 'ACTIVE'
      where c.client_id = $1 order by k.version desc`,
    values: [clientId],
  })
  const row = rows[0]
  if (!row) return null
  return {
    clientId,
    merchantId: row.merchant_id,
    bucket: row.bucket,
    name: row.name,
    disabled: row.state === 'DISABLED',
    notifyUrl: row.notify_url,
    dialect: { ...defaultSuperappDialect, ...row.superapp_dialect },
    keys: rows.flatMap(({ version, public_key }) =>
      version === null || public_key === null ? [] : [{ version, publicKey: createPublicKey(public_key) }],
    ),
  }
}

/** @returns the key that holds the version, which is another's when the version was taken */
export async function insertKey(
  db: Queryable,
  key: { clientId: string; version: number; publicKey: string; now: Date },
): Promise<{ publicKey: string; revoked: boolean }> {
  await db.query({
    name: 'client-key-insert',
    text: `insert into client_keys (client_id, version, public_key, state, created_at)
      values ($1, $2, $3, 'ACTIVE', $4) on conflict (client_id, version) do nothing`,
    values: [key.clientId, key.version, key.publicKey, key.now],
  })
  const { rows } = await db.query<{ public_key: string; state: string }>({
    name: 'client-key-find',
    text: 'select public_key, state from client_keys where client_id = $1 and version = $2',
    values: [key.clientId, key.version],
  })
  return { publicKey: rows[0]!.public_key, revoked: rows[0]!.state === 'REVOKED' }
}

export async function revokeKey(db: Queryable, clientId: string, version: number): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'client-key-revoke',
    text: `update client_keys set state = 'REVOKED' where client_id = $1 and version = $2`,
    values: [clientId, version],
  })
  return rowCount === 1
}

export async function updateNotifyUrl(db: Queryable, clientId: string, notifyUrl: string | null): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'client-update-notify-url',
    text: 'update clients set notify_url = $2 where client_id = $1',
    values: [clientId, notifyUrl],
  })
  return rowCount === 1
}

export async function updateDialect(db: Queryable, clientId: string, dialect: Partial<SuperappDialect>): Promise<void> {
  await db.query({
    name: 'client-update-dialect',
    text: 'update clients set superapp_dialect = $2 where client_id = $1',
    values: [clientId, JSON.stringify(dialect)],
  })
}
