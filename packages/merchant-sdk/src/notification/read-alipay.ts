/**
 * Reads the verified fields of a notification of the Alipay family. Source: alipay-openapi §8 and §9; `order_sequence` is
 * this wallet's own field, which others do not send.
 */
import type { AlipayParameters } from '@tradepay/signature'
import { readDecimal, readOptionalGmt8 } from '../wire/alipay.ts'
import { NotUnderstood, readOptionalText, readText } from '../wire/json.ts'
import { readSequence } from '../wire/sequence.ts'
import type { Notification } from './types.ts'

/** @throws NotUnderstood, also for what is neither a payment nor a refund */
export function readAlipayNotification(fields: AlipayParameters): Notification {
  const about = {
    tradeNo: readText(fields, 'trade_no'),
    orderNo: readText(fields, 'out_trade_no'),
    sequence: readSequence(fields['order_sequence'], 'order_sequence'),
  }
  const refundNo = readOptionalText(fields, 'out_biz_no', 64)
  // A refund of all closes the trade, a refund of a part leaves it as it was: only these fields tell it from a payment.
  if (refundNo !== null || fields['gmt_refund'] !== undefined) {
    return {
      type: 'REFUND',
      ...about,
      refundNo: refundNo ?? about.orderNo,
      refundId: null,
      amount: readDecimal(fields, 'send_back_fee'),
      refunded: readDecimal(fields, 'refund_fee'),
      state: 'SUCCEEDED',
      finishedAt: readOptionalGmt8(fields, 'gmt_refund'),
    }
  }
  const status = readText(fields, 'trade_status')
  if (status !== 'TRADE_SUCCESS' && status !== 'TRADE_FINISHED') {
    throw new NotUnderstood(`"trade_status" tells neither of a payment nor of a refund.`)
  }
  return {
    type: 'PAYMENT',
    ...about,
    amount: readDecimal(fields, 'total_amount'),
    state: 'PAID',
    paidAt: readOptionalGmt8(fields, 'gmt_payment'),
    reason: null,
  }
}
