/**
 * The page of a running mini program (/p/{appId}): the wallet's bars around it, and what it asks the wallet to show.
 * Its own pages lie in sandboxed frames inside the container and cannot draw outside of it.
 */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { ProgramCard } from '@tradepay/contract'
import type { RunningProgram } from '@tradepay/mini-program/host'
import { explain, t } from '../messages/index.ts'
import { ServerError } from '../server-api/server-error.ts'
import { router, type SignedIn } from '../shell/session.ts'
import { Blank } from '../ui/parts.tsx'
import { ProgramIcon } from '../ui/program-icon.tsx'
import { useStore } from '../ui/use-store.ts'
import { Consent, DialogueView, LoadingView, ToastView } from './dialogues.tsx'
import { fetchProgram, runProgram } from './launch.ts'
import { NavigationBar } from './navigation-bar.tsx'
import { ProgramTabs } from './program-tabs.tsx'
import { createShell } from './shell.ts'
import './host.css'

const after = (ms: number, action: () => void): (() => void) => {
  const timer = setTimeout(action, ms)
  return () => clearTimeout(timer)
}

interface Question {
  answer: (allowed: boolean) => void
}

export function ProgramPage({ appId, me }: { appId: string; me: SignedIn }) {
  const container = useRef<HTMLDivElement>(null)
  const running = useRef<RunningProgram | null>(null)
  const [turn, setTurn] = useState(0)
  const [shell, setShell] = useState(() => createShell(after))
  const [card, setCard] = useState<ProgramCard | null>(null)
  const [painted, setPainted] = useState(false)
  const [consent, setConsent] = useState<Question | null>(null)
  const view = useStore(shell.view)
  const leave = useCallback(() => router.leave(), [])

  useEffect(() => {
    let gone = false
    void start()
    async function start(): Promise<void> {
      try {
        const launch = await fetchProgram(appId)
        if (gone || !container.current) return
        setCard(launch.found.program)
        const program = await runProgram(launch, {
          me,
          container: container.current,
          shell,
          askConsent: () =>
            new Promise((resolve) =>
              setConsent({
                answer(allowed) {
                  setConsent(null)
                  resolve(allowed)
                },
              }),
            ),
          onEvent: (event) => event.kind === 'pagePainted' && setPainted(true),
          onExit: leave,
        })
        if (gone) program.close()
        else running.current = program
      } catch (error) {
        if (gone) return
        const told = error instanceof ServerError ? explain(error) : { message: messageOf(error), action: '' }
        shell.shell.failed({ title: t.program.failedTitle, message: `${told.message} ${told.action}`.trim() })
      }
    }
    const visible = (): void => running.current?.setVisible(document.visibilityState === 'visible')
    document.addEventListener('visibilitychange', visible)
    return () => {
      gone = true
      document.removeEventListener('visibilitychange', visible)
      running.current?.close()
      running.current = null
      shell.end()
    }
  }, [turn])

  const canGoBack = view.bar?.canGoBack ?? false
  useEffect(() => (canGoBack ? router.guard(() => running.current?.back()) : undefined), [canGoBack])

  const restart = (): void => {
    setShell(createShell(after))
    setPainted(false)
    setTurn((n) => n + 1)
  }
  const name = card?.name ?? ''
  const covered = view.dialogue !== null || consent !== null || view.failed !== null

  return (
    <main class="program">
      <NavigationBar bar={view.bar} fallbackTitle={name} onBack={() => running.current?.back()} onLeave={leave} />
      <div class="program-stage">
        <div ref={container} class="program-frames" aria-label={t.program.frame(name)} role="region" inert={covered} />
        {!painted && view.failed === null && (
          <div class="program-opening" role="status">
            {card && <ProgramIcon program={card} size={72} />}
            <p class="unseen">{t.program.opening(name)}</p>
            <span class="spinner" aria-hidden="true" />
          </div>
        )}
        {view.loading !== null && <LoadingView text={view.loading} />}
        {view.toast && <ToastView toast={view.toast} />}
        {view.failed && (
          <div class="program-failed" role="alert">
            <Blank title={view.failed.title} text={view.failed.message}>
              <button type="button" class="button primary" onClick={restart}>
                {t.tryAgain}
              </button>
              <button type="button" class="button plain" onClick={leave}>
                {t.program.leave}
              </button>
            </Blank>
          </div>
        )}
        {view.dialogue && <DialogueView dialogue={view.dialogue} programName={name} />}
        {consent && card && <Consent program={card} onAnswer={consent.answer} />}
      </div>
      {view.tabs && <ProgramTabs tabs={view.tabs} onSelect={(index) => running.current?.switchTab(index)} />}
    </main>
  )
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
