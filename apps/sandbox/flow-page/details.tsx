/** What is known of one step: time, bytes, headers, the string that was signed, and whether it verified. */
import { useState } from 'preact/hooks'
import type { RecordedMessage, RecordedSignature, TimelineEntry } from '@tradepay/contract'
import { columns, type FlowStep } from './flow.ts'

interface DetailsProps {
  step: FlowStep
  startedAt: number | null
  open: boolean
  close: () => void
}

export function Details({ step, startedAt, open, close }: DetailsProps) {
  const [chosen, setChosen] = useState<number | null>(null)
  const index = Math.min(chosen ?? step.entries.length - 1, step.entries.length - 1)
  const entry = step.entries[index]
  return (
    <section class={`details ${open ? 'open' : ''}`} aria-label={`Step ${step.step}`}>
      <header>
        <span class="number">{step.step}</span>
        <div>
          <h2>{step.title}</h2>
          <p>{route(step)}</p>
        </div>
        <button type="button" class="close" onClick={close} aria-label="Back to the diagram">
          ×
        </button>
      </header>
      {step.entries.length > 1 && (
        <nav aria-label="Attempts">
          {step.entries.map((each, number) => (
            <button
              key={number}
              type="button"
              aria-pressed={number === index}
              class={each.ok ? '' : 'bad'}
              onClick={() => setChosen(number)}
            >
              {number + 1}
            </button>
          ))}
        </nav>
      )}
      {entry ? <Entry entry={entry} startedAt={startedAt} /> : <p class="nothing">{whyNothing(step)}</p>}
    </section>
  )
}

function Entry({ entry, startedAt }: { entry: TimelineEntry; startedAt: number | null }) {
  const facts = Object.entries(entry.facts ?? {})
  return (
    <>
      <p class={`note ${entry.ok ? '' : 'bad'}`}>{entry.note}</p>
      <dl class="facts">
        <dt>at</dt>
        <dd>
          <time dateTime={entry.at}>{entry.at}</time>
          {startedAt !== null && <small> +{Math.round(Date.parse(entry.at) - startedAt)} ms</small>}
        </dd>
        {facts.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
      {entry.signature && <Signature signature={entry.signature} />}
      {entry.message && <Message message={entry.message} />}
    </>
  )
}

function Message({ message }: { message: RecordedMessage }) {
  const [readable, setReadable] = useState(false)
  const pretty = prettyJson(message)
  return (
    <section class="block">
      <h3>
        Bytes on the wire
        {pretty !== null && (
          <button type="button" aria-pressed={readable} onClick={() => setReadable(!readable)}>
            {readable ? 'exact' : 'readable'}
          </button>
        )}
      </h3>
      <pre class="headers">
        <b>{message.startLine}</b>
        {Object.entries(message.headers).map(([name, value]) => `\n${name}: ${value}`)}
      </pre>
      <pre>{message.body === '' ? <i>no body</i> : readable && pretty !== null ? pretty : message.body}</pre>
      {message.bodyBase64 && <p class="hint">The body is not text: shown as base64.</p>}
    </section>
  )
}

function Signature({ signature }: { signature: RecordedSignature }) {
  const verdict =
    signature.verified === null ? 'signed by the wallet' : signature.verified ? 'verified' : 'does not verify'
  return (
    <section class="block">
      <h3>
        String that was signed
        <span class={`verdict ${signature.verified === false ? 'bad' : 'good'}`}>{verdict}</span>
      </h3>
      <pre>{signature.stringToSign}</pre>
      <dl class="facts">
        <dt>signed by</dt>
        <dd>{signature.signedBy === 'WALLET' ? 'the wallet' : 'the merchant'}</dd>
        <dt>algorithm</dt>
        <dd>
          {signature.algorithm}
          {signature.keyVersion !== null && <>, key version {signature.keyVersion}</>}
        </dd>
        <dt>signature</dt>
        <dd>
          <code class="long">{signature.signature}</code>
        </dd>
      </dl>
    </section>
  )
}

function prettyJson(message: RecordedMessage): string | null {
  try {
    return message.bodyBase64 ? null : JSON.stringify(JSON.parse(message.body), null, 2)
  } catch {
    return null
  }
}

function route(step: FlowStep): string {
  const name = (column: number): string => `${columns[column]!.name} ${columns[column]!.place}`
  if (step.user === 'ACTS') return `User → ${name(step.to)}`
  if (step.user === 'SEES') return `${name(step.from)} → user`
  return step.from === step.to ? name(step.from) : `${name(step.from)} → ${name(step.to)}`
}

function whyNothing(step: FlowStep): string {
  return step.state === 'WAITING'
    ? 'This step has not happened yet.'
    : 'This step was not seen: it happened outside of what the wallet can observe.'
}
