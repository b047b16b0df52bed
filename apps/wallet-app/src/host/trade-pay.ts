/** my.tradePay (steps 9 to 17): opens the cashier over the mini program and hands its result back. */
import { ApiFailure, type Handlers } from '@tradepay/mini-program/host'
import { server, type SignedIn } from '../shell/session.ts'
import { isCashierOpen, showCashier } from '../shell/show-cashier.ts'
import type { Reporter } from '../timeline/reporter.ts'
import { tradeNoOf } from './order-string.ts'

export const tradePayHandler =
  (appId: string, me: SignedIn, reporter: Reporter): Handlers['tradePay'] =>
  async (order) => {
    const tradeNo =
      'tradeNO' in order ? order.tradeNO : await tradeNoOf({ orderStr: order.orderStr, appId }, server.cashier)
    if (tradeNo === null) return { resultCode: '6002' }
    if (isCashierOpen()) throw new ApiFailure(4, 'tradePay: a cashier is open already; wait for its result.')
    const resultCode = await showCashier({ tradeNo, appId }, me, reporter.visit(tradeNo))
    return { resultCode }
  }
