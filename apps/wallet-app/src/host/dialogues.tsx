/**
 * What lies over a mini program: its alert, confirm, toast and loading, always under its own name so that it cannot
 * speak as the wallet, and the wallet's question whether it may know who the user is.
 */
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { ProgramCard } from '@tradepay/contract'
import { t } from '../messages/index.ts'
import { CheckIcon, StopIcon } from '../ui/icons.tsx'
import { Logo } from '../ui/parts.tsx'
import type { Dialogue, ShellView } from './shell.ts'

/** A box in the middle of the stage. The focus goes to its main button; Escape does what `onEscape` says. */
function Box({ label, onEscape, children }: { label: string; onEscape: () => void; children: ComponentChildren }) {
  const box = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const before = document.activeElement
    box.current?.querySelector<HTMLElement>('[data-focus]')?.focus()
    return () => {
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  return (
    <div class="dialogue-shade">
      <div
        ref={box}
        class="dialogue"
        role="alertdialog"
        aria-modal="true"
        aria-label={label}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.preventDefault()
          onEscape()
        }}
      >
        {children}
      </div>
    </div>
  )
}

export function DialogueView({ dialogue, programName }: { dialogue: Dialogue; programName: string }) {
  const label = dialogue.kind === 'alert' ? t.program.says(programName) : t.program.asks(programName)
  const escape = (): void => (dialogue.kind === 'alert' ? dialogue.close() : dialogue.close(false))
  return (
    <Box label={label} onEscape={escape}>
      <div class="dialogue-text">
        <p class="dialogue-source">{label}</p>
        {dialogue.title !== '' && <h2>{dialogue.title}</h2>}
        {dialogue.content !== '' && <p class="dialogue-content">{dialogue.content}</p>}
      </div>
      <div class="dialogue-actions">
        {dialogue.kind === 'alert' ? (
          <button type="button" data-focus onClick={dialogue.close}>
            {dialogue.buttonText}
          </button>
        ) : (
          <>
            <button type="button" class="second" onClick={() => dialogue.close(false)}>
              {dialogue.cancelButtonText}
            </button>
            <button type="button" data-focus onClick={() => dialogue.close(true)}>
              {dialogue.confirmButtonText}
            </button>
          </>
        )}
      </div>
    </Box>
  )
}

/** Asked by the wallet, before a program learns more than the user number. */
export function Consent({ program, onAnswer }: { program: ProgramCard; onAnswer: (allowed: boolean) => void }) {
  const title = t.program.consentTitle(program.name)
  return (
    <Box label={title} onEscape={() => onAnswer(false)}>
      <div class="dialogue-text">
        <Logo size={36} />
        <h2>{title}</h2>
        <p class="dialogue-content">{t.program.consentText(program.merchantName)}</p>
      </div>
      <div class="dialogue-actions">
        <button type="button" class="second" onClick={() => onAnswer(false)}>
          {t.program.deny}
        </button>
        <button type="button" data-focus onClick={() => onAnswer(true)}>
          {t.program.allow}
        </button>
      </div>
    </Box>
  )
}

export function ToastView({ toast }: { toast: NonNullable<ShellView['toast']> }) {
  return (
    <div class="toast-place">
      <div class="toast" data-type={toast.type} role="status">
        {toast.type === 'success' && <CheckIcon />}
        {(toast.type === 'fail' || toast.type === 'exception') && <StopIcon />}
        <span>{toast.content}</span>
      </div>
    </div>
  )
}

export function LoadingView({ text }: { text: string }) {
  return (
    <div class="toast-place blocks">
      <div class="toast loading" role="status" aria-label={text === '' ? t.loading : undefined}>
        <span class="spinner" aria-hidden="true" />
        {text !== '' && <span>{text}</span>}
      </div>
    </div>
  )
}
