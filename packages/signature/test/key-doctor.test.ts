/** The key doctor against every form of key text that people have: named rightly, never telling a private key. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import forms from '../vectors/key-forms.json' with { type: 'json' }
import keys from '../vectors/keys.json' with { type: 'json' }
import { fingerprint } from '../src/index.ts'
import { examineKeys, KEY_FILE_MAX_BYTES, privateKeys, type KeyFinding } from '../src/key-doctor/index.ts'

const { merchant, wallet } = keys
const bare = (pem: string): string => pem.replace(/-----[^-]+-----|\s/g, '')
const der = (pem: string): Buffer => Buffer.from(bare(pem), 'base64')
const armoured = (label: string, base64: string, width = 64): string =>
  `-----BEGIN ${label}-----\n${base64.match(new RegExp(`.{1,${width}}`, 'g'))!.join('\n')}\n-----END ${label}-----\n`
const jwk = JSON.stringify(createPrivateKey(merchant.privatePkcs8).export({ format: 'jwk' }))
const publicJwk = JSON.stringify(createPublicKey(merchant.publicSpki).export({ format: 'jwk' }), null, 2)

const problemsOf = ({ problems }: KeyFinding): string[] => problems.map(({ problem }) => problem).sort()
const one = (file: string | Buffer): KeyFinding => {
  const findings = examineKeys(Buffer.from(file))
  expect(findings).toHaveLength(1)
  return findings[0]!
}

describe('a key as it should be', () => {
  test.each([
    ['SPKI', merchant.publicSpki, 'PUBLIC', 'an RSA public key of 2048 bits (SPKI)'],
    ['PKCS#1 public', merchant.publicPkcs1, 'PUBLIC', 'an RSA public key of 2048 bits (PKCS#1)'],
    ['PKCS#8', merchant.privatePkcs8, 'PRIVATE', 'an RSA private key of 2048 bits (PKCS#8)'],
    ['PKCS#1 private', merchant.privatePkcs1, 'PRIVATE', 'an RSA private key of 2048 bits (PKCS#1)'],
  ])('%s has no problems', (_, text, kind, what) => {
    expect(one(text)).toEqual({
      kind,
      what,
      problems: [],
      usable: true,
      fingerprint: merchant.fingerprint,
      publicKey: createPublicKey(merchant.publicSpki).export({ type: 'spki', format: 'pem' }),
    })
  })
})

const publicBase64 = bare(merchant.publicSpki)
const usable: [name: string, file: string | Buffer, problems: string[]][] = [
  ['bare base64', publicBase64, ['NO_ARMOUR']],
  ['bare base64 in lines', merchant.publicSpki.replace(/-----.*\n?/g, ''), ['NO_ARMOUR']],
  ['bare base64 of a private key', merchant.privateBase64, ['NO_ARMOUR']],
  ['bare base64 that ends in =', bare(merchant.privatePkcs1), ['NO_ARMOUR']],
  ['base64 in a line of settings', `ALIPAY_PUBLIC_KEY="${publicBase64}"`, ['NO_ARMOUR']],
  ['base64url', publicBase64.replaceAll('+', '-').replaceAll('/', '_'), ['BASE64URL', 'NO_ARMOUR']],
  ['one line inside of armour', armoured('PUBLIC KEY', publicBase64, 9999), ['ONE_LINE']],
  ['everything on one line', merchant.publicSpki.trim().replaceAll('\n', ' '), ['ONE_LINE']],
  ['lines of 76', armoured('PUBLIC KEY', publicBase64, 76), ['LINE_LENGTH']],
  ['blanks behind the lines', merchant.publicSpki.replaceAll('\n', ' \n'), ['LINE_LENGTH']],
  ['CRLF', merchant.publicSpki.replaceAll('\n', '\r\n'), ['CRLF']],
  ['CR alone', merchant.publicSpki.replaceAll('\n', '\r'), ['CRLF']],
  ['a byte order mark', `\ufeff${merchant.publicSpki}`, ['BYTE_ORDER_MARK']],
  ['UTF-16', Buffer.from(`\ufeff${merchant.publicSpki}`, 'utf16le'), ['UTF16']],
  ['UTF-16 with the high byte first', Buffer.from(`\ufeff${merchant.publicSpki}`, 'utf16le').swap16(), ['UTF16']],
  ['double quotes', `"${merchant.publicSpki}"`, ['QUOTES']],
  ['single quotes', `'${publicBase64}'`, ['NO_ARMOUR', 'QUOTES']],
  ['a JSON text', JSON.stringify(merchant.publicSpki), ['QUOTES', 'WRITTEN_LINE_ENDS']],
  ['line ends written out', merchant.publicSpki.replaceAll('\n', '\\n'), ['WRITTEN_LINE_ENDS']],
  ['line ends written out twice', merchant.publicSpki.replaceAll('\n', '\\\\n'), ['WRITTEN_LINE_ENDS']],
  ['an invisible character', merchant.publicSpki.replace('MII', 'M\u200bII'), ['INVISIBLE']],
  ['base64 of PEM', Buffer.from(merchant.publicSpki).toString('base64'), ['BASE64_TWICE']],
  ['too few hyphens', merchant.publicSpki.replaceAll('-----', '---'), ['ARMOUR']],
  ['dashes of a word processor', merchant.publicSpki.replaceAll('-----', '\u2014\u2014\u2014'), ['ARMOUR']],
  ['no END line', merchant.publicSpki.replace(/-----END.*/, ''), ['ARMOUR']],
  ['another END line', merchant.publicSpki.replace('END PUBLIC', 'END RSA PUBLIC'), ['ARMOUR']],
  ['a label of PKCS#1 over SPKI', armoured('RSA PUBLIC KEY', publicBase64), ['LABEL']],
  ['a label of PKCS#8 over PKCS#1', armoured('PRIVATE KEY', bare(merchant.privatePkcs1)), ['LABEL']],
  ['a public label over a private key', armoured('PUBLIC KEY', merchant.privateBase64), ['LABEL']],
  ['DER', der(merchant.publicSpki), ['DER']],
  ['DER of a private key', der(merchant.privatePkcs1), ['DER']],
  [
    'bytes behind the key',
    armoured('PUBLIC KEY', Buffer.concat([der(merchant.publicSpki), Buffer.alloc(3)]).toString('base64')),
    ['TRAILING_BYTES'],
  ],
  ['a certificate', forms.certificate, ['CERTIFICATE']],
  ['a line of OpenSSH', forms.sshPublic, ['OPENSSH']],
  ['RFC 4716', forms.ssh2Public, ['OPENSSH']],
  ['a JSON Web Key', publicJwk, ['JWK']],
  ['a private JSON Web Key', jwk, ['JWK']],
  ['words before and behind', `Here it is:\n${merchant.publicSpki}\nThanks!`, []],
  ['JSON around it', JSON.stringify({ walletPublicKey: merchant.publicSpki }), ['WRITTEN_LINE_ENDS']],
]

