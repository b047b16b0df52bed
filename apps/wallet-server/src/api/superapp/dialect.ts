/**
 * How one client's wallet dialect differs in what this door sends. Everything the family accepts is accepted from
 * everybody; a profile says only how answers and notifications are spelled. Source: superapp-payment-api §3 and §11.
 */
import type { SignatureEncoding } from '@tradepay/signature'

export interface Dialect {
  /** The name of RSA with SHA-256 in the Signature header. */
  algorithm: string
  signatureEncoding: SignatureEncoding
}

/** What most of the family emits, and what every client that was read for the reference takes. */
export const defaultDialect: Dialect = { algorithm: 'RSA256', signatureEncoding: 'BASE64_URLENCODED' }

/** Where a wallet of the family may have its API, before `/v1`: a client keeps its own base address. Source: §2. */
export const basePaths = ['', '/api', '/acl/api', '/api/open', '/aps/api', '/ams/api'] as const
