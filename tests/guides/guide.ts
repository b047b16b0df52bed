/**
 * Runs the programs of a guide: the very code blocks of the page, as files in a folder of their own, beside a running
 * sandbox whose `.tradepay/sandbox.json` they read, exactly as a reader would.
 *
 * A block that is a program names its file behind the language: ```js file=create-order.mjs
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { access, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { SandboxWorld } from '@tradepay/contract'
import { testSandbox, type TestSandbox } from '../../apps/sandbox/test/support.ts'
import { writeSandboxFile } from '../../apps/tradepay/src/sandbox-file.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const guidesFolder = join(root, 'docs/guides')
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

/** A place to read guides in: a sandbox, and a folder with its `.tradepay`. */
export interface Desk {
  sandbox: TestSandbox
  readonly world: SandboxWorld
  open(page: string): Promise<Guide>
  /** A file in the folder, as the reader writes one. */
  write(file: string, text: string): Promise<void>
  close(): Promise<void>
}

/** A program that goes on until it is stopped. */
export interface Running {
  /** Resolves with everything it has said, when that holds the text so many times. */
  says(text: string, times?: number): Promise<string>
  stop(): Promise<void>
}

export interface Guide {
  /** Its programs, in the order of the page. */
  programs: string[]
  /** Runs a program to its end. @returns what it said. @throws Error with that when it fails */
  run(file: string, ...args: string[]): Promise<string>
  /** Starts a program that goes on, and waits until it says that it is ready. */
  start(file: string, env: Record<string, string>, ready: string): Promise<Running>
  /** Programs that were not run. */
  left(): string[]
}

export async function openDesk(): Promise<Desk> {
  const folder = await mkdtemp(join(tmpdir(), 'guide-'))
  const data = join(folder, '.tradepay')
  await mkdir(data)
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  const sandbox: TestSandbox = await testSandbox({
    onChange: async () => void (await writeSandboxFile(data, sandbox.sandbox.world)),
  })
  await writeSandboxFile(data, sandbox.sandbox.world)
  return {
    sandbox,
    get world() {
      return sandbox.sandbox.world
    },
    open: (page) => openGuide(page, folder),
    write: (file, text) => writeFile(join(folder, file), text),
    async close() {
      await sandbox.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The programs of a page, by their file names. */
export function programsOf(markdown: string): Map<string, string> {
  const blocks = [...markdown.matchAll(/^```(\w*)(?: file=(\S+))?[^\n]*\n([\s\S]*?)^```$/gm)]
  return new Map(blocks.flatMap(([, , file, code]) => (file === undefined ? [] : [[file, code!] as const])))
}

export const readPage = (page: string): Promise<string> => readFile(join(guidesFolder, page), 'utf8')

/** Every link of a page to a file of the repository that is not there. */
export async function deadLinks(page: string): Promise<string[]> {
  const links = [...(await readPage(page)).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, link]) => link!)
  const local = links.filter((link) => !/^[a-z]+:/.test(link))
  const found = await Promise.all(
    local.map((link) =>
      access(join(dirname(join(guidesFolder, page)), link)).then(
        () => true,
        () => false,
      ),
    ),
  )
  return local.filter((_, place) => !found[place])
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}

async function openGuide(page: string, folder: string): Promise<Guide> {
  const programs = programsOf(await readPage(page))
  const left = new Set(programs.keys())
  for (const [file, code] of programs) await writeFile(join(folder, file), code)

  function launch(
    file: string,
    args: string[],
    env: Record<string, string>,
  ): { child: ChildProcess; said: () => string } {
    if (!programs.has(file)) throw new Error(`${page} has no program ${file}.`)
    left.delete(file)
    let said = ''
    // The SDK is run from its sources; what does without it starts sooner.
    const loader = programs.get(file)!.includes('@tradepay/') ? ['--import', tsx] : []
    const child = spawn(process.execPath, [...loader, file, ...args], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += String(chunk)))
    return { child, said: () => said }
  }

  return {
    programs: [...programs.keys()],
    left: () => [...left],

    async run(file, ...args) {
      const { child, said } = launch(file, args, {})
      const code = await new Promise<number | null>((ended) => child.on('close', ended))
      if (code !== 0) throw new Error(`${file} of ${page} ended with ${code}:\n${said()}`)
      return said()
    },

    async start(file, env, ready) {
      const { child, said } = launch(file, [], env)
      const ended = new Promise<void>((done) => child.on('close', () => done()))
      const says = (text: string, times = 1): Promise<string> =>
        new Promise((found, failed) => {
          const look = (): void => {
            if (said().split(text).length > times) found(said())
          }
          child.stdout!.on('data', look)
          child.stderr!.on('data', look)
          void ended.then(() => failed(new Error(`${file} of ${page} ended before it said "${text}":\n${said()}`)))
          look()
        })
      await says(ready)
      return {
        says,
        async stop() {
          child.kill('SIGTERM')
          await ended
        },
      }
    },
  }
}
