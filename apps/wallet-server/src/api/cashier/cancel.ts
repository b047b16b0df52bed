/**
 * POST /cashier/v1/cancel: the user left the cashier. The order stays payable until it expires; the answer is its
 * present state, so the wallet app sees when it was paid after all. May be repeated.
 */
import { CancelCashierAnswer, CancelCashierRequest, cashierPaths } from '@tradepay/contract'
import { sessionOf } from '../session-guard.ts'
import type { CashierEndpoint } from './endpoint.ts'

export const cancelCashier: CashierEndpoint = (http, { cashier }) => {
  http.post<{ Body: CancelCashierRequest }>(
    cashierPaths.cancel,
    { schema: { body: CancelCashierRequest, response: { 200: CancelCashierAnswer } } },
    (request) => cashier.cancel({ userId: sessionOf(request).userId, tradeNo: request.body.tradeNo }),
  )
}
