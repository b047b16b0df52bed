/**
 * `alipay.trade.query`: what has become of an order. `10000` says that the question was answered; `trade_status` says
 * whether it is paid. A trade that was refunded whole is TRADE_CLOSED. Source: alipay-openapi §6.2 and §8.
 */
import {
  AlipayTradeQuery,
  invalidParameter,
  WalletError,
  type AlipayTradeQueryAnswer,
  type AlipayTradeStatus,
  type OrderState,
} from '@tradepay/contract'
import { formatDecimal } from '@tradepay/money'
import type { Order } from '../../order/types.ts'
import type { RefundService } from '../../refund/types.ts'
import { contentChecker } from '../merchant-door/check-content.ts'
import { formatGmt8 } from '../merchant-door/times.ts'
import { CURRENCY } from './amount.ts'
import type { Method } from './method.ts'

const check = contentChecker(AlipayTradeQuery)

const statuses = {
  CREATED: 'WAIT_BUYER_PAY',
  PAID: 'TRADE_SUCCESS',
  CLOSED: 'TRADE_CLOSED',
} as const satisfies Record<OrderState, AlipayTradeStatus>

/** What a failing answer carries beside its error. */
const nothingPaid = { buyer_pay_amount: '0.00', invoice_amount: '0.00', point_amount: '0.00', receipt_amount: '0.00' }

export const tradeQuery: Method = {
  name: 'alipay.trade.query',
  async answer({ client, content, rooms }) {
    const { trade_no: tradeNo, out_trade_no: requestId } = check(content)
    try {
      const order = await rooms.orders.inquire(client.clientId, numberOf(tradeNo, requestId))
      const wholly = order.refunded === order.amount.minor && (await isWhollyRefunded(order, rooms.refunds))
      return { node: { ...answerOf(order, wholly) } }
    } catch (error) {
      if (!(error instanceof WalletError && error.code === 'ORDER_NOT_FOUND')) throw error
      return { error, node: { ...nothingPaid, ...(requestId === undefined ? {} : { out_trade_no: requestId }) } }
    }
  },
}

/** Where both numbers are given, `trade_no` wins. */
function numberOf(
  tradeNo: string | undefined,
  requestId: string | undefined,
): { tradeNo: string } | { requestId: string } {
  if (tradeNo !== undefined) return { tradeNo }
  if (requestId !== undefined) return { requestId }
  throw invalidParameter('trade_no', 'trade_no or out_trade_no, one of the two')
}

/** True when all of it has arrived; what still waits for the bank has not. */
async function isWhollyRefunded(order: Order, refunds: Pick<RefundService, 'of'>): Promise<boolean> {
  return (await refunds.of(order.tradeNo)).every(({ state }) => state !== 'PROCESSING')
}

function answerOf(order: Order, whollyRefunded: boolean): AlipayTradeQueryAnswer & { trans_currency?: string } {
  const total = formatDecimal(order.amount)
  const nothing = formatDecimal({ currency: order.amount.currency, minor: 0n })
  const paid = order.state === 'PAID' ? total : nothing
  return {
    trade_no: order.tradeNo,
    out_trade_no: order.requestId,
    trade_status: whollyRefunded ? 'TRADE_CLOSED' : statuses[order.state],
    total_amount: total,
    receipt_amount: paid,
    buyer_pay_amount: paid,
    point_amount: nothing,
    invoice_amount: paid,
    // This door speaks of yuan; an order that was made at another door in another currency says so.
    ...(order.amount.currency === CURRENCY ? {} : { trans_currency: order.amount.currency }),
    ...(order.payerId === null ? {} : { buyer_user_id: order.payerId }),
    ...(order.paidAt === null
      ? {}
      : {
          send_pay_date: formatGmt8(order.paidAt),
          fund_bill_list: [{ fund_channel: 'ALIPAYACCOUNT', amount: total }],
        }),
  }
}
