/**
 * A top-up: money into a user's balance, from a linked bank account, or given by the wallet itself (debit cash).
 */
import type { BankFailure } from '@tradepay/contract'
import type { Money } from '@tradepay/money'

export interface TopUp {
  topUpId: string
  userId: string
  /** Null when the wallet gave it. */
  bankAccountId: string | null
  amount: Money
  state: 'PROCESSING' | 'SUCCEEDED' | 'FAILED'
  failure: BankFailure | null
  createdAt: Date
  finishedAt: Date | null
}

export interface TopUpService {
  /**
   * Asks the bank for money. PROCESSING until it has answered. May be repeated with the same id and content.
   * @throws WalletError INVALID_PARAMETER, USER_NOT_FOUND, BANK_ACCOUNT_NOT_FOUND, BANK_NOT_AVAILABLE, CURRENCY_NOT_SUPPORTED
   * (not the bank account's), TOP_UP_INCONSISTENT (`field`)
   */
  fromBank(topUp: { topUpId: string; userId: string; bankAccountId: string; amount: Money }): Promise<TopUp>
  /** Gives money at once. May be repeated with the same id and content. @throws WalletError as `fromBank` */
  give(topUp: { topUpId: string; userId: string; amount: Money }): Promise<TopUp>
  /** @returns null when there is none, or when it is another user's */
  find(userId: string, topUpId: string): Promise<TopUp | null>
  /** Newest first; `before` is the last one of the page before. */
  of(userId: string, limit: number, before?: Pick<TopUp, 'topUpId' | 'createdAt'>): Promise<TopUp[]>
}
