/**
 * The cashier as a pure state machine (steps 10 to 17): every state, every event, and what has to be done next. It
 * knows no server, no screen and no PIN. It guarantees that one visit confirms at most once at a time, that an unknown
 * outcome never turns into a failure by itself, and that it ends with exactly one resultCode.
 */
import type { OpenCashierAnswer, CashierOrder, RefusalCode, TradePayResultCode } from '@tradepay/contract'
import type { LossCode } from '../server-api/server-error.ts'
import { readBill, toDeviceTime, verdictOf, type Bill, type Verdict } from './bill.ts'

/** A refusal or loss, without anything but what the screen shows. */
export interface Problem {
  code: RefusalCode | LossCode
  message: string
  action: string
}

export type CashierState =
  /** The order is being asked for. */
  | { name: 'loading' }
  /** The user sees the bill and may pay. `notice` is a refusal that can be tried again. */
  | { name: 'ready'; bill: Bill; notice: Problem | null }
  /** The PIN pad is shown. `triesLeft` is null until a PIN was wrong. */
  | { name: 'enteringPin'; bill: Bill; triesLeft: number | null }
  | { name: 'notEnough'; bill: Bill }
  | { name: 'locked'; bill: Bill; until: number }
  /** The confirmation is on its way. Nobody can leave now: what would they be told? */
  | { name: 'paying'; bill: Bill }
  | { name: 'paid'; bill: Bill }
  /** The server took it and does not know the end yet. `tries` counts inquiries. */
  | { name: 'processing'; bill: Bill; tries: number }
  | { name: 'expired'; bill: Bill | null }
  | { name: 'alreadyPaid'; bill: Bill | null; by: 'you' | 'another' }
  | { name: 'closed'; bill: Bill | null }
  | { name: 'failed'; problem: Problem }
  /** The server cannot be reached and nothing was confirmed. */
  | { name: 'offline'; problem: Problem }
  /** A confirmation was sent and no answer came. `checking` until the inquiries are used up. */
  | { name: 'unknown'; bill: Bill; tries: number; checking: boolean }
  | { name: 'done'; resultCode: TradePayResultCode }

export type CashierEvent =
  | { type: 'opened'; answer: OpenCashierAnswer; at: number }
  | { type: 'openRefused'; problem: Problem }
  | { type: 'openLost'; problem: Problem }
  | { type: 'payPressed' }
  | { type: 'pinClosed' }
  /** Six digits are in. The PIN itself stays with whoever holds the pad. */
  | { type: 'pinEntered' }
  | { type: 'confirmed'; outcome: 'SUCCEEDED' | 'PROCESSING'; paidAt: string | null }
  | { type: 'confirmRefused'; problem: Problem; triesLeft?: number }
  | { type: 'confirmNotSent'; problem: Problem }
  | { type: 'confirmLost' }
  | { type: 'inquired'; order: CashierOrder; now: string; at: number }
  | { type: 'inquiryLost' }
  /** The order's time is over by this device's clock. */
  | { type: 'timeIsUp' }
  | { type: 'lockEnded' }
  | { type: 'retryPressed' }
  /** Escape, the back button, the close button, Done, or the end of the result page's countdown. */
  | { type: 'left' }

/** What the controller has to do. `inquire` waits first. */
export type Effect =
  | { do: 'open' }
  | { do: 'confirm' }
  | { do: 'inquire'; afterMs: number }
  | { do: 'cancel' }
  | { do: 'finish'; resultCode: TradePayResultCode }

export interface Step {
  state: CashierState
  effects: Effect[]
}

/** Waits before each inquiry of an unknown or unfinished payment, ms. Together about half a minute. */
export const inquiryWaits = [500, 1_000, 2_000, 4_000, 8_000, 15_000] as const

export const start = (): Step => ({ state: { name: 'loading' }, effects: [{ do: 'open' }] })

