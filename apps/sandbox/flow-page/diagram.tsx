/** The sequence diagram: one line for each party, one row for each step, lighting up as the timeline grows. */
import { columns, formatDuration, type Flow, type FlowStep } from './flow.ts'

export function Diagram({ flow, chosen, choose }: { flow: Flow; chosen: number; choose: (step: number) => void }) {
  const next = flow.steps.find((step) => step.state === 'WAITING')?.step
  return (
    <section class="diagram" aria-label="Sequence of the 19 steps">
      <div class="heads" aria-hidden="true">
        <span />
        <div class="lanes">
          {columns.map(({ party, name, place }) => (
            <span key={party} class="head">
              <b>{name}</b>
              <small>{place}</small>
            </span>
          ))}
        </div>
        <span />
      </div>
      <ol>
        {flow.steps.map((step) => (
          <Row key={step.step} step={step} chosen={step.step === chosen} next={step.step === next} choose={choose} />
        ))}
      </ol>
    </section>
  )
}

interface RowProps {
  step: FlowStep
  chosen: boolean
  next: boolean
  choose: (step: number) => void
}

function Row({ step, chosen, next, choose }: RowProps) {
  const state = next ? 'next' : step.state.toLowerCase().replace('_', '-')
  return (
    <li>
      <button
        type="button"
        class={`row ${state}`}
        aria-pressed={chosen}
        aria-label={`Step ${step.step}: ${step.title}. ${describeState(step)}`}
        onClick={() => choose(step.step)}
      >
        <span class="number">{step.step}</span>
        <span class="lanes">
          {columns.map(({ party }) => (
            <i key={party} class="life" />
          ))}
          <Arrow step={step} />
        </span>
        <span class="after">{step.afterMs === null ? '' : `+${formatDuration(step.afterMs)}`}</span>
      </button>
    </li>
  )
}

/** From the middle of one lane to the middle of another; what a party does alone is a box on its own line. */
function Arrow({ step }: { step: FlowStep }) {
  const lanes = columns.length
  const middle = (column: number): number => ((column + 0.5) / lanes) * 100
  if (step.from === step.to) {
    // In the right half there is more room on the left.
    const last = step.from >= lanes / 2
    const style = last
      ? { insetInlineEnd: `calc(${100 - middle(step.from)}% - 11px)` }
      : { insetInlineStart: `calc(${middle(step.from)}% - 11px)` }
    return (
      <span class={`alone ${last ? 'end' : ''}`} style={style}>
        <span class="mark">{step.user ? <UserMark /> : <span class="dot" />}</span>
        <span class="label">{step.title}</span>
      </span>
    )
  }
  const left = Math.min(step.from, step.to)
  const width = (Math.abs(step.from - step.to) / lanes) * 100
  return (
    <span
      class={`arrow ${step.to > step.from ? 'forth' : 'back'} ${Math.max(step.from, step.to) === lanes - 1 ? 'outer' : ''}`}
      style={{ insetInlineStart: `${middle(left)}%`, width: `${width}%` }}
    >
      <span class="label">{step.title}</span>
    </span>
  )
}

function UserMark() {
  return (
    <svg viewBox="0 0 22 22" width="22" height="22" aria-hidden="true">
      <circle cx="11" cy="11" r="10.5" class="disc" />
      <circle cx="11" cy="8.4" r="3" />
      <path d="M5.2 17.2c.6-3.2 2.9-4.9 5.8-4.9s5.2 1.7 5.8 4.9a10 10 0 0 1-11.6 0z" />
    </svg>
  )
}

function describeState(step: FlowStep): string {
  const words = {
    DONE: 'Done.',
    FAILED: 'Did not go well.',
    WORKING: 'Under way.',
    WAITING: 'Not yet.',
    NOT_SEEN: 'Not seen.',
  }
  return words[step.state]
}
