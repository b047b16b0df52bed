/** The icons of the wallet: 24 × 24, one stroke, drawn for this project. Decorative: the control carries the name. */
import type { ComponentChildren } from 'preact'

const icon = (children: ComponentChildren, flips = false) => (
  <svg
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="1.8"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
    class={flips ? 'flip-rtl' : undefined}
  >
    {children}
  </svg>
)

export const HomeIcon = () =>
  icon(<path d="M4 10.5 12 4l8 6.5V19a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 19zM9.5 20.5V14h5v6.5" />)
export const WalletIcon = () =>
  icon(
    <path d="M4 7.5A2.5 2.5 0 0 1 6.5 5H17v3M4 7.5V17a2.5 2.5 0 0 0 2.5 2.5h12A1.5 1.5 0 0 0 20 18V9.5A1.5 1.5 0 0 0 18.5 8h-14M16 13.75h.01" />,
  )
export const BackIcon = () => icon(<path d="m14.5 5-7 7 7 7" />, true)
export const CloseIcon = () => icon(<path d="m6 6 12 12M18 6 6 18" />)
export const NextIcon = () => icon(<path d="m9.5 5 7 7-7 7" />, true)
export const DeleteIcon = () => icon(<path d="M9 5.5h10.5v13H9L3.5 12zM12 9.5l5 5m0-5-5 5" />, true)
export const LockIcon = () => icon(<path d="M6.5 10.5h11v9h-11zM8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5M12 14v2" />)
export const ClockIcon = () => icon(<path d="M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M12 8v4.3l2.8 1.7" />)
export const CloudOffIcon = () =>
  icon(<path d="M4 4l16 16M9 7.2A5 5 0 0 1 16.8 11a3.8 3.8 0 0 1 2.6 5.6M16 18.5H7.3A4.3 4.3 0 0 1 6.6 10" />)
export const QuestionIcon = () =>
  icon(<path d="M9 9.2A3 3 0 1 1 13 12c-.7.4-1 1-1 1.8M12 17.2h.01M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17" />)
export const StopIcon = () => icon(<path d="M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 8v5M12 16.2h.01" />)
export const CheckIcon = () => icon(<path class="check" pathLength={1} d="m5.5 12.5 4.4 4.4L18.5 7.5" />)
export const OutIcon = () => icon(<path d="M7 17 17 7M9 7h8v8" />)
export const InIcon = () => icon(<path d="M17 7 7 17M7 9v8h8" />)
export const ReturnIcon = () => icon(<path d="M9 5 4.5 9.5 9 14M4.5 9.5H15a4.5 4.5 0 0 1 0 9h-4" />)
export const PlusIcon = () => icon(<path d="M12 5.5v13M5.5 12h13" />)
