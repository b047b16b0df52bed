/** How a visit ends: one sign, one sentence, one way on. A result page returns by itself after a visible countdown. */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { t } from '../messages/index.ts'
import { formatAmount } from '../messages/format.ts'
import type { Bill } from './bill.ts'

interface Props {
  tone: 'good' | 'calm' | 'warn' | 'bad'
  icon: ComponentChildren
  title: string
  text?: string
  /** Shows the amount and the payee. */
  bill?: Bill | null
  /** The code of a refusal, for whoever has to look into it. */
  code?: string
  /** Seconds until it leaves by itself; without it, it stays. */
  returnsIn?: number
  onLeave: () => void
  /** What else can be done; then Done steps back behind it. */
  children?: ComponentChildren
}

export function Outcome({ tone, icon, title, text, bill, code, returnsIn, onLeave, children }: Props) {
  const seconds = useSecondsLeft(returnsIn, onLeave)
  return (
    <div class="outcome" data-tone={tone}>
      <div class="outcome-body" role="status">
        <span class="outcome-sign">{icon}</span>
        <h2>{title}</h2>
        {bill && (
          <p class="outcome-amount">
            <span class="amount">{formatAmount(bill.amount)}</span>
            <span class="soft">{t.cashier.paidTo(bill.payeeName)}</span>
          </p>
        )}
        {text !== undefined && <p class="outcome-text">{text}</p>}
        {code !== undefined && <code class="outcome-code">{code}</code>}
      </div>
      <div class="cashier-actions">
        {children}
        <button
          type="button"
          class={children ? 'button plain wide' : 'button primary wide'}
          data-focus={children ? undefined : ''}
          onClick={onLeave}
        >
          {t.cashier.done}
        </button>
        {seconds !== null && (
          <p class="outcome-returns" aria-hidden="true">
            {t.cashier.returns(seconds)}
          </p>
        )}
      </div>
    </div>
  )
}

/** Counts down and leaves once. Null when there is nothing to count. */
function useSecondsLeft(from: number | undefined, onEnd: () => void): number | null {
  const [left, setLeft] = useState(from ?? 0)
  const end = useRef(onEnd)
  end.current = onEnd
  useEffect(() => {
    if (from === undefined) return
    let seconds = from
    const timer = setInterval(() => {
      seconds -= 1
      setLeft(Math.max(1, seconds))
      if (seconds > 0) return
      clearInterval(timer)
      end.current()
    }, 1000)
    return () => clearInterval(timer)
  }, [from])
  return from === undefined ? null : left
}
