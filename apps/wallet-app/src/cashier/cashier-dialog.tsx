/**
 * The dialog around the cashier: the wallet's bar with the user's mark, the sheet, and the keyboard. Focus stays
 * inside; Escape leaves, or closes the PIN pad first, and does nothing while paying.
 */
import { useLayoutEffect, useRef } from 'preact/hooks'
import { t } from '../messages/index.ts'
import { phraseOf } from '../shell/personal-mark.ts'
import { Avatar, Logo } from '../ui/parts.tsx'
import { useStore } from '../ui/use-store.ts'
import { TestMark } from '../ui/test-mark.tsx'
import { CashierSheet } from './cashier-sheet.tsx'
import type { CashierController } from './controller.ts'
import type { CashierOptions } from './open-cashier.tsx'
import './cashier.css'

interface Props {
  cashier: CashierController
  options: Pick<CashierOptions, 'walletName' | 'userName' | 'mark' | 'sandbox'>
  onBack: () => void
}

export function CashierDialog({ cashier, options, onBack }: Props) {
  const state = useStore(cashier.state)
  const dialog = useRef<HTMLDialogElement>(null)
  const { walletName, userName, mark, sandbox } = options

  useLayoutEffect(() => {
    dialog.current?.showModal()
  }, [])

  // Each state puts the focus where its user goes on; one without such a place gets it on the sheet itself.
  useLayoutEffect(() => {
    const place =
      dialog.current?.querySelector<HTMLElement>('[data-focus]') ??
      dialog.current?.querySelector<HTMLElement>('.cashier-sheet')
    // What is paid stands at the top and is to be seen first, also where the sheet has to scroll.
    place?.focus({ preventScroll: true })
  }, [state.name])

  return (
    <dialog
      ref={dialog}
      class="cashier"
      aria-label={t.cashier.ofWallet(walletName)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.preventDefault()
          onBack()
        } else if (event.key === 'Tab') {
          keepFocusInside(event, dialog.current!)
        }
      }}
      onCancel={(event) => {
        // The back gesture of a phone arrives here.
        event.preventDefault()
        onBack()
      }}
      onClose={() => {
        // A browser may close a dialog against its page's will; while there is no result it comes back.
        if (cashier.state.get().name !== 'done') dialog.current?.showModal()
      }}
    >
      <div class="cashier-column">
        {sandbox && <TestMark />}
        <header class="cashier-bar">
          <Logo size={28} />
          <strong>{walletName}</strong>
          <span class="cashier-mark" aria-label={`${t.cashier.yourMark}: ${phraseOf(mark)}`} role="img">
            <span aria-hidden="true">{phraseOf(mark)}</span>
            <Avatar name={userName} hue={mark.hue} size={32} />
          </span>
        </header>
        <section class="cashier-sheet" tabIndex={-1} aria-label={t.cashier.label}>
          <CashierSheet state={state} cashier={cashier} onBack={onBack} />
        </section>
      </div>
    </dialog>
  )
}

/** Tab goes round: after the last control comes the first. */
function keepFocusInside(event: KeyboardEvent, dialog: HTMLElement): void {
  const controls = [...dialog.querySelectorAll<HTMLElement>('button:not(:disabled), a[href], input:not(:disabled)')]
  const first = controls[0]
  const last = controls.at(-1)
  if (!first || !last) return event.preventDefault()
  const here = document.activeElement
  const inside = controls.some((control) => control === here)
  if (event.shiftKey ? here === first || !inside : here === last) {
    event.preventDefault()
    ;(event.shiftKey ? last : first).focus()
  }
}
