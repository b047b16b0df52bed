/**
 * The key doctor: takes the text or bytes of any key, says what it is and what is wrong with it, and gives the right form.
 *
 * What it tells never holds a private key; `privateKeys` is the one function that gives one, for writing it to a file.
 */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { fingerprint, MIN_RSA_BITS } from '../keys.ts'
import { findPieces } from './find.ts'
import { keyProblem, type KeyProblem } from './problems.ts'
import { readKey, type ReadKey } from './read.ts'

export type { KeyProblem, KeyProblemName } from './problems.ts'

/** The largest file that is looked at, in bytes: no key is longer. */
export const KEY_FILE_MAX_BYTES = 64 * 1024

/** One key, or what stands in the place of one. */
export interface KeyFinding {
  kind: 'PUBLIC' | 'PRIVATE' | 'CERTIFICATE' | 'NOTHING'
  /** "an RSA private key of 2048 bits (PKCS#8)" */
  what: string
  /** What is wrong, gravest first; empty when it is as it should be. */
  problems: KeyProblem[]
  /** Whether it is an RSA key of at least 2048 bits that can be read here, wrapped rightly or not. */
  usable: boolean
  /** First 16 hexadecimal digits of SHA-256 over the public key: equal for the two halves of a pair. */
  fingerprint: string | null
  /** The public key in its right form, SPKI PEM; of a private key, its public half, which is what gets registered. */
  publicKey: string | null
}

/**
 * Looks at a file of at most 64 KiB. Never throws for any bytes; nothing of a private key is in the answer.
 * @returns one finding for each key, and one that says so when there is none
 */
export function examineKeys(file: Buffer): KeyFinding[] {
  return examined(file).map(({ finding }) => finding)
}

/**
 * The usable private keys in the file, as PEM without a passphrase: PKCS#8, or PKCS#1 for tools that want it. Secret: for
 * writing to a file that only its owner may read.
 */
export function privateKeys(file: Buffer, form: 'PKCS8' | 'PKCS1' = 'PKCS8'): string[] {
  return examined(file).flatMap(({ finding, key }) =>
    finding.usable && key?.type === 'private'
      ? [key.export({ type: form === 'PKCS8' ? 'pkcs8' : 'pkcs1', format: 'pem' }).toString()]
      : [],
  )
}

interface Examined {
  finding: KeyFinding
  key: KeyObject | null
}

function examined(file: Buffer): Examined[] {
  if (file.length > KEY_FILE_MAX_BYTES) return [nothing(`${file.length} bytes, more than any key has`)]
  const pieces = findPieces(file)
  if (pieces.length === 0) return [nothing(file.length === 0 ? 'an empty text' : 'no key')]
  const all = pieces.map((piece) => {
    const read = readKey(piece)
    return { finding: finding(read, piece.problems), key: read.key }
  })
  if (all.length > 1) for (const each of all) each.finding.problems.push(several(all))
  return all
}

const nothing = (what: string): Examined => ({
  finding: {
    kind: 'NOTHING',
    what,
    problems: [keyProblem('NOT_A_KEY')],
    usable: false,
    fingerprint: null,
    publicKey: null,
  },
  key: null,
})

/** That there are several keys; and whether they are the two halves of one pair. */
function several(all: Examined[]): KeyProblem {
  const pair = all.length === 2 && all.every(({ finding }) => finding.fingerprint === all[0]!.finding.fingerprint)
  return keyProblem('SEVERAL_KEYS', pair && all[0]!.key ? 'two, and they belong together' : `${all.length} of them`)
}

function finding({ key, form, instead, problems: ofBytes }: ReadKey, ofText: KeyProblem[]): KeyFinding {
  const problems = [...ofBytes, ...ofText]
  if (!key) {
    return { kind: 'NOTHING', what: instead ?? 'no key', problems, usable: false, fingerprint: null, publicKey: null }
  }
  const fault = unfit(key)
  if (fault) problems.unshift(fault)
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  return {
    kind: form === 'certificate' ? 'CERTIFICATE' : instead !== null || key.type === 'private' ? 'PRIVATE' : 'PUBLIC',
    what: instead ?? `${description(key, form === 'certificate')} (${form})`,
    problems,
    usable: fault === null && instead === null,
    fingerprint: fingerprint(key),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  }
}

function unfit(key: KeyObject): KeyProblem | null {
  if (key.asymmetricKeyType !== 'rsa')
    return keyProblem('NOT_RSA', `it is of type ${key.asymmetricKeyType ?? 'unknown'}`)
  const bits = bitsOf(key)
  return bits < MIN_RSA_BITS ? keyProblem('TOO_SHORT', `it has ${bits}`) : null
}

const bitsOf = (key: KeyObject): number => key.asymmetricKeyDetails?.modulusLength ?? 0

function description(key: KeyObject, inCertificate: boolean): string {
  const type = key.asymmetricKeyType === 'rsa' ? 'an RSA' : `an ${key.asymmetricKeyType ?? 'unknown'}`
  const size = bitsOf(key) > 0 ? ` of ${bitsOf(key)} bits` : ''
  return inCertificate ? `a certificate with ${type} public key${size}` : `${type} ${key.type} key${size}`
}
