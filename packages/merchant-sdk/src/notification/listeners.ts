/**
 * Hands a verified notification to the listener that is for it.
 */
import type { Notification, NotificationListeners } from './types.ts'

/** A function alone is the listener of paid orders. */
export type Listener = NotificationListeners['onPaid'] | NotificationListeners

/** @throws what the listener throws */
export async function tell(listener: Listener, notification: Notification): Promise<void> {
  const { onPaid, onFailed, onRefund }: NotificationListeners =
    typeof listener === 'function' ? { onPaid: listener } : listener
  if (notification.type === 'REFUND') await onRefund?.(notification)
  else if (notification.state === 'PAID') await onPaid({ ...notification, state: 'PAID' })
  else await onFailed?.({ ...notification, state: 'FAILED' })
}
