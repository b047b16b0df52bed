/**
 * `tradepay start`: the whole sandbox in one process. Database, built pages, wallet server with its sandbox doors, the
 * test bank, and the coffee shop's server, which knows of the wallet only what any merchant knows.
 */
import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CoffeeShop } from '@coffee-shop/server'
import type { Sandbox } from '@tradepay/sandbox'
import { buildPages } from './build-pages.ts'
import { emptyDatabase, openDatabases } from './databases.ts'
import { requireFreePort } from './ports.ts'
import { removeSandboxFile, writeSandboxFile } from './sandbox-file.ts'

export interface StartSettings {
  port: number
  /** Default: the port after the wallet's. */
  shopPort?: number
  /** Default: the port after the shop's. 0 takes any free one. */
  bankPort?: number
  dataFolder: string
  /** A PostgreSQL to use instead of the embedded one. */
  databaseUrl?: string | undefined
  /** Told what is going on, a line at a time. */
  say(line: string): void
}

export interface Running {
  world: Sandbox['world']
  /** Path of sandbox.json. */
  file: string
  database: string
  /** Stops everything, the embedded PostgreSQL too. May be repeated. */
  stop(): Promise<void>
}

const programFolder = fileURLToPath(new URL('../../../examples/coffee-shop/mini-program', import.meta.url))

/**
 * Starts everything and resolves when it can be used. After a kill at any moment, starting again just works.
 * @throws CommandError for what the person can change: a taken port, a database that cannot be reached
 */
export async function start({
  port,
  shopPort = port + 1,
  bankPort = shopPort + 1,
  dataFolder,
  databaseUrl,
  say,
}: StartSettings): Promise<Running> {
  const folder = resolve(dataFolder)
  const other = `Stop that program, or choose other ports: npm start -- --port ${port + 100}`
  await requireFreePort(port, 'the wallet', other)
  await requireFreePort(shopPort, 'the coffee shop', other)
  if (bankPort !== 0) await requireFreePort(bankPort, 'the test bank', other)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await removeSandboxFile(folder)

  const undo: (() => Promise<unknown>)[] = []
  let stopping: Promise<void> | null = null
  const stop = (): Promise<void> =>
    (stopping ??= (async () => {
      for (const step of undo.reverse()) await step().catch(() => undefined)
    })())

  try {
    // The servers are read while the database starts: together they take most of a start.
    const [databases, pages, { startSandbox }, { startCoffeeShop }] = await toTheEnd([
      openDatabases(folder, databaseUrl).then((opened) => {
        undo.push(() => opened.stop())
        return opened
      }),
      buildPages(`${folder}/build`, (name) => say(`Building the ${name.replaceAll('-', ' ')} …`)),
      import('@tradepay/sandbox'),
      import('@coffee-shop/server'),
    ])
    const shopUrl = `http://127.0.0.1:${shopPort}`
    let shop: CoffeeShop | null = null
    // Written last of all, for whoever waits for it; from then on whenever the world has changed.
    let file = ''
    let writing: Promise<unknown> = Promise.resolve()
    const write = (): Promise<string> => {
      const written = writing.then(() => writeSandboxFile(folder, sandbox.world))
      writing = written.catch(() => undefined)
      return written
    }
    const sandbox = await startSandbox({
      databaseUrl: databases.walletUrl,
      dataFolder: folder,
      port,
      bankPort,
      shop: { url: shopUrl, notifyUrl: `${shopUrl}/notify`, programFolder },
      ...pages,
      // The shop belongs to the world: it forgets its orders by starting again on an empty database.
      onReset: async () => {
        if (!shop) return
        await shop.close()
        await emptyDatabase(databases.shopUrl)
        shop = await openShop()
      },
      onChange: async () => void (file && (await write())),
    })
    undo.push(() => sandbox.close())
    const [app] = sandbox.world.apps
    if (!app) throw new Error('The seeded world has no coffee shop.')
    const openShop = (): Promise<CoffeeShop> =>
      startCoffeeShop({
        databaseUrl: databases.shopUrl,
        host: '127.0.0.1',
        port: shopPort,
        wallet: { baseUrl: sandbox.url, ...app },
        clock: sandbox.clock,
        warn: (message) => say(`Coffee shop: ${message}`),
      })
    shop = await openShop()
    undo.push(async () => await shop?.close())
    file = await write()
    return { world: sandbox.world, file, database: databases.about, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** All at once; a failure of one is told only when every other has come to an end, so that nothing is left running. */
async function toTheEnd<All extends unknown[]>(all: [...{ [Each in keyof All]: Promise<All[Each]> }]): Promise<All> {
  await Promise.allSettled(all)
  return (await Promise.all(all)) as All
}
