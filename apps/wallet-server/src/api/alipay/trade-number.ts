/**
 * How a call names a trade: by `trade_no`, which wins, or by `out_trade_no`. Source: alipay-openapi §5.
 */
import { invalidParameter } from '@tradepay/contract'
import type { OrderNumber } from '../../order/types.ts'

/** @throws WalletError INVALID_PARAMETER when neither is given */
export function tradeNumberOf({
  trade_no: tradeNo,
  out_trade_no: requestId,
}: {
  trade_no?: string | undefined
  out_trade_no?: string | undefined
}): OrderNumber {
  if (tradeNo !== undefined) return { tradeNo }
  if (requestId !== undefined) return { requestId }
  throw invalidParameter('trade_no', 'trade_no or out_trade_no, one of the two')
}
