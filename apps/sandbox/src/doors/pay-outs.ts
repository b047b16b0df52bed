/**
 * POST /sandbox/v1/merchants/{merchantId}/pay-outs: pays a seeded merchant's money to the merchant's bank account, through
 * the same room as a console would. May be repeated: the same number answers what has become of it.
 */
import { invalidParameter, SandboxPayOutRequest, sandboxPaths, type SandboxPayOutAnswer } from '@tradepay/contract'
import { MoneyError, parseMinor, type Money } from '@tradepay/money'
import type { FastifyInstance } from 'fastify'
import { coffeeShop, integration } from '../world/people.ts'
import { firstOf, withBankTold } from './bank-behaviour.ts'
import type { SandboxParts } from './shared.ts'

export function payOutsDoor(http: FastifyInstance, { rooms, bank }: SandboxParts): void {
  http.post<{ Params: { merchantId: string }; Body: SandboxPayOutRequest }>(
    sandboxPaths.payOuts('MERCHANT').replace('MERCHANT', ':merchantId'),
    { schema: { body: SandboxPayOutRequest } },
    async ({ params, body: { requestId, bank: behaviour, ...asked } }): Promise<SandboxPayOutAnswer> => {
      const merchantId = seededMerchant(params.merchantId)
      const amount = readMoney(asked.amount)
      const account = firstOf(await rooms.fundings.bankAccounts(merchantId, amount.currency), amount.currency)
      const request = { merchantId, requestId, bankAccountId: account.bankAccountId, amount }
      const repeated = (await rooms.payOuts.find(merchantId, requestId)) !== null
      const telling = {
        behaviour: repeated ? undefined : behaviour,
        account,
        direction: 'PAY',
        minor: amount.minor,
      } as const
      const { payOutId, state, failure } = await withBankTold(bank, telling, () => rooms.payOuts.request(request))
      return { payOutId, state, amount: asked.amount, failure }
    },
  )
}

/** @throws WalletError INVALID_PARAMETER, naming the merchants there are */
function seededMerchant(merchantId: string): string {
  const merchants = [coffeeShop, integration].map((app) => app.merchant)
  if (merchants.some((merchant) => merchant.merchantId === merchantId)) return merchantId
  throw invalidParameter('merchantId', merchants.map((each) => `${each.merchantId} (${each.name})`).join(' or '))
}

function readMoney({ currency, value }: { currency: string; value: string }): Money {
  try {
    return parseMinor(currency, value)
  } catch (error) {
    if (error instanceof MoneyError) throw invalidParameter('amount', error.message)
    throw error
  }
}
