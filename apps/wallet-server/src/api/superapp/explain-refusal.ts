/**
 * Why a signature of the super-app family was refused, for the answer of a sandbox. Source: superapp-payment-api §2.1 and §3.
 */
import type { SignatureExplanation } from '@tradepay/contract'
import { signedUris } from '@tradepay/signature'
import { explainSuperapp } from '@tradepay/signature/explain'
import type { Client } from '../../merchant/types.ts'
import type { Explain } from '../merchant-door/explanation.ts'
import { signedPath } from './dialect.ts'
import type { RawRequest } from './verify-request.ts'

/** Null when it is not to be told, and when the headers leave nothing to explain. */
export function explainRefusal(
  { method, url, headers, body }: RawRequest,
  client: Client,
  explain: Explain,
): SignatureExplanation | null {
  const { signature: signatureHeader, 'request-time': time, host } = headers
  if (typeof signatureHeader !== 'string' || typeof time !== 'string' || client.keys.length === 0) return null
  const message = { method, uri: url, clientId: client.clientId, time, body }
  return explain({ clientId: client.clientId, size: body.length + url.length }, (otherKeys) =>
    explainSuperapp({
      message,
      signatureHeader,
      keys: client.keys,
      otherKeys,
      acceptedUris: [signedPath(client.dialect, url), ...signedUris(url)],
      ...(host === undefined ? {} : { host }),
    }),
  )
}
