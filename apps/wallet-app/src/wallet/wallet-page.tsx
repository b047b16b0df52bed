/** The wallet: what is there, and how it came and went. */
import { useState } from 'preact/hooks'
import type { Amount, BalanceAnswer, BankAccountsAnswer, Movement } from '@tradepay/contract'
import { formatAmount } from '../messages/format.ts'
import { explain, t } from '../messages/index.ts'
import { server, type SignedIn } from '../shell/session.ts'
import { useAgain } from '../shell/use-again.ts'
import { useLoaded } from '../shell/use-loaded.ts'
import { PlusIcon } from '../ui/icons.tsx'
import { AddMoneySheet } from './add-money-sheet.tsx'
import { MovementSheet } from './movement-sheet.tsx'
import { MovementList } from './movement-list.tsx'
import './wallet.css'

export function WalletPage({ me }: { me: SignedIn }) {
  const { state, reload, refresh } = useLoaded(server.balance)
  const bankAccounts = useBankAccounts()
  const [shown, setShown] = useState<Movement | null>(null)
  const [adding, setAdding] = useState(false)
  /** Counts up when the movements have to be read again from the top. */
  const [turn, setTurn] = useState(0)
  /** Counts up when money may have moved meanwhile. */
  const [looks, setLooks] = useState(0)
  useAgain(
    () => {
      refresh()
      setLooks((n) => n + 1)
    },
    adding || shown !== null,
  )
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
      {state.status === 'there' && <BalanceCard balances={state.value.balances} name={me.user.name} />}
      {bankAccounts.length > 0 && (
        <button type="button" class="button quiet wide add-money-button" onClick={() => setAdding(true)}>
          <PlusIcon />
          {t.topUp.open}
        </button>
      )}
      <h2 class="section-title">{t.wallet.movements}</h2>
      <MovementList key={turn} looks={looks} onShow={setShown} />
      {adding && (
        <AddMoneySheet
          bankAccounts={bankAccounts}
          onClose={(changed) => {
            setAdding(false)
            if (!changed) return
            reload()
            setTurn(turn + 1)
          }}
        />
      )}
      {shown && <MovementSheet movement={shown} sandbox={me.sandbox} onClose={() => setShown(null)} />}
    </main>
  )
}

/** Without any there is nothing to add money from; when they cannot be read, the balance says why. */
function useBankAccounts(): BankAccountsAnswer['bankAccounts'] {
  const { state } = useLoaded(server.bankAccounts)
  return state.status === 'there' ? state.value.bankAccounts : []
}

/** The first currency is the account's main one; others stand below it. */
function BalanceCard({ balances, name }: { balances: BalanceAnswer['balances']; name: string }) {
  const [main, ...others] = balances
  return (
    <section class="balance-card" aria-label={t.wallet.available}>
      <p class="balance-head">
        <span>{t.wallet.available}</span>
        <span>{name}</span>
      </p>
      {main && (
        <>
          <p class="balance-amount amount">{formatAmount(main.available)}</p>
          <Reserved pending={main.pending} />
        </>
      )}
      {others.length > 0 && (
        <ul class="balance-others">
          {others.map(({ available, pending }) => (
            <li key={available.currency}>
              <span>{available.currency}</span>
              <span class="amount">{formatAmount(available)}</span>
              <Reserved pending={pending} />
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

const Reserved = ({ pending }: { pending: Amount }) =>
  pending.value === '0' ? null : <span class="balance-note">{t.wallet.pending(formatAmount(pending))}</span>
