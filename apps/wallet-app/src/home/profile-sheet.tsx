/** The account: who is signed in, the mark that the cashier carries, and the way out. */
import { useState } from 'preact/hooks'
import { t } from '../messages/index.ts'
import { markOf, phraseOf, renewMark } from '../shell/personal-mark.ts'
import { router, server, takeSession, type SignedIn } from '../shell/session.ts'
import { ServerError } from '../server-api/server-error.ts'
import { Avatar, Sheet } from '../ui/parts.tsx'

export function ProfileSheet({ me, onClose }: { me: SignedIn; onClose: () => void }) {
  const { user } = me
  const [mark, setMark] = useState(() => markOf(user.userId))
  const [problem, setProblem] = useState<string | null>(null)

  const signOut = async (): Promise<void> => {
    try {
      takeSession(await server.signOut())
    } catch (error) {
      if (!(error instanceof ServerError)) throw error
      setProblem(`${error.message} ${error.action}`)
    }
  }

  return (
    <Sheet title={t.profile.title} onClose={onClose}>
      <div class="profile">
        <Avatar name={user.name} hue={mark.hue} size={64} />
        <div>
          <strong>{user.name}</strong>
          <p class="soft">{user.loginId}</p>
        </div>
      </div>
      <div class="profile-mark">
        <h3>{t.profile.mark}</h3>
        <p class="profile-phrase">{phraseOf(mark)}</p>
        <p class="soft">{t.profile.markWhy}</p>
        <button type="button" class="button plain" onClick={() => setMark(renewMark(user.userId))}>
          {t.profile.newMark}
        </button>
      </div>
      {problem !== null && (
        <p class="notice bad" role="alert">
          {problem}
        </p>
      )}
      <div class="profile-actions">
        {me.sandbox && (
          <button type="button" class="button quiet wide" onClick={() => router.go('/sign-in')}>
            {t.profile.switchPerson}
          </button>
        )}
        <button type="button" class="button plain wide" onClick={() => void signOut()}>
          {t.profile.signOut}
        </button>
      </div>
    </Sheet>
  )
}
