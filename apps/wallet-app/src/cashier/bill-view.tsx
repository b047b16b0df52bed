/** The bill (step 12): to whom, for what, how much, from which account, and how long there is. */
import type { ComponentChildren } from 'preact'
import { t } from '../messages/index.ts'
import { formatAmount, formatDayTime, formatDuration } from '../messages/format.ts'
import type { Bill } from './bill.ts'
import { useTimeLeft } from './countdown.tsx'

/** Above this the moment says more than the time left. */
const LONG_MS = 6 * 60 * 60 * 1000
/** Below this the time left asks for attention. */
const SHORT_MS = 60 * 1000

export function BillView({
  bill,
  onTimeIsUp,
  children,
}: {
  bill: Bill
  onTimeIsUp: () => void
  children?: ComponentChildren
}) {
  const left = useTimeLeft(bill.expiresAt, onTimeIsUp)
  const long = left > LONG_MS
  const amount = formatAmount(bill.amount)
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
        {bill.method && (
          <div>
            <dt>{t.cashier.payWith}</dt>
            <dd>
              {t.cashier.balance}
              <span class={bill.method.enough ? 'row-note amount' : 'row-note amount short'}>
                {t.cashier.available(formatAmount(bill.method.available))}
              </span>
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
      <div class="cashier-actions">{children}</div>
    </>
  )
}
