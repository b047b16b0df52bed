/**
 * Notifications (step 18): what the wallet has to tell a merchant, at least once, on a schedule that is data, and never what
 * was before once the merchant has acknowledged what came after.
 *
 * This room stores events and delivers bodies that the order's API family renders; it has never heard of a payment.
 * A row is claimed and committed before it is sent, so a slow merchant never holds a lock.
 */
import type { ApiFamily, NotificationState, RecordedSignature } from '@tradepay/contract'
import type { OutgoingAnswer } from '../ports.ts'
import type { DeliveryLog } from './log.ts'

export interface Notification {
  notificationId: string
  bucket: number
  clientId: string
  family: ApiFamily
  url: string
  subjectId: string
  sequence: number
  /** The facts, as the transaction that made them true wrote them; opaque to this room. */
  event: Record<string, unknown>
  state: NotificationState
  attempts: number
}

/** What an API family makes of an event, fresh for each attempt: the time and the signature are new, the meaning is not. */
export interface RenderedNotification {
  method: 'POST'
  headers: Record<string, string>
  body: Buffer
  /** For the record. */
  signature: RecordedSignature
}

/** How an API family speaks: renders the body and judges the answer. Each door exports one. */
export interface NotificationFamily {
  render(notification: Notification, now: Date): Promise<RenderedNotification>
  /** Whether the merchant acknowledged; if not, why, in words. */
  judge(
    answer: OutgoingAnswer,
    notification: Notification,
  ): Promise<{ accepted: true } | { accepted: false; reason: string }>
}

/** Seconds after each attempt until the next. After the last the notification is given up. Source: alipay-openapi §9. */
export const retryDelaysSeconds = [240, 600, 600, 3600, 7200, 21600, 54000] as const

export interface Attempt {
  attempt: number
  startedAt: Date
  durationMs: number
  requestHeaders: Record<string, string>
  requestBody: Buffer
  responseStatus: number | null
  responseHeaders: Record<string, string> | null
  responseBody: Buffer | null
  accepted: boolean
  reason: string | null
}

export interface NotificationService extends DeliveryLog {
  /** Sends what is due, at most `limit` at once; answers how many were attempted. Safe on many servers at once. */
  deliverDue(limit?: number): Promise<number>
  /** When the next notification is due, or null. */
  nextDue(): Promise<Date | null>
  of(subjectId: string): Promise<(Notification & { dueAt: Date | null; log: Attempt[] })[]>
}
