/**
 * `npm run simulate -- [--seeds N] [--from SEED] [--steps N] [--workers N] [--bail]`, or `-- --seed SEED [--only 3,8,21]`
 * for one. `--bail` ends after the first seed that fails.
 *
 * Plays seeds in a few processes, each with a database of its own on one throwaway PostgreSQL (or on the server that
 * TRADEPAY_TEST_DATABASE_URL names, whose user must be allowed to create databases). Exit 1 when a seed fails, or when
 * something that is expected to happen never did.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { throwawayPostgres } from '../support/throwaway-postgres.ts'
import { expected, SEEDS_FOR_EVERYTHING } from './expected.ts'
import { simulate, STEPS_DEFAULT, tellFailure } from './simulate.ts'
import { Tally } from './tally.ts'
import { World } from './world.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    steps: { type: 'string', default: String(STEPS_DEFAULT) },
    workers: { type: 'string', default: String(Math.min(8, availableParallelism())) },
    seed: { type: 'string' },
    only: { type: 'string' },
    bail: { type: 'boolean', default: false },
    worker: { type: 'string' },
  },
})

/** @throws ends the process with 2 for anything that is not a whole number of at least `least` */
function whole(name: 'seeds' | 'from' | 'steps' | 'workers' | 'seed' | 'worker', least: number): number {
  const number = Number(values[name])
  if (Number.isSafeInteger(number) && number >= least) return number
  process.stderr.write(`--${name} takes a whole number of at least ${least}; got "${values[name]}".\n`)
  process.exit(2)
}

/** What a worker tells: a seed has been played, or all of them. */
type Told = { failure: string | null } | { counts: [string, number][] }

const steps = whole('steps', 1)
const seeds = values.seed === undefined ? whole('seeds', 1) : 1
const from = values.seed === undefined ? whole('from', 0) : whole('seed', 0)
const workers = Math.min(whole('workers', 1), seeds)
const say = (line: string): void => void process.stdout.write(`${line}\n`)

if (values.worker !== undefined) await work(whole('worker', 0))
else await lead()

/** Plays every so-manieth seed and tells of each. */
async function work(worker: number): Promise<void> {
  const world = await World.open(process.env['TRADEPAY_SIMULATION_DATABASE_URL']!)
  const tally = new Tally()
  let stopped = false
  process.once('message', () => (stopped = true))
  for (let seed = from + worker; seed < from + seeds && !stopped; seed += workers) {
    const failed = await simulate(world, seed, tally, { steps, ...readOnly() })
    process.send!({ failure: failed && tellFailure(failed) } satisfies Told)
  }
  await world.close()
  process.send!({ counts: tally.entries() } satisfies Told)
  process.disconnect()
}

function readOnly(): { only?: number[] } {
  return values.only === undefined ? {} : { only: values.only.split(',').map(Number) }
}

async function lead(): Promise<void> {
  const postgres = await throwawayPostgres('simulation')
  const tally = new Tally()
  const failures: string[] = []
  const started = performance.now()
  let played = 0
  const hear = (told: Told): void => {
    if ('counts' in told) return tally.add(told.counts)
    played++
    if (told.failure !== null) {
      failures.push(told.failure)
      say(`\n${told.failure}\n`)
      if (values.bail) for (const child of children) if (child.connected) child.send('stop')
    }
    if (played % 100 === 0 && played < seeds) say(`${played} seeds, ${failures.length} failed`)
  }
  const children = Array.from({ length: workers }, (_, worker) => startWorker(worker, postgres.url, hear))
  // Ended by hand, it leaves neither processes nor a database behind.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      for (const child of children) child.kill('SIGKILL')
      void postgres.stop().then(() => process.exit(1))
    })
  }
  const ends = await Promise.all(children.map(async (child) => ((await once(child, 'exit')) as [number | null])[0]))
  await postgres.stop()

  const seconds = (performance.now() - started) / 1000
  const missing = seeds >= SEEDS_FOR_EVERYTHING ? tally.missing(expected) : []
  say(tally.print())
  for (const thing of missing) say(`Never happened: ${thing}`)
  say(
    `\n${played} seeds of ${steps} steps in ${seconds.toFixed(1)} s (${((seconds / Math.max(1, played)) * 1000).toFixed(0)} ms each), ${failures.length} failed`,
  )
  const ok = failures.length === 0 && missing.length === 0 && played === seeds && ends.every((code) => code === 0)
  process.exit(ok ? 0 : 1)
}

function startWorker(worker: number, url: string, hear: (told: Told) => void): ChildProcess {
  const child = fork(process.argv[1]!, [...process.argv.slice(2), '--worker', String(worker)], {
    // The address carries a password: it is not for the list of processes.
    env: { ...process.env, TRADEPAY_SIMULATION_DATABASE_URL: url },
  })
  child.on('message', (told) => hear(told as Told))
  return child
}
