/**
 * What came of it: one sign, one sentence, one way on. A result page returns by itself after a visible countdown. And, before
 * that, the sign that something is under way.
 */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Amount } from '@tradepay/contract'
import { t } from '../messages/index.ts'
import { formatAmount } from '../messages/format.ts'
import './outcome.css'

interface Props {
  tone: 'good' | 'calm' | 'warn' | 'bad'
  icon: ComponentChildren
  title: string
  text?: string
  amount?: Amount | null
  /** Where the amount goes and comes from, below it; what is null is left out. */
  about?: (string | null)[]
  /** Shows that something is under way, and what. */
  waiting?: string
  /** The code of a refusal, for whoever has to look into it. */
  code?: string
  /** Seconds until it leaves by itself; without it, it stays. */
  returnsIn?: number
  /** Default: "Done". */
  leaveText?: string
  onLeave: () => void
  /** What else can be done; then Done steps back behind it. */
  children?: ComponentChildren
}

export function Outcome(props: Props) {
  const {
    tone,
    icon,
    title,
    text,
    amount,
    about = [],
    waiting,
    code,
    returnsIn,
    leaveText = t.cashier.done,
    onLeave,
    children,
  } = props
  const seconds = useSecondsLeft(returnsIn, onLeave)
  return (
    <div class="outcome" data-tone={tone}>
      <div class="outcome-body" role="status">
        <span class="outcome-sign">{icon}</span>
        <h2>{title}</h2>
        {amount && (
          <p class="outcome-amount">
            <span class="amount">{formatAmount(amount)}</span>
            {about.map((text) => text !== null && <span class="soft">{text}</span>)}
          </p>
        )}
        {text !== undefined && <p class="outcome-text">{text}</p>}
        {waiting !== undefined && (
          <p class="outcome-waiting">
            <span class="spinner" aria-hidden="true" />
            {waiting}
          </p>
        )}
        {code !== undefined && <code class="outcome-code">{code}</code>}
      </div>
      <div class="actions">
        {children}
        <button
          type="button"
          class={children ? 'button plain wide' : 'button primary wide'}
          data-focus={children ? undefined : ''}
          onClick={onLeave}
        >
          {leaveText}
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

/** Something is under way and will end soon by itself. */
export function Waiting({ title, text, amount }: { title: string; text?: string; amount?: string }) {
  return (
    <div class="waiting" role="status">
      <span class="spinner" aria-hidden="true" />
      <h2>{title}</h2>
      {amount !== undefined && <p class="amount">{amount}</p>}
      {text !== undefined && <p>{text}</p>}
    </div>
  )
}
