/**
 * A wallet to measure: the real server with its doors on a real PostgreSQL with fsync, in folders that are thrown away, its
 * tables filled with users and paid orders. Nobody needs a PIN, whose hash is slow on purpose.
 */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@tradepay/embedded-postgres'
import {
  buildServer,
  createPool,
  createTransport,
  cryptoRandom,
  defaultSettings,
  migrate,
  noRecorder,
  systemClock,
  walletRooms,
  type Client,
  type Deps,
  type WalletServer,
} from '@tradepay/wallet-server'
import pg from 'pg'
import { fill, filledUser, type Size } from './fill.ts'

export const MERCHANTS = 1000
/** What lies in the tables before anything is measured. */
export const YOUNG: Size = { accounts: 100_000, orders: 100_000 }

export interface BenchWorld {
  deps: Deps
  server: WalletServer
  url: string
  databaseUrl: string
  userIds: string[]
  clients: Client[]
  /** PKCS#8 PEM of every client. */
  privateKey: string
  /** Lets PostgreSQL bring to its files what has been written so far. */
  settle(): Promise<unknown>
  close(): Promise<void>
}

/** @param size what lies in its tables; they are filled before the server begins to work on them */
export async function createBenchWorld(size = YOUNG, say?: (line: string) => void): Promise<BenchWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'tradepay-bench-'))
  const postgres = await startPostgres({ folder })
  await query(postgres.url, 'create database bench')
  const databaseUrl = new URL(postgres.url)
  databaseUrl.pathname = '/bench'
  const db = createPool(databaseUrl.href, { connections: 20 })
  await migrate(db)
  const deps = benchDeps(db, folder)
  const merchantKeys = rsaKeys()
  const { merchants } = walletRooms(deps)
  const clients: Client[] = []
  for (let number = 0; number < MERCHANTS; number++) {
    const { merchantId } = await merchants.register({ name: `Merchant ${number}`, currencies: ['CNY'] })
    const { clientId } = await merchants.registerClient({ merchantId, name: `Client ${number}`, notifyUrl: null })
    if (number === 0) await merchants.addKey(clientId, 1, merchantKeys.publicKey)
    clients.push(await merchants.client(clientId))
  }
  await fill(db, clients, size, say)
  const server = await buildServer(deps)
  await server.http.listen({ host: '127.0.0.1', port: 0 })
  return {
    deps,
    server,
    url: `http://127.0.0.1:${(server.http.server.address() as AddressInfo).port}`,
    databaseUrl: databaseUrl.href,
    userIds: filledUsers(size.accounts),
    clients,
    privateKey: merchantKeys.privateKey,
    settle: () => db.query('checkpoint'),
    async close() {
      await server.close()
      await db.end()
      await postgres.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Every user that was filled in. */
export const filledUsers = (count: number): string[] => Array.from({ length: count }, (_, n) => filledUser(n))

/** What a wallet server of the bench is made with: everything real but the bank, which it does not need. */
export function benchDeps(db: pg.Pool, folder: string): Deps {
  const transport = createTransport({ allowLoopback: true })
  return {
    db,
    settings: {
      ...defaultSettings,
      publicUrl: 'http://127.0.0.1',
      pinPepper: 'of the bench',
      walletKeys: [{ version: 1, ...rsaKeys() }],
      packagesFolder: join(folder, 'packages'),
      // What is measured is the server, not its patience.
      callsPerSecond: 0,
    },
    clock: systemClock,
    random: cryptoRandom,
    recorder: noRecorder,
    notificationTransport: transport,
    relayTransport: transport,
    bank: null,
  }
}

const rsaKeys = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(text).finally(() => client.end())
}
