/**
 * POST /cashier/v1/open: the wallet app asks for the order and gets payee, amount and ways to pay (steps 10 and 11).
 * Changes nothing; may be repeated.
 */
import { cashierPaths, OpenCashierAnswer, OpenCashierRequest } from '@tradepay/contract'
import { sessionOf } from '../session-guard.ts'
import { inWords, type CashierEndpoint } from './endpoint.ts'

export const openCashier: CashierEndpoint = (http, { cashier, recording }) => {
  http.post<{ Body: OpenCashierRequest }>(
    cashierPaths.open,
    { schema: { body: OpenCashierRequest, response: { 200: OpenCashierAnswer } } },
    (request) => {
      const { userId } = sessionOf(request)
      const { tradeNo, appId } = request.body
      const found = recording.keep(request, {
        step: 10,
        asked: (order) => `The wallet app asks for order ${order.tradeNo}`,
        answered: (order) => `${inWords(order.amount)} for "${order.title}", and the ways to pay it`,
      })
      return cashier.open({ userId, tradeNo, appId }, found)
    },
  )
}
