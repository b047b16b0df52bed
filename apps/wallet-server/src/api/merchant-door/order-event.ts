/**
 * The event that the transaction of a transition wrote for its notification, read back with types. The rooms between keep it
 * as opaque JSON; `order/events.ts` is its one author.
 */
import { money, type Money } from '@tradepay/money'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'

const text = Type.String()
const nullableText = Type.Union([text, Type.Null()])
const refundFacts = Type.Object({
  refundId: text,
  requestId: text,
  amount: text,
  reason: nullableText,
  finishedAt: nullableText,
})
const about = {
  tradeNo: text,
  requestId: text,
  clientId: text,
  merchantId: text,
  payerId: text,
  title: text,
  amount: text,
  currency: text,
  extra: Type.Record(Type.String(), Type.Unknown()),
  createdAt: text,
  paidAt: text,
}
const Announced = Compile(
  Type.Union([
    Type.Object({ type: Type.Literal('ORDER_PAID'), ...about }),
    Type.Object({
      type: Type.Union([Type.Literal('ORDER_REFUNDED'), Type.Literal('REFUND_FAILED')]),
      ...about,
      refunded: text,
      refund: refundFacts,
    }),
  ]),
)

/** What every event tells of its order, which is paid. */
interface OrderFacts {
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

export interface OrderPaidEvent extends OrderFacts {
  type: 'ORDER_PAID'
}

export interface OrderRefundEvent extends OrderFacts {
  type: 'ORDER_REFUNDED' | 'REFUND_FAILED'
  /** All that has gone back of the order, this refund included. */
  refunded: Money
  refund: { refundId: string; requestId: string; amount: Money; reason: string | null; finishedAt: Date }
}

/** @throws Error for an event that no family announces: whoever writes a new one teaches the families to speak of it */
export function readOrderEvent(event: Record<string, unknown>): OrderPaidEvent | OrderRefundEvent {
  if (!Announced.Check(event)) {
    throw new Error(`There is no message for an event of type "${String(event['type'])}".`)
  }
  const { tradeNo, requestId, clientId, merchantId, payerId, title, currency, extra } = event
  const amountOf = (minor: string): Money => money(currency, BigInt(minor))
  const facts: OrderFacts = {
    tradeNo,
    requestId,
    clientId,
    merchantId,
    payerId,
    title,
    amount: amountOf(event.amount),
    extra,
    createdAt: new Date(event.createdAt),
    paidAt: new Date(event.paidAt),
  }
  if (event.type === 'ORDER_PAID') return { type: event.type, ...facts }
  const { refund } = event
  if (refund.finishedAt === null) throw new Error(`Refund ${refund.refundId} is announced before its end.`)
  return {
    type: event.type,
    ...facts,
    refunded: amountOf(event.refunded),
    refund: {
      refundId: refund.refundId,
      requestId: refund.requestId,
      amount: amountOf(refund.amount),
      reason: refund.reason,
      finishedAt: new Date(refund.finishedAt),
    },
  }
}
