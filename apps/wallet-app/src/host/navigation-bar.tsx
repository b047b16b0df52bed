/**
 * The bar above a mini program. The program names its title and colours; the buttons are the wallet's, so that the
 * user can always leave.
 */
import type { Shell } from '@tradepay/mini-program/host'
import { t } from '../messages/index.ts'
import { BackIcon, CloseIcon } from '../ui/icons.tsx'

type Bar = Parameters<Shell['navigationBar']>[0]

interface Props {
  /** Null until the program has opened its first page. */
  bar: Bar | null
  fallbackTitle: string
  onBack: () => void
  onLeave: () => void
}

export function NavigationBar({ bar, fallbackTitle, onBack, onLeave }: Props) {
  // A colour is a value of one property here, never text of a style sheet: a broken one is simply not applied.
  const style = bar
    ? { backgroundColor: bar.backgroundColor, color: bar.frontColor === 'white' ? '#ffffff' : '#16201f' }
    : {}
  return (
    <header class="program-bar" style={style}>
      {bar?.canGoBack ? (
        <button type="button" class="icon-button" aria-label={t.back} onClick={onBack}>
          <BackIcon />
        </button>
      ) : (
        <span class="icon-button" aria-hidden="true" />
      )}
      <h1>{bar?.title ?? fallbackTitle}</h1>
      <button type="button" class="icon-button leave" aria-label={t.program.leave} onClick={onLeave}>
        <CloseIcon />
      </button>
    </header>
  )
}
