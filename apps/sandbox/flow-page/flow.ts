/**
 * The 19 steps as the page shows them: each with what the timeline knows of it, and its place between the parties.
 * Pure, so that it is tested without a page.
 */
import { flowSteps, type Party, type TimelineEntry } from '@tradepay/contract'

/** The parties that have a line of their own. The user stands beside the party that the user touches. */
export const columns: readonly { party: Party; name: string; place: string }[] = [
  { party: 'MINI_PROGRAM', name: 'Mini program', place: 'client' },
  { party: 'MINI_PROGRAM_SERVER', name: 'Mini program', place: 'server' },
  { party: 'WALLET_APP', name: 'Wallet app', place: 'cashier' },
  { party: 'WALLET_SERVER', name: 'Wallet server', place: 'ledger' },
]

export type StepState = 'DONE' | 'FAILED' | 'WAITING' | 'NOT_SEEN'

export interface FlowStep {
  step: number
  title: string
  /** Columns of the arrow's ends; equal for what a party does by itself. */
  from: number
  to: number
  /** Who the user acts on or is shown something by. */
  user: 'ACTS' | 'SEES' | null
  state: StepState
  entries: TimelineEntry[]
  /** Milliseconds since the first entry of the flow. */
  afterMs: number | null
}

export interface Flow {
  steps: FlowStep[]
  done: number
  startedAt: number | null
  totalMs: number | null
}

const columnOf = (party: Party): number => columns.findIndex((column) => column.party === party)

export function readFlow(entries: readonly TimelineEntry[]): Flow {
  const times = entries.map((entry) => Date.parse(entry.at))
  const startedAt = times.length > 0 ? Math.min(...times) : null
  const lastSeen = Math.max(0, ...entries.map((entry) => entry.step))
  const steps = flowSteps.map(({ step, from, to, title }): FlowStep => {
    const own = entries.filter((entry) => entry.step === step).sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
    const last = own.at(-1)
    // One try that went well is what happened; what was refused before or after it stays to be looked at.
    const wentWell = own.some((entry) => entry.ok)
    return {
      step,
      title,
      from: from === 'USER' ? columnOf(to) : columnOf(from),
      to: to === 'USER' ? columnOf(from) : columnOf(to),
      user: from === 'USER' ? 'ACTS' : to === 'USER' ? 'SEES' : null,
      state: last ? (wentWell ? 'DONE' : 'FAILED') : step > lastSeen ? 'WAITING' : 'NOT_SEEN',
      entries: own,
      afterMs: last && startedAt !== null ? Date.parse(last.at) - startedAt : null,
    }
  })
  return {
    steps,
    done: steps.filter((step) => step.state === 'DONE').length,
    startedAt,
    totalMs: startedAt === null ? null : Math.max(...times) - startedAt,
  }
}

/** What the page opens with: the signed call once it is there, else the first step. */
export function firstStepToShow(flow: Flow): number {
  return flow.steps[3]!.entries.length > 0 ? 4 : 1
}
