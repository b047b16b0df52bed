/**
 * GET /sandbox/v1/notifications, GET …/{notificationId} and POST …/{notificationId}/replay: what merchants were told, with
 * the bytes of both sides and the reason an answer was no acknowledgement, and telling it once more by hand.
 */
import { isUtf8 } from 'node:buffer'
import {
  SandboxNotificationsQuery,
  sandboxPaths,
  SandboxReplayRequest,
  type SandboxAttempt,
  type SandboxBytes,
  type SandboxNotification,
  type SandboxNotificationAnswer,
  type SandboxNotificationsAnswer,
} from '@tradepay/contract'
import type { KeptNotification, LoggedAttempt } from '@tradepay/wallet-server'
import type { FastifyInstance } from 'fastify'
import { bodyOptional, type SandboxParts } from './shared.ts'

const LIMIT = 20

export function notificationsDoor(http: FastifyInstance, { rooms: { notifications }, recorder }: SandboxParts): void {
  http.get<{ Querystring: SandboxNotificationsQuery }>(
    sandboxPaths.notifications,
    { schema: { querystring: SandboxNotificationsQuery } },
    async ({ query: { tradeNo, url, state, limit, after } }): Promise<SandboxNotificationsAnswer> => {
      const pageSize = limit === undefined ? LIMIT : Number(limit)
      const found = await notifications.list({
        ...(tradeNo === undefined ? {} : { subjectId: tradeNo }),
        ...(url === undefined ? {} : { url }),
        ...(state === undefined ? {} : { state }),
        ...(after === undefined ? {} : { after: placeOf(after) }),
        // One more tells whether there is a next page.
        limit: pageSize + 1,
      })
      const page = found.slice(0, pageSize)
      const last = page.at(-1)
      const next = found.length > pageSize && last ? `${last.subjectId}.${last.sequence}` : null
      return { notifications: page.map(toJson), next }
    },
  )

  http.get<{ Params: { notificationId: string } }>(
    sandboxPaths.notification('ID').replace('ID', ':notificationId'),
    async ({ params: { notificationId } }) => withLog(await notifications.find(notificationId)),
  )

  http.post<{ Params: { notificationId: string }; Body: SandboxReplayRequest }>(
    sandboxPaths.replay('ID').replace('ID', ':notificationId'),
    { schema: { body: SandboxReplayRequest }, ...bodyOptional },
    async ({ params: { notificationId }, body }) => {
      const replayed = await notifications.replay(notificationId, body)
      await recorder.flushed()
      return withLog(replayed)
    },
  )
}

function placeOf(after: string): { subjectId: string; sequence: number } {
  const [subjectId, sequence] = after.split('.') as [string, string]
  return { subjectId, sequence: Number(sequence) }
}

function toJson(notification: KeptNotification): SandboxNotification {
  const { notificationId, subjectId, sequence, clientId, family, url, event, state, attempts } = notification
  const { dueAt, createdAt, finishedAt } = notification
  return {
    notificationId,
    tradeNo: subjectId,
    sequence,
    clientId,
    family,
    url,
    type: String(event['type']),
    state,
    attempts,
    dueAt: dueAt && dueAt.toISOString(),
    createdAt: createdAt.toISOString(),
    finishedAt: finishedAt && finishedAt.toISOString(),
  }
}

const withLog = (notification: KeptNotification & { log: LoggedAttempt[] }): SandboxNotificationAnswer => ({
  ...toJson(notification),
  log: notification.log.map(attemptOf),
})

function attemptOf(attempt: LoggedAttempt): SandboxAttempt {
  const { responseStatus: status } = attempt
  return {
    attempt: attempt.attempt,
    startedAt: attempt.startedAt.toISOString(),
    durationMs: attempt.durationMs,
    byHand: attempt.byHand,
    accepted: attempt.accepted,
    reason: attempt.reason,
    request: { headers: attempt.requestHeaders, body: bytesOf(attempt.requestBody) },
    answer:
      status === null
        ? null
        : { status, headers: attempt.responseHeaders ?? {}, body: bytesOf(attempt.responseBody ?? Buffer.alloc(0)) },
  }
}

const bytesOf = (bytes: Buffer): SandboxBytes =>
  isUtf8(bytes) ? { text: bytes.toString('utf8') } : { base64: bytes.toString('base64') }
