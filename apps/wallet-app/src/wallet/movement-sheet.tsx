/** One movement with everything that identifies it; in the sandbox also the way to its 19 steps. */
import type { Movement } from '@tradepay/contract'
import { formatMoment } from '../messages/format.ts'
import { t } from '../messages/index.ts'
import { Sheet } from '../ui/parts.tsx'
import { kindOf, signedAmount, standingOf } from './movement-list.tsx'

export function MovementSheet({
  movement,
  sandbox,
  onClose,
}: {
  movement: Movement
  sandbox: boolean
  onClose: () => void
}) {
  const { detail, states, stateTexts } = t.wallet
  const standing = standingOf(movement)
  const words = stateTexts[standing]
  return (
    <Sheet title={kindOf(movement)} onClose={onClose}>
      <p class="detail-amount amount">{signedAmount(movement)}</p>
      {words !== undefined && (
        <p class="notice detail-state">
          <strong>{states[standing]}</strong>
          {words}
        </p>
      )}
      <dl class="detail">
        <div>
          <dt>{movement.direction === 'OUT' ? detail.to : detail.from}</dt>
          <dd>{movement.counterparty}</dd>
        </div>
        <div>
          <dt>{detail.what}</dt>
          <dd>{movement.kind === 'TOP_UP' ? kindOf(movement) : movement.title}</dd>
        </div>
        {movement.kind !== 'TOP_UP' && (
          <div>
            <dt>{detail.method[movement.direction]}</dt>
            <dd>{movement.method === 'BALANCE' ? t.cashier.balance : movement.method}</dd>
          </div>
        )}
        <div>
          <dt>{detail.state}</dt>
          <dd>{states[standing]}</dd>
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
