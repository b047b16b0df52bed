/** What the sheet shows in each state of the cashier. One state, one view; every state has one, here or in end-view.tsx. */
import { explain, t } from '../messages/index.ts'
import { formatAmount, formatDayTime } from '../messages/format.ts'
import { LockIcon } from '../ui/icons.tsx'
import { BillView } from './bill-view.tsx'
import type { CashierController } from './controller.ts'
import { Left } from './countdown.tsx'
import { Waiting } from '../ui/outcome.tsx'
import { EndView } from './end-view.tsx'
import { PinView } from './pin-view.tsx'
import { Head } from './sheet-head.tsx'
import type { CashierState } from './state.ts'
import { missingAmount } from './bill.ts'

interface Props {
  state: CashierState
  cashier: CashierController
  onBack: () => void
}

export function CashierSheet({ state, cashier, onBack }: Props) {
  const { send } = cashier
  const leave = (): void => send({ type: 'left' })
  const retry = (): void => send({ type: 'retryPressed' })
  const timeIsUp = (): void => send({ type: 'timeIsUp' })

  switch (state.name) {
    case 'loading':
    case 'done':
      return (
        <>
          <Head title={t.cashier.label} onClose={leave} />
          <Waiting title={t.cashier.loading} />
        </>
      )

    case 'ready':
      return (
        <>
          <Head title={t.cashier.label} onClose={leave} />
          <BillView
            bill={state.bill}
            onTimeIsUp={timeIsUp}
            onChoose={(methodId) => send({ type: 'methodChosen', methodId })}
          >
            {state.notice && (
              <p class="notice" role="alert">
                <strong>{explain(state.notice).message}</strong>
                {explain(state.notice).action}
              </p>
            )}
            <button type="button" class="button primary wide" data-focus onClick={() => send({ type: 'payPressed' })}>
              {t.cashier.pay(formatAmount(state.bill.amount))}
            </button>
          </BillView>
        </>
      )

    case 'enteringPin':
      return (
        <>
          <Head title={t.cashier.enterPin} onClose={leave} onBack={onBack} />
          <PinView bill={state.bill} triesLeft={state.triesLeft} onEntered={cashier.confirm} onTimeIsUp={timeIsUp} />
        </>
      )

    case 'notEnough':
      return (
        <>
          <Head title={t.cashier.label} onClose={leave} />
          <BillView bill={state.bill} onTimeIsUp={timeIsUp}>
            <p class="notice" role="alert">
              <strong>{t.cashier.notEnough}</strong>
              {t.cashier.missing(formatAmount(missingAmount(state.bill)))}
            </p>
            <button type="button" class="button quiet wide" data-focus onClick={retry}>
              {t.cashier.checkBalance}
            </button>
          </BillView>
        </>
      )

    case 'locked':
      return (
        <>
          <Head title={t.cashier.label} onClose={leave} />
          <BillView bill={state.bill} onTimeIsUp={timeIsUp}>
            <p class="notice bad lock" role="alert">
              <LockIcon />
              <span>
                <strong>{t.cashier.locked}</strong>
                <br />
                {t.cashier.lockedText(formatDayTime(state.until))}{' '}
                <span aria-hidden="true">
                  <Left until={state.until} text={t.cashier.lockedLeft} onEnd={() => send({ type: 'lockEnded' })} />
                </span>
              </span>
            </p>
          </BillView>
        </>
      )

    case 'paying':
      return <Waiting title={t.cashier.paying} text={t.cashier.payingText} amount={formatAmount(state.bill.amount)} />

    default:
      // Each end is a page of its own; the key keeps what one counts from the next.
      return <EndView key={state.name} state={state} onLeave={leave} onRetry={retry} />
  }
}
