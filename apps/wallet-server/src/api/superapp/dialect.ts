/**
 * Where members of the super-app family have their API, and which path a client signs. The rest of a client's dialect is
 * in the contract. Source: superapp-payment-api §2, §3 and §11.
 */
import type { SuperappDialect } from '@tradepay/contract'

/** Where a wallet of the family may have its API, before `/v1`: a client keeps its own base address. Source: §2. */
export const basePaths = ['', '/api', '/acl/api', '/api/open', '/aps/api', '/ams/api'] as const

/**
 * The path that a client of this dialect signs when it makes this call, without a query string: the answer is signed with
 * the same.
 */
export function signedPath({ signedBasePath }: SuperappDialect, url: string): string {
  const path = url.split('?', 1)[0]!
  const version = path.search(/\/v[0-9]+\//)
  return signedBasePath === null || version < 0 ? path : signedBasePath + path.slice(version)
}
