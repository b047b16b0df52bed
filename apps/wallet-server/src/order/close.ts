/**
 * Closing orders: by their merchant, by a cancel, by time. The state, and the notification of the transition, are written in
 * the transaction of whoever decides; what no family announces is given up at once and stays as evidence (I5).
 */
import type { CloseReason } from '@tradepay/contract'
import type { Deps } from '../build-server.ts'
import type { Queryable } from '../db/transaction.ts'
import { newTimedId } from '../ids.ts'
import { insertNotifications } from '../notification/outbox.ts'
import type { Recorder } from '../ports.ts'
import { orderNotification } from './events.ts'
import { closed } from './state.ts'
import { updateClosed } from './store.ts'
import type { Order } from './types.ts'

/**
 * Closes orders, which the caller has locked and found waiting to be paid.
 * @returns the orders as they are now
 */
export async function closeOrders(
  tx: Queryable,
  { random, settings }: Pick<Deps, 'random' | 'settings'>,
  orders: Order[],
  reason: CloseReason,
  now: Date,
): Promise<Order[]> {
  if (orders.length === 0) return []
  const after = orders.map((order) => closed(order, reason, now))
  await updateClosed(tx, after)
  const notifications = after.map((order) =>
    orderNotification('ORDER_CLOSED', newTimedId(now, settings.timeZone, order.bucket, random), order),
  )
  await insertNotifications(tx, notifications, now)
  return after
}

const notes = {
  EXPIRED: 'Closed unpaid: the time to pay it was over',
  MERCHANT: 'Closed unpaid by the merchant',
  CANCELLED: 'Cancelled by the merchant before it was paid',
} as const satisfies Record<CloseReason, string>

/** Step 15 of the timeline: the order ended and no money moved. For after the transaction has committed. */
export function recordClosed(recorder: Recorder, { tradeNo, closeReason, closedAt, processingPaymentId }: Order): void {
  if (closeReason === null || closedAt === null) return
  const waiting = processingPaymentId === null ? '' : '. A payment still waits for the bank; its money will go back'
  recorder.record(tradeNo, {
    step: 15,
    at: closedAt.toISOString(),
    ok: true,
    note: notes[closeReason] + waiting,
    facts: { outcome: 'CLOSED', closeReason },
  })
}
