/**
 * Six dots, ten keys, and the keyboard (step 13). The digits live in this component and nowhere else: with the sixth
 * they are handed over once and forgotten, and leaving the pad forgets them too.
 */
import type { ComponentChildren } from 'preact'
import { useCallback, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { t } from '../messages/index.ts'
import { DeleteIcon } from './icons.tsx'
import './pin-pad.css'

const PIN_LENGTH = 6

interface Props {
  /** After a wrong PIN; null before. */
  triesLeft: number | null
  onEntered: (pin: string) => void
  /** What the PIN is for. */
  children: ComponentChildren
}

export function PinPad({ triesLeft, onEntered, children }: Props) {
  const digits = useRef('')
  const [count, setCount] = useState(0)

  const set = useCallback((next: string) => {
    digits.current = next
    setCount(next.length)
  }, [])
  const press = useCallback(
    (digit: string) => {
      const pin = digits.current + digit
      if (pin.length < PIN_LENGTH) return set(pin)
      set('')
      onEntered(pin)
    },
    [set, onEntered],
  )
  const erase = useCallback(() => set(digits.current.slice(0, -1)), [set])

  // With the pad, not a frame later: whoever sees it may type.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return
      if (/^[0-9]$/.test(event.key)) press(event.key)
      else if (event.key === 'Backspace') erase()
    }
    document.addEventListener('keydown', onKey)
    return () => {
      document.removeEventListener('keydown', onKey)
      digits.current = ''
    }
  }, [press, erase])

  return (
    <div class="pin" role="group" aria-label={t.cashier.enterPin} tabIndex={-1} data-focus>
      <p class="pin-for">{children}</p>
      <p class="unseen" role="status">
        {t.cashier.digits(count)}
      </p>
      <div
        class="pin-dots"
        data-wrong={triesLeft !== null && count === 0 ? '' : undefined}
        aria-hidden="true"
        dir="ltr"
      >
        {Array.from({ length: PIN_LENGTH }, (_, index) => (
          <span key={index} class={index < count ? 'pin-dot filled' : 'pin-dot'} />
        ))}
      </div>
      <p class="pin-error" role="alert">
        {triesLeft !== null && `${t.cashier.pinWrong} ${t.cashier.triesLeft(triesLeft)}`}
      </p>
      <div class="pin-keys" dir="ltr">
        {['1', '2', '3', '4', '5', '6', '7', '8', '9'].map((digit) => (
          <button key={digit} type="button" class="pin-key" onClick={() => press(digit)}>
            {digit}
          </button>
        ))}
        <span />
        <button type="button" class="pin-key" onClick={() => press('0')}>
          0
        </button>
        <button
          type="button"
          class="pin-key erase"
          aria-label={t.cashier.deleteDigit}
          disabled={count === 0}
          onClick={erase}
        >
          <DeleteIcon />
        </button>
      </div>
    </div>
  )
}