describe('a key in the wrong wrapping is still read, and each fault is named', () => {
  test.each(usable)('%s', (_, file, problems) => {
    const finding = one(file)
    expect(problemsOf(finding)).toEqual(problems)
    expect(finding).toMatchObject({ usable: true, fingerprint: merchant.fingerprint })
    expect(fingerprint(createPublicKey(finding.publicKey!))).toBe(merchant.fingerprint)
  })
})

const pemOf = ({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }) => ({
  publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
  privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
})
const curveKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const curve = pemOf(curveKeys)
const edwards = pemOf(generateKeyPairSync('ed25519'))
const short = pemOf(generateKeyPairSync('rsa', { modulusLength: 1024 }))
const sec1 = curveKeys.privateKey.export({ type: 'sec1', format: 'pem' })

const useless: [name: string, file: string | Buffer, problems: string[], what: RegExp][] = [
  ['nothing', '', ['NOT_A_KEY'], /empty/],
  ['some words', 'my secret key', ['NOT_A_KEY'], /no key/],
  ['base64 of something else', Buffer.alloc(200, 7).toString('base64'), ['NOT_A_KEY', 'NO_ARMOUR'], /no key/],
  ['half a public key', armoured('PUBLIC KEY', publicBase64.slice(0, 196)), ['TRUNCATED'], /a part of a public key/],
  ['half a private key', merchant.privatePkcs8.slice(0, 700), ['ARMOUR', 'TRUNCATED'], /a part of a private key/],
  [
    'an elided key',
    armoured('PUBLIC KEY', `${publicBase64.slice(0, 64)}…`),
    ['STRANGE_CHARACTERS', 'TRUNCATED'],
    /a part/,
  ],
  ['a key of 1024 bits', short.publicKey, ['TOO_SHORT'], /RSA public key of 1024 bits/],
  ['a private key of 1024 bits', short.privateKey, ['TOO_SHORT'], /RSA private key of 1024 bits/],
  ['an elliptic curve key', curve.publicKey, ['NOT_RSA'], /an ec public key/],
  ['an elliptic curve key in SEC 1', sec1, ['NOT_RSA'], /an ec private key \(SEC 1\)/],
  ['an Ed25519 key', edwards.privateKey, ['NOT_RSA'], /an ed25519 private key/],
  [
    'an OpenSSH key of another type',
    `ssh-ed25519 ${Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0\x01x').toString('base64')} me`,
    ['NOT_RSA', 'OPENSSH'],
    /ssh-ed25519/,
  ],
  ['a passphrase (PKCS#8)', forms.lockedPkcs8, ['ENCRYPTED'], /passphrase/],
  ['a passphrase (PKCS#1)', forms.lockedPkcs1, ['ENCRYPTED'], /passphrase/],
  ['a key of OpenSSH with a passphrase', forms.opensshLocked, ['ENCRYPTED', 'OPENSSH'], /OpenSSH private key/],
  ['a private key of OpenSSH', forms.opensshPrivate, ['OPENSSH'], /OpenSSH private key/],
  ['a certificate request', forms.certificateRequest, ['CERTIFICATE_REQUEST'], /request/],
  ['a key store', Buffer.from(forms.pkcs12Base64, 'base64'), ['DER', 'PKCS12'], /PKCS#12/],
  ['a JSON Web Key with a part missing', '{"kty":"RSA","e":"AQAB"}', ['JWK', 'NOT_A_KEY'], /not whole/],
  ['more than any key has', Buffer.alloc(KEY_FILE_MAX_BYTES + 1, 65), ['NOT_A_KEY'], /65537 bytes/],
]

describe('what cannot be used is named', () => {
  test.each(useless)('%s', (_, file, problems, what) => {
    const finding = one(file)
    expect(problemsOf(finding)).toEqual(problems)
    expect(finding).toMatchObject({ usable: false, what: expect.stringMatching(what) })
    expect(privateKeys(Buffer.from(file))).toEqual([])
  })

  it('of an OpenSSH private key the public half is there, even behind a passphrase', () => {
    for (const file of [forms.opensshPrivate, forms.opensshLocked]) {
      expect(one(file)).toMatchObject({ kind: 'PRIVATE', fingerprint: merchant.fingerprint })
    }
  })
})

describe('several keys in one text', () => {
  it('are each told, and whether they belong together', () => {
    const pair = examineKeys(Buffer.from(merchant.privatePkcs8 + merchant.publicSpki))
    expect(pair.map(({ kind }) => kind)).toEqual(['PRIVATE', 'PUBLIC'])
    expect(pair[0]!.problems[0]!.sentence).toContain('belong together')
    const strangers = examineKeys(Buffer.from(merchant.privatePkcs8 + wallet.publicSpki))
    expect(strangers.map(problemsOf)).toEqual([['SEVERAL_KEYS'], ['SEVERAL_KEYS']])
    expect(strangers[0]!.problems[0]!.sentence).toContain('2 of them')
  })
})

describe('private keys', () => {
  it.each([...usable, ...useless].map(([name, file]) => ({ name, file })))('$name: none is told', ({ file }) => {
    const told = JSON.stringify(examineKeys(Buffer.from(file)))
    expect(told).not.toContain('PRIVATE KEY-----')
    // Behind the modulus, everything in these is secret.
    for (const secret of [merchant.privateBase64, bare(merchant.privatePkcs1)]) {
      for (let at = 420; at + 20 < secret.length; at += 20) expect(told.includes(secret.slice(at, at + 20))).toBe(false)
    }
    const { d, p, q } = JSON.parse(jwk) as Record<string, string>
    for (const secret of [d, p, q]) expect(told.includes(secret!.slice(0, 20))).toBe(false)
  })

  it('are given for writing, as PKCS#8 or PKCS#1', () => {
    const files = [merchant.privatePkcs8, merchant.privatePkcs1, jwk, `"${merchant.privateBase64}"`]
    for (const file of files) {
      expect(privateKeys(Buffer.from(file)).map((text) => bare(text))).toEqual([bare(merchant.privatePkcs8)])
      expect(privateKeys(Buffer.from(file), 'PKCS1').map((text) => bare(text))).toEqual([bare(merchant.privatePkcs1)])
    }
    expect(privateKeys(Buffer.from(merchant.publicSpki))).toEqual([])
  })
})

it('no bytes make it throw', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void examineKeys(Buffer.from(bytes))))
  const texts = [merchant.privatePkcs8, forms.opensshPrivate, forms.sshPublic, forms.certificate, jwk]
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.nat(2000), fc.string(), (text, at, junk) => {
      examineKeys(Buffer.from(text.slice(0, at) + junk + text.slice(at + 1)))
      const bytes = der(text)
      examineKeys(Buffer.concat([bytes.subarray(0, at), Buffer.from(junk), bytes.subarray(at)]))
    }),
  )
})
