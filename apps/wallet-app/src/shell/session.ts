/** Who is signed in, as this page knows it; asked again when the page comes back or the server no longer agrees. */
import type { SessionAnswer, WalletUser } from '@tradepay/contract'
import { ServerError } from '../server-api/server-error.ts'
import { createWalletServer } from '../server-api/wallet-server.ts'
import { createStore } from '../ui/store.ts'
import { createRouter } from './router.ts'

export type SessionView =
  { status: 'loading' } | { status: 'failed'; problem: ServerError } | { status: 'known'; session: SessionAnswer }

/** The wallet as a page sees it while somebody is signed in. */
export interface SignedIn {
  user: WalletUser
  walletName: string
  sandbox: boolean
}

export const sessionView = createStore<SessionView>({ status: 'loading' })
export const router = createRouter(window)
export const server = createWalletServer(
  { fetch: (...request) => fetch(...request), isOnline: () => navigator.onLine, now: () => performance.now() },
  () => void refreshSession(),
)

/** Takes an answer about the session, from wherever it came. */
export function takeSession(session: SessionAnswer): void {
  document.documentElement.toggleAttribute('data-sandbox', session.sandbox)
  document.title = session.walletName
  sessionView.set({ status: 'known', session })
}

/** Asks the server who is signed in. A page that already knows keeps what it has when the server cannot be reached. */
export async function refreshSession(): Promise<void> {
  try {
    takeSession(await server.session())
  } catch (error) {
    if (!(error instanceof ServerError)) throw error
    if (sessionView.get().status !== 'known') sessionView.set({ status: 'failed', problem: error })
  }
}
