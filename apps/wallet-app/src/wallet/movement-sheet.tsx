/** One movement with everything that identifies it; in the sandbox also the way to its 19 steps. */
import type { Movement } from '@tradepay/contract'
import { formatMoment } from '../messages/format.ts'
import { t } from '../messages/index.ts'
import { Sheet } from '../ui/parts.tsx'
import { kindOf, signedAmount } from './movement-list.tsx'

export function MovementSheet({
  movement,
  sandbox,
  onClose,
}: {
  movement: Movement
  sandbox: boolean
  onClose: () => void
}) {
  const { detail } = t.wallet
  return (
    <Sheet title={kindOf(movement)} onClose={onClose}>
      <p class="detail-amount amount">{signedAmount(movement)}</p>
      <dl class="detail">
        <div>
          <dt>{movement.direction === 'OUT' ? detail.to : detail.from}</dt>
          <dd>{movement.counterparty}</dd>
        </div>
        <div>
          <dt>{detail.what}</dt>
          <dd>{movement.title}</dd>
        </div>
        <div>
          <dt>{detail.when}</dt>
          <dd>{formatMoment(movement.at)}</dd>
        </div>
        {movement.tradeNo !== null && (
          <div>
            <dt>{detail.tradeNo}</dt>
            <dd class="number">{movement.tradeNo}</dd>
          </div>
        )}
        <div>
          <dt>{detail.id}</dt>
          <dd class="number">{movement.id}</dd>
        </div>
      </dl>
      {sandbox && movement.tradeNo !== null && (
        <a class="button quiet wide" href={`/flow/${encodeURIComponent(movement.tradeNo)}`}>
          {detail.flow}
        </a>
      )}
    </Sheet>
  )
}
