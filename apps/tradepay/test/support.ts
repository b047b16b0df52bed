/** Helpers of the command's tests: ports, throwaway folders, and the command as a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const program = fileURLToPath(new URL('../bin/tradepay.js', import.meta.url))

/** The first of three free ports in a row: for the wallet, the coffee shop and the test bank. */
export async function freePorts(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 20_000)
    if ((await isFree(port)) && (await isFree(port + 1)) && (await isFree(port + 2))) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return await new Promise((answer) => {
    server.once('error', () => answer(false))
    server.listen(port, '127.0.0.1', () => server.close(() => answer(true)))
  })
}

export async function throwawayFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tp-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export interface Run {
  child: ChildProcess
  /** Resolves when the output holds the text. @throws when the command ends before */
  says(text: string): Promise<string>
  /** Resolves with the exit code and everything that was said. */
  ended: Promise<{ code: number | null; output: string }>
}

/** Runs the command, with an environment of its own. */
export function tradepay(args: string[], env: Record<string, string> = {}): Run {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TRADEPAY_')))
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...clean, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  const listeners = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      for (const listener of listeners) listener()
    })
  }
  const ended = new Promise<{ code: number | null; output: string }>((done) => {
    child.on('close', (code) => done({ code, output }))
  })
  return {
    child,
    ended,
    says: (text) =>
      new Promise((found, failed) => {
        const look = (): void => {
          if (!output.includes(text)) return
          listeners.delete(look)
          found(output)
        }
        listeners.add(look)
        look()
        void ended.then(({ code }) => failed(new Error(`ended with ${code} before "${text}": ${output}`)))
      }),
  }
}
