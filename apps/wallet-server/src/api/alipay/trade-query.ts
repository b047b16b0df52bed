/**
 * `alipay.trade.query`: what has become of an order. `10000` says that the question was answered; `trade_status` says
 * whether it is paid. Refunded whole it is TRADE_CLOSED, past its time for refunds TRADE_FINISHED.
 * Source: alipay-openapi §6.2 and §8.
 */
import {
  AlipayTradeQuery,
  WalletError,
  type AlipayTradeQueryAnswer,
  type AlipayTradeStatus,
  type OrderState,
} from '@tradepay/contract'
import { formatDecimal, money, type Money } from '@tradepay/money'
import type { Order } from '../../order/types.ts'
import { refusalToRefund } from '../../refund/judge.ts'
import { contentChecker } from '../merchant-door/check-content.ts'
import { formatGmt8 } from '../merchant-door/times.ts'
import { CURRENCY } from './amount.ts'
import { buyerOf } from './buyer.ts'
import type { Method } from './method.ts'
import { refundedSoFar } from './refunded.ts'
import { tradeNumberOf } from './trade-number.ts'

const check = contentChecker(AlipayTradeQuery)

const statuses = {
  CREATED: 'WAIT_BUYER_PAY',
  CLOSED: 'TRADE_CLOSED',
} as const satisfies Record<Exclude<OrderState, 'PAID'>, AlipayTradeStatus>

/** What a failing answer carries beside its error. */
const nothingPaid = { buyer_pay_amount: '0.00', invoice_amount: '0.00', point_amount: '0.00', receipt_amount: '0.00' }

export const tradeQuery: Method = {
  name: 'alipay.trade.query',
  async answer({ client, content, deps, rooms }) {
    const request = check(content)
    try {
      const order = await rooms.orders.inquire(client.clientId, tradeNumberOf(request))
      const [refunded, buyer] = await Promise.all([refundedSoFar(order, rooms.refunds), buyerOf(order, rooms.users)])
      const refundable = { now: deps.clock.now(), windowSeconds: deps.settings.refundWindowSeconds }
      return { node: { ...answerOf(order, statusOf(order, refunded, refundable)), ...buyer } }
    } catch (error) {
      if (!(error instanceof WalletError && error.code === 'ORDER_NOT_FOUND')) throw error
      const { out_trade_no: requestId } = request
      return { error, node: { ...nothingPaid, ...(requestId === undefined ? {} : { out_trade_no: requestId }) } }
    }
  },
}

/** A paid trade that went back whole is closed; one whose time for refunds is over is finished. */
function statusOf(order: Order, refunded: Money, refundable: { now: Date; windowSeconds: number }): AlipayTradeStatus {
  if (order.state !== 'PAID') return statuses[order.state]
  if (refunded.minor === order.amount.minor) return 'TRADE_CLOSED'
  const smallest = money(order.amount.currency, 1n)
  return refusalToRefund(order, smallest, refundable) === 'REFUND_WINDOW_OVER' ? 'TRADE_FINISHED' : 'TRADE_SUCCESS'
}

function answerOf(order: Order, status: AlipayTradeStatus): AlipayTradeQueryAnswer {
  const total = formatDecimal(order.amount)
  const nothing = formatDecimal({ currency: order.amount.currency, minor: 0n })
  const paid = order.state === 'PAID' ? total : nothing
  return {
    trade_no: order.tradeNo,
    out_trade_no: order.requestId,
    trade_status: status,
    total_amount: total,
    receipt_amount: paid,
    buyer_pay_amount: paid,
    point_amount: nothing,
    invoice_amount: paid,
    // This door speaks of yuan; an order that was made at another door in another currency says so.
    ...(order.amount.currency === CURRENCY ? {} : { trans_currency: order.amount.currency }),
    ...(order.paidAt === null
      ? {}
      : {
          send_pay_date: formatGmt8(order.paidAt),
          fund_bill_list: [{ fund_channel: 'ALIPAYACCOUNT', amount: total }],
        }),
  }
}
