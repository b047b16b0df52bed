/**
 * The Alipay family's REST scheme, `ALIPAY-SHA256withRSA` (v3): what is signed of a request and of an answer, and how the
 * `authorization` header says it. RSA with SHA-256 in standard base64, over the body's raw bytes.
 * Source: alipay-openapi §10.
 */
import type { KeyObject } from 'node:crypto'
import { decodeBase64 } from './base64.ts'
import { signRsa, verifyRsa } from './rsa.ts'

/** The scheme that the header begins with. */
export const ALIPAY_V3_SCHEME = 'ALIPAY-SHA256withRSA'

/** A request as it is signed. */
export interface AlipayV3Request {
  /** What the header says between its scheme and `,sign=`, to the letter: the order of its fields is free. */
  authString: string
  /** In capitals. */
  method: string
  /** Path and query exactly as they are on the wire, values percent-encoded. */
  uri: string
  /** The body's bytes; none for GET. */
  body: Buffer
  /** The header `alipay-app-auth-token`, when it is sent. */
  appAuthToken?: string | undefined
}

/** An answer as it is signed. */
export interface AlipayV3Answer {
  /** The header `alipay-timestamp`. */
  timestamp: string
  /** The header `alipay-nonce`. */
  nonce: string
  body: Buffer
}

/** An `authorization` header, taken apart. */
export interface AlipayV3Authorization {
  authString: string
  /** The fields of `authString` by their names: `app_id`, `nonce`, `timestamp`, and whatever else the client signs. */
  fields: ReadonlyMap<string, string>
  /** Base64, as sent. */
  sign: string
}

/** Why an `authorization` header could not be read. */
export class AlipayV3HeaderError extends Error {
  override name = 'AlipayV3HeaderError'
  constructor(
    readonly reason: 'SCHEME' | 'MALFORMED' | 'NO_SIGNATURE',
    message: string,
  ) {
    super(message)
  }
}

/** Each part on a line of its own, the last one too; a request without a body has an empty line. */
export function alipayV3RequestString({ authString, method, uri, body, appAuthToken }: AlipayV3Request): Buffer {
  const token = appAuthToken === undefined ? '' : `${appAuthToken}\n`
  return Buffer.concat([Buffer.from(`${authString}\n${method}\n${uri}\n`), body, Buffer.from(`\n${token}`)])
}

/** Time, nonce and body, each on a line of its own. */
export function alipayV3AnswerString({ timestamp, nonce, body }: AlipayV3Answer): Buffer {
  return Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), body, Buffer.from('\n')])
}

/** Signs a string that one of the two functions above has made. @returns standard base64 */
export async function signAlipayV3(stringToSign: Buffer, privateKey: KeyObject): Promise<string> {
  return (await signRsa(stringToSign, privateKey)).toString('base64')
}

/** Whether `sign` is this key's base64 signature over the string. False for anything else; never throws. */
export async function verifyAlipayV3(stringToSign: Buffer, sign: string, publicKey: KeyObject): Promise<boolean> {
  const signature = decodeBase64(sign)
  return signature !== null && verifyRsa(stringToSign, signature, publicKey)
}

/** `ALIPAY-SHA256withRSA <authString>,sign=<base64>` */
export function formatAlipayV3Authorization({ authString, sign }: { authString: string; sign: string }): string {
  return `${ALIPAY_V3_SCHEME} ${authString},sign=${sign}`
}

/**
 * Reads an `authorization` header: the scheme without regard to case, as HTTP has it, then fields in any order, split at the
 * last `,sign=`. Which fields there must be is for the reader to say.
 * @throws AlipayV3HeaderError
 */
export function parseAlipayV3Authorization(header: string): AlipayV3Authorization {
  const [, scheme = '', rest = ''] = /^(\S*) *(.*)$/s.exec(header) ?? []
  if (scheme.toLowerCase() !== ALIPAY_V3_SCHEME.toLowerCase()) {
    throw new AlipayV3HeaderError('SCHEME', `The authorization header begins with ${ALIPAY_V3_SCHEME} and a blank.`)
  }
  const end = rest.lastIndexOf(',sign=')
  const sign = end < 0 ? '' : rest.slice(end + ',sign='.length)
  if (sign === '') {
    throw new AlipayV3HeaderError('NO_SIGNATURE', 'The authorization header ends with ",sign=" and the signature.')
  }
  const authString = rest.slice(0, end)
  const fields = new Map<string, string>()
  for (const field of authString.split(',')) {
    const equals = field.indexOf('=')
    const name = field.slice(0, equals).trim()
    if (equals < 0 || fields.has(name)) {
      throw new AlipayV3HeaderError(
        'MALFORMED',
        'The authorization header has fields such as "app_id=…,nonce=…,timestamp=…", each once, separated by commas.',
      )
    }
    fields.set(name, field.slice(equals + 1).trim())
  }
  return { authString, fields, sign }
}
