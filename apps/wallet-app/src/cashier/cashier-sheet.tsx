/** What the sheet shows in each state of the cashier. One state, one view; every state has one. */
import { explain, t } from '../messages/index.ts'
import { formatAmount, formatDayTime } from '../messages/format.ts'
import {
  CloseIcon,
  BackIcon,
  ClockIcon,
  CloudOffIcon,
  LockIcon,
  QuestionIcon,
  StopIcon,
  CheckIcon,
} from '../ui/icons.tsx'
import { BillView } from './bill-view.tsx'
import type { CashierController } from './controller.ts'
import { Left } from './countdown.tsx'
import { Outcome } from './outcome.tsx'
import { PinPad } from './pin-pad.tsx'
import type { CashierState } from './state.ts'
import { missingAmount } from './bill.ts'

/** Seconds that the result page stays before it returns by itself. */
const RESULT_SECONDS = 3
/** An unknown end is worth reading: longer. */
const UNKNOWN_SECONDS = 15

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
  const retryButton = (text: string) => (
    <button type="button" class="button primary wide" data-focus onClick={retry}>
      {text}
    </button>
  )

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
          <BillView bill={state.bill} onTimeIsUp={timeIsUp}>
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
          <PinPad bill={state.bill} triesLeft={state.triesLeft} onEntered={cashier.confirm} onTimeIsUp={timeIsUp} />
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

    case 'paid':
      return (
        <Outcome
          tone="good"
          icon={<CheckIcon />}
          title={t.cashier.paid}
          bill={state.bill}
          returnsIn={RESULT_SECONDS}
          onLeave={leave}
        />
      )

    case 'processing':
      return (
        <Outcome
          tone="calm"
          icon={<ClockIcon />}
          title={t.cashier.processing}
          text={t.cashier.processingText}
          bill={state.bill}
          onLeave={leave}
        />
      )

    case 'expired':
      return (
        <Outcome
          tone="warn"
          icon={<ClockIcon />}
          title={t.cashier.expired}
          text={t.cashier.expiredText}
          onLeave={leave}
        />
      )

    case 'alreadyPaid':
      return (
        <Outcome
          tone={state.by === 'you' ? 'good' : 'warn'}
          icon={state.by === 'you' ? <CheckIcon /> : <StopIcon />}
          title={t.cashier.alreadyPaid}
          text={state.by === 'you' ? t.cashier.alreadyPaidByYou : t.cashier.alreadyPaidByAnother}
          bill={state.by === 'you' ? state.bill : null}
          onLeave={leave}
        />
      )

    case 'closed':
      return (
        <Outcome tone="warn" icon={<StopIcon />} title={t.cashier.closed} text={t.cashier.closedText} onLeave={leave} />
      )

    case 'failed': {
      const { message, action } = explain(state.problem)
      return (
        <Outcome
          tone="bad"
          icon={<StopIcon />}
          title={t.cashier.failed}
          text={`${message} ${t.cashier.nothingPaid} ${action}`}
          code={state.problem.code}
          onLeave={leave}
        />
      )
    }

    case 'offline': {
      const { message } = explain(state.problem)
      return (
        <Outcome
          tone="warn"
          icon={<CloudOffIcon />}
          title={t.cashier.offline}
          text={`${message} ${t.cashier.nothingPaid}`}
          onLeave={leave}
        >
          {retryButton(t.tryAgain)}
        </Outcome>
      )
    }

    case 'unknown':
      if (state.checking) {
        return (
          <>
            <Head title={t.cashier.label} onClose={leave} />
            <Waiting
              title={t.cashier.unknownChecking}
              text={t.cashier.unknownCheckingText}
              amount={formatAmount(state.bill.amount)}
            />
          </>
        )
      }
      return (
        <Outcome
          tone="warn"
          icon={<QuestionIcon />}
          title={t.cashier.unknown}
          text={t.cashier.unknownText}
          bill={state.bill}
          returnsIn={UNKNOWN_SECONDS}
          onLeave={leave}
        >
          {retryButton(t.cashier.checkAgain)}
        </Outcome>
      )
  }
}

function Head({ title, onClose, onBack }: { title: string; onClose: () => void; onBack?: () => void }) {
  return (
    <div class="cashier-head">
      {onBack ? (
        <button type="button" class="icon-button" aria-label={t.back} onClick={onBack}>
          <BackIcon />
        </button>
      ) : (
        <span class="icon-button" aria-hidden="true" />
      )}
      <h2>{title}</h2>
      <button type="button" class="icon-button" aria-label={t.close} onClick={onClose}>
        <CloseIcon />
      </button>
    </div>
  )
}

function Waiting({ title, text, amount }: { title: string; text?: string; amount?: string }) {
  return (
    <div class="cashier-waiting" role="status">
      <span class="spinner" aria-hidden="true" />
      <h2>{title}</h2>
      {amount !== undefined && <p class="amount">{amount}</p>}
      {text !== undefined && <p>{text}</p>}
    </div>
  )
}
