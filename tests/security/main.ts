/**
 * `npm run attack -- [--mutations N] [--replays N] [--seed N] [--workers N]`: mutated and replayed calls of every merchant
 * API family, as many as wanted (by default 1,000,000 and 100,000).
 *
 * Mutations are shown to the doors' own functions in a few processes, and one in a hundred is sent to real servers over HTTP;
 * replays go to two servers on one throwaway PostgreSQL (or on the server that TRADEPAY_TEST_DATABASE_URL names, whose user
 * must be allowed to create databases). The same seed makes the same requests, but for their keys. Exit 1 when anything
 * was taken that should not be.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { throwawayPostgres } from '../support/throwaway-postgres.ts'
import { Originals, tryMutations, type MutationReport } from './mutate.ts'
import { overHttp } from './over-http.ts'
import { capture, tryReplays } from './replay.ts'
import { Wallet } from './wallet.ts'

const { values } = parseArgs({
  options: {
    mutations: { type: 'string', default: '1000000' },
    replays: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: String(Math.min(8, availableParallelism())) },
    worker: { type: 'string' },
  },
})

/** One in so many mutations is sent over HTTP too. */
const HTTP_SHARE = 100

/** @throws ends the process with 2 for anything that is not a whole number of at least `least` */
function whole(name: keyof typeof values, least: number): number {
  const number = Number(values[name])
  if (Number.isSafeInteger(number) && number >= least) return number
  process.stderr.write(`--${name} takes a whole number of at least ${least}; got "${values[name]}".\n`)
  process.exit(2)
}

const mutations = whole('mutations', 0)
const replays = whole('replays', 0)
const seed = whole('seed', 0)
const workers = whole('workers', 1)
const say = (line: string): void => void process.stdout.write(`${line}\n`)

if (values.worker !== undefined) await work(whole('worker', 0))
else await lead()

/** A share of the mutations, told to the leader. */
async function work(worker: number): Promise<void> {
  const count = Math.floor(mutations / workers) + (worker < mutations % workers ? 1 : 0)
  const originals = await Originals.make(seed + worker)
  process.send!(await tryMutations(originals, { count, seed: seed + worker }))
  process.disconnect()
}

async function lead(): Promise<void> {
  const broken: string[] = []

  const reports = await timed('mutated requests in process', () =>
    Promise.all(Array.from({ length: workers }, startWorker)),
  )
  broken.push(...reports.flatMap(({ accepted }) => accepted))
  const sum = (of: (report: MutationReport) => number): number => reports.reduce((total, each) => total + of(each), 0)
  for (const change of Object.keys(reports[0]!.byChange).sort()) {
    say(`  ${String(sum(({ byChange }) => byChange[change] ?? 0)).padStart(9)} ${change}`)
  }
  say(`${sum(({ tried }) => tried)} mutated requests: ${broken.length} accepted`)

  const postgres = await throwawayPostgres('attack')
  const wallet = await Wallet.open(postgres.url)
  try {
    const originals = await Originals.make(seed, wallet.signers)
    const before = JSON.stringify(await wallet.state())
    const count = Math.ceil(mutations / HTTP_SHARE)
    const { tried, accepted } = await timed('mutated requests over HTTP', () =>
      tryMutations(originals, { count, seed: seed + workers, verifiers: overHttp(wallet) }),
    )
    if (before !== JSON.stringify(await wallet.state())) accepted.push('The mutated requests left something behind.')
    say(`${tried} mutated requests over HTTP: ${accepted.length} accepted`)
    broken.push(...accepted)

    const captured = await capture(wallet)
    const report = await timed('replays', () => tryReplays(wallet, captured, { count: replays, seed }))
    say(
      `${report.replayed} replays of ${captured.length} calls over two servers and a restart: ${report.broken.length} with an effect, ` +
        `${report.refused} refused for their time or nonce, the others answered as before`,
    )
    broken.push(...report.broken)
  } finally {
    await wallet.close()
    await postgres.stop()
  }
  for (const line of broken.slice(0, 20)) say(`\n${line}`)
  process.exit(broken.length === 0 ? 0 : 1)
}

async function startWorker(_: unknown, worker: number): Promise<MutationReport> {
  const child = fork(process.argv[1]!, [
    ...process.argv.slice(2),
    '--worker',
    String(worker),
    '--workers',
    String(workers),
  ])
  let report: MutationReport | undefined
  child.on('message', (told) => (report = told as MutationReport))
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0 || report === undefined) throw new Error(`A worker ended with ${code}.`)
  return report
}

async function timed<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  const started = performance.now()
  const result = await work()
  say(`${what}: ${((performance.now() - started) / 1000).toFixed(1)} s`)
  return result
}
