/**
 * A shop on a database of its own, a fake wallet beside it, and a customer who speaks to it as the mini program does.
 */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { startCoffeeShop, type CoffeeShop } from '../src/index.ts'
import { APP_ID, CLIENT_ID, startFakeWallet, type FakeWallet } from './fake-wallet.ts'

export interface World {
  shop: CoffeeShop
  wallet: FakeWallet
  database: pg.Pool
  warnings: string[]
  /** The shop's and the wallet's time. */
  clock: { now(): Date; advanceMinutes(minutes: number): void }
  call(method: string, path: string, options?: CallOptions): Promise<Answer>
  /** A new customer's token. */
  join(): Promise<string>
  close(): Promise<void>
}
interface CallOptions {
  token?: string
  body?: unknown
  raw?: string
}
export interface Answer {
  status: number
  json: Record<string, unknown> & { error?: { code: string; message: string } }
}

export async function openWorld(postgresUrl: string): Promise<World> {
  const name = `shop_${randomBytes(6).toString('hex')}`
  const admin = new pg.Pool({ connectionString: postgresUrl, max: 1 })
  await admin.query(`CREATE DATABASE ${name}`)
  const databaseUrl = Object.assign(new URL(postgresUrl), { pathname: `/${name}` }).href

  let time = new Date('2026-03-01T08:00:00.000Z')
  const clock = {
    now: () => time,
    advanceMinutes(minutes: number) {
      time = new Date(time.getTime() + minutes * 60_000)
    },
  }
  const wallet = await startFakeWallet(clock.now)
  const warnings: string[] = []
  const shop = await startCoffeeShop({
    databaseUrl,
    port: 0,
    host: '127.0.0.1',
    wallet: {
      baseUrl: wallet.url,
      clientId: CLIENT_ID,
      appId: APP_ID,
      privateKey: wallet.merchantPrivateKey,
      walletPublicKey: wallet.publicKey,
      timeoutMs: 3000,
    },
    clock,
    warn: (message) => warnings.push(message),
  })
  const database = new pg.Pool({ connectionString: databaseUrl, max: 2 })

  async function call(method: string, path: string, { token, body, raw }: CallOptions = {}): Promise<Answer> {
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const response = await fetch(shop.url + path, {
      method,
      headers: {
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(payload === undefined ? {} : { body: payload }),
    })
    return { status: response.status, json: (await response.json()) as Answer['json'] }
  }

  return {
    shop,
    wallet,
    database,
    warnings,
    clock,
    call,
    join: async () => (await call('POST', '/api/customers', { body: {} })).json['token'] as string,
    async close() {
      await shop.close()
      await wallet.close()
      await database.end()
      await dropDatabase(admin, name)
      await admin.end()
    },
  }
}

/** Two lattes and a croissant: 2 × 20.00 + 10.50. */
export const BASKET = {
  items: [
    { productId: 'latte', quantity: 2 },
    { productId: 'croissant', quantity: 1 },
  ],
}
export const BASKET_FEN = 5050

/** A pool says that it has ended a moment before PostgreSQL has seen its connections go: waits for that, kills nothing. */
async function dropDatabase(admin: pg.Pool, name: string): Promise<void> {
  const others = 'SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = $1'
  while ((await admin.query<{ n: number }>(others, [name])).rows[0]!.n > 0) await new Promise(setImmediate)
  await admin.query(`DROP DATABASE ${name}`)
}
