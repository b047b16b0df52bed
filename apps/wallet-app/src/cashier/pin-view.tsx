/** The PIN pad of the cashier (step 13): what the PIN pays, from where, and as long as there is time. */
import { t } from '../messages/index.ts'
import { formatAmount } from '../messages/format.ts'
import { PinPad } from '../ui/pin-pad.tsx'
import { bankOf, type Bill } from './bill.ts'
import { useTimeLeft } from './countdown.tsx'

interface Props {
  bill: Bill
  /** After a wrong PIN; null before. */
  triesLeft: number | null
  onEntered: (pin: string) => void
  onTimeIsUp: () => void
}

export function PinView({ bill, triesLeft, onEntered, onTimeIsUp }: Props) {
  useTimeLeft(bill.expiresAt, onTimeIsUp)
  const bank = bankOf(bill)
  return (
    <PinPad triesLeft={triesLeft} onEntered={onEntered}>
      {bill.payeeName} · <span class="amount">{formatAmount(bill.amount)}</span>
      {bank !== null && (
        <>
          <br />
          {t.cashier.from(bank)}
        </>
      )}
    </PinPad>
  )
}
