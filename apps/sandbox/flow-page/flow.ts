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

/** WORKING: it has begun, and its outcome is not known yet. */
export type StepState = 'DONE' | 'FAILED' | 'WORKING' | 'WAITING' | 'NOT_SEEN'

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

/** What happened to the money after the flow: each refund with everything that is known of it. */
export interface Refunded {
  refundId: string
  state: 'PROCESSING' | 'SUCCEEDED' | 'FAILED'
  amount: string
  entries: TimelineEntry[]
}

export interface Flow {
  steps: FlowStep[]
  done: number
  startedAt: number | null
  totalMs: number | null
  refunds: Refunded[]
  /** One sentence of where the money is, when it is not where the 19 steps lead. */
  aside: string | null
}

/** The step in which the money moves, or does not. Its entries say which by the fact `outcome`. */
const MONEY_STEP = 15

const columnOf = (party: Party): number => columns.findIndex((column) => column.party === party)

export function readFlow(timeline: readonly TimelineEntry[]): Flow {
  const entries = timeline.filter((entry) => refundOf(entry) === undefined)
  const times = entries.map((entry) => Date.parse(entry.at))
  const startedAt = times.length > 0 ? Math.min(...times) : null
  const lastSeen = Math.max(0, ...entries.map((entry) => entry.step))
  const steps = flowSteps.map(({ step, from, to, title }): FlowStep => {
    const own = entries.filter((entry) => entry.step === step).sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
    const { state, entry } = step === MONEY_STEP ? judgeMoney(own) : judge(own)
    return {
      step,
      title,
      from: from === 'USER' ? columnOf(to) : columnOf(from),
      to: to === 'USER' ? columnOf(from) : columnOf(to),
      user: from === 'USER' ? 'ACTS' : to === 'USER' ? 'SEES' : null,
      state: state ?? (step > lastSeen ? 'WAITING' : 'NOT_SEEN'),
      entries: own,
      afterMs: entry && startedAt !== null ? Date.parse(entry.at) - startedAt : null,
    }
  })
  const after = steps.flatMap((step) => step.afterMs ?? [])
  return {
    steps,
    done: steps.filter((step) => step.state === 'DONE').length,
    startedAt,
    totalMs: after.length === 0 ? null : Math.max(...after),
    refunds: readRefunds(timeline),
    aside: readAside(steps[MONEY_STEP - 1]!),
  }
}

interface Judged {
  /** Undefined when nothing was seen. */
  state?: StepState
  /** The entry that decided it. */
  entry?: TimelineEntry
}

/** One try that went well is what happened; what was refused before or after it stays to be looked at. */
function judge(own: TimelineEntry[]): Judged {
  const well = own.find((entry) => entry.ok)
  if (well) return { state: 'DONE', entry: well }
  const last = own.at(-1)
  return last ? { state: 'FAILED', entry: last } : {}
}

const outcomeOf = (entry: TimelineEntry): string | undefined => entry.facts?.['outcome']

/** Money moves once: the first `PAID` is it. Questions to the bank, and a reservation, are on the way there. */
function judgeMoney(own: TimelineEntry[]): Judged {
  const paid = own.find((entry) => ['PAID', 'REPEATED'].includes(outcomeOf(entry) ?? ''))
  if (paid) return { state: 'DONE', entry: paid }
  const last = own.filter((entry) => outcomeOf(entry) !== undefined).at(-1) ?? own.at(-1)
  if (!last) return {}
  return { state: outcomeOf(last) === 'PROCESSING' ? 'WORKING' : 'FAILED', entry: last }
}

function readAside({ state, entries }: FlowStep): string | null {
  if (state === 'WORKING')
    return 'The bank has not answered yet. Until it has, the money is reserved and nobody else can pay.'
  const endings: Record<string, string> = {
    LATE: 'The bank said yes when the order was closed already. The money is on its way back.',
    RETURNED: 'The bank said yes when the order was closed already. The money is back in the bank account.',
    RETURNED_TO_BALANCE: "The bank said yes when the order was closed already. The money is in the payer's balance.",
    CLOSED: 'The order was closed. Nothing was paid.',
  }
  if (state === 'DONE') return null
  const told = entries.flatMap((entry) => endings[outcomeOf(entry) ?? ''] ?? [])
  return told.at(-1) ?? null
}

const refundOf = (entry: TimelineEntry): string | undefined => entry.facts?.['refundId']

function readRefunds(timeline: readonly TimelineEntry[]): Refunded[] {
  const refunds = new Map<string, TimelineEntry[]>()
  for (const entry of timeline) {
    const refundId = refundOf(entry)
    if (refundId === undefined) continue
    refunds.set(refundId, [...(refunds.get(refundId) ?? []), entry])
  }
  return [...refunds].map(([refundId, entries]) => {
    const own = entries.filter((entry) => outcomeOf(entry) !== undefined)
    const states = own.map(outcomeOf)
    const state = states.includes('SUCCEEDED') ? 'SUCCEEDED' : states.includes('FAILED') ? 'FAILED' : 'PROCESSING'
    return { refundId, state, amount: own[0]?.facts?.['amount'] ?? '', entries }
  })
}

/** What the page opens with: the signed call once it is there, else the first step. */
export function firstStepToShow(flow: Flow): number {
  return flow.steps[3]!.entries.length > 0 ? 4 : 1
}

/** 850 ms, 12.3 s, 17 min. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  return ms < 120_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`
}
