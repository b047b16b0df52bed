/**
 * Decides about refunds and cancels, purely, over an order that the caller holds locked. Every refusal is here but those of
 * the merchant's account, which the ledger decides when it posts.
 */
import type { RefusalCode } from '@tradepay/contract'
import type { Money } from '@tradepay/money'
import { feeOfRefund } from '../order/fee.ts'
import { asSeenAt, nextState } from '../order/state.ts'
import type { Order } from '../order/types.ts'

/** Why this much of the order cannot be refunded now, or null when it can. */
export function refusalToRefund(
  stored: Order,
  amount: Money,
  { now, windowSeconds }: { now: Date; windowSeconds: number },
): RefusalCode | null {
  const order = asSeenAt(stored, now)
  if (order.state === 'CLOSED') return 'ORDER_CLOSED'
  if (order.paidAt === null) return 'ORDER_NOT_PAID'
  if (amount.currency !== order.amount.currency) return 'CURRENCY_NOT_SUPPORTED'
  if (amount.minor <= 0n) return 'AMOUNT_OUT_OF_RANGE'
  if (now.getTime() >= order.paidAt.getTime() + windowSeconds * 1000) return 'REFUND_WINDOW_OVER'
  if (order.refunded + amount.minor > order.amount.minor) return 'REFUND_EXCEEDS_PAYMENT'
  return null
}

/**
 * The order once a refund is granted, and the part of its fee that goes with it. What the bank still has to pay is reserved
 * and no transition yet; the sequence counts it when it has an end.
 */
export function refunded(order: Order, minor: bigint, channel: 'BALANCE' | 'BANK'): { order: Order; fee: bigint } {
  const fee = feeOfRefund(order, minor)
  return {
    fee,
    order: {
      ...order,
      refunded: order.refunded + minor,
      feeRefunded: order.feeRefunded + fee,
      sequence: order.sequence + (channel === 'BALANCE' ? 1 : 0),
    },
  }
}

/** The order once the bank has answered a refund: one transition either way, and a refused one gives back what it reserved. */
export function settled(order: Order, refund: { amount: Money; fee: Money }, succeeded: boolean): Order {
  const sequence = order.sequence + 1
  if (succeeded) return { ...order, sequence }
  return {
    ...order,
    refunded: order.refunded - refund.amount.minor,
    feeRefunded: order.feeRefunded - refund.fee.minor,
    sequence,
  }
}

/** What a cancel means for an order as it is now. CANCELLED_ALREADY: an earlier cancel has closed it. */
export function cancelMeans(order: Order, now: Date): 'CLOSE' | 'REFUND' | 'CANCELLED_ALREADY' | 'CLOSED_ALREADY' {
  const seen = asSeenAt(order, now)
  if (nextState(seen.state, 'close') !== null) return 'CLOSE'
  if (seen.state === 'PAID') return 'REFUND'
  return seen.closeReason === 'CANCELLED' ? 'CANCELLED_ALREADY' : 'CLOSED_ALREADY'
}
