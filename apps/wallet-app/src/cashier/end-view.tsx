/**
 * How a visit stands when there is nothing more to confirm: paid, being processed, failed, closed, not known. Calm words,
 * and always where the money is.
 */
import type { OwnPayment } from '@tradepay/contract'
import { explain, t } from '../messages/index.ts'
import { formatAmount } from '../messages/format.ts'
import { CheckIcon, ClockIcon, CloudOffIcon, QuestionIcon, ReturnIcon, StopIcon } from '../ui/icons.tsx'
import { Outcome, Waiting } from '../ui/outcome.tsx'
import { bankOf } from './bill.ts'
import { Head } from './sheet-head.tsx'
import type { CashierState } from './state.ts'

/** Seconds that the result page stays before it returns by itself. */
const RESULT_SECONDS = 3
/** An unknown end is worth reading: longer. */
const UNKNOWN_SECONDS = 15

type End = Exclude<
  CashierState,
  { name: 'loading' | 'ready' | 'enteringPin' | 'notEnough' | 'locked' | 'paying' | 'done' }
>

interface Props {
  state: End
  onLeave: () => void
  onRetry: () => void
}

export function EndView({ state, onLeave: leave, onRetry }: Props) {
  const retryButton = (text: string) => (
    <button type="button" class="button primary wide" data-focus onClick={onRetry}>
      {text}
    </button>
  )

  switch (state.name) {
    case 'paid':
      return (
        <Outcome
          tone="good"
          icon={<CheckIcon />}
          title={t.cashier.paid}
          amount={state.bill.amount}
          about={[t.cashier.paidTo(state.bill.payeeName), from(bankOf(state.bill))]}
          returnsIn={RESULT_SECONDS}
          onLeave={leave}
        />
      )

    case 'processing': {
      const byYou = state.by === 'you'
      return (
        <Outcome
          tone="calm"
          icon={<ClockIcon />}
          title={byYou ? t.cashier.processing : t.cashier.processingByAnother}
          text={byYou ? t.cashier.processingText : t.cashier.processingByAnotherText}
          amount={state.bill.amount}
          about={[t.cashier.paidTo(state.bill.payeeName), from(state.method)]}
          waiting={byYou ? t.cashier.askingBank : t.cashier.waiting}
          leaveText={t.close}
          onLeave={leave}
        />
      )
    }

    case 'declined':
      return (
        <Outcome
          tone="bad"
          icon={<StopIcon />}
          title={t.cashier.declined}
          text={`${whyDeclined(state)} ${t.cashier.nothingPaid}`}
          onLeave={leave}
        >
          {retryButton(t.cashier.payOtherwise)}
        </Outcome>
      )

    case 'late': {
      const open = state.payment.state === 'PROCESSING'
      return (
        <Outcome
          tone="warn"
          icon={open ? <ClockIcon /> : <ReturnIcon />}
          title={t.cashier.late}
          text={lateText(state.payment, formatAmount(state.bill.amount))}
          onLeave={leave}
        />
      )
    }

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
          amount={state.by === 'you' ? state.bill?.amount : null}
          about={[state.bill && t.cashier.paidTo(state.bill.payeeName)]}
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
          amount={state.bill.amount}
          about={[t.cashier.paidTo(state.bill.payeeName)]}
          returnsIn={UNKNOWN_SECONDS}
          onLeave={leave}
        >
          {retryButton(t.cashier.checkAgain)}
        </Outcome>
      )
  }
}

const from = (label: string | null): string | null => (label === null ? null : t.cashier.from(label))

/** "Test Bank ··1234: There is not enough money in this account." */
function whyDeclined({ method, problem }: Extract<End, { name: 'declined' }>): string {
  const why = t.bankRefusals[problem.code] ?? explain(problem).message
  return method === null ? why : t.cashier.saidOf(method, why)
}

/** Where the money is that the bank paid too late, or still may. */
function lateText({ method, returned }: OwnPayment, amount: string): string {
  switch (returned) {
    case null:
      return t.cashier.lateAsked(method)
    case 'RETURNING':
      return t.cashier.lateReturning(amount, method)
    case 'RETURNED':
      return t.cashier.lateReturned(amount, method)
    case 'RETURNED_TO_BALANCE':
      return t.cashier.lateToBalance(amount)
  }
}
