/** A zip opens with what was put in: any text, any size, in the order given. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readZip } from '../../../test/read-zip.ts'
import { zip } from './zip.ts'

const at = new Date('2026-03-01T12:34:56.000Z')

test('any texts come out as they went in', async () => {
  const text = fc.string({ unit: 'grapheme' })
  const files = fc.uniqueArray(
    fc.record({ name: fc.string({ unit: 'grapheme', minLength: 1 }), content: fc.array(text) }),
    {
      selector: ({ name }) => name,
      maxLength: 4,
    },
  )
  await fc.assert(
    fc.asyncProperty(files, async (given) => {
      const read = new Map(Object.entries(readZip(await zip(given, at))))
      expect(read).toEqual(new Map(given.map(({ name, content }) => [name, content.join('')])))
    }),
  )
})

test('contents that come bit by bit are read one after another', async () => {
  const order: string[] = []
  async function* content(name: string): AsyncGenerator<string> {
    for (let line = 0; line < 3; line++) {
      order.push(`${name}${line}`)
      yield `${'x'.repeat(100_000)}\n`
    }
  }
  const bytes = await zip(
    [
      { name: 'a', content: content('a') },
      { name: 'b', content: content('b') },
    ],
    at,
  )
  expect(order).toEqual(['a0', 'a1', 'a2', 'b0', 'b1', 'b2'])
  expect(bytes.length).toBeLessThan(3_000)
  expect(readZip(bytes)['b']).toHaveLength(300_003)
})

test('a content that fails fails the archive', async () => {
  async function* content(): AsyncGenerator<string> {
    yield 'a'
    throw new Error('no more')
  }
  await expect(zip([{ name: 'a', content: content() }], at)).rejects.toThrow('no more')
})

test('the time of a file is the one given, in UTC', async () => {
  const bytes = await zip([{ name: 'a', content: [] }], at)
  const [time, day] = [bytes.readUInt16LE(10), bytes.readUInt16LE(12)]
  expect([day >> 9, (day >> 5) & 15, day & 31]).toEqual([2026 - 1980, 3, 1])
  expect([time >> 11, (time >> 5) & 63, (time & 31) * 2]).toEqual([12, 34, 56])
})
