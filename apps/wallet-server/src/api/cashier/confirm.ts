/**
 * POST /cashier/v1/confirm: the user has confirmed with the PIN (steps 14 and 16). May be repeated: an order that the
 * same user has paid, or is paying by bank, answers the first result and moves no money.
 */
import { cashierPaths, ConfirmPaymentAnswer, ConfirmPaymentRequest } from '@tradepay/contract'
import { sessionOf } from '../session-guard.ts'
import { inWords, type CashierEndpoint } from './endpoint.ts'
import { BALANCE_METHOD } from './methods.ts'

export const confirmPayment: CashierEndpoint = (http, { cashier, recording }) => {
  http.post<{ Body: ConfirmPaymentRequest }>(
    cashierPaths.confirm,
    { schema: { body: ConfirmPaymentRequest, response: { 200: ConfirmPaymentAnswer } } },
    (request) => {
      const { userId } = sessionOf(request)
      const { tradeNo, amount, methodId, pin } = request.body
      const found = recording.keep(request, {
        step: 14,
        asked: () =>
          `The user confirms ${amount.currency} ${amount.value} (smallest unit) with the PIN, to be paid from ` +
          (methodId === BALANCE_METHOD ? 'the balance' : 'a bank account'),
        answered: (order, body) =>
          (JSON.parse(body) as ConfirmPaymentAnswer).outcome === 'PROCESSING'
            ? 'The bank has been asked'
            : `Paid: ${inWords(order.amount)}`,
      })
      return cashier.confirm({ userId, tradeNo, amount, methodId, pin }, found)
    },
  )
}
