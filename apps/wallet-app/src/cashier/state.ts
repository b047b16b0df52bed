/**
 * The cashier as a pure state machine (steps 10 to 17): every state, every event, and what has to be done next. It
 * knows no server, no screen and no PIN. It guarantees that one visit confirms at most once at a time, that an unknown
 * outcome never turns into a failure by itself, and that it ends with exactly one resultCode.
 */
import type { OpenCashierAnswer, CashierOrder, TradePayResultCode } from '@tradepay/contract'
import { inquiryWaits } from '../server-api/inquiry-waits.ts'
import { bankOf, canPay, readBill, type Bill } from './bill.ts'
import {
  afterRefusal,
  declinedProblem,
  frozen,
  inquire,
  noAccount,
  standing,
  type CashierState,
  type Effect,
  type Problem,
  type Step,
} from './standing.ts'

export type { CashierState, Effect, Problem, Step } from './standing.ts'

export type CashierEvent =
  | { type: 'opened'; answer: OpenCashierAnswer; at: number }
  | { type: 'openRefused'; problem: Problem }
  | { type: 'openLost'; problem: Problem }
  | { type: 'methodChosen'; methodId: string }
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

export const start = (): Step => ({ state: { name: 'loading' }, effects: [{ do: 'open' }] })

const stay = (state: CashierState): Step => ({ state, effects: [] })
const reopen = (): Step => start()

/** Moves the machine. An event that does not belong to the state changes nothing and does nothing. */
export function transition(state: CashierState, event: CashierEvent): Step {
  const step = event.type === 'left' ? leave(state) : move(state, event)
  const failed = state.failedBefore === true || step.state.name === 'declined'
  if (!failed || step.state.failedBefore || step.state.name === 'done') return step
  return { ...step, state: { ...step.state, failedBefore: true } }
}

