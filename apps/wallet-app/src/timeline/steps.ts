/**
 * Reads the steps that only the wallet app can see (1, 9, 19) from what the mini program host reports. Pure: a list of
 * events in, a moment and a note out.
 */
import type { HostEvent } from '@tradepay/mini-program/host'

/** A step that happened: when (performance.now() of this page) and one line for a person. */
export interface Moment {
  at: number
  note: string
  facts: Record<string, string>
}

type Called = Extract<HostEvent, { kind: 'called' }>
type Interacted = Extract<HostEvent, { kind: 'interacted' }>

const isInteraction = (event: HostEvent): event is Interacted => event.kind === 'interacted'
const isCallOf =
  (api: string) =>
  (event: HostEvent): event is Called =>
    event.kind === 'called' && event.api === api

/** Step 9: the call of my.tradePay itself, the last one that the host reported. */
export function tradePayCall(events: readonly HostEvent[]): Moment | null {
  const call = events.findLast(isCallOf('tradePay'))
  return call ? { at: call.at, note: `${call.page} calls my.tradePay`, facts: { page: call.page } } : null
}

/**
 * Step 1: the last touch before the my.request that led to my.tradePay.
 *
 * A request led to it when the user touched nothing between its answer and the call. Otherwise (an order of before is
 * paid from a list, or a number was known already) the touch itself led to it. Touches while a request is under way
 * are impatience, not orders.
 */
export function placedOrder(events: readonly HostEvent[]): Moment | null {
  const callIndex = events.findLastIndex(isCallOf('tradePay'))
  if (callIndex < 0) return null
  const before = events.slice(0, callIndex)
  const lastTouch = before.findLast(isInteraction)
  if (!lastTouch) return null

  let touch: Interacted | undefined = lastTouch
  const request = leadingRequest(before)
  if (request) {
    const answer = before.find((event) => event.kind === 'answered' && event.callId === request.callId)
    const touchedAfterAnswer = answer !== undefined && lastTouch.at > answer.at
    if (!touchedAfterAnswer)
      touch = before.findLast((event) => isInteraction(event) && event.at <= request.at) as Interacted | undefined
  }
  return touch
    ? { at: touch.at, note: `The user places the order on ${touch.page}`, facts: { page: touch.page } }
    : null
}

/** The last my.request that was answered before the call and after the my.tradePay before it. */
function leadingRequest(before: readonly HostEvent[]): Called | undefined {
  const since = before.slice(before.findLastIndex(isCallOf('tradePay')) + 1)
  const answered = new Set(since.flatMap((event) => (event.kind === 'answered' ? [event.callId] : [])))
  return since.findLast((event): event is Called => isCallOf('request')(event) && answered.has(event.callId))
}

/**
 * Step 19: the first page painted after the result was handed back or, when the page stays, the first my.request that
 * was made and answered after it: the mini program asks its own server before it shows anything.
 */
export function resultShown(events: readonly HostEvent[], handedBackAt: number): Moment | null {
  const asked = new Map<number, string>()
  for (const event of events) {
    if (event.kind === 'started' || event.at < handedBackAt) continue
    if (event.kind === 'pagePainted') {
      return { at: event.at, note: `The mini program shows ${event.page}`, facts: { page: event.page } }
    }
    if (event.kind === 'called' && event.api === 'request') asked.set(event.callId, event.page)
    const page = event.kind === 'answered' ? asked.get(event.callId) : undefined
    if (page !== undefined) {
      return { at: event.at, note: `${page} has the answer of its own server`, facts: { page } }
    }
  }
  return null
}
