/**
 * Adding money from a bank account, as a pure state machine. The number of a top-up is made before it is sent and stays with
 * it: whatever is lost is looked up or sent again under the same number, so that no money is asked for twice. An unknown
 * end never turns into a failure by itself.
 */
import type { Amount, TopUpAnswer } from '@tradepay/contract'
import { inquiryWaits, nextWait } from '../server-api/inquiry-waits.ts'

/** What is asked for. */
export interface TopUpOrder {
  topUpId: string
  bankAccountId: string
  label: string
  amount: Amount
}

/** A refusal or loss, without anything but what the screen shows. */
export interface TopUpProblem {
  code: string
  message: string
  action: string
  /** PIN_LOCKED: when the lock ends. */
  lockedUntil?: string
}

export type TopUpState =
  /** `last` is what was tried before, to begin from. */
  | { name: 'editing'; last: TopUpOrder | null }
  /** The PIN pad is shown. `triesLeft` is null until a PIN was wrong. */
  | { name: 'enteringPin'; order: TopUpOrder; triesLeft: number | null }
  | { name: 'sending'; order: TopUpOrder }
  /** The bank has been asked and has not answered yet. `tries` counts inquiries. */
  | { name: 'processing'; order: TopUpOrder; tries: number }
  | { name: 'succeeded'; order: TopUpOrder }
  /** The bank has said no. */
  | { name: 'failed'; order: TopUpOrder; failure: string }
  /** The wallet has said no, or the request never left: nothing was asked for. */
  | { name: 'refused'; order: TopUpOrder; problem: TopUpProblem }
  /** It was sent and no answer came. `checking` until the inquiries are used up. */
  | { name: 'unknown'; order: TopUpOrder; tries: number; checking: boolean }
  /** As far as the wallet knows it never arrived. It can be sent again under its number. */
  | { name: 'notReceived'; order: TopUpOrder }

export type TopUpEvent =
  | { type: 'continued'; order: TopUpOrder }
  | { type: 'pinClosed' }
  /** Six digits are in. The PIN itself stays with whoever holds the pad. */
  | { type: 'pinEntered' }
  | { type: 'answered'; answer: TopUpAnswer }
  | { type: 'refused'; problem: TopUpProblem; triesLeft?: number }
  | { type: 'lost' }
  | { type: 'inquired'; answer: TopUpAnswer }
  | { type: 'notFound' }
  | { type: 'inquiryLost' }
  | { type: 'retryPressed' }

/** What has to be done. `inquire` waits first. */
export type TopUpEffect = { do: 'send' } | { do: 'inquire'; afterMs: number }

export interface TopUpStep {
  state: TopUpState
  effects: TopUpEffect[]
}

export const firstState: TopUpState = { name: 'editing', last: null }

const stay = (state: TopUpState): TopUpStep => ({ state, effects: [] })
const inquire = (why: 'processing' | 'unknown', tries: number): TopUpEffect[] => {
  const afterMs = nextWait(why, tries)
  return afterMs === null ? [] : [{ do: 'inquire', afterMs }]
}

/** Moves the machine. An event that does not belong to the state changes nothing and does nothing. */
export function transition(state: TopUpState, event: TopUpEvent): TopUpStep {
  switch (state.name) {
    case 'editing':
      return event.type === 'continued'
        ? stay({ name: 'enteringPin', order: event.order, triesLeft: null })
        : stay(state)

    case 'enteringPin':
      if (event.type === 'pinEntered')
        return { state: { name: 'sending', order: state.order }, effects: [{ do: 'send' }] }
      return event.type === 'pinClosed' ? stay({ name: 'editing', last: state.order }) : stay(state)

    case 'sending':
      return whileSending(state, event)

    case 'processing':
      if (event.type === 'inquired') return told(state.order, event.answer, state.tries + 1)
      if (event.type !== 'inquiryLost' && event.type !== 'notFound') return stay(state)
      return { state: { ...state, tries: state.tries + 1 }, effects: inquire('processing', state.tries + 1) }

    case 'unknown':
      return whileUnknown(state, event)

    case 'failed':
    case 'refused':
      return event.type === 'retryPressed' ? stay({ name: 'editing', last: state.order }) : stay(state)

    case 'notReceived':
      if (event.type !== 'retryPressed') return stay(state)
      return stay({ name: 'enteringPin', order: state.order, triesLeft: null })

    case 'succeeded':
      return stay(state)
  }
}

/** The step to what the wallet says of the top-up. */
function told(order: TopUpOrder, { state, failure }: TopUpAnswer, tries: number): TopUpStep {
  switch (state) {
    case 'SUCCEEDED':
      return stay({ name: 'succeeded', order })
    case 'FAILED':
      return stay({ name: 'failed', order, failure: failure ?? 'REFUSED' })
    case 'PROCESSING':
      return { state: { name: 'processing', order, tries }, effects: inquire('processing', tries) }
  }
}

function whileSending(state: Extract<TopUpState, { name: 'sending' }>, event: TopUpEvent): TopUpStep {
  const { order } = state
  switch (event.type) {
    case 'answered':
      return told(order, event.answer, 0)
    case 'refused':
      if (event.problem.code === 'PIN_WRONG')
        return stay({ name: 'enteringPin', order, triesLeft: event.triesLeft ?? null })
      return stay({ name: 'refused', order, problem: event.problem })
    case 'lost':
      return { state: { name: 'unknown', order, tries: 0, checking: true }, effects: inquire('unknown', 0) }
    default:
      return stay(state)
  }
}

/** Not found proves nothing at first: the request may still be on its way. */
function whileUnknown(state: Extract<TopUpState, { name: 'unknown' }>, event: TopUpEvent): TopUpStep {
  if (event.type === 'inquired') return told(state.order, event.answer, 0)
  if (event.type === 'retryPressed' && !state.checking) {
    return { state: { ...state, tries: 0, checking: true }, effects: [{ do: 'inquire', afterMs: 0 }] }
  }
  if (event.type !== 'notFound' && event.type !== 'inquiryLost') return stay(state)
  const tries = state.tries + 1
  if (tries < inquiryWaits.length) return { state: { ...state, tries }, effects: inquire('unknown', tries) }
  if (event.type === 'notFound') return stay({ name: 'notReceived', order: state.order })
  return stay({ ...state, tries, checking: false })
}
