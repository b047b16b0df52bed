/**
 * `alipay.trade.cancel`: takes a trade back whose outcome the merchant does not know. Unpaid it is closed, paid all of it goes
 * back, and a number that has never come is remembered, so that it cannot be used any more. May be repeated: the answer is
 * the same and no more money moves. Source: alipay-openapi §6.4.
 */
import { AlipayTradeCancel, WalletError, type AlipayTradeCancelAnswer } from '@tradepay/contract'
import type { OrderNumber } from '../../order/types.ts'
import type { Refund, RefundService } from '../../refund/types.ts'
import { contentChecker } from '../merchant-door/check-content.ts'
import { formatGmt8 } from '../merchant-door/times.ts'
import { GatewayRefusal } from './errors.ts'
import type { Method } from './method.ts'
import { tradeNumberOf } from './trade-number.ts'
import { inWireNames } from './wire-names.ts'

const check = contentChecker(AlipayTradeCancel)

export const tradeCancel: Method = {
  name: 'alipay.trade.cancel',
  async answer({ client, content, rooms }) {
    const number = tradeNumberOf(check(content))
    try {
      const { order, ...ending } = await rooms.refunds.cancel(client.clientId, number)
      const numbers = order === null ? asked(number) : { trade_no: order.tradeNo, out_trade_no: order.requestId }
      const node: AlipayTradeCancelAnswer = { ...numbers, ...endingOf(ending) }
      return { node }
    } catch (error) {
      if (error instanceof WalletError && error.code === 'ORDER_NOT_FOUND') {
        return { node: { ...asked(number), retry_flag: 'N' } }
      }
      return {
        error: inWireNames(error, { requestId: 'out_trade_no', tradeNo: 'trade_no' }),
        node: { ...asked(number), retry_flag: isUnknown(error) ? 'Y' : 'N' },
      }
    }
  },
}

/** @throws GatewayRefusal when the money could not be given back */
function endingOf({
  action,
  refund,
}: Pick<Awaited<ReturnType<RefundService['cancel']>>, 'action' | 'refund'>): Pick<
  AlipayTradeCancelAnswer,
  'retry_flag' | 'action' | 'gmt_refund_pay'
> {
  switch (action) {
    case 'CLOSED':
    case 'ALREADY_CLOSED':
      return { retry_flag: 'N', action: 'close' }
    case 'REMEMBERED':
      return { retry_flag: 'N' }
    case 'REFUNDED':
      return refund === null ? { retry_flag: 'N', action: 'refund' } : refundedOf(refund)
  }
}

function refundedOf({ state, finishedAt }: Refund): Pick<AlipayTradeCancelAnswer, 'retry_flag' | 'action'> {
  switch (state) {
    case 'SUCCEEDED':
      return {
        retry_flag: 'N',
        action: 'refund',
        ...(finishedAt === null ? {} : { gmt_refund_pay: formatGmt8(finishedAt) }),
      }
    case 'PROCESSING':
      // The payer's bank has not answered: whoever calls again learns its answer, and nothing is paid twice.
      return { retry_flag: 'Y' }
    case 'FAILED':
      throw new GatewayRefusal(
        'ACQ.CANCEL_NOT_ALLOWED',
        "The payer's bank did not take the money back. Give it back in another way, or try alipay.trade.refund.",
      )
  }
}

const asked = (number: OrderNumber): { trade_no: string } | { out_trade_no: string } =>
  'tradeNo' in number ? { trade_no: number.tradeNo } : { out_trade_no: number.requestId }

/** Whether nobody can say what the call has done. */
function isUnknown(error: unknown): boolean {
  if (error instanceof GatewayRefusal) return false
  return !(error instanceof WalletError) || error.code === 'OUTCOME_UNKNOWN'
}
