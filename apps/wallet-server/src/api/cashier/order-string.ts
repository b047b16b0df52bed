/**
 * POST /cashier/v1/order-string: a mini program has called `my.tradePay({ orderStr })` (step 9), and the wallet app wants the
 * tradeNo to open. The string is verified like a call of its merchant, and its order created or found (steps 5 and 6). May be
 * repeated: the same string leads to the same order, whatever has become of it.
 */
import {
  ALIPAY_ORDER_STRING_METHOD,
  cashierPaths,
  OrderStringAnswer,
  OrderStringRequest,
  WalletError,
} from '@tradepay/contract'
import type { FastifyInstance } from 'fastify'
import type { Deps, Rooms } from '../../build-server.ts'
import type { Order } from '../../order/types.ts'
import { GatewayRefusal } from '../alipay/errors.ts'
import { readOrderString, type OrderString } from '../alipay/order-string.ts'
import { sessionOf } from '../session-guard.ts'
import { inWords } from './endpoint.ts'
import { refuseOtherProgram } from './service.ts'

/** What is refused here is refused before there is an order: a user or a mini program that may not pay it creates none. */
export function takeOrderString(http: FastifyInstance, { deps, rooms }: { deps: Deps; rooms: Rooms }): void {
  http.post<{ Body: OrderStringRequest }>(
    cashierPaths.orderString,
    { schema: { body: OrderStringRequest, response: { 200: OrderStringAnswer } } },
    async (request): Promise<OrderStringAnswer> => {
      const { userId } = sessionOf(request)
      const { orderStr, appId } = request.body
      try {
        const asked = await readOrderString(orderStr, deps, rooms)
        const { buyerId } = asked.command
        if (buyerId !== null && buyerId !== userId) throw new WalletError('ORDER_BUYER_MISMATCH')
        if (appId !== undefined) await refuseOtherProgram(rooms, asked.command, appId)
        const { order, created } = await asked.order()
        record(deps, order, created, asked)
        return { tradeNo: order.tradeNo }
      } catch (error) {
        throw error instanceof GatewayRefusal ? inWordsOfTheCashier(error) : error
      }
    },
  )
}

const ORDER_STRING = `the string that the merchant's server has signed for ${ALIPAY_ORDER_STRING_METHOD}, as it is`

function inWordsOfTheCashier({ subCode, message }: GatewayRefusal): WalletError {
  switch (subCode) {
    case 'isv.missing-signature':
      return new WalletError('SIGNATURE_MISSING', { field: 'orderStr' }, message)
    case 'isv.invalid-signature':
      return new WalletError('SIGNATURE_INVALID', { field: 'orderStr' }, message)
    case 'isv.missing-timestamp':
    case 'isv.invalid-timestamp':
      return new WalletError('REQUEST_TIME_INVALID', { field: 'orderStr' }, message)
    default:
      return new WalletError('INVALID_PARAMETER', { field: 'orderStr', expected: ORDER_STRING }, message)
  }
}

/** Steps 5 and 6; there are no 4 and 7, because the merchant's server has called nobody. */
function record({ recorder, clock }: Deps, order: Order, created: boolean, { signature }: OrderString): void {
  const at = clock.now().toISOString()
  recorder.record(order.tradeNo, {
    step: 5,
    at,
    ok: true,
    note: created
      ? `Signature of the order string verified; order "${order.title}" created`
      : 'Signature of the order string verified; the order exists already',
    facts: { merchantId: order.merchantId, requestId: order.requestId, amount: inWords(order.amount) },
    signature,
  })
  if (!created) return
  const facts = { tradeNo: order.tradeNo }
  recorder.record(order.tradeNo, { step: 6, at, ok: true, note: `tradeNo ${order.tradeNo}`, facts })
}
