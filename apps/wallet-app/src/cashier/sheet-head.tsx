/** The head of the cashier's sheet: where one is, and the ways out. */
import { t } from '../messages/index.ts'
import { BackIcon, CloseIcon } from '../ui/icons.tsx'

export function Head({ title, onClose, onBack }: { title: string; onClose: () => void; onBack?: () => void }) {
  return (
    <div class="cashier-head">
      {onBack ? (
        <button type="button" class="icon-button" aria-label={t.back} onClick={onBack}>
          <BackIcon />
        </button>
      ) : (
        <span class="icon-button" aria-hidden="true" />
      )}
      <h2>{title}</h2>
      <button type="button" class="icon-button" aria-label={t.close} onClick={onClose}>
        <CloseIcon />
      </button>
    </div>
  )
}
