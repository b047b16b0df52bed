/**
 * Chance from the operating system's cryptographic source: the guess-proof part of every number and token.
 */
import { randomBytes, randomInt } from 'node:crypto'
import type { Random } from './ports.ts'

/** `randomInt` draws without bias from at most 2⁴⁸ values, so digits are drawn in groups of this many. */
const DIGITS_AT_ONCE = 12

/** Uniform and not guessable. */
export const cryptoRandom: Random = {
  digits(count) {
    let digits = ''
    while (digits.length < count) {
      const width = Math.min(DIGITS_AT_ONCE, count - digits.length)
      digits += String(randomInt(10 ** width)).padStart(width, '0')
    }
    return digits
  },
  bytes: (count) => randomBytes(count),
}
