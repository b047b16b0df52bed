/**
 * The whole system as a user starts it (`tradepay start`), in a process of its own with its own folder and ports.
 * It can be killed as hard as the operating system can, and started again on what it left.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { walletPaths, type SandboxWorld } from '@tradepay/contract'

const root = fileURLToPath(new URL('../..', import.meta.url))
const READY_WITHIN_MS = 120_000

export interface RunningWallet {
  readonly folder: string
  readonly world: SandboxWorld
  /** Milliseconds that the last start took until it answered. */
  readonly readyAfterMs: number
  /** kill -9 of the wallet's process. Its PostgreSQL lives on. */
  kill(): Promise<void>
  /** kill -9 of its PostgreSQL. While the wallet lives, it starts it again by itself. */
  killPostgres(): Promise<void>
  /** Starts it again on the same folder and ports. */
  restart(): Promise<void>
  /** Ends it as Ctrl-C does. */
  stop(): Promise<number | null>
  /** Stops it and removes its folder. */
  dispose(): Promise<void>
}

export async function startWallet(): Promise<RunningWallet> {
  const folder = await mkdtemp(join(tmpdir(), 'tradepay-run-'))
  const port = await freePorts()
  let child: ChildProcess | null = null
  let world: SandboxWorld
  let readyAfterMs = 0

  async function start(): Promise<void> {
    const started = performance.now()
    const process_ = spawn(
      process.execPath,
      ['apps/tradepay/bin/tradepay.js', 'start', '--data', folder, '--port', String(port)],
      { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
    )
    child = process_
    let output = ''
    for (const stream of [process_.stdout, process_.stderr]) {
      stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-8000)))
    }
    const deadline = started + READY_WITHIN_MS
    // sandbox.json is written last, when everything is ready; after a kill an older one lies there, so both are waited for.
    while (!(existsSync(join(folder, 'sandbox.json')) && (await answers(port)))) {
      if (process_.exitCode !== null) throw new Error(`The wallet ended while starting:\n${output}`)
      if (performance.now() > deadline) throw new Error(`The wallet is not ready:\n${output}`)
      await wait(25)
    }
    readyAfterMs = performance.now() - started
    world = JSON.parse(await readFile(join(folder, 'sandbox.json'), 'utf8')) as SandboxWorld
  }

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    const process_ = child
    child = null
    if (!process_ || process_.exitCode !== null) return process_?.exitCode ?? null
    const exited = once(process_, 'exit') as Promise<[number | null]>
    process_.kill(signal)
    return (await exited)[0]
  }

  await start()
  return {
    folder,
    get world() {
      return world
    },
    get readyAfterMs() {
      return readyAfterMs
    },
    async kill() {
      await end('SIGKILL')
    },
    async killPostgres() {
      // As another user the cluster may lie elsewhere, and a file says where.
      const root = join(folder, 'postgres')
      const home = await readFile(join(root, 'cluster-lies-in'), 'utf8').then(
        (path) => path.trim(),
        () => root,
      )
      // The first line of postmaster.pid is the number of the process. Source: PostgreSQL manual, "Database File Layout".
      const file = await readFile(join(home, 'cluster', 'data', 'postmaster.pid'), 'utf8')
      const pid = Number(file.split('\n')[0])
      process.kill(pid, 'SIGKILL')
    },
    restart: start,
    stop: () => end('SIGTERM'),
    async dispose() {
      await end('SIGTERM')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Runs one of the other commands on the folder of a wallet. */
export async function tradepay(args: string[]): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, ['apps/tradepay/bin/tradepay.js', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code: code ?? -1, output }
}

async function answers(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${walletPaths.session}`, { signal: AbortSignal.timeout(1000) })
    await answer.arrayBuffer()
    return answer.ok
  } catch {
    return false
  }
}

/** A port whose next two are free too: the wallet takes the first, the coffee shop and the test bank the others. */
export async function freePorts(): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const port = 20_000 + Math.floor(Math.random() * 30_000)
    if ((await isFree(port)) && (await isFree(port + 1)) && (await isFree(port + 2))) return port
  }
  throw new Error('No three neighbouring ports are free.')
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}
