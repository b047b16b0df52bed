/**
 * POST /sandbox/v1/orders/{tradeNo}/confirm and /cancel: what a user does in the cashier (steps 13 to 16), without a
 * browser, through the same cashier service.
 */
import {
  invalidParameter,
  SandboxCancelRequest,
  SandboxConfirmRequest,
  sandboxPaths,
  WalletError,
  type ConfirmPaymentAnswer,
  type TimelineEntry,
} from '@tradepay/contract'
import { formatMoney } from '@tradepay/money'
import type { BankAccount } from '@tradepay/wallet-server'
import type { FastifyInstance } from 'fastify'
import { firstOf, withBankTold } from './bank-behaviour.ts'
import type { SandboxParts } from './shared.ts'

export function ordersDoor(
  http: FastifyInstance,
  { cashier, rooms, world, recorder, clock, bank }: SandboxParts,
): void {
  const bankAccountOf = async (userId: string, currency: string): Promise<BankAccount> =>
    firstOf(await rooms.fundings.bankAccounts(userId, currency), currency)
  const record = (tradeNo: string, entry: Omit<TimelineEntry, 'at'>): void =>
    recorder.record(tradeNo, { ...entry, at: clock.now().toISOString() })

  http.post<{ Params: { tradeNo: string }; Body: SandboxConfirmRequest }>(
    pathOf(sandboxPaths.confirm),
    { schema: { body: SandboxConfirmRequest } },
    async ({ params: { tradeNo }, body }) => {
      const person = await world.person(body.userId)
      const { userId } = person
      if (body.bank && body.method !== 'BANK') throw invalidParameter('bank', 'nothing unless "method" is "BANK"')
      const wrongPin = body.outcome === 'WRONG_PIN'
      const { amount } = await rooms.orders.find(tradeNo)
      // The order is judged first, as the cashier does when it opens; what it refuses spends no PIN try.
      const { order } = await cashier.open({ userId, tradeNo })
      const account = body.method === 'BANK' ? await bankAccountOf(userId, amount.currency) : null
      const confirmation = {
        userId,
        tradeNo,
        amount: { currency: amount.currency, value: String(amount.minor) },
        methodId: account ? `BANK:${account.bankAccountId}` : 'BALANCE',
        pin: wrongPin ? otherThan(person.pin) : person.pin,
      }
      const from = account ? ` from ${account.label}` : ''
      const how = `${person.name} confirms ${formatMoney(amount)}${from} without a browser${wrongPin ? ', with a wrong PIN' : ''}`
      record(tradeNo, { step: 13, ok: true, note: how, facts: { by: 'sandbox' } })
      record(tradeNo, { step: 14, ok: true, note: 'Pay request through the sandbox door', facts: { by: 'sandbox' } })
      try {
        // Who has paid, or is paying, gets the first answer again: the bank hears of no new order.
        const repeated = order.yourPayment !== null && order.yourPayment.state !== 'FAILED'
        const confirm = (): Promise<ConfirmPaymentAnswer> => cashier.confirm(confirmation)
        const answer = account
          ? await withBankTold(
              bank,
              { behaviour: repeated ? undefined : body.bank, account, direction: 'COLLECT', minor: amount.minor },
              confirm,
            )
          : await confirm()
        const note = answer.outcome === 'SUCCEEDED' ? 'Paid' : 'The bank has not answered yet'
        record(tradeNo, { step: 16, ok: true, note, facts: { outcome: answer.outcome, by: 'sandbox' } })
        return answer
      } catch (error) {
        if (error instanceof WalletError) {
          record(tradeNo, {
            step: 16,
            ok: false,
            note: `Refused: ${error.message}`,
            facts: { code: error.code, by: 'sandbox' },
          })
        }
        throw error
      }
    },
  )

  http.post<{ Params: { tradeNo: string }; Body: SandboxCancelRequest }>(
    pathOf(sandboxPaths.cancel),
    { schema: { body: SandboxCancelRequest } },
    async ({ params: { tradeNo }, body }) =>
      cashier.cancel({ userId: (await world.person(body.userId)).userId, tradeNo }),
  )
}

/** The route of a path that names an order. */
export function pathOf(path: (tradeNo: string) => string): string {
  return path('TRADENO').replace('TRADENO', ':tradeNo')
}

function otherThan(pin: string): string {
  return pin === '000000' ? '111111' : '000000'
}
