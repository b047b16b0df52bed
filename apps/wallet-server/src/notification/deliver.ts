/**
 * One attempt to deliver a notification (step 18): render, send, judge, have it written down.
 *
 * At least once; the notification id stays the same on every attempt, so that the merchant can tell a repeat. No database
 * connection is held while the merchant is being waited for.
 */
import { performance } from 'node:perf_hooks'
import { isUtf8 } from 'node:buffer'
import type { RecordedMessage } from '@tradepay/contract'
import type { Deps } from '../build-server.ts'
import { TransportError, type OutgoingAnswer } from '../ports.ts'
import type { Outcome, Written } from './outcomes.ts'
import type { Attempt, Notification, NotificationFamily, RenderedNotification } from './types.ts'

/** How long a merchant may take for an answer. Milliseconds. */
export const SEND_TIMEOUT_MS = 10_000
/** An acknowledgement is a word or a small JSON; a longer answer is none. Bytes. */
const ANSWER_BYTES_MAX = 64 * 1024
/** How much of an answer is kept in the log. Bytes. */
const ANSWER_BYTES_KEPT = 16 * 1024
/** How much of an answer is shown in the timeline. Characters. */
const ANSWER_CHARACTERS_SHOWN = 500

/** What the merchant's side of an attempt came to. */
interface Exchange {
  rendered: RenderedNotification | null
  answer: OutgoingAnswer | null
  verdict: { accepted: true } | { accepted: false; reason: string }
}

/** What an attempt is made with. */
export interface Delivery extends Pick<Deps, 'clock' | 'recorder' | 'notificationTransport'> {
  write(outcome: Outcome): Promise<Written>
}

/**
 * Delivers a notification that has been claimed; answers whether the merchant acknowledged.
 * @throws WalletError OUTCOME_UNKNOWN when it could not be written down
 */
export async function deliver(
  delivery: Delivery,
  family: NotificationFamily,
  notification: Notification,
): Promise<boolean> {
  const startedAt = delivery.clock.now()
  const started = performance.now()
  const exchange = await send(delivery, family, notification, startedAt)
  const { rendered, answer, verdict } = exchange
  const attempt: Outcome['attempt'] = {
    startedAt,
    durationMs: Math.round(performance.now() - started),
    requestHeaders: rendered?.headers ?? {},
    requestBody: rendered?.body ?? Buffer.alloc(0),
    responseStatus: answer?.status ?? null,
    responseHeaders: answer?.headers ?? null,
    responseBody: answer?.body.subarray(0, ANSWER_BYTES_KEPT) ?? null,
    accepted: verdict.accepted,
    reason: verdict.accepted ? null : storable(verdict.reason),
  }
  const written = await delivery.write({ notification, attempt, final: false })
  record(delivery, notification, attempt, exchange, written)
  return verdict.accepted
}

/**
 * Gives up a notification that has been claimed, without sending it: its address has acknowledged a newer one of the same
 * subject, and must not be told what was before. The log keeps an entry without bytes that says so.
 */
export async function giveUpOvertaken(delivery: Delivery, notification: Notification, newer: number): Promise<void> {
  const { sequence } = notification
  const reason = `Not sent: number ${newer} was acknowledged before number ${sequence} of the same subject.`
  const attempt: Outcome['attempt'] = {
    startedAt: delivery.clock.now(),
    durationMs: 0,
    requestHeaders: {},
    requestBody: Buffer.alloc(0),
    responseStatus: null,
    responseHeaders: null,
    responseBody: null,
    accepted: false,
    reason,
  }
  const written = await delivery.write({ notification, attempt, final: true })
  const exchange: Exchange = { rendered: null, answer: null, verdict: { accepted: false, reason } }
  record(delivery, notification, attempt, exchange, written)
}

/** A reason may quote what the merchant answered: what no text of a database can hold is shown as what it is, a replacement. */
const storable = (reason: string): string => Buffer.from(reason.replaceAll('\0', '\ufffd')).toString()

async function send(
  { notificationTransport }: Delivery,
  family: NotificationFamily,
  notification: Notification,
  now: Date,
): Promise<Exchange> {
  let rendered: RenderedNotification | null = null
  let answer: OutgoingAnswer | null = null
  try {
    rendered = await family.render(notification, now)
    answer = await notificationTransport.send({
      url: notification.url,
      method: rendered.method,
      headers: rendered.headers,
      body: rendered.body,
      timeoutMs: SEND_TIMEOUT_MS,
      maxAnswerBytes: ANSWER_BYTES_MAX,
      mayRepeat: true,
    })
    return { rendered, answer, verdict: await family.judge(answer, notification) }
  } catch (error) {
    // Whatever goes wrong is an attempt that was not acknowledged: it is written down and the schedule goes on. Were it
    // thrown, the notification would be claimed and fail again and again without a trace.
    const reason =
      error instanceof TransportError
        ? error.message
        : `The notification could not be ${rendered === null ? 'rendered' : 'judged'}.`
    return { rendered, answer, verdict: { accepted: false, reason } }
  }
}

function record(
  { recorder }: Pick<Deps, 'recorder'>,
  notification: Notification,
  attempt: Omit<Attempt, 'attempt'>,
  { rendered, answer }: Exchange,
  { attempt: number, state, dueAt }: Written,
): void {
  if (recorder.keepsNothing) return
  const facts: Record<string, string> = {
    notificationId: notification.notificationId,
    url: notification.url,
    attempt: String(number),
    accepted: String(attempt.accepted),
    state,
    durationMs: String(attempt.durationMs),
  }
  if (attempt.reason !== null) facts['reason'] = attempt.reason
  if (dueAt !== null) facts['nextAttemptAt'] = dueAt.toISOString()
  if (answer !== null) {
    facts['answerStatus'] = String(answer.status)
    facts['answerHeaders'] = Object.entries(answer.headers)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n')
    facts['answerBody'] = answer.body.toString('utf8').slice(0, ANSWER_CHARACTERS_SHOWN)
  }
  recorder.record(notification.subjectId, {
    step: 18,
    at: attempt.startedAt.toISOString(),
    ok: attempt.accepted,
    note: attempt.accepted
      ? `The merchant acknowledged attempt ${number}`
      : `Attempt ${number} was not acknowledged: ${attempt.reason ?? ''}`,
    ...(rendered ? { message: toMessage(notification.url, rendered), signature: rendered.signature } : {}),
    facts,
  })
}

function toMessage(url: string, { method, headers, body }: RenderedNotification): RecordedMessage {
  const startLine = `${method} ${url}`
  if (isUtf8(body)) return { startLine, headers, body: body.toString('utf8') }
  return { startLine, headers, body: body.toString('base64'), bodyBase64: true }
}
