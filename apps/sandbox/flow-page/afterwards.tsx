/** Refunds of the order: what was given back, and everything that the bank was asked about it. */
import type { Refunded } from './flow.ts'

const verdicts = {
  PROCESSING: { text: 'waits for the bank', tone: 'wait' },
  SUCCEEDED: { text: 'given back', tone: 'good' },
  FAILED: { text: 'not given back', tone: 'bad' },
} as const

export function Afterwards({ refunds }: { refunds: Refunded[] }) {
  if (refunds.length === 0) return null
  return (
    <section class="afterwards" aria-labelledby="afterwards">
      <h2 id="afterwards">{refunds.length === 1 ? 'Then: a refund' : `Then: ${refunds.length} refunds`}</h2>
      <ul>
        {refunds.map((refund) => (
          <Refund key={refund.refundId} refund={refund} />
        ))}
      </ul>
    </section>
  )
}

function Refund({ refund: { refundId, state, amount, entries } }: { refund: Refunded }) {
  const verdict = verdicts[state]
  return (
    <li class="refund">
      <h3>
        <span>
          {amount} <code>{refundId}</code>
        </span>
        <span class={`verdict ${verdict.tone}`}>{verdict.text}</span>
      </h3>
      <ol>
        {entries.map((entry, number) => (
          <li key={number} class={entry.ok ? '' : 'bad'}>
            <time dateTime={entry.at}>{entry.at}</time>
            <span>{entry.note}</span>
          </li>
        ))}
      </ol>
    </li>
  )
}
