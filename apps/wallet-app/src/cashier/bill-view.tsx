/** The bill (step 12): to whom, for what, how much, from which account, and how long there is. */
import type { ComponentChildren } from 'preact'
import { t } from '../messages/index.ts'
import { formatAmount, formatDayTime, formatDuration } from '../messages/format.ts'
import type { Bill } from './bill.ts'
import { useTimeLeft } from './countdown.tsx'
import { MethodNote, MethodsView, nameOf } from './methods-view.tsx'

/** Above this the moment says more than the time left. */
const LONG_MS = 6 * 60 * 60 * 1000
/** Below this the time left asks for attention. */
const SHORT_MS = 60 * 1000

export function BillView({
  bill,
  onTimeIsUp,
  onChoose,
  children,
}: {
  bill: Bill
  onTimeIsUp: () => void
  /** Lets the user choose how to pay, where there is a choice; without it the way is only shown. */
  onChoose?: (methodId: string) => void
  children?: ComponentChildren
}) {
  const left = useTimeLeft(bill.expiresAt, onTimeIsUp)
  const long = left > LONG_MS
  const amount = formatAmount(bill.amount)
  const choice = onChoose !== undefined && bill.methods.length > 1
  return (
    <>
      <div class="bill">
        <p class="bill-payee">
          <span class="soft">{t.cashier.payTo}</span> <strong>{bill.payeeName}</strong>
        </p>
        <p class="bill-amount amount" style={{ '--letters': String(amount.length) }}>
          <span class="unseen">{t.cashier.amount} </span>
          {amount}
        </p>
      </div>
      <dl class="bill-rows">
        <div>
          <dt>{t.cashier.order}</dt>
          <dd>{bill.title}</dd>
        </div>
        {bill.method && !choice && (
          <div>
            <dt>{t.cashier.payWith}</dt>
            <dd>
              {nameOf(bill.method)}
              <MethodNote method={bill.method} class="row-note" />
            </dd>
          </div>
        )}
        <div>
          <dt>{long ? t.cashier.payUntil : t.cashier.timeLeft}</dt>
          <dd class={left < SHORT_MS ? 'amount short' : 'amount'}>
            {long ? formatDayTime(bill.expiresAt) : formatDuration(left)}
          </dd>
        </div>
      </dl>
      {choice && <MethodsView bill={bill} onChoose={onChoose} />}
      <div class="actions">{children}</div>
    </>
  )
}
