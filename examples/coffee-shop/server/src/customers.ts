/**
 * Customers without names. The mini program gets a random token once and shows it with every call; the shop keeps only
 * its hash.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Shop } from './shop.ts'
import { Problem } from './problem.ts'

export interface Customer {
  customerId: string
}

export async function createCustomer({ database, clock }: Shop): Promise<{ token: string }> {
  const token = randomBytes(24).toString('base64url')
  await database.query('INSERT INTO customers (token_hash, created_at) VALUES ($1, $2)', [hash(token), clock.now()])
  return { token }
}

/** @throws Problem 401 when the `Authorization: Bearer …` header is missing or its token unknown. */
export async function requireCustomer({ database }: Shop, authorization: string | undefined): Promise<Customer> {
  const token = /^Bearer ([A-Za-z0-9_-]{32})$/.exec(authorization ?? '')?.[1]
  if (token !== undefined) {
    const { rows } = await database.query<{ customer_id: string }>(
      'SELECT customer_id FROM customers WHERE token_hash = $1',
      [hash(token)],
    )
    if (rows[0]) return { customerId: rows[0].customer_id }
  }
  throw new Problem(
    401,
    'CUSTOMER_REQUIRED',
    'Call POST /api/customers once and send its token as "Authorization: Bearer …".',
  )
}

const hash = (token: string): Buffer => createHash('sha256').update(token).digest()
