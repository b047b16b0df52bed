/**
 * A wallet to measure: the real server with its doors on a real PostgreSQL with fsync, in folders that are thrown away.
 * Accounts are opened through the ledger; nobody needs a PIN, whose hash is slow on purpose.
 */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@tradepay/embedded-postgres'
import { money } from '@tradepay/money'
import {
  buildServer,
  cashAccount,
  chooseBucket,
  createPool,
  createTransport,
  cryptoRandom,
  defaultSettings,
  migrate,
  newUserId,
  noRecorder,
  systemClock,
  userAccount,
  type Client,
  type Deps,
  type WalletServer,
} from '@tradepay/wallet-server'
import pg from 'pg'

export const USERS = 1000
export const MERCHANTS = 1000
const RICH = 1_000_000_000_000n

export interface BenchWorld {
  deps: Deps
  server: WalletServer
  url: string
  databaseUrl: string
  userIds: string[]
  clients: Client[]
  /** PKCS#8 PEM of every client. */
  privateKey: string
  close(): Promise<void>
}

export async function createBenchWorld(): Promise<BenchWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'tradepay-bench-'))
  const postgres = await startPostgres({ folder })
  await query(postgres.url, 'create database bench')
  const databaseUrl = new URL(postgres.url)
  databaseUrl.pathname = '/bench'
  const db = createPool(databaseUrl.href, { connections: 20 })
  await migrate(db)

  const keys = () =>
    generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    })
  const merchantKeys = keys()
  const transport = createTransport({ allowLoopback: true })
  const deps: Deps = {
    db,
    settings: {
      ...defaultSettings,
      publicUrl: 'http://127.0.0.1',
      pinPepper: 'of the bench',
      walletKeys: [{ version: 1, ...keys() }],
      packagesFolder: join(folder, 'packages'),
    },
    clock: systemClock,
    random: cryptoRandom,
    recorder: noRecorder,
    notificationTransport: transport,
    relayTransport: transport,
    bank: null,
  }
  const server = await buildServer(deps)
  await server.http.listen({ host: '127.0.0.1', port: 0 })

  const userIds = await Promise.all(Array.from({ length: USERS }, () => openUser(deps, server)))
  const clients: Client[] = []
  for (let number = 0; number < MERCHANTS; number++) {
    const { merchants } = server.rooms
    const { merchantId } = await merchants.register({ name: `Merchant ${number}`, currencies: ['CNY'] })
    const { clientId } = await merchants.registerClient({ merchantId, name: `Client ${number}`, notifyUrl: null })
    if (number === 0) await merchants.addKey(clientId, 1, merchantKeys.publicKey)
    clients.push(await merchants.client(clientId))
  }
  return {
    deps,
    server,
    url: `http://127.0.0.1:${(server.http.server.address() as AddressInfo).port}`,
    databaseUrl: databaseUrl.href,
    userIds,
    clients,
    privateKey: merchantKeys.privateKey,
    async close() {
      await server.close()
      await db.end()
      await postgres.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function openUser({ random }: Deps, { rooms: { ledger } }: WalletServer): Promise<string> {
  const bucket = chooseBucket(random)
  const userId = newUserId(bucket, random)
  const id = userAccount(userId, 'CNY')
  await ledger.open({ id, bucket, kind: 'USER_BALANCE', currency: 'CNY' })
  await ledger.post([
    {
      causeId: `top-up-${userId}`,
      step: 'TOP_UP',
      bucket,
      debitAccount: cashAccount(bucket, 'CNY'),
      creditAccount: id,
      amount: money('CNY', RICH),
    },
  ])
  return userId
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(text).finally(() => client.end())
}
