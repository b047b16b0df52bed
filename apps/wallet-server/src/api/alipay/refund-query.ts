/**
 * `alipay.trade.fastpay.refund.query`: what has become of a refund. A number that the trade has never had is answered with
 * 10000 and no refund data, as the protocol does: then nothing was given back under it. Source: alipay-openapi §6.6.
 */
import {
  AlipayRefundQuery,
  WalletError,
  type AlipayRefundQueryAnswer,
  type AlipayRefundStatus,
  type RefundState,
} from '@tradepay/contract'
import { formatDecimal } from '@tradepay/money'
import type { Order } from '../../order/types.ts'
import type { Refund } from '../../refund/types.ts'
import { contentChecker } from '../merchant-door/check-content.ts'
import type { Method } from './method.ts'
import { returnedBy } from './refunded.ts'
import { tradeNumberOf } from './trade-number.ts'

const check = contentChecker(AlipayRefundQuery)

const statuses = {
  PROCESSING: 'REFUND_PROCESSING',
  SUCCEEDED: 'REFUND_SUCCESS',
  FAILED: 'REFUND_FAIL',
} as const satisfies Record<RefundState, AlipayRefundStatus>

export const refundQuery: Method = {
  name: 'alipay.trade.fastpay.refund.query',
  async answer({ client: { clientId }, content, rooms }) {
    const { out_request_no: requestId, query_options: options, ...names } = check(content)
    const order = await rooms.orders.inquire(clientId, tradeNumberOf(names))
    try {
      const refund = await rooms.refunds.inquire(clientId, { requestId, order: { tradeNo: order.tradeNo } })
      return { node: answerOf(order, refund, options) }
    } catch (error) {
      if (error instanceof WalletError && error.code === 'REFUND_NOT_FOUND') return { node: {} }
      throw error
    }
  },
}

function answerOf(order: Order, refund: Refund, options: string[] | undefined): AlipayRefundQueryAnswer {
  return {
    trade_no: order.tradeNo,
    out_trade_no: order.requestId,
    out_request_no: refund.requestId,
    ...(refund.reason === null ? {} : { refund_reason: refund.reason }),
    total_amount: formatDecimal(order.amount),
    refund_amount: formatDecimal(refund.amount),
    refund_status: statuses[refund.state],
    ...returnedBy(refund, options),
  }
}