const stay = (state: CashierState): Step => ({ state, effects: [] })
const reopen = (): Step => start()
const inquire = (tries: number): Effect[] => {
  const afterMs = inquiryWaits[tries]
  return afterMs === undefined ? [] : [{ do: 'inquire', afterMs }]
}

/** Moves the machine. An event that does not belong to the state changes nothing and does nothing. */
export function transition(state: CashierState, event: CashierEvent): Step {
  if (event.type === 'left') return leave(state)
  switch (state.name) {
    case 'loading':
      if (event.type === 'opened') return stay(afterOpening(event.answer, event.at))
      if (event.type === 'openRefused') return stay(afterRefusal(event.problem, null))
      if (event.type === 'openLost') return stay({ name: 'offline', problem: event.problem })
      return stay(state)

    case 'ready':
      if (event.type === 'payPressed') return stay({ name: 'enteringPin', bill: state.bill, triesLeft: null })
      if (event.type === 'timeIsUp') return stay({ name: 'expired', bill: state.bill })
      return stay(state)

    case 'enteringPin':
      if (event.type === 'pinEntered')
        return { state: { name: 'paying', bill: state.bill }, effects: [{ do: 'confirm' }] }
      if (event.type === 'pinClosed') return stay({ name: 'ready', bill: state.bill, notice: null })
      if (event.type === 'timeIsUp') return stay({ name: 'expired', bill: state.bill })
      return stay(state)

    case 'notEnough':
      if (event.type === 'retryPressed') return reopen()
      if (event.type === 'timeIsUp') return stay({ name: 'expired', bill: state.bill })
      return stay(state)

    case 'locked':
      if (event.type === 'lockEnded') return reopen()
      if (event.type === 'timeIsUp') return stay({ name: 'expired', bill: state.bill })
      return stay(state)

    case 'paying':
      return whilePaying(state.bill, event, state)

    case 'processing':
      return whileUnfinished(state, event, (tries) => ({ ...state, tries }))

    case 'unknown':
      if (event.type === 'retryPressed' && !state.checking) {
        return { state: { ...state, tries: 0, checking: true }, effects: [{ do: 'inquire', afterMs: 0 }] }
      }
      return whileUnfinished(state, event, (tries) => ({ ...state, tries, checking: tries < inquiryWaits.length }))

    case 'offline':
      return event.type === 'retryPressed' ? reopen() : stay(state)

    case 'paid':
    case 'expired':
    case 'alreadyPaid':
    case 'closed':
    case 'failed':
    case 'done':
      return stay(state)
  }
}

/** The state for an order as the server shows it (step 11). */
function afterOpening(answer: OpenCashierAnswer, at: number): CashierState {
  const bill = readBill(answer, at)
  const verdict = verdictOf(answer.order)
  if (verdict !== null) return settled(verdict, bill, 'alreadyPaid')
  if (bill.method === null || bill.method.frozen) return { name: 'failed', problem: frozen }
  if (bill.lockedUntil !== null && bill.lockedUntil > at) return { name: 'locked', bill, until: bill.lockedUntil }
  if (!bill.method.enough) return { name: 'notEnough', bill }
  return { name: 'ready', bill, notice: null }
}

/** Shown from the flag of the account; the words of the messages file take precedence over these. */
const frozen: Problem = {
  code: 'USER_FROZEN',
  message: 'The account is frozen and cannot pay.',
  action: 'Contact the wallet.',
}

/** `asPaid` tells whether "paid by you" is news (our own confirmation came through) or how the order was found. */
function settled(verdict: Verdict, bill: Bill, asPaid: 'paid' | 'alreadyPaid'): CashierState {
  switch (verdict) {
    case 'PAID_BY_YOU':
      return asPaid === 'paid' ? { name: 'paid', bill } : { name: 'alreadyPaid', bill, by: 'you' }
    case 'PAID_BY_ANOTHER':
      return { name: 'alreadyPaid', bill, by: 'another' }
    case 'EXPIRED':
      return { name: 'expired', bill }
    case 'CLOSED':
      return { name: 'closed', bill }
  }
}

