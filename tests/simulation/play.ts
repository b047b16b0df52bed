/**
 * Plays the steps of a seed: performs each against the servers, looks at the database, and holds it against the model, the
 * bank's own ledger, what the merchants received, and `verify`. The first thing that is not right ends the seed.
 *
 * At the end everything is healed, and then nothing may be left unfinished.
 */
import { verify } from '@tradepay/wallet-server'
import { explain, type Answered } from './explain.ts'
import { unfinished } from './model/facts.ts'
import type { Ending } from './model/settle.ts'
import { firstState, today, type State } from './model/state.ts'
import { observe, type Observed } from './observe.ts'
import { perform } from './perform.ts'
import { checkAnswers, checkBank, checkEnd, checkReceived } from './checks.ts'
import { describe, type Call, type CallKind, type Step } from './steps.ts'
import type { Tally } from './tally.ts'
import type { World } from './world.ts'

export interface Failure {
  /** The step after which it was found, in words. */
  after: string
  /** How many steps were played until then: those behind it cannot have caused it. */
  played: number
  problem: string[]
}

/** Longest that a step may take before it counts as stuck. Milliseconds. */
const STEP_MS_MAX = 20_000
/** Longer than a claim of notifications holds. Milliseconds. */
const CLAIM_OVER_MS = 31_000
/** Rounds of healing before something counts as never ending. */
const ROUNDS_MAX = 400
/** Most calls that are made again at the end, and how many of them at the same instant. */
const AGAIN_MAX = 12
const AT_ONCE_AT_THE_END = 4

/** Somebody's hand in the database after a step, before it is looked at: for tests of the simulation itself. */
export type Meddle = (step: Step, world: World) => Promise<void>

/** Plays the steps; null when everything was right. */
export async function play(
  world: World,
  seed: number,
  steps: Step[],
  tally: Tally,
  meddle?: Meddle,
): Promise<Failure | null> {
  await world.begin(seed, tally)
  const game = new Game(world, tally, meddle)
  let current = 'the beginning'
  let played = 0
  try {
    await game.look([])
    for (const step of steps) {
      current = describe(step)
      played++
      await game.step(step)
    }
    current = 'the healing at the end'
    await game.finish(steps)
    return null
  } catch (error) {
    if (error instanceof NotRight) return { after: current, played, problem: error.problem }
    return {
      after: current,
      played,
      problem: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
    }
  } finally {
    // Whatever was going on, the next seed begins with fresh servers.
    if (game.broken) for (const server of world.servers) server.crash()
    world.restartCrashed()
    await world.untilCutIsGone()
  }
}

class NotRight extends Error {
  readonly problem: string[]
  constructor(problem: string[]) {
    super(problem.join('\n'))
    this.problem = problem
  }
}

class Game {
  readonly #world: World
  readonly #tally: Tally
  readonly #meddle: Meddle | undefined
  #state: State
  #seen: Observed | null = null
  #received = 0
  #verified = ''
  broken = false

  constructor(world: World, tally: Tally, meddle: Meddle | undefined) {
    this.#world = world
    this.#tally = tally
    this.#meddle = meddle
    this.#state = firstState(world.clock.ms)
  }

