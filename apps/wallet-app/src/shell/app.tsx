/**
 * The frame of the super app: which page is shown, the tab bar, the TEST mark. Everything below is keyed by the user,
 * so that signing in as somebody else leaves nothing of the one before on the screen.
 */
import { useEffect } from 'preact/hooks'
import { HomePage } from '../home/home-page.tsx'
import { explain, t } from '../messages/index.ts'
import { SignInPage } from '../sign-in/sign-in-page.tsx'
import { Blank, Logo, Spinner } from '../ui/parts.tsx'
import { useStore } from '../ui/use-store.ts'
import { TestMark } from '../ui/test-mark.tsx'
import { WalletPage } from '../wallet/wallet-page.tsx'
import { LinkedCashier } from './linked-cashier.tsx'
import { lazy } from './lazy.tsx'
import type { Route } from './router.ts'
import { refreshSession, router, sessionView, type SessionView, type SignedIn } from './session.ts'
import { TabBar } from './tab-bar.tsx'
import './shell.css'

const ProgramPage = lazy(async () => (await import('../host/program-page.tsx')).ProgramPage)

export function App() {
  const view = useStore(sessionView)
  useEffect(() => {
    void refreshSession()
    // Another window may have signed in as somebody else meanwhile.
    const comeBack = (): void => {
      if (document.visibilityState === 'visible') void refreshSession()
    }
    document.addEventListener('visibilitychange', comeBack)
    return () => document.removeEventListener('visibilitychange', comeBack)
  }, [])

  return (
    <div class="column">
      {view.status === 'known' && view.session.sandbox && <TestMark />}
      <Content view={view} />
    </div>
  )
}

function Content({ view }: { view: SessionView }) {
  const route = useStore(router.route)
  if (view.status === 'loading') return <Splash />
  if (view.status === 'failed') {
    const { message, action } = explain(view.problem)
    return (
      <main class="page">
        <Blank page title={t.splash.failedTitle} text={`${message} ${action}`}>
          <button type="button" class="button quiet" onClick={() => void refreshSession()}>
            {t.tryAgain}
          </button>
        </Blank>
      </main>
    )
  }
  const { user, walletName, sandbox } = view.session
  if (user === null || route.name === 'signIn') {
    return <SignInPage walletName={walletName} sandbox={sandbox} next={route.name === 'signIn' ? route.next : null} />
  }
  return <Page key={user.userId} route={route} me={{ user, walletName, sandbox }} />
}

const Splash = () => (
  <main class="splash">
    <Logo size={72} />
    <Spinner />
  </main>
)

function Page({ route, me }: { route: Route; me: SignedIn }) {
  switch (route.name) {
    case 'program':
      return <ProgramPage key={route.appId} appId={route.appId} me={me} />
    case 'wallet':
      return (
        <>
          <WalletPage me={me} />
          <TabBar selected="wallet" />
        </>
      )
    case 'notFound':
      return (
        <main class="page">
          <Blank page title={t.notFound.title} text={t.notFound.text}>
            <button type="button" class="button quiet" onClick={() => router.go('/', { replace: true })}>
              {t.goHome}
            </button>
          </Blank>
        </main>
      )
    default:
      return (
        <>
          <HomePage me={me} />
          <TabBar selected="home" />
          {route.name === 'cashier' && <LinkedCashier key={route.tradeNo} tradeNo={route.tradeNo} me={me} />}
        </>
      )
  }
}
