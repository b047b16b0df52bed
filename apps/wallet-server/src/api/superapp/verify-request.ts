/**
 * Who sent this, and is it what they signed? Raw bytes → client → key → time → signature, before anything in the body
 * is looked at (step 5). Source: superapp-payment-api §2.1 and §3.
 */
import { WalletError, type RecordedSignature, type RefusalCode } from '@tradepay/contract'
import {
  decodeSignature,
  parseSignatureHeader,
  SignatureHeaderError,
  verifySuperapp,
  type SignatureHeader,
} from '@tradepay/signature'
import type { IncomingHttpHeaders } from 'node:http'
import type { Client, ClientKey, MerchantService } from '../../merchant/types.ts'
import { withFreshKeys, type Clients } from '../merchant-door/fresh-keys.ts'
import { parseIsoTime } from '../merchant-door/times.ts'
import { signedPath } from './dialect.ts'

export interface RawRequest {
  method: string
  /** Path and query, as received. */
  url: string
  headers: IncomingHttpHeaders
  body: Buffer
}

export interface VerifiedRequest {
  client: Client
  /** The URI that the client signed: the answer is signed with the same. */
  uri: string
  signature: RecordedSignature
}

interface Window {
  now: Date
  toleranceSeconds: number
}

/**
 * @throws WalletError CLIENT_UNKNOWN, CLIENT_DISABLED, SIGNATURE_MISSING, SIGNATURE_INVALID, KEY_UNKNOWN,
 * REQUEST_TIME_INVALID
 */
export async function verifyRequest(request: RawRequest, clients: Clients, window: Window): Promise<VerifiedRequest> {
  const client = await identify(request.headers, clients)
  const header = readSignature(request.headers)
  return withFreshKeys(client, clients, (each) => verifyFor(each, header, request, window))
}

async function verifyFor(
  client: Client,
  header: SignatureHeader,
  request: RawRequest,
  window: Window,
): Promise<VerifiedRequest> {
  const keys = keysOf(client, header.keyVersion)
  const time = checkTime(request.headers, window)
  const signature = decodeSignature(header.signature)
  if (!signature) {
    throw new WalletError('SIGNATURE_INVALID', {}, 'The signature is not base64: it could not be read.')
  }
  const { method, url, body } = request
  for (const { version, publicKey } of keys) {
    // What the client's dialect says comes first; every other spelling of the family is taken too.
    for (const uri of new Set([signedPath(client.dialect, url), url])) {
      const message = { method, uri, clientId: client.clientId, time, body }
      const verified = await verifySuperapp(message, signature, publicKey)
      if (!verified) continue
      return {
        client,
        uri: verified.uri,
        signature: {
          stringToSign: verified.stringToSign.toString(),
          signature: header.signature,
          algorithm: header.algorithm,
          keyVersion: version,
          signedBy: 'MERCHANT',
          verified: true,
        },
      }
    }
  }
  throw new WalletError('SIGNATURE_INVALID')
}

/** The client that the header names, believed or not: also who a refusal is addressed to. */
export async function identify(
  headers: IncomingHttpHeaders,
  merchants: Pick<MerchantService, 'client'>,
): Promise<Client> {
  const clientId = headers['client-id']
  if (typeof clientId !== 'string' || clientId === '') {
    throw new WalletError('CLIENT_UNKNOWN', { field: 'Client-Id' }, 'The header Client-Id is missing.')
  }
  // Longer or stranger than any id of this wallet: not worth a look.
  if (!/^[\x21-\x7e]{1,64}$/.test(clientId)) throw new WalletError('CLIENT_UNKNOWN', { field: 'Client-Id' })
  return merchants.client(clientId)
}

const headerRefusals = {
  MALFORMED: 'SIGNATURE_INVALID',
  ALGORITHM: 'SIGNATURE_INVALID',
  KEY_VERSION: 'KEY_UNKNOWN',
  NO_SIGNATURE: 'SIGNATURE_MISSING',
} as const satisfies Record<SignatureHeaderError['reason'], RefusalCode>

function readSignature(headers: IncomingHttpHeaders): SignatureHeader {
  const text = headers['signature']
  if (typeof text !== 'string' || text === '') {
    throw new WalletError('SIGNATURE_MISSING', { field: 'Signature' }, 'The header Signature is missing.')
  }
  try {
    return parseSignatureHeader(text)
  } catch (error) {
    if (!(error instanceof SignatureHeaderError)) throw error
    const code = headerRefusals[error.reason]
    throw new WalletError(code, { field: 'Signature' }, error.message)
  }
}

/** The key of the version; without a version every active key, the newest first, so that such clients can rotate too. */
function keysOf(client: Client, version: number | null): ClientKey[] {
  const keys = client.keys.filter((each) => version === null || each.version === version)
  if (keys.length === 0) {
    const which = version === null ? 'No active public key' : `No active public key of version ${version}`
    const why = 'it was never registered, or has been revoked'
    throw new WalletError('KEY_UNKNOWN', { field: 'Signature' }, `${which} is registered for this client: ${why}.`)
  }
  return keys
}

function checkTime(headers: IncomingHttpHeaders, { now, toleranceSeconds }: Window): string {
  const text = headers['request-time']
  const expected = `ISO 8601 with offset, within ${toleranceSeconds} seconds of now`
  const details = { field: 'Request-Time', expected }
  if (typeof text !== 'string' || text === '') {
    throw new WalletError('REQUEST_TIME_INVALID', details, `The header Request-Time is missing: expected ${expected}.`)
  }
  const time = parseIsoTime(text)
  if (!time) {
    throw new WalletError('REQUEST_TIME_INVALID', details, `Request-Time could not be read: expected ${expected}.`)
  }
  const awaySeconds = Math.round(Math.abs(time.getTime() - now.getTime()) / 1000)
  if (Math.abs(time.getTime() - now.getTime()) > toleranceSeconds * 1000) {
    throw new WalletError(
      'REQUEST_TIME_INVALID',
      details,
      `Request-Time is ${awaySeconds} seconds away from the wallet's time ${now.toISOString()}; at most ${toleranceSeconds} are taken.`,
    )
  }
  return text
}
