/** The wallet: what is there, and how it came and went. */
import { useState } from 'preact/hooks'
import type { BalanceAnswer, Movement } from '@tradepay/contract'
import { formatAmount } from '../messages/format.ts'
import { explain, t } from '../messages/index.ts'
import { server, type SignedIn } from '../shell/session.ts'
import { useLoaded } from '../shell/use-loaded.ts'
import { MovementSheet } from './movement-sheet.tsx'
import { MovementList } from './movement-list.tsx'
import './wallet.css'

export function WalletPage({ me }: { me: SignedIn }) {
  const { state, reload } = useLoaded(server.balance)
  const [shown, setShown] = useState<Movement | null>(null)
  const problem = state.status === 'failed' ? explain(state.problem) : null
  return (
    <main class="page">
      <h1 class="wallet-title">{t.wallet.title}</h1>
      {problem && (
        <p class="notice bad" role="alert">
          <strong>{problem.message}</strong>
          <button type="button" class="button plain" onClick={reload}>
            {t.tryAgain}
          </button>
        </p>
      )}
      {state.status === 'loading' && <div class="balance-card waiting" aria-hidden="true" />}
      {state.status === 'there' &&
        state.value.balances.map((balance) => (
          <BalanceCard key={balance.available.currency} balance={balance} me={me} />
        ))}
      <h2 class="section-title">{t.wallet.movements}</h2>
      <MovementList onShow={setShown} />
      {shown && <MovementSheet movement={shown} sandbox={me.sandbox} onClose={() => setShown(null)} />}
    </main>
  )
}

function BalanceCard({ balance, me }: { balance: BalanceAnswer['balances'][number]; me: SignedIn }) {
  const { available, pending } = balance
  return (
    <section class="balance-card" aria-label={`${t.wallet.available} ${available.currency}`}>
      <p class="balance-head">
        <span>{t.wallet.available}</span>
        <span>{available.currency}</span>
      </p>
      <p class="balance-amount amount">{formatAmount(available)}</p>
      {pending.value !== '0' && <p class="balance-note">{t.wallet.pending(formatAmount(pending))}</p>}
      <p class="balance-foot">{me.user.name}</p>
    </section>
  )
}
