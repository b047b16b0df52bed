/**
 * The keys that a signature may be of: which one opens it, and what is wrong with the keys where none does.
 */
import type { KeyObject } from 'node:crypto'
import { examineKeys } from '../key-doctor/index.ts'
import { fingerprint, KeyError, parsePublicKey } from '../keys.ts'
import { fault, type Fault } from './causes.ts'
import { isPss, recover, type Reading, type Recovered } from './recover.ts'

/** A key of the signer, as it is registered at the one who verifies. Text is read as `parsePublicKey` reads it. */
export interface RegisteredKey {
  version: number
  publicKey: KeyObject | string
}

/** A key that is not registered for the signer. Only of parties that the reader may know of. */
export interface OtherKey {
  /** Whose it is, as people say it: "the wallet". */
  owner: string
  publicKey: KeyObject
  /** True for the side that did not sign: the wallet's keys for a merchant's call, the merchant's for the wallet's. */
  otherSide: boolean
}

/** Whose signature it is, and what is known of keys. */
export interface Signer {
  /** Who signed; default MERCHANT. */
  signer?: 'MERCHANT' | 'WALLET'
  /** The signer's registered keys, newest first. */
  keys: readonly RegisteredKey[]
  /** Keys of others that may have been mixed up with them; above all the other side's. */
  otherKeys?: readonly OtherKey[]
  /** What the caller says was signed, when that is known. It is taken at its word only when the signature agrees. */
  signedString?: string | Buffer
}

export interface UsableKey {
  version: number
  publicKey: KeyObject
}

/** The registered keys that can be used, and a fault for each that cannot. */
export function usableKeys({ keys }: Signer): { keys: UsableKey[]; faults: Fault[] } {
  const faults: Fault[] = []
  const usable = keys.flatMap(({ version, publicKey }) => {
    if (typeof publicKey !== 'string') return [{ version, publicKey }]
    try {
      return [{ version, publicKey: parsePublicKey(publicKey) }]
    } catch (error) {
      if (!(error instanceof KeyError)) throw error
      const [found] = examineKeys(Buffer.from(publicKey))
      faults.push(fault('KEY_UNUSABLE', found ? `it is ${found.what}` : 'there is no key in it'))
      return []
    }
  })
  return { keys: usable, faults }
}

export interface Opened {
  reading: Reading
  recovered: Recovered
  publicKey: KeyObject
  /** Null for a registered key. */
  owner: string | null
  version: number
}

/** The first reading and key that fit; the signer's own keys before the others'. */
export function open({ readings, otherKeys = [] }: Signer & { readings: Reading[] }, keys: UsableKey[]): Opened | null {
  const candidates = [
    ...keys.map((key) => ({ ...key, owner: null })),
    ...otherKeys.map((key) => ({ ...key, version: 0 })),
  ]
  for (const candidate of candidates) {
    for (const reading of readings) {
      const recovered = recover(reading.bytes, candidate.publicKey)
      if (recovered) return { reading, recovered, ...candidate }
    }
  }
  return null
}

/** The fault of a key that belongs to the other side, when a registered one does. */
export function mixedUp({ signer = 'MERCHANT', otherKeys = [] }: Signer, keys: UsableKey[]): Fault | null {
  for (const { publicKey } of keys) {
    const other = otherKeys.find((each) => each.otherSide && fingerprint(each.publicKey) === fingerprint(publicKey))
    if (!other) continue
    const place = signer === 'MERCHANT' ? 'what is registered for this client' : 'what you verify with'
    return fault('OTHER_SIDES_KEY', `${place} is the public key of ${other.owner}`)
  }
  return null
}

/** Faults of a signature that no key opens. */
export function strangerFaults(given: Signer & { readings: Reading[] }, keys: UsableKey[], base: Buffer): Fault[] {
  const { readings } = given
  const mixed = mixedUp(given, keys)
  if (mixed) return [mixed]
  const [first] = readings
  if (!first) return [fault('SIGNATURE_BASE64', 'it could not be read at all')]
  if (keys.some(({ publicKey }) => readings.some(({ bytes }) => isPss(bytes, publicKey, base)))) return [fault('PSS')]
  const sizes = keys.map(({ publicKey }) => (publicKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8)
  if (keys.length > 0 && !readings.some(({ bytes }) => sizes.includes(bytes.length))) {
    return [
      fault('SIGNATURE_LENGTH', `it has ${first.bytes.length} bytes in place of ${sizes[0]}${lengthHint(first.bytes)}`),
    ]
  }
  return [fault('WRONG_KEY')]
}

function lengthHint({ length }: Buffer): string {
  if (length === 20 || length === 32) return ', as a hash or an HMAC has'
  if (length >= 68 && length <= 72) return ', as an elliptic curve signature has'
  if (length === 128) return ', as a key of 1024 bits gives'
  if (length === 256 || length === 384 || length === 512) return `, as a key of ${length * 8} bits gives`
  return ', as if a part of it were lost'
}
