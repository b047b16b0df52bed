/** Base64 of signatures: each is read in its own spelling, and no other text stands for the same bytes. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeAnyBase64, decodeBase64 } from '../src/base64.ts'

const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((each) => Buffer.from(each))

it('what is written is read back', () => {
  fc.assert(
    fc.property(bytes, (each) => {
      const [standard, urlSafe] = [each.toString('base64'), each.toString('base64url')]
      expect(decodeBase64(standard)).toEqual(each)
      for (const text of [standard, standard.replace(/=+$/, ''), urlSafe]) expect(decodeAnyBase64(text)).toEqual(each)
    }),
  )
})

describe('refused is', () => {
  it.each([
    ['nothing', ''],
    ['a last letter with bits that are dropped', 'AB=='],
    ['too little padding', 'AAA'],
    ['too much padding', 'AAAA='],
    ['a blank', 'AA AA'],
    ['a line end', 'AAAA\n'],
    ['the other alphabet', '-_-_'],
    ['a letter of none', 'AA!A'],
  ])('%s by the strict reader', (_, text) => expect(decodeBase64(text)).toBeNull())

  it.each([
    ['nothing', ''],
    ['a last letter with bits that are dropped', 'AB'],
    ['half of the padding', 'AA='],
    ['a mixture of both alphabets', '+_+_'],
    ['a line end', 'AAAA\n'],
    ['a letter of none', 'AA!A'],
  ])('%s by the reader of both alphabets', (_, text) => expect(decodeAnyBase64(text)).toBeNull())
})
