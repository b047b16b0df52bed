/** The super-app family against the shared vectors, and what must not verify. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import keys from '../vectors/keys.json' with { type: 'json' }
import file from '../vectors/superapp.json' with { type: 'json' }
import {
  decodeSignature,
  encodeSignature,
  parsePrivateKey,
  parsePublicKey,
  parseSignatureHeader,
  SignatureHeaderError,
  signedUris,
  signSuperapp,
  superappStringToSign,
  verifySuperapp,
} from '../src/index.ts'

const publicKeys = {
  merchant: parsePublicKey(keys.merchant.publicSpki),
  wallet: parsePublicKey(keys.wallet.publicSpki),
}
const privateKeys = {
  merchant: parsePrivateKey(keys.merchant.privatePkcs8),
  wallet: parsePrivateKey(keys.wallet.privatePkcs8),
}
const vectors = file.vectors.map((vector) => ({
  ...vector,
  signedBy: vector.signedBy as 'merchant' | 'wallet',
  message: { ...vector.message, body: Buffer.from(vector.message.body) },
}))

describe.each(vectors)('vector "$name"', (vector) => {
  test('the string to sign is the one of the vector', () => {
    expect(superappStringToSign(vector.message).toString()).toBe(vector.stringToSign)
  })
  test('signing gives the header of the vector', async () => {
    const key = { version: vector.keyVersion, privateKey: privateKeys[vector.signedBy] }
    expect((await signSuperapp(vector.message, key)).header).toBe(vector.header)
  })
  test('every accepted spelling of the header verifies', async () => {
    for (const text of [vector.header, ...vector.alsoAccepted]) {
      const header = parseSignatureHeader(text)
      expect(header.keyVersion).toBe(vector.keyVersion)
      const signature = decodeSignature(header.signature)!
      expect(await verifySuperapp(vector.message, signature, publicKeys[vector.signedBy])).toMatchObject({
        uri: vector.message.uri,
      })
    }
  })
  test('any one changed part does not verify', async () => {
    const signature = decodeSignature(parseSignatureHeader(vector.header).signature)!
    const { message } = vector
    const changed = [
      { ...message, method: 'GET' },
      { ...message, uri: `${message.uri}x` },
      { ...message, clientId: `${message.clientId}1` },
      { ...message, time: message.time.replace('21:', '22:').replace('13:', '14:') },
      { ...message, body: Buffer.concat([message.body, Buffer.from(' ')]) },
    ]
    for (const each of changed) expect(await verifySuperapp(each, signature, publicKeys[vector.signedBy])).toBeNull()
    const other = publicKeys[vector.signedBy === 'wallet' ? 'merchant' : 'wallet']
    expect(await verifySuperapp(message, signature, other)).toBeNull()
  })
})

test('a signature over the path from its version on verifies for the full path', async () => {
  const vector = vectors[0]!
  const signature = decodeSignature(parseSignatureHeader(vector.header).signature)!
  const longer = { ...vector.message, uri: '/acl/api/v1/payments/pay?trace=1' }
  expect(await verifySuperapp(longer, signature, publicKeys.merchant)).toMatchObject({ uri: '/v1/payments/pay' })
})

test('the spellings of a URI are tried likeliest first', () => {
  expect(signedUris('/v1/payments/pay')).toEqual(['/v1/payments/pay'])
  expect(signedUris('/api/v2/payments/pay')).toEqual(['/api/v2/payments/pay', '/v2/payments/pay'])
  expect(signedUris('/notify?a=1')).toEqual(['/notify', '/notify?a=1'])
})

test.each([
  ['', 'MALFORMED'],
  ['RSA256', 'MALFORMED'],
  ['algorithm=RSA256, keyVersion=1', 'NO_SIGNATURE'],
  ['algorithm=RSA256, keyVersion=1, signature=', 'NO_SIGNATURE'],
  ['algorithm=ECC224, keyVersion=1, signature=abc', 'ALGORITHM'],
  ['algorithm=RSA256, keyVersion=one, signature=abc', 'KEY_VERSION'],
  ['algorithm=RSA256, keyVersion=-1, signature=abc', 'KEY_VERSION'],
])('the header %j is refused as %s', (text, reason) => {
  expect(() => parseSignatureHeader(text)).toThrowError(
    expect.objectContaining({ name: 'SignatureHeaderError', reason }),
  )
  expect(SignatureHeaderError).toBeDefined()
})

test('a header without keyVersion names none', () => {
  expect(parseSignatureHeader('signature=abc=').keyVersion).toBeNull()
})

test('every signature survives every encoding', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
      const signature = Buffer.from(bytes)
      for (const encoding of ['BASE64', 'BASE64_URLENCODED', 'BASE64URL'] as const) {
        expect(decodeSignature(encodeSignature(signature, encoding))).toEqual(signature)
      }
    }),
  )
})

test('random text as header or signature never throws anything but its own error, and never verifies', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), async (text) => {
      try {
        parseSignatureHeader(text)
      } catch (error) {
        expect(error).toBeInstanceOf(SignatureHeaderError)
      }
      const signature = decodeSignature(text)
      if (signature) expect(await verifySuperapp(vectors[0]!.message, signature, publicKeys.merchant)).toBeNull()
    }),
  )
})
