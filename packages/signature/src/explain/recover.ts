/**
 * What a signature itself tells: read in every way it may have been written, and opened with every key that is at hand.
 *
 * The public operation of RSA gives back what was signed, the name of a hash and a digest (PKCS#1 v1.5, RFC 8017 §9.2),
 * for the one key that made it and for no other. So it is known which key signed, by which hash, before any string is tried.
 */
import { constants, publicDecrypt, verify, type KeyObject } from 'node:crypto'
import type { Cause } from './causes.ts'

/** One way to read the text of a signature. */
export interface Reading {
  bytes: Buffer
  /** Null for the way in which the wallet reads it. */
  cause: Cause | null
  detail: string
}

/** What was signed. */
export interface Recovered {
  /** As node:crypto names it. */
  hash: string
  digest: Buffer
  /** True when the digest stood alone, without the name of its hash. */
  bare: boolean
}

/**
 * Reads the text of a signature: first as the wallet does, then as it may have been meant. At most 12 readings, no bytes twice.
 * @param own how the wallet reads it; null when it cannot
 */
export function readings(text: string, own: (text: string) => Buffer | null): Reading[] {
  const all: Reading[] = []
  const add = (bytes: Buffer | null, cause: Cause | null, detail = ''): void => {
    if (bytes && bytes.length > 0 && !all.some((each) => each.bytes.equals(bytes))) all.push({ bytes, cause, detail })
  }
  add(own(text), null)
  const plain = text.replace(/^["'\s]+|["'\s]+$/g, '')
  const plus = plain.replaceAll(' ', '+')
  if (plus !== plain) add(base64(plus), 'SIGNATURE_URL_ENCODING', 'each + arrived as a blank')
  let decoded = plus
  for (let times = 1; times <= 3 && decoded.includes('%'); times++) {
    decoded = percentDecoded(decoded)
    const often = times === 1 ? 'it is still encoded where it is read' : `it is encoded ${times} times`
    add(base64(decoded), 'SIGNATURE_URL_ENCODING', often)
  }
  const oneLine = decoded.replace(/\\r|\\n|\s/g, '')
  if (/^(?:[0-9a-f]{2}){64,}$/i.test(oneLine)) add(Buffer.from(oneLine, 'hex'), 'SIGNATURE_HEX')
  add(base64(oneLine.replace(/["']/g, '')), 'SIGNATURE_BASE64', base64Fault(text))
  const inner = base64(oneLine)?.toString('latin1') ?? ''
  add(base64(inner), 'SIGNATURE_BASE64', 'it is base64 of base64')
  if (/^(?:[0-9a-f]{2}){64,}$/i.test(inner)) add(Buffer.from(inner, 'hex'), 'SIGNATURE_HEX', 'and that in base64')
  return all
}

/** What the key says was signed. @returns null when the signature is not of this key */
export function recover(signature: Buffer, publicKey: KeyObject): Recovered | null {
  let content: Buffer
  try {
    content = publicDecrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, signature)
  } catch {
    return null
  }
  for (const [hash, prefix] of digestInfos) {
    if (content.subarray(0, prefix.length).equals(prefix)) {
      return { hash, digest: content.subarray(prefix.length), bare: false }
    }
  }
  const hex = /^(?:[0-9a-f]{2})+$/i.test(content.toString('latin1'))
  const digest = hex ? Buffer.from(content.toString('latin1'), 'hex') : content
  return { hash: hashOfLength.get(digest.length) ?? 'sha256', digest, bare: true }
}

/** Whether it is an RSA-PSS signature of exactly these bytes. Salt of any length. */
export function isPss(signature: Buffer, publicKey: KeyObject, expected: Buffer): boolean {
  const key = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO }
  try {
    return ['sha256', 'sha1'].some((hash) => verify(hash, expected, key, signature))
  } catch {
    return false
  }
}

/** DigestInfo up to the digest, by hash. Source: RFC 8017 §9.2, note 1. */
const digestInfos: [string, Buffer][] = [
  ['sha256', Buffer.from('3031300d060960864801650304020105000420', 'hex')],
  ['sha1', Buffer.from('3021300906052b0e03021a05000414', 'hex')],
  ['md5', Buffer.from('3020300c06082a864886f70d020505000410', 'hex')],
  ['sha512', Buffer.from('3051300d060960864801650304020305000440', 'hex')],
  ['sha384', Buffer.from('3041300d060960864801650304020205000430', 'hex')],
  ['sha224', Buffer.from('302d300d06096086480165030402040500041c', 'hex')],
]

const hashOfLength = new Map([
  [16, 'md5'],
  [20, 'sha1'],
  [28, 'sha224'],
  [32, 'sha256'],
  [48, 'sha384'],
  [64, 'sha512'],
])

/** The only form that the Alipay family knows. */
export const strictBase64 = (text: string): Buffer | null =>
  /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : null

function base64(text: string): Buffer | null {
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : null
}

function base64Fault(text: string): string {
  if (/["']/.test(text)) return 'it stands in quotes'
  if (/\s|\\n/.test(text)) return 'it is broken into lines'
  return 'it uses - and _ (base64url)'
}

function percentDecoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('latin1'))
}
