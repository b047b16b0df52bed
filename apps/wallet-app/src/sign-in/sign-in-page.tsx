/** Sign-in: any wallet's form, and in the sandbox the people who are already there. */
import { useState } from 'preact/hooks'
import type { SessionAnswer } from '@tradepay/contract'
import { explain, t } from '../messages/index.ts'
import { ServerError } from '../server-api/server-error.ts'
import { router, server, takeSession } from '../shell/session.ts'
import { Logo } from '../ui/parts.tsx'
import { People } from './people.tsx'
import { SignInForm } from './sign-in-form.tsx'
import './sign-in.css'

interface Props {
  walletName: string
  sandbox: boolean
  /** Where to go afterwards; null stays on the page that asked for it. */
  next: string | null
}

export function SignInPage({ walletName, sandbox, next }: Props) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ServerError | null>(null)

  const signIn = async (ask: () => Promise<SessionAnswer>): Promise<void> => {
    if (busy) return
    setBusy(true)
    setProblem(null)
    try {
      const session = await ask()
      if (next !== null) router.go(next, { replace: true })
      takeSession(session)
    } catch (error) {
      if (!(error instanceof ServerError)) throw error
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }

  return (
    <main class="page sign-in">
      <header class="sign-in-head">
        <Logo size={52} />
        <h1>{t.signIn.title}</h1>
        <p>{t.signIn.lead(walletName)}</p>
      </header>
      {sandbox && <People busy={busy} onChoose={(userId) => void signIn(() => server.sandbox.signInAs(userId))} />}
      <section>
        {sandbox && <h2 class="section-title">{t.signIn.otherTitle}</h2>}
        <SignInForm
          busy={busy}
          problem={problem && explain(problem)}
          details={problem?.details ?? {}}
          onSubmit={(request) => void signIn(() => server.signIn(request))}
        />
      </section>
    </main>
  )
}
