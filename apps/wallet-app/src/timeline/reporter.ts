/**
 * Tells the sandbox what only the wallet app sees of the flow: steps 1, 9, 12, 13, 17 and 19. It reports at once, so
 * that the flow page lights up live, and never waits: a report that is lost costs a picture, not a payment.
 */
import { tradePayResults, type AddTimelineRequest, type TradePayResultCode } from '@tradepay/contract'
import type { HostEvent } from '@tradepay/mini-program/host'
import { placedOrder, resultShown, tradePayCall, type Moment } from './steps.ts'

type Entry = AddTimelineRequest['entries'][number]
type Step = Entry['step']

export interface ReporterPorts {
  send(tradeNo: string, request: AddTimelineRequest): Promise<unknown>
  /** performance.now() of the page, as the host's events use it. */
  now(): number
  /** How long a message is on its way to the server, ms: the server dates an entry back from its arrival. */
  oneWayMs(): number
}

/** One visit to the cashier, from painting to handing back. */
export interface VisitReport {
  /** Step 12. `state` is the cashier's state, such as "ready" or "expired". */
  cashierPainted(state: string): void
  /** Step 13. */
  confirmed(): void
  /** Step 17; from then on step 19 is watched for. */
  handedBack(resultCode: TradePayResultCode): void
}

export interface Reporter {
  /** Everything the host of the running mini program reports. */
  see(event: HostEvent): void
  /** A cashier opens. Without a mini program (a link) there are no steps 1, 9 and 19. */
  visit(tradeNo: string): VisitReport
}

/** Events that are kept: enough for the longest way from a touch to my.tradePay. */
const KEPT_EVENTS = 400
/** The longest time back that the sandbox takes, ms. */
const LONGEST_AGO_MS = 3_600_000
/** The longest note and fact that the sandbox takes. Page paths come from a mini program and may be anything. */
const LONGEST_TEXT = 500

export const silentReporter: Reporter = {
  see: () => undefined,
  visit: () => ({ cashierPainted: () => undefined, confirmed: () => undefined, handedBack: () => undefined }),
}

export function createReporter(ports: ReporterPorts): Reporter {
  let events: HostEvent[] = []
  let waiting: { tradeNo: string; since: number } | null = null

  function report(tradeNo: string, entries: Entry[]): void {
    if (entries.length > 0) ports.send(tradeNo, { entries }).catch(() => undefined)
  }

  function entry(step: Step, { at, note, facts }: Moment, ok = true): Entry {
    const agoMs = Math.min(Math.max(0, ports.now() - at) + ports.oneWayMs(), LONGEST_AGO_MS)
    const short = Object.entries(facts).map(([name, value]) => [name, value.slice(0, LONGEST_TEXT)] as const)
    return { step, agoMs, ok, note: note.slice(0, LONGEST_TEXT), facts: Object.fromEntries(short) }
  }

  return {
    see(event) {
      events.push(event)
      if (events.length > KEPT_EVENTS * 2) events = events.slice(-KEPT_EVENTS)
      const shown = waiting && resultShown(events, waiting.since)
      if (!waiting || !shown) return
      report(waiting.tradeNo, [entry(19, shown)])
      waiting = null
    },

    visit(tradeNo) {
      // Read now: by the time the cashier is painted, other calls may have been made.
      const ordered = placedOrder(events)
      const called = tradePayCall(events)
      waiting = null
      return {
        cashierPainted(state) {
          const painted = { at: ports.now(), note: `The cashier is painted: ${state}`, facts: { state } }
          report(tradeNo, [
            ...(ordered ? [entry(1, ordered)] : []),
            ...(called ? [entry(9, called)] : []),
            entry(12, painted, state === 'ready'),
          ])
        },
        confirmed() {
          report(tradeNo, [
            entry(13, { at: ports.now(), note: 'The user confirms with the PIN', facts: { with: 'PIN' } }),
          ])
        },
        handedBack(resultCode) {
          const at = ports.now()
          const note = called
            ? `my.tradePay answers ${resultCode}: ${tradePayResults[resultCode]}`
            : `The cashier ends with ${resultCode}: ${tradePayResults[resultCode]}`
          report(tradeNo, [entry(17, { at, note, facts: { resultCode } }, resultCode === '9000')])
          if (called) waiting = { tradeNo, since: at }
        },
      }
    },
  }
}
