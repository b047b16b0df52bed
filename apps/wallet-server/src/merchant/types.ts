/**
 * Merchants, their clients and keys: who may ask for orders, and how the wallet knows it is them. Read on every
 * signed call, so it is kept in memory for a few seconds, keys already parsed.
 */
import type { KeyObject } from 'node:crypto'
import type { SuperappDialect } from '@tradepay/contract'
import type { Currency } from '@tradepay/money'

export interface Merchant {
  merchantId: string
  bucket: number
  name: string
  frozen: boolean
  currencies: Currency[]
  /** What the wallet keeps of each payment, in hundredths of a percent (60 is 0.6 %). Applies to orders made from now on. */
  feeBasisPoints: number
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
  /** How answers and notifications of the super-app family are spelled for this client. */
  dialect: SuperappDialect
  /** Active keys, newest first. */
  keys: ClientKey[]
}

/** The users who speak for a merchant. Every call may be repeated. */
export interface MerchantOwners {
  /** @throws WalletError INVALID_PARAMETER (no such merchant), USER_NOT_FOUND */
  add(merchantId: string, userId: string): Promise<void>
  /** Whoever is none is none afterwards. @throws WalletError INVALID_PARAMETER (no such merchant) */
  remove(merchantId: string, userId: string): Promise<void>
  /** Their user ids, the longest-standing first. @throws WalletError INVALID_PARAMETER (no such merchant) */
  of(merchantId: string): Promise<string[]>
  /** Passes for an owner of the client's merchant; for everybody else there is no such client. @throws WalletError CLIENT_UNKNOWN */
  requireClient(userId: string, clientId: string): Promise<void>
  /** The clients that the user speaks for, the newest first; at most so many. */
  clientIds(userId: string, most: number): Promise<string[]>
}

export interface MerchantService {
  owners: MerchantOwners
  /** Default fee: none. */
  register(merchant: {
    name: string
    currencies: Currency[]
    merchantId?: string
    feeBasisPoints?: number
  }): Promise<Merchant>
  /** @param feeBasisPoints a whole number from 0 to 10,000. Orders that exist keep the fee they were made with. @throws WalletError INVALID_PARAMETER */
  setFee(merchantId: string, feeBasisPoints: number): Promise<void>
  /** Freezes or unfreezes the merchant and every account of theirs, in one transaction. May be repeated. @throws WalletError INVALID_PARAMETER (no such merchant) */
  setFrozen(merchantId: string, frozen: boolean): Promise<void>
  registerClient(client: {
    merchantId: string
    name: string
    notifyUrl: string | null
    clientId?: string
  }): Promise<Client>
  /**
   * Adds a public key (SPKI PEM, RSA ≥ 2048) beside those that there are: all are taken until they are revoked. Every server takes
   * it from its first call on. May be repeated with the same key; a version is never given to another.
   * @throws WalletError INVALID_PARAMETER
   */
  addKey(clientId: string, version: number, publicKeyPem: string): Promise<void>
  /**
   * Retires a key for good. This server refuses it at once, others after 3 seconds at the latest. May be repeated.
   * @throws WalletError KEY_UNKNOWN
   */
  revokeKey(clientId: string, version: number): Promise<void>
  setNotifyUrl(clientId: string, notifyUrl: string | null): Promise<void>
  /**
   * Sets the client's dialect: the members that are given, the default for all others; {} takes the default again. Seen by
   * other servers after a few seconds. May be repeated.
   * @throws WalletError INVALID_PARAMETER (`field` names the member), CLIENT_UNKNOWN
   */
  setDialect(clientId: string, dialect: Partial<SuperappDialect>): Promise<void>
  /** As remembered, for 3 seconds at the most. @throws WalletError CLIENT_UNKNOWN, CLIENT_DISABLED */
  client(clientId: string): Promise<Client>
  /**
   * As it is now, for whoever failed with what was remembered; the database is asked ten times a second at the most.
   * @throws WalletError CLIENT_UNKNOWN, CLIENT_DISABLED
   */
  freshClient(clientId: string): Promise<Client>
  /** @throws Error when there is none: ids of merchants come from our own rows */
  merchant(merchantId: string): Promise<Merchant>
}
