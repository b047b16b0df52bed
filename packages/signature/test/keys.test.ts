/** Keys in every form that merchants paste, and what is refused. */
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import keys from '../vectors/keys.json' with { type: 'json' }
import {
  fingerprint,
  generateRsaKeyPair,
  KeyError,
  parsePrivateKey,
  parsePublicKey,
  signRsa,
  verifyRsa,
} from '../src/index.ts'

const { merchant, wallet } = keys
const short = generateKeyPairSync('rsa', {
  modulusLength: 1024,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const curve = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const locked = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
}).privateKey

const bare = (pem: string): string => pem.replace(/-----[^-]+-----|\s/g, '')

describe('every form of one key is the same key', () => {
  test.each([
    ['PKCS#8 PEM', merchant.privatePkcs8],
    ['PKCS#1 PEM', merchant.privatePkcs1],
    ['PKCS#8 base64', merchant.privateBase64],
    ['PKCS#1 base64', bare(merchant.privatePkcs1)],
    ['CRLF line ends', merchant.privatePkcs8.replaceAll('\n', '\r\n')],
    ['line ends written as \\n', merchant.privatePkcs8.replaceAll('\n', '\\n')],
  ])('private: %s', (_, text) => {
    expect(fingerprint(parsePrivateKey(text))).toBe(merchant.fingerprint)
  })
  test.each([
    ['SPKI PEM', merchant.publicSpki],
    ['PKCS#1 PEM', merchant.publicPkcs1],
    ['SPKI base64', merchant.publicBase64],
    ['PKCS#1 base64', bare(merchant.publicPkcs1)],
    ['blanks around', `  ${merchant.publicSpki}\n\n`],
  ])('public: %s', (_, text) => {
    expect(fingerprint(parsePublicKey(text))).toBe(merchant.fingerprint)
  })
})

describe('what is not a usable key is refused with the reason, and never repeated in the error', () => {
  test.each([
    ['nothing', '', 'NOT_A_KEY'],
    ['some words', 'my secret key', 'NOT_A_KEY'],
    ['base64 of something else', 'aGVsbG8gd29ybGQ=', 'NOT_A_KEY'],
    ['half a key', merchant.publicBase64.slice(0, 100), 'NOT_A_KEY'],
    ['a private key', merchant.privatePkcs8, 'PRIVATE_NOT_PUBLIC'],
    ['a private key as base64', merchant.privateBase64, 'PRIVATE_NOT_PUBLIC'],
    ['a key of 1024 bits', short.publicKey, 'TOO_SHORT'],
    ['an elliptic curve key', curve.publicKey, 'NOT_RSA'],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----', 'CERTIFICATE'],
  ])('public: %s', (_, text, reason) => {
    expectRefusal(() => parsePublicKey(text), reason, text)
  })
  test.each([
    ['nothing', '', 'NOT_A_KEY'],
    ['a public key', merchant.publicSpki, 'PUBLIC_NOT_PRIVATE'],
    ['a public key as base64', merchant.publicBase64, 'PUBLIC_NOT_PRIVATE'],
    ['a key of 1024 bits', short.privateKey, 'TOO_SHORT'],
    ['a key with a passphrase', locked, 'NOT_A_KEY'],
  ])('private: %s', (_, text, reason) => {
    expectRefusal(() => parsePrivateKey(text), reason, text)
  })
})

function expectRefusal(act: () => unknown, reason: string, text: string): void {
  let caught: unknown
  try {
    act()
  } catch (error) {
    caught = error
  }
  expect(caught).toBeInstanceOf(KeyError)
  expect(caught).toMatchObject({ reason })
  if (text !== '') expect(String(caught)).not.toContain(text.slice(-40, -30).trim() || 'never')
}

test('a generated pair signs and verifies, and its two halves have one fingerprint', async () => {
  const pair = await generateRsaKeyPair()
  const [privateKey, publicKey] = [parsePrivateKey(pair.privateKey), parsePublicKey(pair.publicKey)]
  expect(fingerprint(privateKey)).toBe(fingerprint(publicKey))
  const signature = await signRsa(Buffer.from('data'), privateKey)
  expect(await verifyRsa(Buffer.from('data'), signature, publicKey)).toBe(true)
  expect(await verifyRsa(Buffer.from('Data'), signature, publicKey)).toBe(false)
  expect(await verifyRsa(Buffer.from('data'), signature, parsePublicKey(wallet.publicSpki))).toBe(false)
})

// A common one is verified at once, one with a large exponent on another thread.
describe.each([65537, 2 ** 32 - 5])('with the exponent %i', (publicExponent) => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent })

  test('what the key has signed verifies, and nothing else does', async () => {
    const signature = await signRsa(Buffer.from('data'), privateKey)
    expect(await verifyRsa(Buffer.from('data'), signature, publicKey)).toBe(true)
    expect(await verifyRsa(Buffer.from('Data'), signature, publicKey)).toBe(false)
  })

  test('verifying nonsense is false and never throws', async () => {
    for (const signature of [Buffer.alloc(0), Buffer.alloc(1), Buffer.alloc(256, 255), Buffer.alloc(1000)]) {
      expect(await verifyRsa(Buffer.from('data'), signature, publicKey)).toBe(false)
    }
  })
})

test('a key that is none for RSA verifies nothing and never throws', async () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  expect(await verifyRsa(Buffer.from('data'), Buffer.alloc(64, 1), publicKey)).toBe(false)
})
