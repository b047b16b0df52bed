/**
 * One attempt to deliver a notification (step 18): render, send, judge, write down.
 *
 * At least once; the notification id stays the same on every attempt, so that the merchant can tell a repeat. No database
 * connection is held while the merchant is being waited for. The attempt with its bytes and the new state are written in one
 * transaction.
 */
import { performance } from 'node:perf_hooks'
import { isUtf8 } from 'node:buffer'
import type { NotificationState, RecordedMessage } from '@tradepay/contract'
import type { Deps } from '../build-server.ts'
import { transaction } from '../db/transaction.ts'
import { TransportError, type OutgoingAnswer } from '../ports.ts'
import { insertAttempt, lockNotification, updateAfterAttempt, updateAttemptsOnly } from './store.ts'
import {
  retryDelaysSeconds,
  type Attempt,
  type Notification,
  type NotificationFamily,
  type RenderedNotification,
} from './types.ts'

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

/** Where a notification goes after an attempt. */
interface After {
  state: NotificationState
  dueAt: Date | null
  finishedAt: Date | null
}

const givenUp = (now: Date): After => ({ state: 'GIVEN_UP', dueAt: null, finishedAt: now })

/** Where a notification goes after an attempt that was sent: pure, from the schedule. */
export function afterAttempt(attempt: number, accepted: boolean, now: Date): After {
  if (accepted) return { state: 'DELIVERED', dueAt: null, finishedAt: now }
  const delaySeconds = retryDelaysSeconds[attempt - 1]
  if (delaySeconds === undefined) return givenUp(now)
  return { state: 'DUE', dueAt: new Date(now.getTime() + delaySeconds * 1000), finishedAt: null }
}

/** Delivers a notification that has been claimed. */
export async function deliver(
  deps: Pick<Deps, 'db' | 'clock' | 'recorder' | 'notificationTransport'>,
  family: NotificationFamily,
  notification: Notification,
): Promise<void> {
  const startedAt = deps.clock.now()
  const started = performance.now()
  const exchange = await send(deps, family, notification, startedAt)
  const attempt: Omit<Attempt, 'attempt'> = {
    startedAt,
    durationMs: Math.round(performance.now() - started),
    requestHeaders: exchange.rendered?.headers ?? {},
    requestBody: exchange.rendered?.body ?? Buffer.alloc(0),
    responseStatus: exchange.answer?.status ?? null,
    responseHeaders: exchange.answer?.headers ?? null,
    responseBody: exchange.answer?.body.subarray(0, ANSWER_BYTES_KEPT) ?? null,
    accepted: exchange.verdict.accepted,
    reason: exchange.verdict.accepted ? null : exchange.verdict.reason,
  }
  const saved = await save(deps, notification, attempt, afterAttempt)
  record(deps, notification, { attempt: { ...attempt, attempt: saved.number }, exchange, ...saved })
}

/**
 * Gives up a notification that has been claimed, without sending it: its address has acknowledged a newer one of the same
 * subject, and must not be told what was before. The log keeps an entry without bytes that says so.
 */
export async function giveUpOvertaken(
  deps: Pick<Deps, 'db' | 'clock' | 'recorder'>,
  notification: Notification,
  newer: number,
): Promise<void> {
  const { sequence } = notification
  const reason = `Not sent: number ${newer} was acknowledged before number ${sequence} of the same subject.`
  const attempt: Omit<Attempt, 'attempt'> = {
    startedAt: deps.clock.now(),
    durationMs: 0,
    requestHeaders: {},
    requestBody: Buffer.alloc(0),
    responseStatus: null,
    responseHeaders: null,
    responseBody: null,
    accepted: false,
    reason,
  }
  const saved = await save(deps, notification, attempt, (_number, _accepted, now) => givenUp(now))
  const exchange: Exchange = { rendered: null, answer: null, verdict: { accepted: false, reason } }
  record(deps, notification, { attempt: { ...attempt, attempt: saved.number }, exchange, ...saved })
}

async function send(
  { notificationTransport }: Pick<Deps, 'notificationTransport'>,
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

async function save(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  notification: Notification,
  attempt: Omit<Attempt, 'attempt'>,
  next: (attempt: number, accepted: boolean, now: Date) => After,
): Promise<{ number: number; state: NotificationState; dueAt: Date | null }> {
  return transaction(db, async (tx) => {
    const current = await lockNotification(tx, notification)
    const number = current.attempts + 1
    await insertAttempt(tx, notification, { ...attempt, attempt: number })
    if (current.state !== 'DUE') {
      // The claim had run out and another server finished it meanwhile. What was sent is kept; a final state stays.
      await updateAttemptsOnly(tx, notification, number)
      return { number, state: current.state, dueAt: null }
    }
    const after = next(number, attempt.accepted, clock.now())
    await updateAfterAttempt(tx, notification, { ...after, attempts: number })
    return { number, state: after.state, dueAt: after.dueAt }
  })
}

function record(
  { recorder }: Pick<Deps, 'recorder'>,
  notification: Notification,
  what: { attempt: Attempt; exchange: Exchange; state: NotificationState; dueAt: Date | null },
): void {
  const { attempt, exchange, state, dueAt } = what
  const { rendered, answer } = exchange
  const facts: Record<string, string> = {
    notificationId: notification.notificationId,
    url: notification.url,
    attempt: String(attempt.attempt),
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
      ? `The merchant acknowledged attempt ${attempt.attempt}`
      : `Attempt ${attempt.attempt} was not acknowledged: ${attempt.reason ?? ''}`,
    ...(rendered ? { message: toMessage(notification.url, rendered), signature: rendered.signature } : {}),
    facts,
  })
}

function toMessage(url: string, { method, headers, body }: RenderedNotification): RecordedMessage {
  const startLine = `${method} ${url}`
  if (isUtf8(body)) return { startLine, headers, body: body.toString('utf8') }
  return { startLine, headers, body: body.toString('base64'), bodyBase64: true }
}
