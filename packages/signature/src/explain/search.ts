/**
 * Looks for the string that a signature belongs to: the accepted spellings, then each single mistake, then two mistakes at
 * once. Knowing the digest, a try costs one hash; the work is bounded, however long the message is.
 */
import { createHash } from 'node:crypto'
import type { Cause } from './causes.ts'
import type { Recovered } from './recover.ts'

/** The most strings that one search hashes. */
export const STRINGS_MAX = 10_000
/** The most bytes that one search hashes: with a large body fewer strings are tried, the likely ones first. */
export const BYTES_MAX = 32 * 1024 * 1024

/** One way in which a signer may have written the string. */
export interface Change<Draft> {
  /** Null for a spelling that the wallet accepts: no mistake, but mistakes may be made beside it. */
  cause: Cause | null
  /** A clause for people: "without its leading slash". */
  detail: string
  /** Another draft of the string's parts. */
  apply?(draft: Draft): Draft
  /** Other bytes of the whole string. */
  rewrite?(bytes: Buffer): Buffer
}

/** Changes of one kind, which never occur together. Only the first `inPairs` (default all) are tried beside others. */
export interface Group<Draft> {
  changes: readonly Change<Draft>[]
  inPairs?: number
}

export interface Search<Draft> {
  /** The parts as the message has them. */
  draft: Draft
  groups: readonly Group<Draft>[]
  /** Joins the parts. */
  write(draft: Draft): Buffer
}

export interface Found<Draft> {
  changes: Change<Draft>[]
  bytes: Buffer
}

/** @returns the first string with this digest, or null; and how many were tried */
export function search<Draft>(
  { draft, groups, write }: Search<Draft>,
  { hash, digest }: Recovered,
): { found: Found<Draft> | null; tried: number } {
  let tried = 0
  let bytesLeft = BYTES_MAX
  for (const changes of combinations(groups)) {
    if (tried >= STRINGS_MAX || bytesLeft <= 0) break
    const bytes = written({ draft, write }, changes)
    tried++
    bytesLeft -= bytes.length
    if (createHash(hash).update(bytes).digest().equals(digest)) return { found: { changes, bytes }, tried }
  }
  return { found: null, tried }
}

/** The string with these changes made. */
export function written<Draft>(
  { draft, write }: Pick<Search<Draft>, 'draft' | 'write'>,
  changes: readonly Change<Draft>[],
): Buffer {
  const changed = changes.reduce((before, { apply }) => apply?.(before) ?? before, draft)
  return changes.reduce((before, { rewrite }) => rewrite?.(before) ?? before, write(changed))
}

function* combinations<Draft>(groups: readonly Group<Draft>[]): Generator<Change<Draft>[]> {
  yield []
  // What the wallet accepts comes first, so that no mistake is named where there is none.
  const singles = groups.flatMap(({ changes }) => changes)
  for (const accepted of [true, false]) {
    for (const change of singles) if ((change.cause === null) === accepted) yield [change]
  }
  for (const [index, first] of groups.entries()) {
    for (const second of groups.slice(index + 1)) {
      for (const one of first.changes.slice(0, first.inPairs)) {
        for (const other of second.changes.slice(0, second.inPairs)) yield [one, other]
      }
    }
  }
}
