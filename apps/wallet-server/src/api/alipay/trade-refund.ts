/**
 * `alipay.trade.refund`: gives back a part of a paid trade, or all of it. `fund_change` says whether this very call has given
 * it back, `refund_fee` how much is back in all.
 *
 * May be repeated: the same `out_request_no` with the same amount answers again and moves no money; with another amount it is
 * refused. Source: alipay-openapi §6.5.
 */
import { AlipayTradeRefund, invalidParameter, WalletError, type AlipayTradeRefundAnswer } from '@tradepay/contract'
import { formatDecimal, type Money } from '@tradepay/money'
import type { Order } from '../../order/types.ts'
import { contentChecker } from '../merchant-door/check-content.ts'
import { readYuan } from './amount.ts'
import { buyerOf } from './buyer.ts'
import type { Method } from './method.ts'
import { refundedSoFar, returnedBy } from './refunded.ts'
import { tradeNumberOf } from './trade-number.ts'
import { inWireNames } from './wire-names.ts'

const check = contentChecker(AlipayTradeRefund)

export const tradeRefund: Method = {
  name: 'alipay.trade.refund',
  async answer({ client, content, source, rooms }) {
    const request = check(content)
    const number = tradeNumberOf(request)
    const amount = readYuan('refund_amount', request.refund_amount, source)
    const found = await rooms.orders.inquire(client.clientId, number)
    const requestId = request.out_request_no ?? numberOfWhole(found, amount)
    const { refund, order, created } = await rooms.refunds
      .refund({
        clientId: client.clientId,
        order: { tradeNo: found.tradeNo },
        requestId,
        scope: 'ORDER',
        amount,
        reason: request.refund_reason ?? null,
        // This family tells of a refund at the trade's own address.
        notifyUrl: null,
        content: { refund_amount: `${amount.currency} ${amount.minor}` },
      })
      .catch((error: unknown) => {
        throw inWordsOfTheDoor(error, requestId)
      })
    const node: AlipayTradeRefundAnswer = {
      trade_no: order.tradeNo,
      out_trade_no: order.requestId,
      ...(await buyerOf(order, rooms.users)),
      fund_change: created && refund.state === 'SUCCEEDED' ? 'Y' : 'N',
      refund_fee: formatDecimal(await refundedSoFar(order, rooms.refunds)),
      ...returnedBy(refund, request.query_options),
    }
    return { node }
  },
}

/**
 * A refund of the whole trade has the trade's own number where the merchant gives none.
 * @throws WalletError INVALID_PARAMETER for a part: two parts without a number could not be told from one that is repeated
 */
function numberOfWhole({ amount: whole, requestId }: Order, amount: Money): string {
  if (amount.minor < whole.minor) {
    throw invalidParameter('out_request_no', 'a number of its own for each refund of a part')
  }
  return requestId
}

function inWordsOfTheDoor(error: unknown, requestId: string): unknown {
  if (error instanceof WalletError && error.code === 'REFUND_INCONSISTENT') {
    const message = `The out_request_no ${requestId} was already used with another ${error.details.field ?? 'content'}.`
    return new WalletError(error.code, error.details, message)
  }
  return inWireNames(error, { requestId: 'out_request_no', reason: 'refund_reason' })
}
