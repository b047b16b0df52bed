/**
 * `npm run fuzz -- [--calls N] [--seed N] [--workers N] [--doors merchant|sandbox]`: so many calls in a few processes, each with a
 * server and a database of its own on one throwaway PostgreSQL (or on the one that TRADEPAY_TEST_DATABASE_URL names). Worker n
 * plays the seed + n. Where no doors are named, a fifth of the calls goes to those of a sandbox.
 *
 * `npm run fuzz -- --seed N --listen PORT [--doors sandbox]` opens the world of a seed and waits, for sending the bytes of a finding again: keys
 * and numbers are those of the seed. Exit 1 when something was found.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { throwawayPostgres } from '../support/throwaway-postgres.ts'
import { fuzz, type Report } from './fuzz.ts'
import { subjects, type SubjectName } from './subjects.ts'

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: '2' },
    listen: { type: 'string' },
    worker: { type: 'string' },
    doors: { type: 'string' },
  },
})

/** @throws ends the process with 2 for anything that is not a whole number of at least `least` */
function whole(name: 'calls' | 'seed' | 'workers' | 'listen' | 'worker', least: number): number {
  const number = Number(values[name])
  if (Number.isSafeInteger(number) && number >= least) return number
  process.stderr.write(`--${name} takes a whole number of at least ${least}; got "${values[name]}".\n`)
  process.exit(2)
}

/** @throws ends the process with 2 for doors that there are not */
function namedDoors(): SubjectName | null {
  const { doors } = values
  if (doors === undefined) return null
  if (doors in subjects) return doors as SubjectName
  process.stderr.write(`--doors takes ${Object.keys(subjects).join(' or ')}; got "${doors}".\n`)
  process.exit(2)
}

const calls = whole('calls', 1)
const seed = whole('seed', 0)
const workers = Math.min(whole('workers', 1), calls)
const doors = namedDoors()
const say = (line: string): void => void process.stdout.write(`${line}\n`)
/** Where a worker finds the database. It carries a password: it is not for the list of processes. */
const DATABASE = 'TRADEPAY_FUZZ_DATABASE_URL'

if (values.worker !== undefined) await work(whole('worker', 0))
else if (values.listen !== undefined) await listen(whole('listen', 1))
else await lead()

async function work(worker: number): Promise<void> {
  const share = Math.floor(calls / workers) + (worker < calls % workers ? 1 : 0)
  // Calls of a sandbox are slower, and its doors are for one machine: a fifth of them is enough.
  const ofSandbox = doors === 'sandbox' ? share : doors === null ? Math.floor(share / 5) : 0
  const parts = { merchant: share - ofSandbox, sandbox: ofSandbox }
  const reports: Report[] = []
  for (const [name, part] of Object.entries(parts) as [SubjectName, number][]) {
    if (part === 0) continue
    reports.push(await fuzz(process.env[DATABASE]!, { doors: name, calls: part, seed: seed + worker }))
  }
  process.send!(reports)
  process.disconnect()
}

async function lead(): Promise<void> {
  const postgres = await throwawayPostgres('fuzz')
  const started = performance.now()
  const reports = await Promise.all(Array.from({ length: workers }, (_, worker) => runWorker(worker, postgres.url)))
  await postgres.stop()
  const seconds = (performance.now() - started) / 1000

  const done = reports.flatMap((each) => each ?? [])
  const sum = (of: (report: Report) => number): number => done.reduce((total, report) => total + of(report), 0)
  for (const [code, count] of sorted(done)) say(`${String(count).padStart(8)}  ${code}`)
  for (const { doors: of, seed: at, at: call, complaints, replay } of done.flatMap(({ findings }) => findings)) {
    const command = await shown(replay, `${of}-${at}-${call}`)
    say(`\nSeed ${at}, call ${call} (--doors ${of}): ${complaints.join('; ')}\n  ${command}`)
  }
  for (const violation of done.flatMap(({ violations }) => violations)) say(`Broken: ${violation}`)
  const made = sum((report) => report.calls)
  say(
    `\n${made} calls in ${seconds.toFixed(1)} s (${(made / seconds).toFixed(0)} a second), ${sum((report) => report.verified)} of them past the verification, ` +
      `${sum(({ findings }) => findings.length)} findings, ${sum(({ violations }) => violations.length)} promises about money broken`,
  )
  const isClean = done.every(({ findings, violations }) => findings.length + violations.length === 0)
  process.exit(reports.every((each) => each !== null) && isClean ? 0 : 1)
}

/** A command that fits on a screen as it is, another one as a file. */
async function shown(replay: string, name: string): Promise<string> {
  if (replay.length < 2_000) return replay
  const file = join(tmpdir(), `tradepay-fuzz-${name}.sh`)
  await writeFile(file, `${replay}\n`)
  return `sh ${file}`
}

/** Null when it has ended without a report. */
async function runWorker(worker: number, url: string): Promise<Report[] | null> {
  const child = fork(process.argv[1]!, [...process.argv.slice(2), '--worker', String(worker)], {
    env: { ...process.env, [DATABASE]: url },
  })
  let reports: Report[] | null = null
  child.on('message', (told) => (reports = told as Report[]))
  await once(child, 'exit')
  return reports
}

function sorted(reports: Report[]): [string, number][] {
  const all = new Map<string, number>()
  for (const [code, count] of reports.flatMap(({ codes }) => Object.entries(codes))) {
    all.set(code, (all.get(code) ?? 0) + count)
  }
  return [...all].toSorted(([, one], [, other]) => other - one)
}

async function listen(port: number): Promise<void> {
  const postgres = await throwawayPostgres('fuzz')
  const world = await subjects[doors ?? 'merchant'](postgres.url, seed, port)
  say(`The world of seed ${seed} listens on http://127.0.0.1:${port}. Ctrl+C ends it.`)
  await once(process, 'SIGINT')
  await world.close()
  await postgres.stop()
}
