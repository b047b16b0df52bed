/** A signed string is taken in one reading or not at all, whoever cuts it where. */
import fc from 'fast-check'
import { alipayRequestString, type AlipayParameters } from '@tradepay/signature'
import { describe, expect, test } from 'vitest'
import { refuseSecondReading } from './one-reading.ts'

const common = { app_id: '2021', charset: 'utf-8', method: 'm', sign_type: 'RSA2', timestamp: 't', version: '1.0' }
const isTaken = (parameters: AlipayParameters): boolean => {
  try {
    refuseSecondReading(parameters)
    return true
  } catch {
    return false
  }
}

describe('a call is taken that', () => {
  test.each<[string, AlipayParameters]>([
    ['has an address with a query', { notify_url: 'https://shop.example/n?a=1&p=2&z=3' }],
    ['has two of them', { notify_url: 'https://shop.example/n?a=1&p=2', return_url: 'https://shop.example/r?a=1&s=2' }],
    [
      'has an address that repeats what stands elsewhere',
      { notify_url: 'https://shop.example/n?a=1&method=x&app_id=2' },
    ],
    ['has a subject with an ampersand', { biz_content: '{"subject":"a&charset=b&format=c"}' }],
    [
      'has a parameter that is not known, in another place',
      { alipay_sdk: 'x', ws_url: 'y', notify_url: 'https://a.example/' },
    ],
    ['has a known one behind an address', { notify_url: 'https://shop.example/n?a=1', prod_code: 'x' }],
  ])('%s', (_what, more) => expect(isTaken({ ...common, ...more })).toBe(true))
})

describe('a call is refused that', () => {
  test.each<[string, AlipayParameters]>([
    ['may have swallowed the address behind it', { notify_url: 'https://a.example/&return_url=https://b.example/' }],
    ['may have been cut off its address', { notify_url: 'https://shop.example/n?a=1', p: '2' }],
    ['may have been cut off it, and is empty', { notify_url: 'https://shop.example/n?a=1', p: '' }],
    ['may have been cut off the other address', { return_url: 'https://shop.example/r', s: '2' }],
    ['has a parameter of its own that swallowed an address', { n: '1&notify_url=https://a.example/' }],
  ])('%s', (_what, more) => {
    expect(() => refuseSecondReading({ ...common, ...more })).toThrow(/two readings|leave it out/)
  })
})

test('all readings of a signed string that are taken say the same to the gateway', () => {
  const names = ['n', 'notify_url', 'p', 'prod_code', 'return_url', 's']
  const part = fc.constantFrom('', 'x', ...names.map((name) => `&${name}=`), '&', '=', '&p=1&return_url=u')
  const value = fc.array(part, { maxLength: 4 }).map((parts) => parts.join(''))
  const parameters = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 4 })
  fc.assert(
    fc.property(parameters, (more) => {
      const string = alipayRequestString({ ...common, ...more })
      // What the gateway does not read says nothing, wherever it is cut.
      const read = (reading: AlipayParameters) =>
        Object.entries(reading).filter(([name]) => !/^([nps]|prod_code)$/.test(name))
      const taken = readingsOf(string).filter(isTaken)
      expect(new Set(taken.map((reading) => JSON.stringify(read(reading).sort()))).size).toBeLessThanOrEqual(1)
    }),
    { numRuns: 2000 },
  )
})

/** Every set of parameters that this string may be of and whose fixed ones are right: names in order, each once. */
function readingsOf(string: string): AlipayParameters[] {
  const pieces = string.split('&')
  const readings: AlipayParameters[] = []
  const read = (index: number, pairs: [string, string][]): void => {
    if (index === pieces.length) {
      const reading = Object.fromEntries(pairs)
      if (Object.entries(common).every(([name, value]) => reading[name] === value)) readings.push(reading)
      return
    }
    const piece = pieces[index]!
    const [last] = pairs.slice(-1)
    const equals = piece.indexOf('=')
    const name = piece.slice(0, equals)
    const value = piece.slice(equals + 1)
    // A value that is empty is not signed, so no reading has one.
    if (equals > 0 && (last === undefined || (last[0] < name && last[1] !== '')))
      read(index + 1, [...pairs, [name, value]])
    if (last !== undefined) read(index + 1, [...pairs.slice(0, -1), [last[0], `${last[1]}&${piece}`]])
  }
  read(0, [])
  return readings.filter((reading) => Object.values(reading).every((each) => each !== ''))
}
