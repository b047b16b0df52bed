/**
 * RSA with SHA-256, PKCS#1 v1.5: the one algorithm of both families, whatever they call it (RSA256, RSA2,
 * SHA256withRSA). The callback forms of node:crypto run on the thread pool, so signing uses every core and never
 * stops the server from answering others.
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
    try {
      verify('sha256', data, { key: publicKey, padding }, signature, (error, matches) => resolve(!error && matches))
    } catch {
      resolve(false)
    }
  })
}
