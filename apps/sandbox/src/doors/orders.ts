/**
 * POST /sandbox/v1/orders/{tradeNo}/confirm and /cancel: what a user does in the cashier (steps 13 to 16), without a
 * browser, through the same cashier service.
 */
import {
  SandboxCancelRequest,
  SandboxConfirmRequest,
  sandboxPaths,
  WalletError,
  type TimelineEntry,
} from '@tradepay/contract'
import { formatMoney } from '@tradepay/money'
import type { FastifyInstance } from 'fastify'
import { personOf } from './people.ts'
import type { SandboxParts } from './shared.ts'

export function ordersDoor(http: FastifyInstance, { cashier, rooms, recorder, clock }: SandboxParts): void {
  const record = (tradeNo: string, entry: Omit<TimelineEntry, 'at'>): void =>
    recorder.record(tradeNo, { ...entry, at: clock.now().toISOString() })

  http.post<{ Params: { tradeNo: string }; Body: SandboxConfirmRequest }>(
    pathOf(sandboxPaths.confirm),
    { schema: { body: SandboxConfirmRequest } },
    async ({ params: { tradeNo }, body }) => {
      const person = personOf(body.userId)
      const wrongPin = body.outcome === 'WRONG_PIN'
      const { amount } = await rooms.orders.find(tradeNo)
      const confirmation = {
        userId: person.userId,
        tradeNo,
        amount: { currency: amount.currency, value: String(amount.minor) },
        methodId: 'BALANCE',
        pin: wrongPin ? otherThan(person.pin) : person.pin,
      }
      // The order is judged first, as the cashier does when it opens; what it refuses spends no PIN try.
      await cashier.open({ userId: person.userId, tradeNo })
      const how = `${person.name} confirms ${formatMoney(amount)} without a browser${wrongPin ? ', with a wrong PIN' : ''}`
      record(tradeNo, { step: 13, ok: true, note: how, facts: { by: 'sandbox' } })
      record(tradeNo, { step: 14, ok: true, note: 'Pay request through the sandbox door', facts: { by: 'sandbox' } })
      try {
        const answer = await cashier.confirm(confirmation)
        record(tradeNo, { step: 16, ok: true, note: 'Paid', facts: { outcome: answer.outcome, by: 'sandbox' } })
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
    async ({ params: { tradeNo }, body }) => cashier.cancel({ userId: personOf(body.userId).userId, tradeNo }),
  )
}

/** The route of a path that names an order. */
export function pathOf(path: (tradeNo: string) => string): string {
  return path('TRADENO').replace('TRADENO', ':tradeNo')
}

function otherThan(pin: string): string {
  return pin === '000000' ? '111111' : '000000'
}
