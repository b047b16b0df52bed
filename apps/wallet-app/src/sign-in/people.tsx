/** The made-up people of the sandbox: one tap signs in; their PIN stands there because the cashier asks for it. */
import { t } from '../messages/index.ts'
import { server } from '../shell/session.ts'
import { useLoaded } from '../shell/use-loaded.ts'
import { NextIcon } from '../ui/icons.tsx'
import { Avatar, Spinner } from '../ui/parts.tsx'

export function People({ busy, onChoose }: { busy: boolean; onChoose: (userId: string) => void }) {
  const { state, reload } = useLoaded(server.sandbox.people)
  return (
    <section>
      <h2 class="section-title">{t.signIn.people}</h2>
      <p class="people-lead">{t.signIn.peopleLead}</p>
      {state.status === 'loading' && <Spinner />}
      {state.status === 'failed' && (
        <p class="notice">
          {t.signIn.peopleFailed}
          <button type="button" class="button plain" onClick={reload}>
            {t.tryAgain}
          </button>
        </p>
      )}
      {state.status === 'there' && (
        <ul class="people">
          {state.value.people.map(({ userId, name, about, pin }, index) => (
            <li key={userId}>
              <button type="button" class="person" disabled={busy} onClick={() => onChoose(userId)}>
                <Avatar name={name} hue={(index * 75 + 170) % 360} size={44} />
                <span class="person-words">
                  <strong>{name}</strong>
                  <span>{about}</span>
                </span>
                <span class="person-pin">{t.signIn.pinOf(pin)}</span>
                <NextIcon />
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
