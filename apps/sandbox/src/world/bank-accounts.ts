/**
 * The bank accounts of the seeded world. Each stands for one way in which the test bank answers, like the numbers of test
 * cards, and its label says which.
 */
import type { BankBehaviour } from '@tradepay/contract'

export interface SeededBankAccount {
  /** What the bank knows it by. */
  ref: string
  /** What people see in the cashier. */
  label: string
  currency: string
  /** What lies on it at the beginning. Smallest unit. */
  balance: bigint
  behaviour: BankBehaviour
}

const account = (
  ref: string,
  digits: string,
  what: string,
  behaviour: BankBehaviour,
  given: { currency?: string; balance?: bigint } = {},
): SeededBankAccount => ({
  ref,
  label: `Test Bank ··${digits} (${what})`,
  currency: given.currency ?? 'CNY',
  balance: given.balance ?? 100_000_000n,
  behaviour,
})

/** The first one answers at once: it is what the sandbox door pays from when nothing else is said. */
export const meiAccounts: readonly SeededBankAccount[] = [
  account('mei-now', '1001', 'answers at once', { answers: 'NOW' }),
  account('mei-later', '1002', 'answers after 20 seconds', { answers: 'LATER', seconds: 20 }),
  account('mei-never', '1003', 'never answers', { answers: 'NEVER' }),
  account('mei-twice', '1004', 'answers twice', { answers: 'TWICE' }),
  account('mei-contradict', '1005', 'first says the opposite', { answers: 'CONTRADICT' }),
  account('mei-lost', '1006', 'its answer gets lost', { answers: 'LOST' }),
  account('mei-refuse', '1007', 'refuses', { answers: 'REFUSE' }),
  account('mei-flap', '1008', 'keeps changing its mind', { answers: 'FLAP' }),
  account('mei-empty', '1009', 'is empty', { answers: 'NOW' }, { balance: 0n }),
]

export const samAccounts = [account('sam-now', '2001', 'answers at once', { answers: 'NOW' }, { balance: 20_000n })]
export const anaAccounts = [account('ana-now', '3001', 'answers at once', { answers: 'NOW' }, { balance: 20_000n })]
export const leoAccounts = [account('leo-now', '4001', 'answers at once', { answers: 'NOW' }, { balance: 5_000_000n })]

/** Where a merchant's money is paid out to, one for each currency. */
export function payOutAccount(key: string, digits: string, currency: string): SeededBankAccount {
  return account(`${key}-${currency.toLowerCase()}`, digits, currency, { answers: 'NOW' }, { currency, balance: 0n })
}
