/**
 * The super-app family: what is signed, and how the `Signature` header says it.
 *
 * The same two lines serve a request, its answer, a notification and its acknowledgement; only the time and the
 * direction differ. The body is always the raw bytes. Source: superapp-payment-api §2.1 and §3.
 */
import { decodeAnyBase64 } from './base64.ts'
import type { KeyObject } from 'node:crypto'
import { signRsa, verifyRsa } from './rsa.ts'

/** A message as it is signed. For an answer, `method` and `uri` are those of its request. */
export interface SuperappMessage {
  method: string
  /** Path of the request, such as `/v1/payments/pay`. */
  uri: string
  /** The merchant's client id, in every direction. */
  clientId: string
  /** `Request-Time` or `Response-Time`, exactly as it stands in the header. */
  time: string
  /** The body's bytes, exactly as they are on the wire. */
  body: Buffer
}

/** What signing yields: the header to send, and the evidence for a record. */
export interface SuperappSignature {
  header: string
  stringToSign: Buffer
  signature: Buffer
}

/** `BASE64_URLENCODED`: standard base64, then percent-encoded. `BASE64URL`: the URL-safe alphabet without padding. */
export type SignatureEncoding = 'BASE64_URLENCODED' | 'BASE64' | 'BASE64URL'

export interface SignatureHeader {
  /** As sent; the default is `RSA256`. */
  algorithm: string
  /** Null when it is missing: then each active key of the client may be meant. */
  keyVersion: number | null
  /** As sent, still encoded. */
  signature: string
}

/** Why a `Signature` header could not be read. */
export class SignatureHeaderError extends Error {
  override name = 'SignatureHeaderError'
  constructor(
    readonly reason: 'MALFORMED' | 'ALGORITHM' | 'KEY_VERSION' | 'NO_SIGNATURE',
    message: string,
  ) {
    super(message)
  }
}

/** `METHOD URI`, a line feed, `Client-Id.time.body`; no line feed at the end. */
export function superappStringToSign({ method, uri, clientId, time, body }: SuperappMessage): Buffer {
  return Buffer.concat([Buffer.from(`${method} ${uri}\n${clientId}.${time}.`), body])
}

/** Signs a message and writes the header. The default encoding is the one that most of the family emits. */
export async function signSuperapp(
  message: SuperappMessage,
  key: { version: number; privateKey: KeyObject },
  options: { encoding?: SignatureEncoding; algorithm?: string } = {},
): Promise<SuperappSignature> {
  const stringToSign = superappStringToSign(message)
  const signature = await signRsa(stringToSign, key.privateKey)
  const { encoding = 'BASE64_URLENCODED', algorithm = 'RSA256' } = options
  const header = formatSignatureHeader({
    algorithm,
    keyVersion: key.version,
    signature: encodeSignature(signature, encoding),
  })
  return { header, stringToSign, signature }
}

/**
 * Whether the signature holds, for the URI as given or one of the other spellings that members of the family sign.
 * @returns the string that verified and its URI, or null. Never throws.
 */
export async function verifySuperapp(
  message: SuperappMessage,
  signature: Buffer,
  publicKey: KeyObject,
): Promise<{ uri: string; stringToSign: Buffer } | null> {
  for (const uri of signedUris(message.uri)) {
    const stringToSign = superappStringToSign({ ...message, uri })
    if (await verifyRsa(stringToSign, signature, publicKey)) return { uri, stringToSign }
  }
  return null
}

/**
 * The URIs that a signer may have meant, likeliest first: the path in full, the path from its `/vN/` segment on, and
 * both once more with the query string when there is one. Every one of them names the same call.
 */
export function signedUris(pathAndQuery: string): string[] {
  const mark = pathAndQuery.indexOf('?')
  const path = mark < 0 ? pathAndQuery : pathAndQuery.slice(0, mark)
  const query = mark < 0 ? '' : pathAndQuery.slice(mark)
  const version = path.search(/\/v[0-9]+\//)
  const paths = version > 0 ? [path, path.slice(version)] : [path]
  return query === '' ? paths : [...paths, ...paths.map((each) => each + query)]
}

/** `algorithm=RSA256, keyVersion=1, signature=…` */
export function formatSignatureHeader(header: { algorithm: string; keyVersion: number; signature: string }): string {
  return `algorithm=${header.algorithm}, keyVersion=${header.keyVersion}, signature=${header.signature}`
}

const algorithms = new Set(['rsa256', 'sha256withrsa', 'rsa-sha256', 'sha256rsa', 'rsa2'])

/**
 * Reads a `Signature` header: pairs in any order, with or without a blank after the comma, each split at its first `=`
 * (the padding of base64 holds more of them). Names are read without regard to case.
 * @throws SignatureHeaderError
 */
export function parseSignatureHeader(text: string): SignatureHeader {
  const pairs = new Map<string, string>()
  for (const part of text.split(',')) {
    const equals = part.indexOf('=')
    if (equals < 0) {
      throw new SignatureHeaderError(
        'MALFORMED',
        'The Signature header is pairs such as "algorithm=RSA256, keyVersion=1, signature=…", separated by commas.',
      )
    }
    pairs.set(part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).trim())
  }
  const algorithm = pairs.get('algorithm') || 'RSA256'
  if (!algorithms.has(algorithm.toLowerCase())) {
    throw new SignatureHeaderError('ALGORITHM', 'The algorithm is not offered here: use algorithm=RSA256.')
  }
  const version = pairs.get('keyversion') ?? ''
  if (!/^[0-9]{0,9}$/.test(version)) {
    throw new SignatureHeaderError('KEY_VERSION', 'keyVersion is a whole number, such as 1.')
  }
  const signature = pairs.get('signature') ?? ''
  if (signature === '')
    throw new SignatureHeaderError('NO_SIGNATURE', 'The Signature header has no "signature=…" part.')
  return { algorithm, keyVersion: version === '' ? null : Number(version), signature }
}

export function encodeSignature(signature: Buffer, encoding: SignatureEncoding): string {
  if (encoding === 'BASE64URL') return signature.toString('base64url')
  const base64 = signature.toString('base64')
  return encoding === 'BASE64' ? base64 : encodeURIComponent(base64)
}

/**
 * Reads a signature in any of the encodings that the family uses: percent-encoded once, standard base64 or base64url,
 * with or without padding. A `+` is a plus, never a blank.
 * @returns null when it is none of them
 */
export function decodeSignature(text: string): Buffer | null {
  let base64 = text
  if (text.includes('%')) {
    try {
      base64 = decodeURIComponent(text)
    } catch {
      return null
    }
  }
  return decodeAnyBase64(base64)
}
