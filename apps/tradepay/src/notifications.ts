/**
 * `tradepay notifications` and `tradepay endpoints`: the delivery log and the health of merchants' addresses for an
 * operator, read from the database while it may be in use. Bodies hold what merchants are told and are not printed.
 */
import type { NotificationState } from '@tradepay/contract'
import { sandboxNow } from '@tradepay/sandbox'
import {
  readEndpoints,
  selectKept,
  selectLog,
  selectPage,
  type EndpointHealth,
  type KeptNotification,
  type LoggedAttempt,
} from '@tradepay/wallet-server'
import { CommandError } from './command-error.ts'
import { withWallet } from './with-wallet.ts'

/** As they were typed. */
export interface NotificationsOptions {
  state?: string
  tradeNo?: string
  url?: string
  id?: string
  days: string
  limit: string
  data: string
}
export interface EndpointsOptions {
  hours: string
  limit: string
  data: string
}

type Environment = Readonly<Record<string, string | undefined>>

const states: readonly string[] = ['DUE', 'DELIVERED', 'GIVEN_UP'] satisfies NotificationState[]
const HOUR_MS = 3_600_000
const LIMIT_MAX = 1_000

/** @returns what to print. @throws CommandError for options that are wrong, and a database without a wallet */
export async function notifications(options: NotificationsOptions, env: Environment): Promise<string> {
  const { state, tradeNo, url, id } = options
  if (state !== undefined && !states.includes(state)) {
    throw new CommandError(`--state is "${state}": expected ${states.join(', ')}.`)
  }
  const days = readCount(options.days, '--days', 3_650)
  const limit = readCount(options.limit, '--limit', LIMIT_MAX)
  return await withWallet(options.data, env['TRADEPAY_DATABASE_URL'], async (pool) => {
    if (id !== undefined) {
      const found = await selectKept(pool, id)
      if (!found) throw new CommandError(`No notification ${id} was ever sent. See those of an order: --trade-no.`)
      return [notificationLine(found), ...(await selectLog(pool, found)).map(attemptLine)].join('\n')
    }
    const now = (await sandboxNow(pool)) ?? new Date()
    // Numbers of orders begin with the day in the wallet's time zone; one day more covers every zone.
    const from = new Date(now.getTime() - (days + 1) * 24 * HOUR_MS).toISOString().slice(0, 10).replaceAll('-', '')
    const found = await selectPage(pool, {
      ...(state === undefined ? {} : { state: state as NotificationState }),
      ...(tradeNo === undefined ? { fromSubject: from } : { subjectId: tradeNo }),
      ...(url === undefined ? {} : { url }),
      limit,
    })
    return found.length === 0 ? 'There is none.' : found.map(notificationLine).join('\n')
  })
}

/** @returns what to print. @throws CommandError as {@link notifications} */
export async function endpoints(options: EndpointsOptions, env: Environment): Promise<string> {
  const hours = readCount(options.hours, '--hours', 24 * 365)
  const limit = readCount(options.limit, '--limit', LIMIT_MAX)
  return await withWallet(options.data, env['TRADEPAY_DATABASE_URL'], async (pool) => {
    const now = (await sandboxNow(pool)) ?? new Date()
    const found = await readEndpoints(pool, { since: new Date(now.getTime() - hours * HOUR_MS), now, limit })
    return found.length === 0 ? 'Nothing was sent, and nothing is due.' : found.map(endpointLines).join('\n')
  })
}

function readCount(text: string, option: string, most: number): number {
  const count = /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : 0
  if (count < 1 || count > most) throw new CommandError(`${option} is "${text}": expected a number from 1 to ${most}.`)
  return count
}

/** One notification, in a line. */
export function notificationLine({
  notificationId,
  subjectId,
  sequence,
  state,
  attempts,
  url,
  dueAt,
  event,
}: KeptNotification): string {
  const when = dueAt === null ? '' : `, next ${dueAt.toISOString()}`
  const to = url ?? '(no address)'
  return `${notificationId}  ${state.padEnd(9)} ${String(event['type'])} ${subjectId} #${sequence}, ${attempts} attempts${when}  ${to}`
}

/** One attempt, in a line that stands below its notification. */
export function attemptLine({
  attempt,
  startedAt,
  durationMs,
  byHand,
  accepted,
  reason,
  responseStatus,
}: LoggedAttempt): string {
  const how = byHand ? ' by hand' : ''
  const outcome = accepted ? 'acknowledged' : (reason ?? 'not acknowledged')
  return `  ${attempt}.${how} ${startedAt.toISOString()}, ${durationMs} ms, status ${responseStatus ?? 'none'}: ${outcome}`
}

function endpointLines(endpoint: EndpointHealth): string {
  const { url, attempts, acknowledged, p95Ms, lastSuccessAt, lastFailure, consecutiveFailures, due, waiting } = endpoint
  const share = attempts === 0 ? 'never tried' : `${acknowledged} of ${attempts} acknowledged, 95 % within ${p95Ms} ms`
  return [
    url,
    `  ${share}; ${consecutiveFailures} failures in a row; ${due} due, ${waiting} waiting`,
    `  last success ${lastSuccessAt?.toISOString() ?? 'none'}`,
    ...(lastFailure ? [`  last failure ${lastFailure.at.toISOString()}: ${lastFailure.reason}`] : []),
  ].join('\n')
}
