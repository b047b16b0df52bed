/**
 * POST /wallet/v1/top-ups and GET /wallet/v1/top-ups/{topUpId}: money from a linked bank account into the balance.
 *
 * The caller makes the number, so that it can ask for it when the answer was lost. The PIN is checked each time, after
 * everything else that can be refused: what is refused costs no try and asks no bank.
 */
import { invalidParameter, TopUpAnswer, TopUpRequest, WalletError, walletPaths } from '@tradepay/contract'
import type { TopUp } from '../../top-up/types.ts'
import { readAmount, toAmount } from '../amounts.ts'
import { sessionOf } from '../session-guard.ts'
import type { WalletEndpoint } from './endpoint.ts'

const topUpIdPattern = /^[A-Za-z0-9-]{8,64}$/

export const topUpEndpoints: WalletEndpoint = (http, { rooms: { fundings, topUps, users } }) => {
  http.post<{ Body: TopUpRequest }>(
    walletPaths.topUps,
    { schema: { body: TopUpRequest, response: { 200: TopUpAnswer } } },
    async (request) => {
      const { userId } = sessionOf(request)
      const { topUpId, bankAccountId, pin } = request.body
      const amount = readAmount(request.body.amount, 'amount')
      if (amount.minor <= 0n) throw invalidParameter('amount.value', 'more than zero')
      // A repetition is answered also when its bank account was removed meanwhile.
      if (!(await topUps.find(userId, numberOf(userId, topUpId)))) {
        const { currency } = await fundings.bankAccount(userId, bankAccountId)
        if (currency !== amount.currency) {
          throw new WalletError('CURRENCY_NOT_SUPPORTED', { field: 'amount.currency', expected: currency })
        }
      }
      await users.checkPin(userId, pin)
      const number = numberOf(userId, topUpId)
      return toAnswer(topUpId, await topUps.fromBank({ topUpId: number, userId, bankAccountId, amount }))
    },
  )

  http.get<{ Params: { topUpId: string } }>(
    `${walletPaths.topUps}/:topUpId`,
    { schema: { response: { 200: TopUpAnswer } } },
    async (request) => {
      const { topUpId } = request.params
      const { userId } = sessionOf(request)
      const found = topUpIdPattern.test(topUpId) ? await topUps.find(userId, numberOf(userId, topUpId)) : null
      if (!found) throw new WalletError('TOP_UP_NOT_FOUND')
      return toAnswer(topUpId, found)
    },
  )
}

/** A caller's number is unique only among the user's own; in the ledger it names a cause among everybody's. */
const numberOf = (userId: string, topUpId: string): string => `${userId}-${topUpId}`

const toAnswer = (topUpId: string, { state, amount, failure }: TopUp): TopUpAnswer => ({
  topUpId,
  state,
  amount: toAmount(amount),
  failure,
})
