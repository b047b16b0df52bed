/**
 * What a request says, so that a change can be told from another spelling of the same. Two requests with one meaning and one
 * signature are the same request; a mutation is one that differs in either, and none of those may ever be taken.
 *
 * What is left out of the meaning is what the families themselves leave unsigned, or write in several ways: in the super-app
 * family what stands before `/vN/` and the query (§3), the order and the encoding of the signature header's parts, and naming
 * no key version; at the Alipay gateway the way parameters travel (query, form, JSON, encoded or not), empty ones, and what
 * the last of equal names overwrites (§1, §2). Everything else counts, to the byte.
 */
import { decodeSignature, parseAlipayV3Authorization, parseSignatureHeader } from '@tradepay/signature'
import { queryOf, readParameters } from '../../apps/wallet-server/src/api/alipay/read-parameters.ts'
import type { Family, Sent } from './messages.ts'

/** Null for a request that cannot be read at all: it is no other spelling of anything. */
export async function meaningOf(family: Family, sent: Sent): Promise<string | null> {
  try {
    return JSON.stringify(await readers[family](sent))
  } catch {
    return null
  }
}

const readers: Record<Family, (sent: Sent) => unknown> = {
  superapp({ method, url, headers, body }) {
    const path = url.split('?', 1)[0]!
    const version = path.search(/\/v[0-9]+\//)
    const { signature, keyVersion } = parseSignatureHeader(headers['signature'] ?? '')
    return [
      method,
      version < 0 ? path : path.slice(version),
      headers['client-id'],
      headers['request-time'],
      body.toString('hex'),
      decodeSignature(signature)!.toString('hex'),
      keyVersion,
    ]
  },
  alipay(sent) {
    const { url, headers } = sent
    const { sign, ...parameters } = readParameters(queryOf(url), headers['content-type'] ?? '', readBody(sent))
    const given = Object.entries(parameters).filter(([, value]) => value !== '')
    return [url.split('?', 1)[0], given.sort(), Buffer.from(sign!, 'base64').toString('hex')]
  },
  'alipay-v3'({ method, url, headers, body }) {
    const { authString, sign } = parseAlipayV3Authorization(headers['authorization'] ?? '')
    const token = headers['alipay-app-auth-token']
    return [method, url, body.toString('hex'), authString, token, Buffer.from(sign, 'base64').toString('hex')]
  },
}

/** The body that a server reads: none of a GET or a HEAD. */
export const readBody = ({ method, body }: Sent): Buffer => (/^(GET|HEAD)$/.test(method) ? Buffer.alloc(0) : body)

/** Whether both say the same: naming no key version says the same as naming the right one. */
export function isSame(original: string, changed: string | null): boolean {
  if (changed === null) return false
  return original === changed || original.replace(/,\d+]$/, ',null]') === changed
}
