/**
 * Merchants, their clients and keys: who may ask for orders, and how the wallet knows it is them. Read on every
 * signed call, so it is kept in memory for a few seconds, keys already parsed.
 */
import type { KeyObject } from 'node:crypto'
import type { Currency } from '@tradepay/money'

export interface Merchant {
  merchantId: string
  bucket: number
  name: string
  frozen: boolean
  currencies: Currency[]
}

export interface ClientKey {
  version: number
  publicKey: KeyObject
}

export interface Client {
  clientId: string
  merchantId: string
  bucket: number
  name: string
  disabled: boolean
  notifyUrl: string | null
  /** Active keys, newest first. */
  keys: ClientKey[]
}

export interface MerchantService {
  register(merchant: { name: string; currencies: Currency[]; merchantId?: string }): Promise<Merchant>
  registerClient(client: {
    merchantId: string
    name: string
    notifyUrl: string | null
    clientId?: string
  }): Promise<Client>
  /** Adds a public key (SPKI PEM, RSA ≥ 2048). @throws WalletError INVALID_PARAMETER */
  addKey(clientId: string, version: number, publicKeyPem: string): Promise<void>
  revokeKey(clientId: string, version: number): Promise<void>
  setNotifyUrl(clientId: string, notifyUrl: string | null): Promise<void>
  /** @throws WalletError CLIENT_UNKNOWN, CLIENT_DISABLED */
  client(clientId: string): Promise<Client>
  /** @throws Error when there is none: ids of merchants come from our own rows */
  merchant(merchantId: string): Promise<Merchant>
}