/** The state for a refusal that ends the visit. A refusal proves that nothing was paid by this request. */
function afterRefusal(problem: Problem, bill: Bill | null): CashierState {
  switch (problem.code) {
    case 'ORDER_EXPIRED':
      return { name: 'expired', bill }
    case 'ORDER_CLOSED':
      return { name: 'closed', bill }
    case 'ORDER_PAID':
      return { name: 'alreadyPaid', bill, by: 'another' }
    case 'RATE_LIMITED':
      return { name: 'offline', problem }
    default:
      return { name: 'failed', problem }
  }
}

function whilePaying(bill: Bill, event: CashierEvent, state: CashierState): Step {
  switch (event.type) {
    case 'confirmed':
      return event.outcome === 'SUCCEEDED'
        ? stay({ name: 'paid', bill: { ...bill, paidAt: event.paidAt } })
        : { state: { name: 'processing', bill, tries: 0 }, effects: inquire(0) }
    case 'confirmLost':
      return { state: { name: 'unknown', bill, tries: 0, checking: true }, effects: inquire(0) }
    case 'confirmNotSent':
      return stay({ name: 'offline', problem: event.problem })
    case 'confirmRefused':
      switch (event.problem.code) {
        case 'PIN_WRONG':
          return stay({ name: 'enteringPin', bill, triesLeft: event.triesLeft ?? null })
        case 'PIN_LOCKED':
          // The order is read again: that answer carries the end of the lock together with the server's time.
          return reopen()
        case 'BALANCE_NOT_ENOUGH':
          // The balance has changed since the bill was read; the new one says how much is missing.
          return reopen()
        case 'ORDER_PAID':
          // Perhaps by us, through another window: only the order can say.
          return {
            state: { name: 'unknown', bill, tries: 0, checking: true },
            effects: [{ do: 'inquire', afterMs: 0 }],
          }
        case 'RATE_LIMITED':
          return stay({ name: 'ready', bill, notice: event.problem })
        default:
          return stay(afterRefusal(event.problem, bill))
      }
    default:
      return stay(state)
  }
}

/** An inquiry settles it, or counts as a try. An order that is still unpaid proves nothing: the confirmation may come late. */
function whileUnfinished(
  state: Extract<CashierState, { name: 'processing' | 'unknown' }>,
  event: CashierEvent,
  next: (tries: number) => CashierState,
): Step {
  if (event.type === 'inquired') {
    const verdict = verdictOf(event.order)
    if (verdict !== null) {
      const expiresAt = toDeviceTime(event.order.expiresAt, event.now, event.at)
      return stay(settled(verdict, { ...state.bill, expiresAt, paidAt: event.order.paidAt }, 'paid'))
    }
  }
  if (event.type !== 'inquired' && event.type !== 'inquiryLost') return stay(state)
  const tries = state.tries + 1
  return { state: next(tries), effects: inquire(tries) }
}

/** What the mini program is told when the user leaves now (superapp-payment-api §9). Null: they cannot leave yet. */
export function resultOf(state: CashierState): TradePayResultCode | null {
  switch (state.name) {
    case 'loading':
    case 'ready':
    case 'enteringPin':
    case 'notEnough':
    case 'locked':
      return '6001'
    case 'paying':
      return null
    case 'paid':
      return '9000'
    case 'processing':
      return '8000'
    case 'alreadyPaid':
      return state.by === 'you' ? '9000' : '4000'
    case 'expired':
    case 'closed':
    case 'failed':
      return '4000'
    case 'offline':
      return '6002'
    case 'unknown':
      return '6004'
    case 'done':
      return state.resultCode
  }
}

function leave(state: CashierState): Step {
  const resultCode = resultOf(state)
  if (resultCode === null || state.name === 'done') return stay(state)
  const effects: Effect[] = [{ do: 'finish', resultCode }]
  if (resultCode === '6001') effects.unshift({ do: 'cancel' })
  return { state: { name: 'done', resultCode }, effects }
}
