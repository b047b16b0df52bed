/** Home: who you are, what you have, and the mini programs that can be opened. */
import { useState } from 'preact/hooks'
import type { ProgramCard } from '@tradepay/contract'
import { formatAmount } from '../messages/format.ts'
import { explain, t } from '../messages/index.ts'
import { markOf } from '../shell/personal-mark.ts'
import { server, type SignedIn } from '../shell/session.ts'
import { followLink } from '../shell/tab-bar.tsx'
import { useLoaded } from '../shell/use-loaded.ts'
import { NextIcon } from '../ui/icons.tsx'
import { Avatar, Blank, Logo, Spinner } from '../ui/parts.tsx'
import { ProgramIcon } from '../ui/program-icon.tsx'
import { ProfileSheet } from './profile-sheet.tsx'
import './home.css'

export function HomePage({ me }: { me: SignedIn }) {
  const [profile, setProfile] = useState(false)
  const { user } = me
  return (
    <main class="page">
      <header class="home-head">
        <Logo size={34} />
        <span class="home-name">{me.walletName}</span>
        <button
          type="button"
          class="home-avatar"
          aria-label={t.profile.open(user.name)}
          onClick={() => setProfile(true)}
        >
          <Avatar name={user.name} hue={markOf(user.userId).hue} size={40} />
        </button>
      </header>
      <h1 class="home-greeting">{t.home.greeting(user.name)}</h1>
      {user.frozen && <p class="notice home-frozen">{t.home.frozen}</p>}
      <BalanceLink />
      <h2 class="section-title">{t.home.programs}</h2>
      <Programs />
      {profile && <ProfileSheet me={me} onClose={() => setProfile(false)} />}
    </main>
  )
}

/** A balance that cannot be loaded is left out here: the wallet page says why. */
function BalanceLink() {
  const { state } = useLoaded(server.balance)
  return (
    <a class="balance-link" href="/wallet" onClick={(event) => followLink(event, '/wallet')}>
      <span>{t.home.balance}</span>
      <span class="balance-values">
        {state.status === 'there'
          ? state.value.balances.map(({ available }) => (
              <strong key={available.currency} class="amount">
                {formatAmount(available)}
              </strong>
            ))
          : '—'}
      </span>
      <NextIcon />
    </a>
  )
}

function Programs() {
  const { state, reload } = useLoaded(server.programs)
  if (state.status === 'loading') {
    return (
      <div class="blank">
        <Spinner />
      </div>
    )
  }
  if (state.status === 'failed') {
    const { message, action } = explain(state.problem)
    return (
      <Blank title={message} text={action}>
        <button type="button" class="button quiet" onClick={reload}>
          {t.tryAgain}
        </button>
      </Blank>
    )
  }
  if (state.value.programs.length === 0) return <p class="soft">{t.home.empty}</p>
  return (
    <ul class="programs">
      {state.value.programs.map((program) => (
        <li key={program.appId}>
          <ProgramLink program={program} />
        </li>
      ))}
    </ul>
  )
}

function ProgramLink({ program }: { program: ProgramCard }) {
  const path = `/p/${encodeURIComponent(program.appId)}`
  return (
    <a class="program-link" href={path} onClick={(event) => followLink(event, path)}>
      <ProgramIcon program={program} size={56} />
      <span class="program-words">
        <strong>{program.name}</strong>
        {program.slogan !== '' && <span>{program.slogan}</span>}
        <small>{t.home.by(program.merchantName)}</small>
      </span>
      <NextIcon />
    </a>
  )
}
