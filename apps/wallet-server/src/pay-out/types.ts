/**
 * A pay-out: a merchant's money to the merchant's bank account.
 */
import type { BankFailure } from '@tradepay/contract'
import type { Money } from '@tradepay/money'

export interface PayOut {
  payOutId: string
  merchantId: string
  requestId: string
  bankAccountId: string
  amount: Money
  state: 'PROCESSING' | 'SUCCEEDED' | 'FAILED'
  failure: BankFailure | null
  createdAt: Date
  finishedAt: Date | null
}

export interface PayOutService {
  /**
   * Reserves the money and asks the bank to pay it. PROCESSING until the bank has answered; refused by the bank, the
   * merchant has it again. May be repeated: the same number with the same content answers the first pay-out.
   * @throws WalletError BANK_ACCOUNT_NOT_FOUND, BANK_NOT_AVAILABLE, CURRENCY_NOT_SUPPORTED, AMOUNT_OUT_OF_RANGE,
   * MERCHANT_BALANCE_NOT_ENOUGH, MERCHANT_FROZEN, PAY_OUT_INCONSISTENT (`field`)
   */
  request(payOut: { merchantId: string; requestId: string; bankAccountId: string; amount: Money }): Promise<PayOut>
  /** @returns null when the merchant has none of this number */
  find(merchantId: string, requestId: string): Promise<PayOut | null>
  /** Newest first. */
  of(merchantId: string, limit: number): Promise<PayOut[]>
}
