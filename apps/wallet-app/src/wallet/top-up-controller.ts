/**
 * Runs the machine of a top-up against the server: carries out each effect, and turns every answer into an event. It holds
 * the PIN only as an argument on its way into the request; no state, event or error contains it.
 */
import type { TopUpAnswer, TopUpRequest } from '@tradepay/contract'
import { ServerError } from '../server-api/server-error.ts'
import { createStore, type Store } from '../ui/store.ts'
import { firstState, transition, type TopUpEffect, type TopUpEvent, type TopUpState } from './top-up-state.ts'

export interface TopUpPorts {
  server: {
    send(request: TopUpRequest): Promise<TopUpAnswer>
    inquire(topUpId: string): Promise<TopUpAnswer>
  }
  /** Calls once after the wait; the answer takes it back. */
  after(ms: number, action: () => void): () => void
}

export interface TopUpController {
  state: Store<TopUpState>
  send(event: TopUpEvent): void
  /** Sends it with the PIN. Does nothing unless the pad is open, so that two taps send once. */
  confirm(pin: string): void
  /** Whether anything was sent: then balance and movements may have changed. */
  hasSent(): boolean
  /** Nobody watches any more. What was sent goes on at the server. */
  stop(): void
}

export function createTopUp({ server, after }: TopUpPorts): TopUpController {
  const state = createStore<TopUpState>(firstState)
  let takeBackInquiry = (): void => undefined
  let sent = false

  function send(event: TopUpEvent, pin?: string): void {
    const step = transition(state.get(), event)
    state.set(step.state)
    for (const effect of step.effects) run(effect, pin)
  }

  function run(effect: TopUpEffect, pin: string | undefined): void {
    if (effect.do === 'inquire') takeBackInquiry = after(effect.afterMs, () => void inquire())
    else if (pin !== undefined) void order(pin)
  }

  async function order(pin: string): Promise<void> {
    const sending = state.get()
    if (sending.name !== 'sending') return
    const { topUpId, bankAccountId, amount } = sending.order
    sent = true
    try {
      send({ type: 'answered', answer: await server.send({ topUpId, bankAccountId, amount, pin }) })
    } catch (error) {
      const known = error instanceof ServerError ? error : ServerError.lost('CONNECTION_LOST')
      if (known.fate === 'UNKNOWN') return send({ type: 'lost' })
      const { code, message, action, details } = known
      const { triesLeft, lockedUntil } = details
      send({
        type: 'refused',
        problem: { code, message, action, ...(lockedUntil === undefined ? {} : { lockedUntil }) },
        ...(triesLeft === undefined ? {} : { triesLeft }),
      })
    }
  }

  async function inquire(): Promise<void> {
    const asked = state.get()
    if (asked.name !== 'processing' && asked.name !== 'unknown') return
    try {
      send({ type: 'inquired', answer: await server.inquire(asked.order.topUpId) })
    } catch (error) {
      const notFound = error instanceof ServerError && error.code === 'TOP_UP_NOT_FOUND'
      send({ type: notFound ? 'notFound' : 'inquiryLost' })
    }
  }

  return {
    state,
    send,
    confirm: (pin) => send({ type: 'pinEntered' }, pin),
    hasSent: () => sent,
    stop: () => takeBackInquiry(),
  }
}
