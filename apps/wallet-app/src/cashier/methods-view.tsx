/** The ways to pay, to choose from, and the words for each. */
import type { PaymentMethod } from '@tradepay/contract'
import { t } from '../messages/index.ts'
import { formatAmount } from '../messages/format.ts'
import { Choices } from '../ui/choices.tsx'
import { canPay, type Bill } from './bill.ts'

export const MethodsView = ({ bill, onChoose }: { bill: Bill; onChoose: (methodId: string) => void }) => (
  <Choices
    legend={t.cashier.payWith}
    name="method"
    choices={bill.methods.map((method) => ({
      id: method.id,
      label: nameOf(method),
      note: <MethodNote method={method} class="choice-note" />,
      disabled: !canPay(method),
    }))}
    chosen={bill.method?.id ?? null}
    onChoose={onChoose}
  />
)

export const nameOf = (method: PaymentMethod): string => (method.kind === 'BANK' ? method.label : t.cashier.balance)

/** What is there: known of the balance only. */
export const MethodNote = ({ method, class: name }: { method: PaymentMethod; class: string }) =>
  method.kind === 'BANK' ? null : (
    <span class={method.enough ? `${name} amount` : `${name} amount short`}>
      {t.cashier.available(formatAmount(method.available))}
    </span>
  )
