/**
 * What the bytes of a key are: each form that OpenSSL, OpenSSH, Java and browsers write. Sources: RFC 5208 (PKCS#8), RFC 8017
 * §A.1 (PKCS#1), RFC 5280 (SPKI, certificates), RFC 7292 (PKCS#12), RFC 4253 §6.6 (ssh-rsa), RFC 7517 (JWK).
 */
import { createPrivateKey, createPublicKey, X509Certificate, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { Piece } from './find.ts'
import { keyProblem, type KeyProblem } from './problems.ts'

export type KeyForm = 'PKCS#8' | 'PKCS#1' | 'SEC 1' | 'SPKI' | 'certificate' | 'OpenSSH' | 'JWK'

export interface ReadKey {
  /** Null when there is no key to be had. */
  key: KeyObject | null
  form: KeyForm | null
  /** What it is where no key could be read: "an encrypted private key". */
  instead: string | null
  problems: KeyProblem[]
}

/** Reads one piece. Never throws. */
export function readKey({ label, bytes, problems: found }: Piece): ReadKey {
  if (label === 'JWK') return jwk(bytes)
  if (label === 'OPENSSH PRIVATE KEY') return opensshPrivate(bytes)
  if (label === 'SSH2 PUBLIC KEY') return sshPublic(bytes)
  if (/CERTIFICATE REQUEST$/.test(label ?? ''))
    return nothing('a certificate request', keyProblem('CERTIFICATE_REQUEST'))
  const lockedByHeader = found.some(({ problem }) => problem === 'ENCRYPTED')
  if (lockedByHeader || isLocked(bytes)) {
    return nothing('a private key with a passphrase', ...(lockedByHeader ? [] : [keyProblem('ENCRYPTED')]))
  }
  if (isPkcs12(bytes)) return nothing('a PKCS#12 key store', keyProblem('PKCS12'))
  const { der, problems } = measured(bytes)
  const read = parsed(der)
  if (!read) {
    // A key of which a part is missing is still known by its label or its beginning.
    const cut = problems.some(({ problem }) => problem === 'TRUNCATED')
    return nothing(cut ? `a part of ${named(label)}` : 'no key', ...(cut ? problems : [keyProblem('NOT_A_KEY')]))
  }
  const { key, form } = read
  const right = labelOf(key, form)
  if (label !== null && label !== right && !(form === 'certificate' && label.endsWith('CERTIFICATE'))) {
    problems.push(keyProblem('LABEL', `it says "${label}", and is "${right}"`))
  }
  if (form === 'certificate') problems.unshift(keyProblem('CERTIFICATE'))
  return { key, form, instead: null, problems }
}

const nothing = (instead: string, ...problems: KeyProblem[]): ReadKey => ({ key: null, form: null, instead, problems })

const named = (label: string | null): string => (label === null ? 'a key' : `a ${label.toLowerCase()}`)

const parsers: [KeyForm, (der: Buffer) => KeyObject][] = [
  ['PKCS#8', (key) => createPrivateKey({ key, format: 'der', type: 'pkcs8' })],
  ['PKCS#1', (key) => createPrivateKey({ key, format: 'der', type: 'pkcs1' })],
  ['SEC 1', (key) => createPrivateKey({ key, format: 'der', type: 'sec1' })],
  ['SPKI', (key) => createPublicKey({ key, format: 'der', type: 'spki' })],
  ['PKCS#1', (key) => createPublicKey({ key, format: 'der', type: 'pkcs1' })],
  ['certificate', (der) => new X509Certificate(der).publicKey],
]

function parsed(der: Buffer): { key: KeyObject; form: KeyForm } | null {
  for (const [form, parse] of parsers) {
    try {
      return { key: parse(der), form }
    } catch {
      // Not of this form: the next one is tried.
    }
  }
  return null
}

function labelOf(key: KeyObject, form: KeyForm): string {
  if (form === 'certificate') return 'CERTIFICATE'
  const kind = form === 'PKCS#1' ? 'RSA ' : form === 'SEC 1' ? 'EC ' : ''
  return `${kind}${key.type === 'private' ? 'PRIVATE' : 'PUBLIC'} KEY`
}

/** Compares the length that the outermost sequence states with the bytes there are. */
function measured(bytes: Buffer): { der: Buffer; problems: KeyProblem[] } {
  if (bytes[0] !== 0x30 || bytes.length < 2) return { der: bytes, problems: [] }
  const lengthBytes = bytes[1]! < 0x80 ? 0 : bytes[1]! & 0x7f
  if (lengthBytes > 4 || bytes.length < 2 + lengthBytes) return { der: bytes, problems: [] }
  const length = lengthBytes === 0 ? bytes[1]! : bytes.readUIntBE(2, lengthBytes)
  const whole = 2 + lengthBytes + length
  if (bytes.length < whole) {
    return { der: bytes, problems: [keyProblem('TRUNCATED', `it has ${bytes.length} of ${whole} bytes`)] }
  }
  if (bytes.length > whole) return { der: bytes.subarray(0, whole), problems: [keyProblem('TRAILING_BYTES')] }
  return { der: bytes, problems: [] }
}

/** PKCS#8 with a passphrase: its algorithm is one of PKCS#5 or PKCS#12. */
function isLocked(der: Buffer): boolean {
  const head = der.subarray(0, 24).toString('hex')
  return head.includes('06092a864886f70d01050') || head.includes('060a2a864886f70d010c01')
}

/** A sequence that begins with version 3 and goes on with another sequence. */
const isPkcs12 = (der: Buffer): boolean =>
  /^30(?:8[0-4])?(?:..){0,4}?02010330/.test(der.subarray(0, 12).toString('hex'))

function jwk(bytes: Buffer): ReadKey {
  try {
    const key = JSON.parse(bytes.toString()) as JsonWebKey
    const read = key.d === undefined ? createPublicKey : createPrivateKey
    return { key: read({ key, format: 'jwk' }), form: 'JWK', instead: null, problems: [] }
  } catch {
    return nothing('a JSON Web Key that is not whole', keyProblem('NOT_A_KEY'))
  }
}

function sshPublic(blob: Buffer): ReadKey {
  const [type, e, n] = sshStrings(blob)
  const name = type?.toString() ?? ''
  if (name !== 'ssh-rsa') return nothing(`an OpenSSH key of type ${sshType(name)}`, keyProblem('NOT_RSA'))
  if (!e || !n) return nothing('a part of an OpenSSH public key', keyProblem('TRUNCATED'))
  const key = { kty: 'RSA', e: unsigned(e), n: unsigned(n) }
  return { key: createPublicKey({ key, format: 'jwk' }), form: 'OpenSSH', instead: null, problems: [] }
}

/** The public half of it; the private half is left to ssh-keygen. */
function opensshPrivate(bytes: Buffer): ReadKey {
  const magic = 'openssh-key-v1\0'
  if (bytes.subarray(0, magic.length).toString('latin1') !== magic) return nothing('no key', keyProblem('NOT_A_KEY'))
  const rest = bytes.subarray(magic.length)
  const head = sshStrings(rest).slice(0, 3)
  // Behind cipher, key derivation and its options stand the number of keys, in four bytes, and the public key.
  const behind = head.reduce((sum, field) => sum + 4 + field.length, 4)
  const [blob] = sshStrings(rest.subarray(behind))
  const read = sshPublic(blob ?? Buffer.alloc(0))
  const problems = head[0]?.toString() === 'none' ? read.problems : [keyProblem('ENCRYPTED'), ...read.problems]
  return { ...read, instead: read.instead ?? 'an OpenSSH private key', problems }
}

const sshType = (name: string): string => (/^[a-z0-9@.-]{1,40}$/.test(name) ? name : 'unknown')

/** Fields with their length in four bytes before them; stops where they do not fit. */
function sshStrings(bytes: Buffer): Buffer[] {
  const fields: Buffer[] = []
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = bytes.readUInt32BE(at)
    if (at + 4 + length > bytes.length) break
    fields.push(bytes.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return fields
}

/** A positive number without the zero byte that keeps it positive. */
const unsigned = (number: Buffer): string => number.subarray(number[0] === 0 ? 1 : 0).toString('base64url')
