/** The explainer against the mistakes of the field: named rightly, shown truly, without secrets, in bounded time. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import keyTexts from '../vectors/keys.json' with { type: 'json' }
import { alipayRequestString, signAlipay, signSuperapp } from '../src/index.ts'
import {
  BYTES_MAX,
  causes,
  explainAlipay,
  explainSuperapp,
  explanationText,
  STRINGS_MAX,
  withoutSecrets,
  type Explanation,
} from '../src/explain/index.ts'
import { alipayV3Mistakes } from './mistakes-v3.ts'
import {
  alipayMistakes,
  alipayPairs,
  merchant,
  message,
  otherKeys,
  parameters,
  superappMistakes,
  superappPairs,
} from './mistakes.ts'

const keys = [{ version: 1, publicKey: merchant.publicKey }]
const causesOf = ({ faults }: Explanation): string[] => faults.map(({ cause }) => cause).sort()
const all = [
  ...[...superappMistakes, ...superappPairs].map(({ given }) => explainSuperapp(given)),
  ...[...alipayMistakes, ...alipayPairs].map(({ given }) => explainAlipay(given)),
]

describe('each mistake of the super-app family is named', () => {
  test.each([...superappMistakes, ...superappPairs])('$name', ({ given, causes: expected }) => {
    expect(causesOf(explainSuperapp(given))).toEqual([...expected].sort())
  })
})

describe('each mistake of the Alipay family is named', () => {
  test.each([...alipayMistakes, ...alipayPairs])('$name', ({ given, causes: expected }) => {
    expect(causesOf(explainAlipay(given))).toEqual([...expected].sort())
  })
})

it('every cause that there is has a mistake in the table', () => {
  const named = [...superappMistakes, ...alipayMistakes, ...alipayV3Mistakes].flatMap((mistake) => mistake.causes)
  expect(new Set(named)).toEqual(new Set(Object.keys(causes)))
})

describe('a message that is right', () => {
  it('is told to be right, with either path, and shows no difference', async () => {
    for (const uri of ['/api/v1/payments/pay', '/v1/payments/pay', message.uri]) {
      const { header } = await signSuperapp({ ...message, uri }, { version: 1, privateKey: merchant.privateKey })
      const answer = explainSuperapp({ message, signatureHeader: header, keys, otherKeys })
      expect(answer).toMatchObject({ verified: true, faults: [], difference: null, key: { version: 1 } })
      expect(explanationText(answer)).toBe('The signature holds.')
    }
  })

  it.each([
    ['one line', keyTexts.merchant.publicBase64],
    ['PKCS#1', keyTexts.merchant.publicPkcs1],
    ['CRLF', keyTexts.merchant.publicSpki.replaceAll('\n', '\r\n')],
  ])('is right by a key that is given as %s', async (_, publicKey) => {
    const { header } = await signSuperapp(message, { version: 1, privateKey: merchant.privateKey })
    const answer = explainSuperapp({ message, signatureHeader: header, keys: [{ version: 1, publicKey }] })
    expect(answer).toMatchObject({ verified: true, key: { fingerprint: keyTexts.merchant.fingerprint } })
  })

  it('is right over a path that only the dialect of the client accepts', async () => {
    const acceptedUris = ['/wallet/v1/payments/pay', '/v1/payments/pay']
    const signedBy = { version: 1, privateKey: merchant.privateKey }
    for (const uri of acceptedUris) {
      const { header } = await signSuperapp({ ...message, uri }, signedBy)
      expect(explainSuperapp({ message, signatureHeader: header, keys, acceptedUris }).verified).toBe(true)
      expect(causesOf(explainSuperapp({ message, signatureHeader: header, keys, acceptedUris: ['/x'] }))).not.toEqual(
        [],
      )
    }
  })

  it.each([false, true])('of the Alipay family is told to be right (empty values kept: %s)', async (keepEmpty) => {
    const sign = await signAlipay(alipayRequestString(parameters, { keepEmpty }), merchant.privateKey)
    const answer = explainAlipay({ parameters: { ...parameters, sign }, keys })
    expect(answer).toMatchObject({ verified: true, faults: [], difference: null })
  })
})

describe('what is shown', () => {
  const named = (name: string): Explanation =>
    explainSuperapp([...superappMistakes, ...superappPairs].find((mistake) => mistake.name === name)!.given)

  it('is the string expected, the string signed, and the first differing byte in both', () => {
    const { expected, signed, difference } = named('CRLF between the lines')
    expect(expected).toMatch(/^POST \/api\/v1\/payments\/pay\\n2021123000000001\./)
    expect(signed).toMatch(/^POST \/api\/v1\/payments\/pay\\r\\n2021123000000001\./)
    expect(difference).toEqual({
      at: 25,
      expected: '…OST /api/v1/payments/pay⟦\\n⟧2021123000000001.2026-11…',
      signed: '…OST /api/v1/payments/pay⟦\\r⟧\\n2021123000000001.2026-1…',
    })
  })

  it('is the end of a string where the other goes on', () => {
    expect(named('a line feed behind the string').difference).toMatchObject({
      expected: expect.stringMatching(/⟦end⟧$/),
      signed: expect.stringMatching(/⟦\\n⟧$/),
    })
  })

  it('is compared with the accepted spelling next to it', () => {
    expect(named('SHA-1 and the host').expected).toContain('POST /api/v1/payments/pay\\n')
    expect(named('the host before the path').difference?.at).toBe(5)
  })

  it('makes every invisible character visible, and whole characters of bytes', () => {
    expect(named('a byte order mark').signed).toMatch(/^\\u\{FEFF\}POST /)
    expect(named('ISO-8859-1').difference).toMatchObject({ expected: expect.stringContaining('⟦¥⟧') })
    expect(named('ISO-8859-1').difference).toMatchObject({ signed: expect.stringContaining('⟦\\xa5⟧') })
  })

  it('is cut after 8,192 bytes', async () => {
    const long = { ...message, body: Buffer.from(`{"a":"${'é'.repeat(20_000)}"}`) }
    const { header } = await signSuperapp(long, { version: 1, privateKey: merchant.privateKey })
    const { expected } = explainSuperapp({ message: long, signatureHeader: header, keys })
    expect(Buffer.byteLength(expected)).toBeLessThan(8300)
    expect(expected).toMatch(/é… \(\d+ bytes more\)$/)
  })

  it('is the digest, when the string stays unknown', () => {
    const { digest, key, signed, tried } = named('something of its own')
    expect(digest?.signed).toBe(createHash('sha256').update('abracadabra').digest('hex'))
    expect({ key, signed }).toEqual({ key: { version: 1, fingerprint: keyTexts.merchant.fingerprint }, signed: null })
    expect(tried).toBeGreaterThan(1000)
  })

  it('fits into one error text', () => {
    expect(explanationText(named('a line feed behind the string'))).toMatch(
      /^Line ends .* First difference at byte \d+: expected .* Expected string: POST/,
    )
  })
})

describe('no secret is ever shown', () => {
  it('in no explanation of the table: no private key, no token of a body', () => {
    const privateTexts = [keyTexts.merchant, keyTexts.wallet].flatMap((pair) =>
      [pair.privatePkcs8, pair.privatePkcs1, pair.privateBase64].map((text) => text.replace(/-----[^-]+-----|\s/g, '')),
    )
    const shown = JSON.stringify(all)
    expect(shown.includes('PRIVATE KEY')).toBe(false)
    expect(shown.includes('hush-hush')).toBe(false)
    for (const text of privateTexts) {
      for (let at = 0; at + 40 <= text.length; at += 40) {
        // The modulus is in the public key too; nothing shows either of them.
        expect(shown.includes(text.slice(at, at + 40))).toBe(false)
      }
    }
  })

  const { merchant: texts } = keyTexts
  it.each([
    ['PEM in the body', JSON.stringify({ key: texts.privatePkcs8 })],
    ['PKCS#1 PEM in the body', texts.privatePkcs1],
    ['bare PKCS#8', JSON.stringify({ key: texts.privateBase64 })],
    ['bare PKCS#1', texts.privatePkcs1.replace(/-----[^-]+-----|\s/g, '')],
    ['a cut PEM', texts.privatePkcs8.slice(0, 400)],
    ['an encoded key', encodeURIComponent(texts.privateBase64)],
  ])('%s', async (_, body) => {
    const secret = { ...message, body: Buffer.from(body) }
    const other = { ...secret, uri: '/v1/other' }
    for (const sent of [secret, other]) {
      const { header } = await signSuperapp(secret, { version: 1, privateKey: merchant.privateKey })
      const shown = JSON.stringify(explainSuperapp({ message: sent, signatureHeader: header, keys }))
      const text = texts.privateBase64
      for (let at = 80; at + 30 <= 400; at += 30) expect(shown).not.toContain(text.slice(at, at + 30))
      for (const line of texts.privatePkcs1.split('\n').slice(2, 8)) expect(shown).not.toContain(line.slice(0, 30))
    }
  })

  it.each([
    ['{"pin":"246810","a":1}', '246810'],
    ['{"password": "my secret words"}', 'secret words'],
    ['{"accessToken":"abc\\/def","x":1}', 'def'],
    ['{\\"refreshToken\\":\\"abcdef\\"}', 'abcdef'],
    ['grant_type=authorization_code&code=abcdef&x=1', 'abcdef'],
    ['app_auth_token=abcdef&x=1', 'abcdef'],
    ['%7B%22authCode%22%3A%22abcdef%22%7D', 'abcdef'],
    ['%257B%2522authCode%2522%253A%2522abcdef%2522%257D', 'abcdef'],
    ['{&quot;authCode&quot;:&quot;abcdef&quot;}', 'abcdef'],
  ])('in %s the value is stars, and no byte moves', (text, secret) => {
    const masked = withoutSecrets(Buffer.from(text))
    expect(masked.length).toBe(Buffer.byteLength(text))
    expect(masked.toString()).not.toContain(secret)
  })

  it.each(['{"resultCode":"SUCCESS"}', 'shipping=fast', '{"productCode":"CASHIER"}', 'code'])('%s stays', (text) => {
    expect(withoutSecrets(Buffer.from(text)).toString()).toBe(text)
  })

  it('a private key given as the public one is named and not repeated', () => {
    const answer = explainSuperapp({
      message,
      signatureHeader: 'signature=AAAA',
      keys: [{ version: 1, publicKey: texts.privatePkcs8 }],
    })
    expect(answer.faults[0]?.sentence).toContain('RSA private key of 2048 bits')
    expect(JSON.stringify(answer)).not.toContain(texts.privateBase64.slice(100, 140))
  })
})

describe('the work is bounded', () => {
  it('by strings', () => {
    for (const { tried } of all) expect(tried).toBeLessThanOrEqual(STRINGS_MAX)
  })

  it('by strings, for very many parameters', async () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`name_${index}`, 'a b']))
    const sign = await signAlipay('abracadabra', merchant.privateKey)
    expect(explainAlipay({ parameters: { ...parameters, ...many, sign }, keys }).tried).toBe(STRINGS_MAX)
  })

  it('by bytes, for the largest body', async () => {
    const large = { ...message, body: Buffer.from(JSON.stringify({ list: Array(4000).fill('0123456789ab/<é>') })) }
    const { header } = await signSuperapp(
      { ...large, uri: '/nowhere' },
      { version: 1, privateKey: merchant.privateKey },
    )
    const { tried, faults } = explainSuperapp({ message: large, signatureHeader: header, keys })
    expect(faults.map(({ cause }) => cause)).toEqual(['STRING_UNKNOWN'])
    expect(tried * large.body.length).toBeLessThan(2 * BYTES_MAX)
  })
})

describe('nothing makes it throw', () => {
  it('random messages', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.uint8Array(), (text, header, bytes) => {
        const body = Buffer.from(bytes)
        explainSuperapp({
          message: { method: text, uri: text, clientId: text, time: text, body },
          signatureHeader: header,
          keys,
          host: text,
        })
        explainAlipay({ parameters: { [text]: header, biz_content: text, sign: header }, keys, otherKeys })
      }),
      { numRuns: 200 },
    )
  })

  it.each([
    ['deep JSON', '['.repeat(50_000)],
    ['deep whole JSON', '['.repeat(30_000) + ']'.repeat(30_000)],
    ['members named like prototypes', '{"__proto__":{"a":1},"constructor":null}'],
    ['half a surrogate pair', '{"a":"\\ud800"}'],
  ])('%s, rightly signed', async (_, body) => {
    const strange = { ...message, body: Buffer.from(body) }
    const { header } = await signSuperapp({ ...strange, uri: 'x' }, { version: 1, privateKey: merchant.privateKey })
    expect(causesOf(explainSuperapp({ message: strange, signatureHeader: header, keys }))).toEqual(['STRING_UNKNOWN'])
  })

  it('no keys, and half a surrogate pair in a parameter', () => {
    expect(causesOf(explainSuperapp({ message, signatureHeader: '', keys: [] }))).toContain('SIGNATURE_HEADER')
    expect(explainAlipay({ parameters: { a: '\ud800', sign: 'AAAA' }, keys: [] }).verified).toBe(false)
  })
})

it('the reference page lists the same causes, and the same changes', () => {
  const page = readFileSync(new URL('../../../docs/reference/signature-mistakes.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| `([A-Z0-9_]+)` \| (.+) \| (.+) \|$/gm)]
  expect(rows.map(([, cause, sentence, change]) => [cause, sentence, change])).toEqual(
    Object.entries(causes).map(([cause, { sentence, change }]) => [cause, sentence, change]),
  )
})
