/** The Alipay family's REST scheme against the shared vectors, and what must not verify. */
import { describe, expect, test } from 'vitest'
import file from '../vectors/alipay-v3.json' with { type: 'json' }
import keys from '../vectors/keys.json' with { type: 'json' }
import {
  alipayV3AnswerString,
  AlipayV3HeaderError,
  alipayV3RequestString,
  formatAlipayV3Authorization,
  parseAlipayV3Authorization,
  parsePrivateKey,
  parsePublicKey,
  signAlipayV3,
  verifyAlipayV3,
  type AlipayV3Request,
} from '../src/index.ts'

const merchant = parsePublicKey(keys.merchant.publicSpki)
const wallet = parsePublicKey(keys.wallet.publicSpki)

interface RequestVector extends Omit<AlipayV3Request, 'body'> {
  name: string
  body: string
  stringToSign: string
  sign: string
  authorization: string
}

describe.each<RequestVector>(file.requests)('request "$name"', ({ stringToSign, sign, authorization, ...vector }) => {
  const request: AlipayV3Request = { ...vector, body: Buffer.from(vector.body) }

  test('the string is that of the vector, and verifies', async () => {
    const text = alipayV3RequestString(request)
    expect(text.toString()).toBe(stringToSign)
    expect(await verifyAlipayV3(text, sign, merchant)).toBe(true)
  })
  test('signing gives the signature and the header of the vector', async () => {
    const made = await signAlipayV3(alipayV3RequestString(request), parsePrivateKey(keys.merchant.privatePkcs1))
    expect(made).toBe(sign)
    expect(formatAlipayV3Authorization({ authString: request.authString, sign: made })).toBe(authorization)
  })
  test('the header is read back as it was written', () => {
    const { authString, fields, sign: read } = parseAlipayV3Authorization(authorization)
    expect({ authString, read }).toEqual({ authString: request.authString, read: sign })
    expect(Object.fromEntries(fields)).toMatchObject({ app_id: '2021123000000001', timestamp: '1795438800000' })
  })
  test.each<[string, Partial<AlipayV3Request>]>([
    ['method', { method: request.method === 'GET' ? 'POST' : 'GET' }],
    ['path', { uri: request.uri.replace('trade', 'trades') }],
    ['query', { uri: `${request.uri}${request.uri.includes('?') ? '&' : '?'}a=1` }],
    ['body', { body: Buffer.from(`${vector.body} `) }],
    ['nonce', { authString: request.authString.replace('nonce=', 'nonce=0') }],
    ['order of fields', { authString: request.authString.split(',').toReversed().join() }],
    ['app auth token', { appAuthToken: 'another' }],
  ])('another %s does not verify', async (_, other) => {
    expect(await verifyAlipayV3(alipayV3RequestString({ ...request, ...other }), sign, merchant)).toBe(false)
  })
  test('without its last line end, with a changed signature, or by another key it does not verify', async () => {
    const text = alipayV3RequestString(request)
    expect(await verifyAlipayV3(text.subarray(0, -1), sign, merchant)).toBe(false)
    expect(await verifyAlipayV3(text, sign, wallet)).toBe(false)
    for (const other of ['', `${sign} `, sign.replace(/=+$/, ''), sign.toLowerCase(), '!']) {
      expect(await verifyAlipayV3(text, other, merchant)).toBe(false)
    }
  })
})

describe.each(file.answers)('answer "$name"', ({ timestamp, nonce, body, stringToSign, sign }) => {
  const answer = { timestamp, nonce, body: Buffer.from(body) }

  test('the string is that of the vector, and verifies', async () => {
    const text = alipayV3AnswerString(answer)
    expect(text.toString()).toBe(stringToSign)
    expect(await verifyAlipayV3(text, sign, wallet)).toBe(true)
    expect(await signAlipayV3(text, parsePrivateKey(keys.wallet.privatePkcs8))).toBe(sign)
  })
  test('another time, nonce or body does not verify', async () => {
    const others = [
      { timestamp: '0' },
      { nonce: '0' },
      { body: Buffer.from(JSON.stringify(JSON.parse(body), null, 1)) },
    ]
    for (const other of others) {
      expect(await verifyAlipayV3(alipayV3AnswerString({ ...answer, ...other }), sign, wallet)).toBe(false)
    }
  })
})

describe('an authorization header', () => {
  test.each([
    ['in small letters', 'alipay-sha256withrsa app_id=1,sign=c2ln'],
    ['with more than one blank behind its scheme', 'ALIPAY-SHA256withRSA   app_id=1,sign=c2ln'],
  ])('%s is read', (_, header) => {
    expect(parseAlipayV3Authorization(header)).toMatchObject({ authString: 'app_id=1', sign: 'c2ln' })
  })

  test('is split at its last sign; what looks like one before it belongs to what is signed', () => {
    const { authString, fields, sign } = parseAlipayV3Authorization('ALIPAY-SHA256withRSA app_id=1,sign=a==,sign=b==')
    expect({ authString, sign }).toEqual({ authString: 'app_id=1,sign=a==', sign: 'b==' })
    expect(fields.get('sign')).toBe('a==')
  })

  test('with blanks around its fields is signed with them and read without', () => {
    const { authString, fields } = parseAlipayV3Authorization('ALIPAY-SHA256withRSA app_id=1, nonce = a=b ,sign=x')
    expect(authString).toBe('app_id=1, nonce = a=b ')
    expect(Object.fromEntries(fields)).toEqual({ app_id: '1', nonce: 'a=b' })
  })

  test.each([
    ['nothing', '', 'SCHEME'],
    ['another scheme', 'Bearer app_id=1,sign=x', 'SCHEME'],
    ['the scheme of another hash', 'ALIPAY-SHA1withRSA app_id=1,sign=x', 'SCHEME'],
    ['the scheme alone', 'ALIPAY-SHA256withRSA', 'NO_SIGNATURE'],
    ['no sign', 'ALIPAY-SHA256withRSA app_id=1,nonce=a', 'NO_SIGNATURE'],
    ['an empty sign', 'ALIPAY-SHA256withRSA app_id=1,sign=', 'NO_SIGNATURE'],
    ['a sign alone', 'ALIPAY-SHA256withRSA sign=x', 'NO_SIGNATURE'],
    ['a field without a value', 'ALIPAY-SHA256withRSA app_id,sign=x', 'MALFORMED'],
    ['a field twice', 'ALIPAY-SHA256withRSA app_id=1,app_id=2,sign=x', 'MALFORMED'],
    ['an empty field', 'ALIPAY-SHA256withRSA app_id=1,,sign=x', 'MALFORMED'],
    ['line ends', 'ALIPAY-SHA256withRSA\n\n,sign=x', 'MALFORMED'],
  ])('with %s is refused', (_, header, reason) => {
    expect(() => parseAlipayV3Authorization(header)).toThrow(AlipayV3HeaderError)
    expect(() => parseAlipayV3Authorization(header)).toThrow(expect.objectContaining({ reason }) as Error)
  })
})
