/**
 * Runs the cashier's state machine against the server: carries out each effect, and turns every answer into an event.
 * It holds the PIN only as an argument on its way into the request; no state, event or error contains it.
 */
import type {
  CancelCashierAnswer,
  ConfirmPaymentAnswer,
  ConfirmPaymentRequest,
  InquireCashierAnswer,
  OpenCashierAnswer,
  OpenCashierRequest,
  TradePayResultCode,
} from '@tradepay/contract'
import { ServerError } from '../server-api/server-error.ts'
import { createStore, type Store } from '../ui/store.ts'
import { start, transition, type CashierEvent, type CashierState, type Effect, type Problem } from './state.ts'

export interface CashierPorts {
  server: {
    open(request: OpenCashierRequest): Promise<OpenCashierAnswer>
    confirm(request: ConfirmPaymentRequest): Promise<ConfirmPaymentAnswer>
    cancel(tradeNo: string): Promise<CancelCashierAnswer>
    inquire(tradeNo: string): Promise<InquireCashierAnswer>
  }
  /** Milliseconds of this device's wall clock. */
  now(): number
  /** Calls once after the wait; the answer takes it back. */
  after(ms: number, action: () => void): () => void
}

export interface CashierController {
  state: Store<CashierState>
  send(event: CashierEvent): void
  /** Confirms with the PIN (step 13). Does nothing unless the pad is open, so that two taps confirm once. */
  confirm(pin: string): void
  /** Settles with what the mini program is told. Never rejects. */
  result: Promise<TradePayResultCode>
}

const problemOf = ({ code, message, action }: ServerError): Problem => ({ code, message, action })

/** Opens the order and starts. `onConfirm` is told at the moment the user's confirmation is sent. */
export function createCashier(
  order: { tradeNo: string; appId?: string },
  ports: CashierPorts,
  onConfirm: () => void = () => undefined,
): CashierController {
  const first = start()
  const state = createStore<CashierState>(first.state)
  let takeBackInquiry = (): void => undefined
  let finish: (resultCode: TradePayResultCode) => void
  const result = new Promise<TradePayResultCode>((resolve) => {
    finish = resolve
  })

  function send(event: CashierEvent, pin?: string): void {
    const step = transition(state.get(), event)
    state.set(step.state)
    for (const effect of step.effects) run(effect, pin)
  }

  function run(effect: Effect, pin: string | undefined): void {
    switch (effect.do) {
      case 'open':
        void open()
        break
      case 'confirm':
        if (pin === undefined) throw new Error('A confirmation needs the PIN.')
        void confirm(pin)
        break
      case 'inquire':
        takeBackInquiry = ports.after(effect.afterMs, () => void inquire())
        break
      case 'cancel':
        // The user has left whether or not the server hears of it: the order simply stays payable until it expires.
        ports.server.cancel(order.tradeNo).catch(() => undefined)
        break
      case 'finish':
        takeBackInquiry()
        finish(effect.resultCode)
        break
    }
  }

  async function open(): Promise<void> {
    try {
      const answer = await ports.server.open(order)
      send({ type: 'opened', answer, at: ports.now() })
    } catch (error) {
      const known = asServerError(error)
      send({ type: known.fate === 'REFUSED' ? 'openRefused' : 'openLost', problem: problemOf(known) })
    }
  }

  async function confirm(pin: string): Promise<void> {
    const paying = state.get()
    if (paying.name !== 'paying' || paying.bill.method === null) return
    const { tradeNo, amount, method } = paying.bill
    try {
      const sent = ports.server.confirm({ tradeNo, amount, methodId: method.id, pin })
      onConfirm()
      const answer = await sent
      send({ type: 'confirmed', outcome: answer.outcome, paidAt: answer.paidAt })
    } catch (error) {
      const known = asServerError(error)
      if (known.fate === 'UNKNOWN') return send({ type: 'confirmLost' })
      if (known.fate === 'NOT_SENT') return send({ type: 'confirmNotSent', problem: problemOf(known) })
      const { triesLeft } = known.details
      send({
        type: 'confirmRefused',
        problem: problemOf(known),
        ...(triesLeft === undefined ? {} : { triesLeft }),
      })
    }
  }

  async function inquire(): Promise<void> {
    try {
      const { order: found, now } = await ports.server.inquire(order.tradeNo)
      send({ type: 'inquired', order: found, now, at: ports.now() })
    } catch {
      // Even a refusal of the inquiry says nothing about the payment.
      send({ type: 'inquiryLost' })
    }
  }

  for (const effect of first.effects) run(effect, undefined)
  return { state, send, confirm: (pin) => send({ type: 'pinEntered' }, pin), result }
}

/** Anything else than a ServerError is a bug of this page; what it did to the request is then unknown. */
const asServerError = (error: unknown): ServerError =>
  error instanceof ServerError ? error : ServerError.lost('CONNECTION_LOST')
