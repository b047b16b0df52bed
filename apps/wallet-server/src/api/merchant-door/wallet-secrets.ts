/**
 * Secrets that the wallet derives from its signing keys by HKDF (RFC 5869), another for each purpose: nothing is stored, and
 * every server knows them. While signing keys are rotated there is one of each.
 */
import { hkdfSync } from 'node:crypto'
import { parsePrivateKey } from '@tradepay/signature'
import type { Settings } from '../../settings.ts'

const BYTES = 32

/** The secret of a purpose: 32 bytes, always the same. */
type WalletSecret = (purpose: string) => Buffer

/** One for each signing key of the wallet, newest first. @throws KeyError when a key is not usable */
export function walletSecrets({ walletKeys }: Pick<Settings, 'walletKeys'>): WalletSecret[] {
  return walletKeys
    .map(({ privateKey }) => parsePrivateKey(privateKey).export({ type: 'pkcs8', format: 'der' }))
    .map(
      (source): WalletSecret =>
        (purpose) =>
          Buffer.from(hkdfSync('sha256', source, '', purpose, BYTES)),
    )
    .reverse()
}
