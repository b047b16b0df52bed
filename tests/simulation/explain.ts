/**
 * Explains a step: is there an order, one after another, in which everything that was called, and everything that ended by
 * itself, may have happened so that each answer was right and the database holds exactly what it holds?
 *
 * Calls at the same instant may have happened in any order. A call whose answer was lost may have happened or not; what the
 * database holds tells which, and whatever cannot be told apart is the same.
 */
import { differences, factsOf } from './model/facts.ts'
import { judge, type Option } from './model/judge.ts'
import { end, type Ending } from './model/settle.ts'
import type { State } from './model/state.ts'
import type { Observed } from './observe.ts'
import type { Call } from './steps.ts'

/** What a call was answered: a code, and the number it gave. UNKNOWN: the answer was lost. */
export interface Answer {
  code: string
  id?: string | undefined
}
export interface Answered {
  call: Call
  answer: Answer
}

export interface Explained {
  state: State
  /** Of calls whose answer was lost: what became of them. */
  fates: Fate[]
}
export type Fate = 'happened' | 'changed nothing'
export type Explanation = { explained: Explained; problem: null } | { explained: null; problem: string[] }

/** Most arrangements that are tried. A step that can be explained takes a handful. */
const TRIES_MAX = 20_000

/** @param before the state before the step, with the time of the step */
export function explain(before: State, calls: Answered[], endings: Ending[], observed: Observed): Explanation {
  const events: (Answered | Ending)[] = [...endings, ...calls]
  const seen = new Set<string>()
  let tries = 0
  let closest: { done: number; problem: string[] } = { done: -1, problem: [] }
  const unknown = (name: string): boolean => name.startsWith('spent by') && observed.facts[name] === undefined

  function search(state: State, left: number[]): Explained | null {
    if (left.length === 0) {
      const problem = differences(factsOf(state), observed.facts, unknown)
      if (problem.length === 0) return { state, fates: [] }
      remember(events.length, problem)
      return null
    }
    const key = `${left.join()} ${JSON.stringify(state, asText)}`
    if (seen.has(key) || ++tries > TRIES_MAX) return null
    seen.add(key)
    const stuck: string[] = []
    for (const index of left) {
      const rest = left.filter((other) => other !== index)
      for (const { next, fate } of whatFollows(state, events[index]!, stuck)) {
        const found = search(next, rest)
        if (found) return fate ? { ...found, fates: [...found.fates, fate] } : found
      }
    }
    remember(events.length - left.length, stuck)
    return null
  }

  function remember(done: number, problem: string[]): void {
    if (done > closest.done) closest = { done, problem }
  }

  const found = search(
    before,
    events.map((_, index) => index),
  )
  return found ? { explained: found, problem: null } : { explained: null, problem: closest.problem }
}

interface Following {
  next: State
  fate?: Fate
}

/** The states that an event may lead to; none when it cannot have happened now, and then why. */
function whatFollows(state: State, event: Answered | Ending, stuck: string[]): Following[] {
  if ('do' in event) {
    const after = structuredClone(state)
    if (end(after, event)) return [{ next: after }]
    stuck.push(`ended, though it could not: ${JSON.stringify(event, asText)}`)
    return []
  }
  const { call, answer } = event
  const options = judge(state, call)
  if (answer.code === 'UNKNOWN') {
    const happened = options
      .filter(({ change }) => change)
      .map((option): Following => ({ next: changed(state, option), fate: 'happened' }))
    return [{ next: state, fate: 'changed nothing' }, ...happened]
  }
  const right = options.filter(({ code }) => code === answer.code)
  if (right.length === 0) {
    stuck.push(`${call.do} was answered ${answer.code}; allowed: ${options.map(({ code }) => code).join(', ')}`)
  }
  return right.map((option) => ({ next: option.change ? changed(state, option) : state }))
}

function changed(state: State, { change }: Option): State {
  const after = structuredClone(state)
  change!(after)
  return after
}

const asText = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}` : value)
