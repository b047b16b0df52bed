/**
 * The wallet's public keys, parsed once. Several versions may be held at a time, so that the wallet can change its key
 * without a moment in which a merchant refuses it.
 */
import type { KeyObject } from 'node:crypto'
import { parsePublicKey } from '@tradepay/signature'

/** One key for every version, or a key for each: `{ 1: '-----BEGIN PUBLIC KEY-----…', 2: '…' }`. PEM or bare base64. */
export type WalletPublicKey = string | Readonly<Record<number, string>>

export interface WalletKeys {
  /** The keys a signature of this version may come from; null (no version named) means any, newest first. */
  candidates(version: number | null): KeyObject[]
}

/** @throws KeyError when a text is not an RSA public key of at least 2048 bits; TypeError when there is none. */
export function parseWalletKeys(given: WalletPublicKey): WalletKeys {
  if (typeof given === 'string') {
    const key = parsePublicKey(given)
    return { candidates: () => [key] }
  }
  const keys = Object.entries(given)
    .map(([version, text]) => ({ version: Number(version), key: parsePublicKey(text) }))
    .sort((a, b) => b.version - a.version)
  if (keys.length === 0) throw new TypeError('walletPublicKey holds no key: give at least one version.')
  return {
    candidates: (version) =>
      keys.filter((each) => version === null || each.version === version).map((each) => each.key),
  }
}
