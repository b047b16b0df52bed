/**
 * Where a page of movements goes on: for each kind, after the last one that was shown. On the wire it is opaque text; what
 * comes back is judged like any stranger's input.
 */
import { invalidParameter, type Movement } from '@tradepay/contract'
import { isStorable } from '../../db/text.ts'

/** A place in one of the lists. */
export interface Place {
  at: Date
  id: string
}
/** Null where the list has not begun. */
export type Cursor = Record<Movement['kind'], Place | null>

const kinds = ['PAYMENT', 'REFUND', 'TOP_UP'] as const
const LENGTH_MAX = 1024
const ID_LENGTH_MAX = 128
/** Sorts before every number that the wallet makes. */
const FIRST_ID = '0'.repeat(28)
/** The end of the year 9999: what comes later is no time of a movement. */
const TIME_MAX = 253_402_300_799_999

/**
 * The cursor behind what was shown after `before`. A list of which nothing was shown yet goes on where the page ends, not at
 * its own top: what is new there by then belongs to no later page.
 */
export function writeCursor(before: Cursor, shown: readonly (Place & { kind: Movement['kind'] })[]): string {
  const end = shown.at(-1)
  const parts = kinds.map((kind) => {
    const last = shown.findLast((one) => one.kind === kind) ?? before[kind]
    if (last) return [last.at.getTime(), last.id]
    // Everything of the last instant or earlier: before the first number of the next millisecond.
    return end ? [end.at.getTime() + 1, FIRST_ID] : null
  })
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

/** @throws WalletError INVALID_PARAMETER for anything that {@link writeCursor} does not write */
export function readCursor(text: unknown): Cursor {
  if (text === undefined) return { PAYMENT: null, REFUND: null, TOP_UP: null }
  const parts = typeof text === 'string' && text.length <= LENGTH_MAX ? parse(text) : null
  if (!Array.isArray(parts) || parts.length !== kinds.length || !parts.every(isPart)) {
    throw invalidParameter('before', 'the `next` of the page before')
  }
  const [PAYMENT, REFUND, TOP_UP] = parts.map((part) => part && { at: new Date(part[0]), id: part[1] })
  return { PAYMENT: PAYMENT ?? null, REFUND: REFUND ?? null, TOP_UP: TOP_UP ?? null }
}

function isPart(part: unknown): part is [number, string] | null {
  if (part === null) return true
  if (!Array.isArray(part) || part.length !== 2) return false
  const [at, id] = part as unknown[]
  const isTime = typeof at === 'number' && Number.isInteger(at) && at >= 0 && at <= TIME_MAX
  return isTime && typeof id === 'string' && id !== '' && id.length <= ID_LENGTH_MAX && isStorable(id)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return null
  }
}
