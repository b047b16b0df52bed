/**
 * What the parts of the shop's server are made of, given once at the start.
 */
import type { Clock, TradePayClient } from '@tradepay/merchant-sdk'
import type { Database } from './database.ts'

export interface Shop {
  database: Database
  clock: Clock
  wallet: TradePayClient
  /** The mini program that pays. */
  appId: string
  /** Where the wallet sends its notifications. */
  notifyUrl: string
  /** For the operator: what went wrong between the shop and the wallet. Never a key or a token. */
  warn(message: string): void
}
