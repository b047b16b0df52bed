/** The explainer of the Alipay family's REST scheme: each mistake named rightly, shown truly, without secrets. */
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import file from '../vectors/alipay-v3.json' with { type: 'json' }
import { explainAlipayV3, STRINGS_MAX, type Explanation } from '../src/explain/index.ts'
import { alipayV3RequestString } from '../src/index.ts'
import { alipayV3Mistakes, alipayV3Pairs, answer, keys, question, request, signed } from './mistakes-v3.ts'
import { merchant, otherKeys, wallet } from './mistakes.ts'

const causesOf = ({ faults }: Explanation): string[] => faults.map(({ cause }) => cause).sort()

describe('each mistake is named', () => {
  test.each([...alipayV3Mistakes, ...alipayV3Pairs])('$name', ({ given, causes }) => {
    const explanation = explainAlipayV3(given)
    expect(causesOf(explanation)).toEqual([...causes].sort())
    expect(explanation.tried).toBeLessThanOrEqual(STRINGS_MAX)
    expect(JSON.stringify(explanation)).not.toContain('hush-hush')
  })
})

describe('a message that is right is told to be right', () => {
  test.each(file.requests)('request "$name"', ({ body, sign, ...about }) => {
    const explanation = explainAlipayV3({ request: { ...about, body: Buffer.from(body) }, sign, keys, otherKeys })
    expect(explanation).toMatchObject({ verified: true, faults: [], difference: null, key: { version: 1 } })
  })

  test.each(file.answers)('answer "$name"', ({ body, sign, ...about }) => {
    const explanation = explainAlipayV3({
      answer: { ...about, body: Buffer.from(body) },
      sign,
      signer: 'WALLET',
      keys: [{ version: 1, publicKey: wallet.publicKey }],
    })
    expect(explanation).toMatchObject({ verified: true, faults: [] })
  })
})

describe('what is shown', () => {
  const named = (name: string): Explanation =>
    explainAlipayV3(alipayV3Mistakes.find((mistake) => mistake.name === name)!.given)

  it('is where the last line feed is missing', () => {
    const { expected, signed: shown, difference } = named('no line feed behind the body')
    expect(expected).toMatch(/^app_id=2021123000000001,nonce=.*\\nPOST\\n\/v3\/alipay\/trade\/create\\n\{.*\}\\n$/)
    expect(expected).toBe(`${shown}\\n`)
    expect(difference).toMatchObject({
      expected: expect.stringMatching(/⟦\\n⟧$/) as string,
      signed: expect.stringMatching(/⟦end⟧$/) as string,
    })
  })

  it('is what to do about it', () => {
    const [fault] = named('a path without its query').faults
    expect(fault).toEqual({
      cause: 'QUERY_MISSING',
      sentence: 'The string leaves out the query, which belongs to it here: it says "/v3/alipay/trade/query".',
      change: 'Sign the path with its query, exactly as they are sent.',
    })
  })
})

describe('nothing makes it throw', () => {
  it('random messages', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.uint8Array(), (text, header, bytes) => {
        const body = Buffer.from(bytes)
        const about = { authString: header, method: text, uri: text, body, appAuthToken: text }
        explainAlipayV3({ request: about, sign: text, keys, host: text })
        explainAlipayV3({ answer: { timestamp: text, nonce: header, body }, sign: signed(text), keys })
      }),
      { numRuns: 50 },
    )
  })

  it.each([
    ['very many fields', { ...request, authString: Array.from({ length: 500 }, (_, index) => `f${index}=1`).join() }],
    ['the same field a hundred times', { ...request, authString: 'nonce=1,'.repeat(100) }],
    ['no fields', { ...question, authString: '' }],
    ['a time that is no number', { ...question, authString: 'timestamp=soon' }],
    ['half a surrogate pair', { ...request, uri: '/\ud800?%' }],
    ['deep JSON', { ...request, body: Buffer.from('['.repeat(50_000)) }],
  ])('%s', (_, about) => {
    const explanation = explainAlipayV3({ request: about, sign: signed('abracadabra'), keys })
    expect(causesOf(explanation)).toEqual(['STRING_UNKNOWN'])
    expect(explanation.tried).toBeLessThanOrEqual(STRINGS_MAX)
    const sign = signed(alipayV3RequestString(about), merchant.privateKey)
    expect(explainAlipayV3({ request: about, sign, keys }).verified).toBe(true)
  })

  it('no keys, and no signature', () => {
    expect(explainAlipayV3({ request, sign: '', keys: [] }).verified).toBe(false)
    expect(explainAlipayV3({ answer, sign: '!', keys }).verified).toBe(false)
  })
})
