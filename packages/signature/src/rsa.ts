/**
 * RSA with SHA-256, PKCS#1 v1.5: the one algorithm of both families, whatever they call it (RSA256, RSA2,
 * SHA256withRSA). Signing takes about a millisecond and happens on the thread pool, so it uses every core and never stops the
 * server from answering others. Verifying with a common key takes less than the way to another thread and the wait behind the
 * signatures there, so it happens at once; any other key is verified on the pool too.
 */
import { constants, sign, verify, type KeyObject } from 'node:crypto'

const padding = constants.RSA_PKCS1_PADDING

/** Signs the bytes. Rejects only when the key cannot sign. */
export function signRsa(data: Buffer, privateKey: KeyObject): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    sign('sha256', data, { key: privateKey, padding }, (error, signature) =>
      error ? reject(error) : resolve(signature),
    )
  })
}

/** Whether the signature is this key's over these bytes. False for anything else; never throws or rejects. */
export function verifyRsa(data: Buffer, signature: Buffer, publicKey: KeyObject): Promise<boolean> {
  return new Promise((resolve) => {
    const key = { key: publicKey, padding }
    try {
      if (isQuick(publicKey)) resolve(verify('sha256', data, key, signature))
      else verify('sha256', data, key, signature, (error, matches) => resolve(!error && matches))
    } catch {
      resolve(false)
    }
  })
}

/** The longest modulus that is verified at once: it takes a tenth of a millisecond. Bits. */
const QUICK_BITS_MAX = 4096
/** The usual exponent. A larger one, which the owner of a key chooses, can cost as much as a signature. */
const QUICK_EXPONENT_MAX = 65537n

function isQuick({ asymmetricKeyDetails: details }: KeyObject): boolean {
  const { modulusLength = Infinity, publicExponent = 0n } = details ?? {}
  return modulusLength <= QUICK_BITS_MAX && publicExponent > 0n && publicExponent <= QUICK_EXPONENT_MAX
}
