/**
 * The event that the payment's transaction wrote for its notification, read back with types. The rooms between keep it as
 * opaque JSON; its one author is the SQL function `pay`.
 */
import { Compile } from 'typebox/compile'
import { Type } from 'typebox'
import { money, type Money } from '@tradepay/money'

const text = Type.String()
const OrderPaid = Compile(
  Type.Object({
    type: Type.Literal('ORDER_PAID'),
    tradeNo: text,
    requestId: text,
    clientId: text,
    merchantId: text,
    payerId: text,
    paymentId: text,
    title: text,
    amount: text,
    currency: text,
    extra: Type.Record(Type.String(), Type.Unknown()),
    createdAt: text,
    paidAt: text,
  }),
)

export interface OrderPaidEvent {
  tradeNo: string
  requestId: string
  clientId: string
  merchantId: string
  payerId: string
  title: string
  amount: Money
  extra: Record<string, unknown>
  createdAt: Date
  paidAt: Date
}

/** @throws Error for an event of another kind: whoever writes a new one teaches the families to speak of it */
export function orderPaidEvent(event: Record<string, unknown>): OrderPaidEvent {
  if (!OrderPaid.Check(event)) throw new Error(`There is no message for an event of type "${String(event['type'])}".`)
  const { tradeNo, requestId, clientId, merchantId, payerId, title, amount, currency, extra, createdAt, paidAt } = event
  return {
    tradeNo,
    requestId,
    clientId,
    merchantId,
    payerId,
    title,
    amount: money(currency, BigInt(amount)),
    extra,
    createdAt: new Date(createdAt),
    paidAt: new Date(paidAt),
  }
}
