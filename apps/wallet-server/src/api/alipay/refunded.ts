/**
 * What has gone back of a trade, in the words of this door. Money that waits for the payer's bank is not back yet.
 */
import type { AlipayFundBill } from '@tradepay/contract'
import { formatDecimal, money, type Money } from '@tradepay/money'
import type { Order } from '../../order/types.ts'
import type { Refund, RefundService } from '../../refund/types.ts'
import { formatGmt8 } from '../merchant-door/times.ts'

/** All that has arrived at the payer again. */
export async function refundedSoFar(order: Order, refunds: Pick<RefundService, 'of'>): Promise<Money> {
  const { currency } = order.amount
  if (order.refunded === 0n) return money(currency, 0n)
  const all = await refunds.of(order.tradeNo)
  return money(
    currency,
    all.reduce((sum, { state, amount }) => (state === 'SUCCEEDED' ? sum + amount.minor : sum), 0n),
  )
}

/**
 * What an answer tells of a refund that is back, and nothing of any other.
 * @param options the call's `query_options`
 */
export function returnedBy(
  { state, amount, channel, finishedAt }: Refund,
  options: string[] = [],
): { send_back_fee?: string; gmt_refund_pay?: string; refund_detail_item_list?: AlipayFundBill[] } {
  if (state !== 'SUCCEEDED') return {}
  const text = formatDecimal(amount)
  const fundChannel = channel === 'BALANCE' ? 'ALIPAYACCOUNT' : 'BANKCARD'
  return {
    send_back_fee: text,
    ...(finishedAt === null ? {} : { gmt_refund_pay: formatGmt8(finishedAt) }),
    ...(options.includes('refund_detail_item_list')
      ? { refund_detail_item_list: [{ fund_channel: fundChannel, amount: text }] }
      : {}),
  }
}
