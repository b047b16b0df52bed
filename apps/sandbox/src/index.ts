/**
 * The sandbox: one real wallet server with the world around it for trying it. It plugs into ports that the server has
 * anyway (clock, recorder, transports, bank) and adds doors of its own; the rooms cannot tell it from production.
 */
import { join } from 'node:path'
import { WalletError, type SandboxWorld } from '@tradepay/contract'
import {
  buildServer,
  createCashierService,
  createHttpBank,
  createPool,
  createTransport,
  cryptoRandom,
  defaultSettings,
  migrate,
  type Clock,
  type Deps,
  type Rooms,
  type Settings,
  type WalletServer,
} from '@tradepay/wallet-server'
import type pg from 'pg'
import { openClock, type MovableClock } from './clock.ts'
import { sandboxDoors } from './doors/door.ts'
import { flowPage } from './doors/flow-page.ts'
import { openKeys, type SandboxKeys } from './keys.ts'
import { becomeOnlyOne } from './only-one.ts'
import { emptyWorld, markWorld, prepareSchema, worldFingerprint } from './schema.ts'
import { createRecorder } from './timeline/recorder.ts'
import { timelineStore } from './timeline/store.ts'
import { createStreams } from './timeline/stream.ts'
import { startTestBank, type TestBank } from './test-bank/index.ts'
import { madeStore } from './world/made.ts'
import { bankAccounts } from './world/people.ts'
import { seedWorld, type ShopPlace } from './world/seed.ts'
import { createWorld, type World } from './world/world.ts'

export { people } from './world/people.ts'
export type { ShopPlace } from './world/seed.ts'
export { sandboxNow } from './clock.ts'
export { compareWithBank, type BankComparison } from './test-bank/compare.ts'

export interface SandboxOptions {
  /** A database of its own; PostgreSQL 15 or newer. It is migrated and filled here. */
  databaseUrl: string
  /** For keys and mini program packages. */
  dataFolder: string
  port: number
  /** Port of the test bank; default 0, any free one. */
  bankPort?: number
  /** Default 127.0.0.1. The sandbox doors answer only to loopback, wherever the server listens. */
  host?: string
  shop: ShopPlace
  /** Folders of built pages; null or absent serves none. */
  walletAppFolder?: string | null
  framesFolder?: string | null
  flowPageFolder?: string | null
  /** Called at the end of a reset, for what else belongs to the world: the shop forgets its orders. */
  onReset?: () => Promise<void>
  /** Called whenever apps or people have come, changed, or gone: `world` says what it is now. */
  onChange?: () => Promise<void>
}

export interface Sandbox {
  /** As it is now. */
  readonly world: SandboxWorld
  url: string
  server: WalletServer
  bank: TestBank
  /** The wallet's clock, for parts of the world that must agree with it on the time. */
  clock: Clock
  /** Finishes what is in flight and stops. May be repeated. */
  close(): Promise<void>
}

