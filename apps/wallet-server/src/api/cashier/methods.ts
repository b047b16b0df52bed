/**
 * The ways to pay an order: the balance, and each linked bank account of its currency. On the wire a way is one text,
 * `BALANCE` or `BANK:` and the id of the bank account; here it becomes the source of a payment and back.
 */
import { invalidParameter, type PaymentMethod } from '@tradepay/contract'
import type { Money } from '@tradepay/money'
import type { Rooms } from '../../build-server.ts'
import { userAccount } from '../../ledger/types.ts'
import type { PaymentSource } from '../../payment/types.ts'
import { toAmount } from '../amounts.ts'

/** The id of the balance, and what stands as the method of a payment from it. */
export const BALANCE_METHOD = 'BALANCE'
const BANK_PREFIX = 'BANK:'

/** @throws WalletError INVALID_PARAMETER for anything that {@link methodsOf} does not write */
export function readMethod(methodId: string): PaymentSource {
  if (methodId === BALANCE_METHOD) return { channel: 'BALANCE' }
  const bankAccountId = methodId.startsWith(BANK_PREFIX) ? methodId.slice(BANK_PREFIX.length) : ''
  if (!/^[A-Za-z0-9-]+$/.test(bankAccountId)) {
    throw invalidParameter('methodId', `${BALANCE_METHOD}, or ${BANK_PREFIX} and the id of a linked bank account`)
  }
  return { channel: 'BANK', bankAccountId }
}

/**
 * The ways in which a user can pay an amount, the balance first. None when the user holds no account in the currency; no
 * bank accounts when the wallet is connected to no bank.
 */
export async function methodsOf(
  { ledger, fundings }: Pick<Rooms, 'ledger' | 'fundings'>,
  userId: string,
  { currency, minor }: Money,
): Promise<PaymentMethod[]> {
  const [account, bankAccounts] = await Promise.all([
    ledger.account(userAccount(userId, currency)),
    fundings.available ? fundings.bankAccounts(userId, currency) : [],
  ])
  if (!account) return []
  const { available, frozen } = account
  return [
    {
      id: BALANCE_METHOD,
      kind: 'BALANCE',
      available: toAmount({ currency, minor: available }),
      enough: available >= minor,
      frozen,
    },
    ...bankAccounts.map(({ bankAccountId, label }) => ({
      id: BANK_PREFIX + bankAccountId,
      kind: 'BANK' as const,
      label,
      frozen,
    })),
  ]
}