function move(state: CashierState, event: CashierEvent): Step {
  switch (state.name) {
    case 'loading':
      if (event.type === 'opened') return afterOpening(event.answer, event.at)
      if (event.type === 'openRefused') return stay(afterRefusal(event.problem, null))
      if (event.type === 'openLost') return stay({ name: 'offline', problem: event.problem })
      return stay(state)

    case 'ready':
      if (event.type === 'methodChosen') return stay(withMethod(state, event.methodId))
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
      return whileProcessing(state, event)

    case 'late':
      return whileLate(state, event)

    case 'unknown':
      if (event.type === 'retryPressed' && !state.checking) {
        return { state: { ...state, tries: 0, checking: true }, effects: [{ do: 'inquire', afterMs: 0 }] }
      }
      return whileUnknown(state, event)

    case 'declined':
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

/** The step to the order as the server shows it (step 11). */
function afterOpening(answer: OpenCashierAnswer, at: number): Step {
  const bill = readBill(answer, at)
  const found = standing(answer.order, bill, 'alreadyPaid')
  if (found !== null) return found
  if (bill.method === null) return stay({ name: 'failed', problem: noAccount })
  if (bill.method.frozen) return stay({ name: 'failed', problem: frozen })
  if (bill.lockedUntil !== null && bill.lockedUntil > at) return stay({ name: 'locked', bill, until: bill.lockedUntil })
  if (!canPay(bill.method)) return stay({ name: 'notEnough', bill })
  return stay({ name: 'ready', bill, notice: null })
}

/** Takes another way to pay, if it is one and can pay. */
function withMethod(state: Extract<CashierState, { name: 'ready' }>, methodId: string): CashierState {
  const method = state.bill.methods.find(({ id }) => id === methodId)
  if (!method || !canPay(method) || method.id === state.bill.method?.id) return state
  return { ...state, bill: { ...state.bill, method } }
}

function whilePaying(bill: Bill, event: CashierEvent, state: CashierState): Step {
  switch (event.type) {
    case 'confirmed': {
      if (event.outcome === 'SUCCEEDED') return stay({ name: 'paid', bill: { ...bill, paidAt: event.paidAt } })
      const processing: CashierState = { name: 'processing', bill, by: 'you', method: bankOf(bill), tries: 0 }
      return { state: processing, effects: inquire('processing', 0) }
    }
    case 'confirmLost':
      return { state: { name: 'unknown', bill, tries: 0, checking: true }, effects: inquire('unknown', 0) }
    case 'confirmNotSent':
      return stay({ name: 'offline', problem: event.problem })
    case 'confirmRefused':
      switch (event.problem.code) {
        case 'PIN_WRONG':
          return stay({ name: 'enteringPin', bill, triesLeft: event.triesLeft ?? null })
        case 'PIN_LOCKED':
        case 'BALANCE_NOT_ENOUGH':
        case 'PAYMENT_PROCESSING':
          // The order is read again: that answer carries the end of the lock together with the server's time, the balance
          // as it is now, or whose payment the bank is being asked for.
          return reopen()
        case 'BANK_ACCOUNT_NOT_FOUND':
        case 'BANK_NOT_AVAILABLE':
        case 'BANK_REFUSED':
          return stay({ name: 'declined', bill, method: bankOf(bill), problem: event.problem })
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

/** The bank has been asked. It is inquired for as long as the cashier is open: the user may leave at any time. */
function whileProcessing(state: Extract<CashierState, { name: 'processing' }>, event: CashierEvent): Step {
  if (event.type !== 'inquired' && event.type !== 'inquiryLost') return stay(state)
  const tries = state.tries + 1
  const effects = inquire('processing', tries)
  if (event.type === 'inquiryLost') return { state: { ...state, tries }, effects }
  const { order } = event
  const found = standing(order, state.bill, 'paid')
  if (found?.state.name === 'processing') return { state: { ...found.state, tries }, effects }
  if (found !== null) return found
  // Nobody's payment waits any more. Another's has failed: the way is free. Ours has failed: that is news.
  if (state.by === 'another') return reopen()
  if (order.yourPayment?.state === 'FAILED') return stay(declined(order.yourPayment, state.bill))
  return { state: { ...state, tries }, effects }
}

/** The order is closed and the money is on its way back, or may still come: looked at until its end is known. */
function whileLate(state: Extract<CashierState, { name: 'late' }>, event: CashierEvent): Step {
  if (event.type !== 'inquired' && event.type !== 'inquiryLost') return stay(state)
  const tries = state.tries + 1
  const effects = inquire('processing', tries)
  const found = event.type === 'inquired' ? standing(event.order, state.bill, 'paid') : null
  if (found === null) return { state: { ...state, tries }, effects }
  if (found.state.name !== 'late') return found
  return { state: { ...found.state, tries }, effects: found.effects.length > 0 ? effects : [] }
}

/**
 * An inquiry settles it, or counts as a try. An order that is still unpaid, or that another is paying, proves nothing: the
 * confirmation may come late. A payment of ours that was not there before is what the confirmation came to.
 */
function whileUnknown(state: Extract<CashierState, { name: 'unknown' }>, event: CashierEvent): Step {
  if (event.type === 'inquired') {
    const { yourPayment } = event.order
    const found = standing(event.order, state.bill, 'paid')
    const byAnother = found?.state.name === 'processing' && found.state.by === 'another'
    if (found !== null && !byAnother) return found
    const isNew = yourPayment !== null && yourPayment.paymentId !== state.bill.earlierPaymentId
    if (isNew && yourPayment.state === 'FAILED') return stay(declined(yourPayment, state.bill))
  }
  if (event.type !== 'inquired' && event.type !== 'inquiryLost') return stay(state)
  const tries = state.tries + 1
  return {
    state: { ...state, tries, checking: tries < inquiryWaits.length },
    effects: inquire('unknown', tries),
  }
}

const declined = (payment: NonNullable<CashierOrder['yourPayment']>, bill: Bill): CashierState => ({
  name: 'declined',
  bill,
  method: payment.method === 'BALANCE' ? null : payment.method,
  problem: declinedProblem(payment.failure),
})

/** What the mini program is told when the user leaves now (superapp-payment-api §9). Null: they cannot leave yet. */
export function resultOf(state: CashierState): TradePayResultCode | null {
  switch (state.name) {
    case 'loading':
    case 'ready':
    case 'enteringPin':
    case 'notEnough':
    case 'locked':
      // Who has tried and failed has not cancelled.
      return state.failedBefore ? '4000' : '6001'
    case 'paying':
      return null
    case 'paid':
      return '9000'
    case 'processing':
      return '8000'
    case 'alreadyPaid':
      return state.by === 'you' ? '9000' : '4000'
    case 'declined':
    case 'late':
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
