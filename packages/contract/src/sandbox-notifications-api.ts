/**
 * The sandbox doors (loopback only) to the delivery log: what was sent, byte for byte, why an answer was no
 * acknowledgement, one attempt more by hand, and how each address has answered.
 */
import { Type, type Static } from 'typebox'
import { nothingElse } from './json-call.ts'
import type { ApiFamily, NotificationState } from './states.ts'

const NotificationStateName = Type.Unsafe<NotificationState>(
  Type.Union([Type.Literal('DUE'), Type.Literal('DELIVERED'), Type.Literal('GIVEN_UP')]),
)
const NullableText = Type.Union([Type.String(), Type.Null()])

/** A notification without its attempts. */
export const SandboxNotification = Type.Object({
  notificationId: Type.String({ description: 'the same on each attempt: notify_id, webhook-id' }),
  tradeNo: Type.String(),
  sequence: Type.Integer({ description: 'which transition of the order it tells: order_sequence, orderSequence' }),
  clientId: Type.String(),
  family: Type.Unsafe<ApiFamily>(Type.Union([Type.Literal('SUPERAPP'), Type.Literal('ALIPAY')])),
  /** Null when nobody is told: there was no address, or the family has no message for it. */
  url: NullableText,
  type: Type.String({ description: 'ORDER_PAID, ORDER_CLOSED, ORDER_REFUNDED or REFUND_FAILED' }),
  state: NotificationStateName,
  attempts: Type.Integer(),
  /** When it is sent next (ISO 8601); null when it is not. */
  dueAt: NullableText,
  createdAt: Type.String(),
  /** When it was acknowledged or given up. */
  finishedAt: NullableText,
})
export type SandboxNotification = Static<typeof SandboxNotification>

/** Bytes as they went over the wire: as text when they are UTF-8, else as base64. */
export const SandboxBytes = Type.Union([Type.Object({ text: Type.String() }), Type.Object({ base64: Type.String() })])
export type SandboxBytes = Static<typeof SandboxBytes>

const Headers = Type.Record(Type.String(), Type.String())

/** One line of the delivery log. */
export const SandboxAttempt = Type.Object({
  attempt: Type.Integer(),
  startedAt: Type.String(),
  durationMs: Type.Integer(),
  byHand: Type.Boolean({ description: 'asked for by a replay' }),
  accepted: Type.Boolean(),
  /** Why the answer was no acknowledgement. */
  reason: NullableText,
  request: Type.Object({ headers: Headers, body: SandboxBytes }),
  /** Null when there was none. At most the first 16 KiB of the body. */
  answer: Type.Union([Type.Object({ status: Type.Integer(), headers: Headers, body: SandboxBytes }), Type.Null()]),
})
export type SandboxAttempt = Static<typeof SandboxAttempt>

/** GET /sandbox/v1/notifications/{notificationId}, and what a replay answers: the last line of the log is its own. */
export const SandboxNotificationAnswer = Type.Object({
  ...SandboxNotification.properties,
  /** Oldest first. */
  log: Type.Array(SandboxAttempt),
})
export type SandboxNotificationAnswer = Static<typeof SandboxNotificationAnswer>

/** GET /sandbox/v1/notifications: of the newest orders first. */
export const SandboxNotificationsQuery = Type.Object(
  {
    tradeNo: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    /** Exactly as it stands in the order or with the app. */
    url: Type.Optional(Type.String({ minLength: 1, maxLength: 2_048 })),
    state: Type.Optional(NotificationStateName),
    /** 1 to 100; default 20. */
    limit: Type.Optional(Type.String({ pattern: '^([1-9][0-9]?|100)$', description: 'a number from 1 to 100' })),
    /** `next` of the page before. */
    after: Type.Optional(
      Type.String({ pattern: '^[0-9A-Za-z]{1,64}\\.[0-9]{1,9}$', description: 'the "next" of a page' }),
    ),
  },
  nothingElse,
)
export type SandboxNotificationsQuery = Static<typeof SandboxNotificationsQuery>
export const SandboxNotificationsAnswer = Type.Object({
  notifications: Type.Array(SandboxNotification),
  /** For the page after this one; null when this is the last. */
  next: NullableText,
})
export type SandboxNotificationsAnswer = Static<typeof SandboxNotificationsAnswer>

/** POST /sandbox/v1/notifications/{notificationId}/replay: one attempt more, now. */
export const SandboxReplayRequest = Type.Object(
  {
    /** True sends it also when the same address has acknowledged a newer one of the same order; default false. */
    evenIfOlder: Type.Optional(Type.Boolean()),
  },
  nothingElse,
)
export type SandboxReplayRequest = Static<typeof SandboxReplayRequest>

/** GET /sandbox/v1/endpoints?hours=24: how merchants' addresses have answered, most troubled first; at most 100. */
export const SandboxEndpointsQuery = Type.Object(
  {
    /** 1 to 720; default 24. */
    hours: Type.Optional(
      Type.String({ pattern: '^([1-9][0-9]?|[1-6][0-9]{2}|7[01][0-9]|720)$', description: 'a number from 1 to 720' }),
    ),
  },
  nothingElse,
)
export type SandboxEndpointsQuery = Static<typeof SandboxEndpointsQuery>
export const SandboxEndpoint = Type.Object({
  url: Type.String(),
  /** Attempts that were sent in the window, and how many of them were acknowledged. */
  attempts: Type.Integer(),
  acknowledged: Type.Integer(),
  /** 95 of 100 attempts took at most this long. Milliseconds. */
  p95Ms: Type.Union([Type.Integer(), Type.Null()]),
  lastSuccessAt: NullableText,
  lastFailure: Type.Union([Type.Object({ at: Type.String(), reason: Type.String() }), Type.Null()]),
  /** Failures since the last success, in the window. */
  consecutiveFailures: Type.Integer(),
  /** Notifications that wait to be sent now, and that wait for their next attempt. */
  due: Type.Integer(),
  waiting: Type.Integer(),
})
export type SandboxEndpoint = Static<typeof SandboxEndpoint>
export const SandboxEndpointsAnswer = Type.Object({
  since: Type.String({ description: 'the beginning of the window' }),
  endpoints: Type.Array(SandboxEndpoint),
})
export type SandboxEndpointsAnswer = Static<typeof SandboxEndpointsAnswer>
