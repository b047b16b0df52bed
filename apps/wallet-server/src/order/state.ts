/**
 * What can happen to an order, as pure functions over the table of the contract. Nobody moves an order in any other way:
 * the SQL that writes a state names in its `where` the state it comes from.
 */
import { orderTransitions, type CloseReason, type OrderState } from '@tradepay/contract'
import type { Order } from './types.ts'

export type OrderEvent = 'pay' | 'close' | 'expire'

/** Where an event leads, or null when it cannot happen in this state. */
export function nextState(state: OrderState, event: OrderEvent): OrderState | null {
  const transitions: Partial<Record<OrderEvent, OrderState>> = orderTransitions[state]
  return transitions[event] ?? null
}

/** True when an order is unpaid and past its time, whether or not the timer has written it yet. */
export function isPastItsTime(order: Pick<Order, 'state' | 'expiresAt'>, now: Date): boolean {
  return nextState(order.state, 'expire') !== null && order.expiresAt.getTime() <= now.getTime()
}

/**
 * The order once it is closed. One that ran out of time is closed as of its expiry: from then on nobody could pay it,
 * whenever the timer came round.
 */
export function closed(order: Order, closeReason: CloseReason, now: Date): Order {
  return {
    ...order,
    state: 'CLOSED',
    closeReason,
    closedAt: closeReason === 'EXPIRED' ? order.expiresAt : now,
    sequence: order.sequence + 1,
  }
}

/**
 * The order as everybody sees it at this time: what is past its time is closed, even before the timer has written it.
 * The timer writes the very same values, so asking before and after gives one answer.
 */
export function asSeenAt(order: Order, now: Date): Order {
  return isPastItsTime(order, now) ? closed(order, 'EXPIRED', now) : order
}
