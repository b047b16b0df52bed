/** The wallet's own tab bar: Home and Wallet. Hidden while a mini program runs, which may have one of its own. */
import { t } from '../messages/index.ts'
import { HomeIcon, WalletIcon } from '../ui/icons.tsx'
import { router } from './session.ts'

/** A plain click stays in this page; with a modifier the browser opens the link as it always does. */
export function followLink(event: MouseEvent, path: string): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return
  event.preventDefault()
  router.go(path)
}

export function TabBar({ selected }: { selected: 'home' | 'wallet' }) {
  const tabs = [
    { name: 'home', path: '/', text: t.tabs.home, icon: <HomeIcon /> },
    { name: 'wallet', path: '/wallet', text: t.tabs.wallet, icon: <WalletIcon /> },
  ] as const
  return (
    <nav class="tabs" aria-label={t.tabs.label}>
      {tabs.map(({ name, path, text, icon }) => (
        <a
          key={name}
          class="tab"
          href={path}
          aria-current={name === selected ? 'page' : undefined}
          onClick={(event) => followLink(event, path)}
        >
          {icon}
          <span>{text}</span>
        </a>
      ))}
    </nav>
  )
}
