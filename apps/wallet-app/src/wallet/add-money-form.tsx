/** How much, and from which bank account. The amount is read digit by digit in the currency of the account. */
import { useState } from 'preact/hooks'
import { formatDecimal, money, parseMinor } from '@tradepay/money'
import { t } from '../messages/index.ts'
import { Choices } from '../ui/choices.tsx'
import type { BankAccounts } from './add-money-sheet.tsx'
import { newTopUpId } from './new-top-up-id.ts'
import { readTyped } from './read-typed.ts'
import type { TopUpOrder } from './top-up-state.ts'

interface Props {
  bankAccounts: BankAccounts
  /** What was tried before, to begin from. */
  last: TopUpOrder | null
  onContinue: (order: TopUpOrder) => void
}

/** "50.00" in a currency with cents, "5000" in one without. */
const exampleOf = (currency: string): string => formatDecimal(money(currency, 5000n))

export function AddMoneyForm({ bankAccounts, last, onContinue }: Props) {
  const [text, setText] = useState(() =>
    last ? formatDecimal(parseMinor(last.amount.currency, last.amount.value)) : '',
  )
  const [chosen, setChosen] = useState(last?.bankAccountId ?? bankAccounts[0]!.bankAccountId)
  const [wrong, setWrong] = useState(false)
  const account = bankAccounts.find(({ bankAccountId }) => bankAccountId === chosen) ?? bankAccounts[0]!
  const example = exampleOf(account.currency)

  const submit = (event: Event): void => {
    event.preventDefault()
    const amount = readTyped(account.currency, text)
    setWrong(amount === null)
    if (amount === null) return
    onContinue({ topUpId: newTopUpId(), bankAccountId: account.bankAccountId, label: account.label, amount })
  }

  return (
    <form class="add-money-form" noValidate onSubmit={submit}>
      <label class="add-money-amount">
        <span>
          {t.topUp.amount} ({account.currency})
        </span>
        <input
          name="amount"
          inputMode="decimal"
          autocomplete="off"
          maxLength={18}
          placeholder={example}
          value={text}
          aria-invalid={wrong}
          aria-describedby={wrong ? 'amount-wrong' : undefined}
          data-focus
          onInput={(event) => {
            setText(event.currentTarget.value)
            setWrong(false)
          }}
        />
      </label>
      {wrong && (
        <p class="notice bad" role="alert" id="amount-wrong">
          {t.topUp.amountWrong(example)}
        </p>
      )}
      <Choices
        legend={t.topUp.from}
        name="bank-account"
        choices={bankAccounts.map(({ bankAccountId, label }) => ({ id: bankAccountId, label }))}
        chosen={account.bankAccountId}
        onChoose={setChosen}
      />
      <button type="submit" class="button primary wide">
        {t.topUp.next}
      </button>
    </form>
  )
}
