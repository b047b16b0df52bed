/**
 * The wallet's own signing key, as the merchant doors and their notifications use it: the newest of the settings,
 * parsed once when the door is made.
 */
import type { KeyObject } from 'node:crypto'
import { parsePrivateKey } from '@tradepay/signature'
import type { Settings } from '../../settings.ts'

export interface WalletSigningKey {
  version: number
  privateKey: KeyObject
}

/** @throws Error when the settings name no key, KeyError when the newest is not usable: the server must not start */
export function walletSigningKey({ walletKeys }: Pick<Settings, 'walletKeys'>): WalletSigningKey {
  const newest = walletKeys.at(-1)
  if (!newest) throw new Error('The settings name no wallet key: the wallet could not sign its answers.')
  return { version: newest.version, privateKey: parsePrivateKey(newest.privateKey) }
}