/**
 * Starts the sandbox: migrates, starts the test bank, seeds, listens.
 * @throws Error when a port is taken (EADDRINUSE), another sandbox runs on the database, or the database belongs to
 * a wallet that is no sandbox
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { databaseUrl, dataFolder, port, shop, host = '127.0.0.1' } = options
  const url = `http://127.0.0.1:${port}`
  const undo: (() => Promise<unknown>)[] = []
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    const db = createPool(databaseUrl, { connections: DATABASE_CONNECTIONS })
    undo.push(() => db.end())
    undo.push(await becomeOnlyOne(databaseUrl))
    await migrate(db)
    await prepareSchema(db)
    const keys = await openKeys(join(dataFolder, 'keys'))
    const made = await worldFingerprint(db)
    // People's PINs and the merchants' keys belong to the keys of that time: a world under other keys is of no use.
    const fresh = made !== null && made !== keys.fingerprint
    if (fresh) await emptyWorld(db)

    const clock = await openClock(db)
    // Before the wallet, whose worker may have questions from the first moment on.
    const bank = await startTestBank({
      databaseUrl,
      port: options.bankPort ?? 0,
      key: keys.bankKey,
      walletUrl: url,
      clock,
      accounts: bankAccounts.map(({ ref: account, ...rest }) => ({ account, ...rest })),
    })
    undo.push(() => bank.close())
    const settings: Settings = {
      ...defaultSettings,
      sandbox: true,
      publicUrl: url,
      pinPepper: keys.pinPepper,
      walletKeys: [keys.wallet],
      bankKey: keys.bankKey,
      packagesFolder: join(dataFolder, 'packages'),
      walletAppFolder: options.walletAppFolder ?? null,
      framesFolder: options.framesFolder ?? null,
      databaseConnections: DATABASE_CONNECTIONS,
      // A merchant's server on this machine keeps real time when the wallet's clock is moved: both are taken.
      get requestTimeToleranceSeconds() {
        return defaultSettings.requestTimeToleranceSeconds + Math.ceil(clock.offsetMs() / 1000)
      },
      get alipayTimestampToleranceSeconds() {
        return defaultSettings.alipayTimestampToleranceSeconds + Math.ceil(clock.offsetMs() / 1000)
      },
      get replayWindowSeconds() {
        return defaultSettings.replayWindowSeconds + Math.ceil(clock.offsetMs() / 1000)
      },
    }
    let now: SandboxWorld
    const { server, seed, recorder, world } = await compose({
      ...options,
      db,
      settings,
      keys,
      clock,
      bank,
      addresses: {
        walletUrl: url,
        shopUrl: shop.url,
        gatewayUrl: `${url}/gateway.do`,
        docsUrl: `${url}/docs`,
        bankUrl: bank.url,
      },
      tell: async (changed) => {
        now = changed
        await options.onChange?.()
      },
    })
    undo.push(async () => {
      await server.close()
      await recorder.flushed()
    })
    await seed(fresh)
    await markWorld(db, keys.fingerprint)
    now = await world.describe()
    await server.http.listen({ port, host })
    return {
      get world() {
        return now
      },
      url,
      server,
      bank,
      clock,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

const DATABASE_CONNECTIONS = 12

interface Composition extends SandboxOptions {
  db: pg.Pool
  settings: Settings
  keys: SandboxKeys
  clock: MovableClock
  bank: TestBank
  addresses: Omit<SandboxWorld, 'apps' | 'users'>
  /** Told of every change of the world. */
  tell: (world: SandboxWorld) => Promise<void>
}

/** Puts the server and the sandbox's own parts together. Nothing listens yet. */
async function compose(composition: Composition) {
  const { db, settings, keys, clock, bank, shop, flowPageFolder, onReset, addresses, tell } = composition
  const store = timelineStore(db)
  const recorder = createRecorder(store)
  const streams = createStreams(store, recorder)
  // People try it with servers on their own machine; addresses of other networks stay refused.
  const transport = createTransport({ allowLoopback: true })
  const deps: Deps = {
    db,
    settings,
    clock,
    random: cryptoRandom,
    recorder,
    notificationTransport: transport,
    relayTransport: transport,
    bank: createHttpBank({ url: bank.url, key: keys.bankKey }),
  }
  const made = madeStore(db)
  let world: World
  const server: WalletServer = await buildServer(deps, {
    extend: async (http, rooms) => {
      http.addHook('preClose', async () => streams.closeAll())
      const cashier = createCashierService(rooms, deps)
      const wake = (): void => {
        server.wake()
        bank.wake()
      }
      world = createWorld({ rooms, settings, keys, made, addresses, onChange: tell })
      const parts = { settings, rooms, world, made, cashier, clock, bank, store, recorder, streams, wake, reset }
      await http.register(async (scope) => sandboxDoors(scope, parts))
      if (flowPageFolder) await http.register(async (scope) => flowPage(scope, flowPageFolder))
    },
  })
  const seed = (fresh: boolean) => seedWorld({ rooms: server.rooms, keys, shop, fresh })

  function reset(): Promise<void> {
    return world.change(async () => {
      const gone = await made.apps()
      await bank.whileClosed(async () => {
        recorder.clear()
        await emptyWorld(db)
        await clock.reset()
      })
      for (const { clientId } of gone) await forgetClient(server.rooms, clientId)
      await seed(true)
      await markWorld(db, keys.fingerprint)
      await onReset?.()
    })
  }
  return { server, seed, recorder, world: world! }
}

/** The rooms remember a client for some seconds, also one that is gone; whoever changes it makes them forget. */
async function forgetClient({ merchants }: Rooms, clientId: string): Promise<void> {
  await merchants.setNotifyUrl(clientId, null).catch((error: unknown) => {
    if (!(error instanceof WalletError && error.code === 'CLIENT_UNKNOWN')) throw error
  })
}
