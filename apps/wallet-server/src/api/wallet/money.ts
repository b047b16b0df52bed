/**
 * GET /wallet/v1/balance and /wallet/v1/bank-accounts: what the user has here, and where more can come from.
 */
import { BalanceAnswer, BankAccountsAnswer, walletPaths } from '@tradepay/contract'
import { toAmount } from '../amounts.ts'
import { sessionOf } from '../session-guard.ts'
import type { WalletEndpoint } from './endpoint.ts'

export const moneyEndpoints: WalletEndpoint = (http, { rooms: { fundings, users } }) => {
  http.get(walletPaths.balance, { schema: { response: { 200: BalanceAnswer } } }, async (request) => {
    const balances = await users.balances(sessionOf(request).userId)
    return {
      balances: balances.map(({ available, pending }) => ({
        available: toAmount(available),
        pending: toAmount(pending),
      })),
    }
  })

  http.get(
    walletPaths.bankAccounts,
    { schema: { response: { 200: BankAccountsAnswer } } },
    async (request): Promise<BankAccountsAnswer> => {
      // Without a bank behind it no account is of use; money can then neither come from it nor go to it.
      const linked = fundings.available ? await fundings.bankAccounts(sessionOf(request).userId) : []
      return {
        bankAccounts: linked.map(({ bankAccountId, label, currency }) => ({ bankAccountId, label, currency })),
      }
    },
  )
}