  async step(step: Step): Promise<void> {
    const { clock, servers } = this.#world
    clock.ms += step.clock * 1000
    for (const server of servers) server.arm(step.fault?.server === servers.indexOf(server) ? step.fault : null)
    const answered = await this.#inTime(this.#perform(step))
    for (const server of servers) this.#countFault(server.faulty.fired ? step : null)
    const lost = servers.filter(({ faulty, crashed }) => faulty.fired || crashed)
    // An answer may be lost only where something was broken.
    const unjustified = step.calls.filter(
      ({ server }, index) => answered[index]!.answer.code === 'UNKNOWN' && !lost.includes(servers[server]!),
    )
    for (const server of servers) server.arm(null)
    await this.#inTime(this.#world.untilCutIsGone())
    this.#world.restartCrashed()
    if (unjustified.length > 0)
      this.#notRight([
        `${unjustified.map(({ call }) => call.do).join(', ')} was answered "unknown", though nothing was broken.`,
      ])
    const deadlocks = servers.reduce((sum, { faulty }) => sum + faulty.deadlocks, 0)
    for (const { faulty } of servers) faulty.deadlocks = 0
    if (deadlocks > 0) this.#notRight(['The database found a deadlock: locks are not taken in one order.'])
    await this.#meddle?.(step, this.#world)
    await this.look(answered)
  }

  /** Heals everything and lets everything end; then nothing may be unfinished, and every number still has its one effect. */
  async finish(steps: Step[]): Promise<void> {
    const { bank, receivers } = this.#world
    bank.healed = true
    receivers.healed = true
    await this.#untilQuiet()
    for (const calls of inParts(numbered(steps), AT_ONCE_AT_THE_END)) {
      await this.step({
        number: 0,
        clock: 0.001,
        calls: calls.map((call, index) => ({ call, server: (index % 2) as 0 | 1 })),
        fault: null,
        slowMerchants: false,
      })
    }
    await this.#untilQuiet()
    const problem = [
      ...unfinished(this.#state).map((thing) => `Not finished at the end: ${thing}`),
      ...checkEnd(this.#seen!, bank, receivers, this.#state),
    ]
    if (problem.length > 0) this.#notRight(problem)
  }

  /** Lets the workers go on, and the clock with them, until nothing is left to do. */
  async #untilQuiet(): Promise<void> {
    const { clock } = this.#world
    for (let round = 0; ; round++) {
      if (round === ROUNDS_MAX) this.#notRight(['The workers never come to an end.'])
      const server = (round % 2) as 0 | 1
      const calls = (['ask', 'expire orders', 'expire transfers', 'deliver'] as const).map((kind) => ({
        call: { do: kind },
        server,
      }))
      await this.step({ number: 0, clock: 0.001, calls, fault: null, slowMerchants: false })
      const next = await this.#nextDue()
      if (next === null) break
      if (next > clock.ms) clock.ms = next
    }
  }

  async #nextDue(): Promise<number | null> {
    const { rooms } = this.#world.servers[0]
    const due = await Promise.all([rooms.fundings.nextDue(), rooms.notifications.nextDue(), rooms.orders.nextExpiry()])
    const times = due.flatMap((time) => (time === null ? [] : [time.getTime()]))
    return times.length === 0 ? null : Math.min(...times)
  }

  async #perform({ calls, slowMerchants }: Step): Promise<Answered[]> {
    const { servers, directory } = this.#world
    for (const { call } of calls) this.#tally.count('call', call.do)
    if (calls.length > 1) this.#tally.count('at the same instant', String(calls.length))
    if (slowMerchants) await this.#deliverSlowly()
    return Promise.all(
      calls.map(async ({ call, server }) => {
        const answer = await perform(call, servers[server], directory)
        this.#tally.count(`answer to ${call.do}`, answer.code)
        return { call, answer }
      }),
    )
  }

  /** Merchants keep silent until the claim is over and the other server has sent the same again. */
  async #deliverSlowly(): Promise<void> {
    const { servers, receivers, clock } = this.#world
    let answerAtLast = (): void => undefined
    receivers.silence = new Promise((resolve) => (answerAtLast = resolve))
    let done = false
    const slow = servers[0].rooms.notifications.deliverDue().finally(() => (done = true))
    while (!done && receivers.silent === 0) await new Promise((resolve) => setImmediate(resolve))
    if (receivers.silent > 0) this.#tally.count('fault', 'claim over while sending')
    receivers.silence = null
    clock.ms += CLAIM_OVER_MS
    await servers[1].rooms.notifications.deliverDue()
    answerAtLast()
    await slow
  }

  /** Looks at the database and everybody else, and holds it against the model. */
  async look(answered: Answered[]): Promise<void> {
    const { admin, names, clock, bank, receivers } = this.#world
    const before = { ...this.#state, now: clock.ms }
    const seen = await observe(admin, names, today(before))
    const { explained, problem } = explain(before, answered, this.#endings(seen), seen)
    if (!explained) this.#notRight(problem)
    this.#state = explained.state
    for (const fate of explained.fates) this.#tally.count('lost answer', fate)
    const received = receivers.inbox.slice(this.#received)
    const wrong = [
      ...checkAnswers(answered, seen),
      ...checkBank(bank, seen),
      ...checkReceived(received, receivers, seen),
    ]
    if (wrong.length > 0) this.#notRight(wrong)
    this.#received = receivers.inbox.length
    this.#seen = seen
    this.#world.tradeNos = seen.tradeNos
    this.#world.links = seen.links
    // Where nothing was written nothing can have been broken.
    if (seen.fingerprint === this.#verified) return
    this.#verified = seen.fingerprint
    const { violations } = await verify(admin, { now: clock.now() })
    if (violations.length > 0) {
      this.#notRight(
        violations.map(({ invariant, message, rows }) => `${invariant} ${message} ${JSON.stringify(rows.slice(0, 3))}`),
      )
    }
  }

  /** What has ended since the last look without being called. */
  #endings(seen: Observed): Ending[] {
    const openBefore = new Map(this.#seen?.fundings.map(({ fundingId, state }) => [fundingId, state]))
    const settled = seen.fundings.flatMap(({ fundingId, settling, state, failure }): Ending[] => {
      if (state === 'PROCESSING' || (openBefore.get(fundingId) ?? 'PROCESSING') !== 'PROCESSING') return []
      this.#tally.count('bank decided', `${settling.purpose} ${state}`)
      return [{ do: 'settle', settling, failure }]
    })
    const expired = [...seen.expired].filter((order) => !this.#seen?.expired.has(order))
    if (expired.length > 0) this.#tally.count('ended', 'EXPIRED', expired.length)
    const contradicted = seen.fundings.filter(({ contradicted }) => contradicted).length
    const before = this.#seen?.fundings.filter(({ contradicted }) => contradicted).length ?? 0
    if (contradicted > before) this.#tally.count('bank', 'contradicted itself after the end', contradicted - before)
    return [...settled, ...expired.map((order): Ending => ({ do: 'expire', order }))]
  }

  #countFault(step: Step | null): void {
    if (!step?.fault) return
    this.#tally.count('fault', `${step.fault.how}${step.fault.at === 'COMMIT' ? ' a commit' : ' a statement'}`)
  }

  async #inTime<Result>(work: Promise<Result>): Promise<Result> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.broken = true
        reject(new NotRight([`The step is stuck: no end after ${STEP_MS_MAX / 1000} s.`]))
      }, STEP_MS_MAX)
    })
    work.catch(() => undefined)
    return Promise.race([work, late]).finally(() => clearTimeout(timer))
  }

  #notRight(problem: string[]): never {
    throw new NotRight(problem)
  }
}

/** The calls that carry a number of the caller's own, each once: whatever became of them, they may come again. */
function numbered(steps: Step[]): Call[] {
  const kinds: CallKind[] = ['create', 'refund', 'top-up', 'give', 'pay-out']
  const calls = steps.flatMap(({ calls }) => calls.map(({ call }) => call)).filter((call) => kinds.includes(call.do))
  return [...new Map(calls.map((call) => [JSON.stringify(call), call])).values()].slice(-AGAIN_MAX)
}

const inParts = <Item>(items: Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, part) => items.slice(part * size, (part + 1) * size))
