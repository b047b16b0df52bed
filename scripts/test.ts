/**
 * `npm test`: everything. Types, lint and format; then units, rooms, doors and whole processes (Vitest, real
 * PostgreSQL); then the flow in a browser (Playwright, real Chromium). Ends with one line: "N passed, N failed".
 *
 * `npm test -- vitest` or `-- browser` or `-- check` runs one part.
 */
import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureChromium } from './chromium.ts'

interface Count {
  passed: number
  failed: number
}

const folder = mkdtempSync(join(tmpdir(), 'tradepay-report-'))

function run(args: string[], env: Record<string, string> = {}): boolean {
  const [command = '', ...rest] = args
  const result = spawnSync('npx', ['--no-install', command, ...rest], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  })
  return result.status === 0
}

/** Each check counts as one test. All at once: each of them uses one core. */
async function check(): Promise<Count> {
  const checks: [string, string[]][] = [
    ['types (programs)', ['tsc', '-p', 'tsconfig.json']],
    ['types (pages)', ['tsc', '-p', 'tsconfig.web.json']],
    ['types (worker)', ['tsc', '-p', 'tsconfig.worker.json']],
    ['lint', ['eslint', '.']],
    ['format', ['prettier', '--check', '--log-level', 'warn', '.']],
  ]
  const ends = await Promise.all(
    checks.map(async ([name, args]) => {
      const { ok, output } = await listen(args)
      console.log(`${ok ? '✓' : '✗'} ${name}${ok ? '' : `\n${output}`}`)
      return ok
    }),
  )
  const passed = ends.filter((ok) => ok).length
  return { passed, failed: ends.length - passed }
}

/** Runs a tool and keeps what it says. */
function listen(args: string[]): Promise<{ ok: boolean; output: string }> {
  return new Promise((done) => {
    execFile('npx', ['--no-install', ...args], { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      done({ ok: error === null, output: stdout + stderr }),
    )
  })
}

function vitest(chromium: string): Count {
  const file = join(folder, 'vitest.json')
  const ok = run(['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`], {
    TRADEPAY_CHROMIUM: chromium,
  })
  const report = readReport<{ numPassedTests: number; numFailedTests: number; numTotalTestSuites: number }>(file)
  return atLeastOneFailure(ok, { passed: report?.numPassedTests ?? 0, failed: report?.numFailedTests ?? 0 })
}

function browser(chromium: string): Count {
  const file = join(folder, 'playwright.json')
  const ok = run(['playwright', 'test', '--reporter=list,json'], {
    TRADEPAY_CHROMIUM: chromium,
    PLAYWRIGHT_JSON_OUTPUT_NAME: file,
  })
  const report = readReport<{ stats: { expected: number; unexpected: number; flaky: number } }>(file)
  return atLeastOneFailure(ok, {
    passed: report?.stats.expected ?? 0,
    failed: (report?.stats.unexpected ?? 0) + (report?.stats.flaky ?? 0),
  })
}

/** A part that ended badly counts as a failure even when its report names none: a crash, no report, no test. */
function atLeastOneFailure(ok: boolean, count: Count): Count {
  return (ok && count.passed > 0) || count.failed > 0 ? count : { ...count, failed: 1 }
}

function readReport<T>(file: string): T | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T
  } catch {
    return null
  }
}

const parts = { check, vitest: () => vitest(ensureChromium()), browser: () => browser(ensureChromium()) }
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in parts))
if (unknown.length > 0) {
  console.error(`Unknown part ${unknown.join(', ')}: expected ${Object.keys(parts).join(', ')}.`)
  process.exit(2)
}

const total = { passed: 0, failed: 0 }
for (const [name, part] of Object.entries(parts)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const count = await part()
  total.passed += count.passed
  total.failed += count.failed
}
rmSync(folder, { recursive: true, force: true })
console.log(`\n${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed === 0 ? 0 : 1)
