/**
 * The states of the cashier, and how an order stands: the state that an answer of the server leads to when the order can
 * no longer be paid, or not now. Pure; `state.ts` is the machine that uses it.
 */
import type { CashierOrder, OwnPayment, RefusalCode, TradePayResultCode } from '@tradepay/contract'
import { nextWait } from '../server-api/inquiry-waits.ts'
import type { LossCode } from '../server-api/server-error.ts'
import { verdictOf, type Bill } from './bill.ts'

/** A refusal or loss, without anything but what the screen shows. */
export interface Problem {
  code: RefusalCode | LossCode
  message: string
  action: string
}

type Stage =
  /** The order is being asked for. */
  | { name: 'loading' }
  /** The user sees the bill and may choose how to pay. `notice` is a refusal that can be tried again. */
  | { name: 'ready'; bill: Bill; notice: Problem | null }
  /** The PIN pad is shown. `triesLeft` is null until a PIN was wrong. */
  | { name: 'enteringPin'; bill: Bill; triesLeft: number | null }
  | { name: 'notEnough'; bill: Bill }
  | { name: 'locked'; bill: Bill; until: number }
  /** The confirmation is on its way. Nobody can leave now: what would they be told? */
  | { name: 'paying'; bill: Bill }
  | { name: 'paid'; bill: Bill }
  /** A bank has been asked for the money and has not answered yet. `tries` counts inquiries. */
  | { name: 'processing'; bill: Bill; by: 'you' | 'another'; method: string | null; tries: number }
  /** The payment has failed and nothing was paid. The order can still be paid another way. */
  | { name: 'declined'; bill: Bill; method: string | null; problem: Problem }
  /** The order was closed while the bank was being asked. `tries` counts inquiries until the money's end is known. */
  | { name: 'late'; bill: Bill; payment: OwnPayment; tries: number }
  | { name: 'expired'; bill: Bill | null }
  | { name: 'alreadyPaid'; bill: Bill | null; by: 'you' | 'another' }
  | { name: 'closed'; bill: Bill | null }
  | { name: 'failed'; problem: Problem }
  /** The server cannot be reached and nothing was confirmed. */
  | { name: 'offline'; problem: Problem }
  /** A confirmation was sent and no answer came. `checking` until the inquiries are used up. */
  | { name: 'unknown'; bill: Bill; tries: number; checking: boolean }
  | { name: 'done'; resultCode: TradePayResultCode }

export type CashierState = Stage & {
  /** A payment of this visit has failed. Whoever leaves then has not cancelled. */
  failedBefore?: true
}

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

/** The next inquiry; none when those of an unknown outcome are used up. */
export function inquire(why: 'processing' | 'unknown', tries: number): Effect[] {
  const afterMs = nextWait(why, tries)
  return afterMs === null ? [] : [{ do: 'inquire', afterMs }]
}

/** What only the answer's fields say: the words of the messages file take precedence over these. */
export const frozen: Problem = {
  code: 'USER_FROZEN',
  message: 'The account is frozen and cannot pay.',
  action: 'Contact the wallet.',
}
export const noAccount: Problem = {
  code: 'CURRENCY_NOT_SUPPORTED',
  message: 'The currency is not one that this account holds.',
  action: 'Use another account.',
}
/** Why a payment failed. The server names only codes of its table; the screen has words of its own for those of banks. */
export const declinedProblem = (failure: string | null): Problem => ({
  code: (failure ?? 'BANK_REFUSED') as RefusalCode,
  message: 'The bank refused.',
  action: 'Use another way to pay, or ask the bank.',
})

/**
 * The step to an order that cannot be paid, or not now; null when it can be.
 * @param asPaid whether "paid by you" is news (our own confirmation came through) or how the order was found
 */
export function standing(order: CashierOrder, known: Bill, asPaid: 'paid' | 'alreadyPaid'): Step | null {
  const bill = { ...known, paidAt: order.paidAt }
  const ends = (state: CashierState): Step => ({ state, effects: [] })
  const { yourPayment } = order
  const verdict = verdictOf(order)
  switch (verdict) {
    case null:
      return null
    case 'PAID_BY_YOU':
      return ends(asPaid === 'paid' ? { name: 'paid', bill } : { name: 'alreadyPaid', bill, by: 'you' })
    case 'PAID_BY_ANOTHER':
      return ends({ name: 'alreadyPaid', bill, by: 'another' })
    case 'EXPIRED':
      return ends({ name: 'expired', bill })
    case 'CLOSED':
      return ends({ name: 'closed', bill })
    case 'PROCESSING_BY_YOU':
    case 'PROCESSING_BY_ANOTHER': {
      const by = verdict === 'PROCESSING_BY_YOU' ? 'you' : 'another'
      const method = by === 'you' && yourPayment?.method !== 'BALANCE' ? (yourPayment?.method ?? null) : null
      return { state: { name: 'processing', bill, by, method, tries: 0 }, effects: inquire('processing', 0) }
    }
    case 'LATE': {
      const payment = yourPayment!
      const isOpen = payment.state === 'PROCESSING' || payment.returned === 'RETURNING'
      return { state: { name: 'late', bill, payment, tries: 0 }, effects: isOpen ? inquire('processing', 0) : [] }
    }
  }
}

/** The state for a refusal that ends the visit. A refusal proves that nothing was paid by this request. */
export function afterRefusal(problem: Problem, bill: Bill | null): CashierState {
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
