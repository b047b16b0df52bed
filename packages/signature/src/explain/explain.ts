/**
 * From a signature that does not verify to its causes: first what the signature itself tells (which key, which hash), then
 * what its string was. The families add only how their strings may be spelled.
 */
import { createHash } from 'node:crypto'
import { fingerprint } from '../keys.ts'
import { fault, type Fault } from './causes.ts'
import type { Reading, Recovered } from './recover.ts'
import { search, written, type Search } from './search.ts'
import { firstDifference, shown, type Difference } from './show.ts'
import { mixedUp, open, strangerFaults, usableKeys, type Signer } from './signer.ts'

/** Why a signature does not verify. Holds no private key and no secret: those are stars, in every string. */
export interface Explanation {
  /** True when nothing is wrong: the signature holds. Then there are no faults. */
  verified: boolean
  /** The causes, as a rule one; two when two mistakes were made at once. */
  faults: Fault[]
  /** The string that was expected; what cannot be seen is escaped. At most 8,192 bytes are shown. */
  expected: string
  /** The string that the signature belongs to; null when it was not found. */
  signed: string | null
  /** Where the two part. */
  difference: Difference | null
  /** The registered key that made the signature. */
  key: { version: number; fingerprint: string } | null
  /** Hexadecimal digests, for comparing with what your program computes. Null when the signature could not be opened. */
  digest: { hash: string; signed: string; expected: string } | null
  /** How many strings were tried; at most 10,000, and at most 32 MiB of them. */
  tried: number
}

export interface Case<Draft> extends Signer {
  readings: Reading[]
  /** The version that the message names; null when it names none, undefined where the family has none. */
  keyVersion?: number | null
  /** Faults that are known before the signature is looked at. */
  faults: Fault[]
  search: Search<Draft>
}

/** Explains one case. Never throws; does not wait for anything. */
export function explain<Draft>(given: Case<Draft>): Explanation {
  const { keys, faults: keyFaults } = usableKeys(given)
  const faults = [...given.faults, ...keyFaults]
  const base = written(given.search, [])
  const answer = (rest: Partial<Explanation>): Explanation => ({
    verified: false,
    faults,
    expected: shown(base),
    signed: null,
    difference: null,
    key: null,
    digest: null,
    tried: 0,
    ...rest,
  })

  const opened = open(given, keys)
  if (!opened) {
    if (keys.length > 0 || faults.length === 0) faults.push(...strangerFaults(given, keys, base))
    return answer({})
  }
  const { reading, recovered, owner, version } = opened
  if (reading.cause) faults.push(fault(reading.cause, reading.detail))
  if (owner !== null) faults.push(mixedUp(given, keys) ?? fault('WRONG_KEY', `it was made with the key of ${owner}`))
  else if (isOtherVersion(given, version)) faults.push(fault('KEY_VERSION', versionDetail(given, version)))
  faults.push(...hashFaults(recovered))

  const { expected, signed, tried, mistakes } = findString(given, recovered)
  faults.push(...mistakes)
  const expectedBytes = expected ?? base
  return answer({
    verified: faults.length === 0,
    expected: shown(expectedBytes),
    signed: signed && shown(signed),
    difference: signed && firstDifference(expectedBytes, signed),
    key: owner === null ? { version, fingerprint: fingerprint(opened.publicKey) } : null,
    digest: {
      hash: recovered.hash,
      signed: recovered.digest.toString('hex'),
      expected: createHash(recovered.hash).update(expectedBytes).digest('hex'),
    },
    tried,
  })
}

/** The explanation as one text of a few sentences, for an error message. */
export function explanationText({ verified, faults, expected, difference }: Explanation): string {
  if (verified) return 'The signature holds.'
  const words = faults.map(({ sentence, change }) => `${sentence} ${change}`)
  const where = difference
    ? [`First difference at byte ${difference.at}: expected ${difference.expected} and signed ${difference.signed}`]
    : []
  return [...words, ...where, `Expected string: ${expected}`].join(' ')
}

/** A message that names no version may be signed with any that is registered. */
const isOtherVersion = ({ keyVersion = null }: Pick<Case<unknown>, 'keyVersion'>, version: number): boolean =>
  keyVersion !== null && version !== keyVersion

const versionDetail = ({ keyVersion }: Pick<Case<unknown>, 'keyVersion'>, version: number): string =>
  `it names ${keyVersion}, and the signature was made with version ${version}`

function hashFaults({ hash, bare }: Recovered): Fault[] {
  return [
    ...(bare ? [fault('BARE_DIGEST')] : []),
    ...(hash === 'sha1'
      ? [fault('SHA1')]
      : hash === 'sha256'
        ? []
        : [fault('OTHER_HASH', `with ${hash.toUpperCase()}`)]),
  ]
}

interface FoundString {
  /** The accepted spelling nearest to what was signed. */
  expected: Buffer | null
  signed: Buffer | null
  tried: number
  mistakes: Fault[]
}

function findString<Draft>(given: Case<Draft>, recovered: Recovered): FoundString {
  const { found, tried } = search(given.search, recovered)
  if (found) {
    const accepted = found.changes.filter(({ cause }) => cause === null)
    return {
      expected: written(given.search, accepted),
      signed: found.bytes,
      tried,
      mistakes: found.changes.flatMap(({ cause, detail }) => (cause ? [fault(cause, shown(Buffer.from(detail)))] : [])),
    }
  }
  const theirs = given.signedString === undefined ? null : Buffer.from(given.signedString)
  if (theirs && createHash(recovered.hash).update(theirs).digest().equals(recovered.digest)) {
    return { expected: null, signed: theirs, tried, mistakes: [fault('OTHER_STRING')] }
  }
  const detail = theirs ? 'nor does the string that you gave' : undefined
  return { expected: null, signed: null, tried, mistakes: [fault('STRING_UNKNOWN', detail)] }
}
