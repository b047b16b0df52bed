/**
 * `alipay.trade.close`: ends a trade that waits to be paid. May be repeated: a trade that was closed unpaid is answered like
 * the first time. Source: alipay-openapi §6.3.
 */
import { AlipayTradeClose, WalletError, type AlipayTradeNumbers } from '@tradepay/contract'
import { contentChecker } from '../merchant-door/check-content.ts'
import { GatewayRefusal } from './errors.ts'
import type { Method } from './method.ts'
import { tradeNumberOf } from './trade-number.ts'

const check = contentChecker(AlipayTradeClose)

export const tradeClose: Method = {
  name: 'alipay.trade.close',
  async answer({ client, content, rooms }) {
    try {
      const order = await rooms.orders.close(client.clientId, tradeNumberOf(check(content)))
      const node: AlipayTradeNumbers = { trade_no: order.tradeNo, out_trade_no: order.requestId }
      return { node }
    } catch (error) {
      if (!(error instanceof WalletError && error.code === 'ORDER_PAID')) throw error
      throw new GatewayRefusal(
        'ACQ.TRADE_STATUS_ERROR',
        'The trade is paid and cannot be closed: give the money back with alipay.trade.refund.',
      )
    }
  },
}
