/** Login and PIN. The PIN is cleared with every try, whatever comes of it. */
import { useState } from 'preact/hooks'
import type { RefusalDetails, SignInRequest } from '@tradepay/contract'
import { formatTime } from '../messages/format.ts'
import { t } from '../messages/index.ts'
import type { Explained } from '../messages/en.ts'

interface Props {
  busy: boolean
  problem: Explained | null
  details: RefusalDetails
  onSubmit: (request: SignInRequest) => void
}

export function SignInForm({ busy, problem, details, onSubmit }: Props) {
  const [loginId, setLoginId] = useState('')
  const [pin, setPin] = useState('')
  const [missing, setMissing] = useState<string | null>(null)

  const submit = (event: Event): void => {
    event.preventDefault()
    const login = loginId.trim()
    if (login === '') return setMissing(t.signIn.loginMissing)
    if (!/^[0-9]{6}$/.test(pin)) return setMissing(t.signIn.pinMissing)
    setMissing(null)
    setPin('')
    onSubmit({ loginId: login, pin })
  }

  return (
    <form class="form" noValidate onSubmit={submit}>
      <label>
        {t.signIn.loginId}
        <input
          name="loginId"
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          maxLength={128}
          value={loginId}
          onInput={(event) => setLoginId(event.currentTarget.value)}
        />
      </label>
      <label>
        {t.signIn.pin}
        <input
          name="pin"
          type="password"
          inputMode="numeric"
          autocomplete="off"
          maxLength={6}
          value={pin}
          onInput={(event) => setPin(event.currentTarget.value)}
        />
      </label>
      {missing !== null && (
        <p class="notice" role="alert">
          {missing}
        </p>
      )}
      {missing === null && problem && (
        <p class="notice bad" role="alert">
          <strong>{problem.message}</strong>
          {details.lockedUntil !== undefined
            ? t.signIn.lockedUntil(formatTime(details.lockedUntil))
            : details.triesLeft !== undefined
              ? t.signIn.triesLeft(details.triesLeft)
              : problem.action}
        </p>
      )}
      <button type="submit" class="button primary wide" disabled={busy}>
        {busy ? t.signIn.submitting : t.signIn.submit}
      </button>
    </form>
  )
}
