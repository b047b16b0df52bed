/**
 * RSA keys in every form that merchants paste: PEM (SPKI, PKCS#8, PKCS#1) or the bare base64 of one of them.
 *
 * A key is parsed once, when it enters the program; parsing it on every call would cost four times the signature
 * itself. No error ever repeats the key's text.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'

/** The shortest RSA modulus that is taken, in bits. */
export const MIN_RSA_BITS = 2048

/** Why a text is not a usable key. `reason` is for programs, the message for people; neither holds any key material. */
export class KeyError extends Error {
  override name = 'KeyError'
  constructor(
    readonly reason:
      'NOT_A_KEY' | 'PRIVATE_NOT_PUBLIC' | 'PUBLIC_NOT_PRIVATE' | 'CERTIFICATE' | 'NOT_RSA' | 'TOO_SHORT',
    message: string,
  ) {
    super(message)
  }
}

/** A new pair as text. */
export interface RsaKeyPair {
  /** PKCS#8 PEM. */
  privateKey: string
  /** SPKI PEM. */
  publicKey: string
}

type Form = 'spki' | 'pkcs1' | 'pkcs8'

/**
 * Reads a public key: SPKI or PKCS#1, PEM or bare base64, on one line or many.
 * @throws KeyError, also for a private key: whoever pastes one here must be told, not served.
 */
export function parsePublicKey(text: string): KeyObject {
  const { label, der } = unwrap(text)
  if (label === 'CERTIFICATE') {
    throw new KeyError('CERTIFICATE', 'This is a certificate; give the public key itself ("BEGIN PUBLIC KEY").')
  }
  if (label?.endsWith('PRIVATE KEY')) {
    throw new KeyError(
      'PRIVATE_NOT_PUBLIC',
      'This is a private key; give the public key and keep this one to yourself.',
    )
  }
  // node:crypto derives the public half of a private key without a word, so private keys are looked for first.
  if (firstThatParses(['pkcs8', 'pkcs1'], (type) => createPrivateKey({ key: der, format: 'der', type }))) {
    throw new KeyError(
      'PRIVATE_NOT_PUBLIC',
      'This is a private key; give the public key and keep this one to yourself.',
    )
  }
  const key = firstThatParses(['spki', 'pkcs1'], (type) => createPublicKey({ key: der, format: 'der', type }))
  if (key) return usable(key)
  throw new KeyError('NOT_A_KEY', 'This is not a public key: expected PEM ("BEGIN PUBLIC KEY") or its base64.')
}

/**
 * Reads a private key without a passphrase: PKCS#8 or PKCS#1, PEM or bare base64, on one line or many.
 * @throws KeyError
 */
export function parsePrivateKey(text: string): KeyObject {
  const { label, der } = unwrap(text)
  if (label === 'ENCRYPTED PRIVATE KEY') {
    throw new KeyError('NOT_A_KEY', 'This private key is locked by a passphrase; give it without one.')
  }
  const key = firstThatParses(['pkcs8', 'pkcs1'], (type) => createPrivateKey({ key: der, format: 'der', type }))
  if (key) return usable(key)
  if (label === 'CERTIFICATE') throw new KeyError('CERTIFICATE', 'This is a certificate; give the private key.')
  if (firstThatParses(['spki', 'pkcs1'], (type) => createPublicKey({ key: der, format: 'der', type }))) {
    throw new KeyError('PUBLIC_NOT_PRIVATE', 'This is a public key; give the private key.')
  }
  throw new KeyError('NOT_A_KEY', 'This is not a private key: expected PEM ("BEGIN PRIVATE KEY") or its base64.')
}

const generate = promisify(generateKeyPair)

/** Makes an RSA-2048 pair. Takes tenths of a second, on another thread. */
export function generateRsaKeyPair(): Promise<RsaKeyPair> {
  return generate('rsa', {
    modulusLength: MIN_RSA_BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
}

/** The first 16 hexadecimal digits of SHA-256 over the public key's SPKI DER. Equal for a private key and its public half. */
export function fingerprint(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  const der = publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(der).digest('hex').slice(0, 16)
}

/** Takes the armour off. Settings files often carry a key on one line with the two characters `\n` for its line ends. */
function unwrap(text: string): { label: string | null; der: Buffer } {
  const lines = text.replaceAll('\\n', '\n').trim()
  const pem = /^-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----$/.exec(lines)
  const base64 = (pem ? pem[2]! : lines).replace(/\s+/g, '')
  if (base64 === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    throw new KeyError('NOT_A_KEY', 'This is not a key: expected PEM ("-----BEGIN … KEY-----") or bare base64.')
  }
  return { label: pem ? pem[1]! : null, der: Buffer.from(base64, 'base64') }
}

function firstThatParses<Type extends Form>(types: Type[], parse: (type: Type) => KeyObject): KeyObject | null {
  for (const type of types) {
    try {
      return parse(type)
    } catch {
      // Not of this form: the next one is tried.
    }
  }
  return null
}

function usable(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType !== 'rsa') {
    throw new KeyError('NOT_RSA', `This is a key of type ${key.asymmetricKeyType ?? 'unknown'}; RSA is needed.`)
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (bits < MIN_RSA_BITS) {
    throw new KeyError('TOO_SHORT', `The key has ${bits} bits; at least ${MIN_RSA_BITS} are needed.`)
  }
  return key
}
