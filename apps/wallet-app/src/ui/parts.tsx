/** The few small components that several screens share. */
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { t } from '../messages/index.ts'
import { CloseIcon } from './icons.tsx'
import logo from './logo.svg'

export const Logo = ({ size }: { size: number }) => <img src={logo} width={size} height={size} alt="" />

export const Spinner = ({ label = t.loading }: { label?: string }) => (
  <span class="spinner" role="status" aria-label={label} />
)

/** The first letter of a name on a colour. Decorative: the name stands beside it or labels the control. */
export const Avatar = ({ name, hue, size }: { name: string; hue: number; size: number }) => (
  <span class="avatar" aria-hidden="true" style={{ '--hue': String(hue), '--avatar': `${size}px` }}>
    {[...name][0] ?? '·'}
  </span>
)

/** A place that has only something to say. `page`: it is all that its page says, so its title is the page's. */
export function Blank(props: { title: string; text?: string; page?: boolean; children?: ComponentChildren }) {
  const { title, text, page = false, children } = props
  return (
    <div class="blank">
      {page ? <h1>{title}</h1> : <h2>{title}</h2>}
      {text !== undefined && <p>{text}</p>}
      {children}
    </div>
  )
}

/** A modal sheet from the bottom edge. Escape and a tap beside it close it. */
export function Sheet({
  title,
  onClose,
  children,
}: {
  title: string
  onClose: () => void
  /** Or a function, for content that closes it. */
  children: ComponentChildren | ((close: () => void) => ComponentChildren)
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    dialog.current?.showModal()
    // Where the user goes on, when the content says so; else the browser's choice, the close button.
    dialog.current?.querySelector<HTMLElement>('[data-focus]')?.focus()
  }, [])
  return (
    <dialog
      ref={dialog}
      class="sheet"
      aria-labelledby="sheet-title"
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close()
      }}
    >
      <div class="sheet-head">
        <h2 id="sheet-title">{title}</h2>
        <button type="button" class="icon-button" aria-label={t.close} onClick={() => dialog.current?.close()}>
          <CloseIcon />
        </button>
      </div>
      {typeof children === 'function' ? children(() => dialog.current?.close()) : children}
    </dialog>
  )
}
