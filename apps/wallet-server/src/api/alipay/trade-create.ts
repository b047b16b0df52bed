/**
 * `alipay.trade.create` (steps 5 to 7): creates an order whose `trade_no` is the tradeNo that `my.tradePay` takes.
 *
 * Repeating an unpaid one with the same content answers the same number; a paid or closed one says so.
 * Source: alipay-openapi §5 and §6.1.
 */
import { AlipayTradeCreate, WalletError, type AlipayTradeNumbers } from '@tradepay/contract'
import { contentChecker } from '../merchant-door/check-content.ts'
import type { Method } from './method.ts'
import { inWordsOfTheDoor, orderCommandOf } from './order-command.ts'

const check = contentChecker(AlipayTradeCreate)

export const tradeCreate: Method = {
  name: 'alipay.trade.create',
  async answer({ client, parameters, content, source, deps, rooms }) {
    const request = check(content)
    const now = deps.clock.now()
    const command = orderCommandOf(request, { client, parameters, source, now })
    const { order, created } = await rooms.orders.create(command).catch((error: unknown) => {
      throw inWordsOfTheDoor(error, request, command, deps.clock.now())
    })
    if (order.state === 'PAID') throw new WalletError('ORDER_PAID')
    if (order.state === 'CLOSED') throw new WalletError('ORDER_CLOSED')
    const node: AlipayTradeNumbers = { out_trade_no: order.requestId, trade_no: order.tradeNo }
    return {
      node,
      order: { order, created, merchantOrder: { number: request.out_trade_no, createTime: null } },
    }
  },
}
