/**
 * Adds money from a linked bank account: how much and from where, the PIN, and what came of it. Closing it at any time loses
 * nothing: what was sent goes on, and stands in the movements.
 */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { BankAccountsAnswer } from '@tradepay/contract'
import { formatAmount, formatTime } from '../messages/format.ts'
import { explain, t } from '../messages/index.ts'
import { server } from '../shell/session.ts'
import { CheckIcon, ClockIcon, QuestionIcon, StopIcon } from '../ui/icons.tsx'
import { Outcome, Waiting } from '../ui/outcome.tsx'
import { Sheet } from '../ui/parts.tsx'
import { PinPad } from '../ui/pin-pad.tsx'
import { useStore } from '../ui/use-store.ts'
import { AddMoneyForm } from './add-money-form.tsx'
import { createTopUp } from './top-up-controller.ts'
import type { TopUpProblem, TopUpState } from './top-up-state.ts'

export type BankAccounts = BankAccountsAnswer['bankAccounts']

interface Props {
  bankAccounts: BankAccounts
  /** `changed` when anything was sent: balance and movements may be others now. */
  onClose: (changed: boolean) => void
}

export function AddMoneySheet({ bankAccounts, onClose }: Props) {
  const [topUp] = useState(() =>
    createTopUp({
      server: server.topUp,
      after(ms, action) {
        const timer = setTimeout(action, ms)
        return () => clearTimeout(timer)
      },
    }),
  )
  const state = useStore(topUp.state)
  const content = useRef<HTMLDivElement>(null)
  useEffect(() => () => topUp.stop(), [topUp])
  useLayoutEffect(() => content.current?.querySelector<HTMLElement>('[data-focus]')?.focus(), [state.name])

  return (
    <Sheet
      title={state.name === 'enteringPin' ? t.cashier.enterPin : t.topUp.open}
      onClose={() => onClose(topUp.hasSent())}
    >
      {(close) => (
        <div class="add-money" ref={content}>
          {state.name === 'editing' ? (
            <AddMoneyForm
              bankAccounts={bankAccounts}
              last={state.last}
              onContinue={(order) => topUp.send({ type: 'continued', order })}
            />
          ) : (
            <Progress
              key={state.name}
              state={state}
              onPin={topUp.confirm}
              onPinClosed={() => topUp.send({ type: 'pinClosed' })}
              onRetry={() => topUp.send({ type: 'retryPressed' })}
              onClose={close}
            />
          )}
        </div>
      )}
    </Sheet>
  )
}

interface ProgressProps {
  state: Exclude<TopUpState, { name: 'editing' }>
  onPin: (pin: string) => void
  onPinClosed: () => void
  onRetry: () => void
  onClose: () => void
}

function Progress({ state, onPin, onPinClosed, onRetry, onClose }: ProgressProps) {
  const { label, amount } = state.order
  const shared = { amount, about: [t.cashier.from(label)], onLeave: onClose }
  const retry = (text: string) => (
    <button type="button" class="button primary wide" data-focus onClick={onRetry}>
      {text}
    </button>
  )
  switch (state.name) {
    case 'enteringPin':
      return (
        <>
          <PinPad triesLeft={state.triesLeft} onEntered={onPin}>
            <span class="amount">{formatAmount(amount)}</span> · {t.topUp.into}
            <br />
            {t.cashier.from(label)}
          </PinPad>
          <button type="button" class="button plain wide" onClick={onPinClosed}>
            {t.back}
          </button>
        </>
      )

    case 'sending':
      return <Waiting title={t.topUp.sending} amount={formatAmount(amount)} />

    case 'processing':
      return (
        <Outcome
          tone="calm"
          icon={<ClockIcon />}
          title={t.topUp.processing}
          text={t.topUp.processingText}
          waiting={t.cashier.askingBank}
          leaveText={t.close}
          {...shared}
        />
      )

    case 'succeeded':
      return <Outcome tone="good" icon={<CheckIcon />} title={t.topUp.added} {...shared} />

    case 'failed':
      return (
        <Outcome
          tone="bad"
          icon={<StopIcon />}
          title={t.topUp.failed}
          text={t.cashier.saidOf(label, t.bankRefusals[state.failure] ?? t.bankRefusals['REFUSED']!)}
          onLeave={onClose}
        >
          {retry(t.topUp.again)}
        </Outcome>
      )

    case 'refused':
      return (
        <Outcome
          tone="bad"
          icon={<StopIcon />}
          title={t.topUp.failed}
          text={whyRefused(state.problem)}
          code={state.problem.code}
          onLeave={onClose}
        >
          {retry(t.topUp.again)}
        </Outcome>
      )

    case 'unknown':
      if (state.checking) return <Waiting title={t.topUp.unknown} text={t.topUp.unknownText} />
      return (
        <Outcome
          tone="warn"
          icon={<QuestionIcon />}
          title={t.topUp.unknown}
          text={t.topUp.stillUnknown}
          leaveText={t.close}
          {...shared}
        >
          {retry(t.cashier.checkAgain)}
        </Outcome>
      )

    case 'notReceived':
      return (
        <Outcome
          tone="warn"
          icon={<QuestionIcon />}
          title={t.topUp.notReceived}
          text={t.topUp.notReceivedText}
          leaveText={t.close}
          {...shared}
        >
          {retry(t.topUp.sendAgain)}
        </Outcome>
      )
  }
}

function whyRefused(problem: TopUpProblem): string {
  if (problem.lockedUntil !== undefined) return t.topUp.locked(formatTime(problem.lockedUntil))
  const { message, action } = explain(problem)
  return `${message} ${action}`
}
