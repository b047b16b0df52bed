/**
 * POST /cashier/v1/inquire: what has become of the order, for a wallet app that lost an answer (the other way to step
 * 16). Changes nothing; may be repeated.
 */
import { cashierPaths, InquireCashierAnswer, InquireCashierRequest } from '@tradepay/contract'
import { sessionOf } from '../session-guard.ts'
import type { CashierEndpoint } from './endpoint.ts'

export const inquireCashier: CashierEndpoint = (http, { cashier }) => {
  http.post<{ Body: InquireCashierRequest }>(
    cashierPaths.inquire,
    { schema: { body: InquireCashierRequest, response: { 200: InquireCashierAnswer } } },
    (request) => cashier.inquire({ userId: sessionOf(request).userId, tradeNo: request.body.tradeNo }),
  )
}
