/**
 * Telling the test bank how to answer one payment or pay-out. It is told right before, for an order of exactly that
 * account, direction and amount, and it is taken back when no such order came.
 */
import { WalletError, type BankBehaviour } from '@tradepay/contract'
import type { BankAccount } from '@tradepay/wallet-server'
import { checkBehaviour } from '../test-bank/behaviour.ts'
import type { TestBank } from '../test-bank/index.ts'

export interface Telling {
  behaviour: BankBehaviour | undefined
  account: BankAccount
  direction: 'COLLECT' | 'PAY'
  minor: bigint
}

/**
 * Runs `work`, with the bank told before.
 * @throws WalletError INVALID_PARAMETER for a behaviour that cannot be, and what `work` throws
 */
export async function withBankTold<Result>(
  bank: TestBank,
  { behaviour, account, direction, minor }: Telling,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!behaviour) return await work()
  checkBehaviour(behaviour, 'bank')
  const takeBack = await bank.orders.tell(account.bankRef, behaviour, { direction, minor })
  if (!takeBack) throw new WalletError('BANK_ACCOUNT_NOT_FOUND', {}, 'The test bank does not know this account.')
  try {
    return await work()
  } catch (error) {
    await takeBack()
    throw error
  }
}

/** The first linked account of an owner in a currency. @throws WalletError BANK_ACCOUNT_NOT_FOUND */
export function firstOf(accounts: BankAccount[], currency: string): BankAccount {
  const [first] = accounts
  if (!first) {
    throw new WalletError('BANK_ACCOUNT_NOT_FOUND', { expected: `a linked bank account in ${currency}` })
  }
  return first
}
