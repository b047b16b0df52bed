/**
 * Helpers of the tests: throwaway folders, queries, and child processes that can be killed.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { onTestFinished } from 'vitest'

/** A short folder that is removed when the test ends. */
export async function throwawayFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pg-'))
  onTestFinished(async () => {
    await rm(folder, { recursive: true, force: true })
  })
  return folder
}

export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

export interface Child {
  process: ChildProcess
  url: string
  adopted: boolean
  /** Ends it without any chance to clean up. */
  kill(): Promise<void>
}

/** Starts PostgreSQL in a process of its own, as another user if wanted. */
export async function startInChild(
  folder: string,
  options: { uid?: number; gid?: number; then?: 'stay' | 'stop' } = {},
): Promise<Child> {
  const { then = 'stay', ...user } = options
  const script = join(dirname(fileURLToPath(import.meta.url)), 'child.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder, then], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
  })
  const ended = new Promise<void>((done) => child.once('exit', () => done()))
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  let complained = ''
  child.stderr.on('data', (chunk: Buffer) => (complained += chunk.toString()))
  await new Promise<void>((ready, fail) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('\n')) ready()
    })
    child.once('exit', (code) => fail(new Error(`the child ended with ${code}: ${complained}`)))
  })
  const { url, adopted } = JSON.parse(said) as { url: string; adopted: boolean }
  return {
    process: child,
    url,
    adopted,
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** The number of the postmaster of a folder. */
export async function postmasterPid(folder: string): Promise<number> {
  return Number((await readFile(join(folder, 'cluster', 'data', 'postmaster.pid'), 'utf8')).split('\n')[0])
}
