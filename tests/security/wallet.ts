/**
 * Two real servers on one database, as in production: what is attacked over HTTP. Time stands until it is moved, merchants
 * acknowledge everything, and a server can be restarted.
 */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  buildServer,
  createPool,
  defaultSettings,
  noRecorder,
  type Deps,
  type Rooms,
  type Transport,
  type WalletServer,
} from '@tradepay/wallet-server'
import type pg from 'pg'
import { ManualClock, seededRandom } from '../../apps/wallet-server/test/support/fakes.ts'
import { createSimulationDatabase } from '../simulation/database.ts'
import { makeSigners, NOW, tell, type Sent, type Signer } from './messages.ts'

/** How long an answer is waited for. Milliseconds. */
const ANSWER_MS = 30_000

/** What a server answered; null for a request that HTTP itself cannot carry: it is not sent, or hung up on. */
export type Answer = { status: number; text: string } | null

interface Running {
  server: WalletServer
  db: pg.Pool
  url: URL
}

/** Acknowledges in the words of either family. */
const merchants: Transport = {
  send: async ({ headers }) => {
    const isJson = Object.entries(headers).some(([name, value]) => /^content-type$/i.test(name) && /json/.test(value))
    const result = { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: 'success' }
    return isJson
      ? { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify({ result })) }
      : { status: 200, headers: { 'content-type': 'text/plain' }, body: Buffer.from('success') }
  },
}

export class Wallet {
  readonly signers = makeSigners()
  readonly clock = new ManualClock(NOW.toISOString())
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 })
  readonly #servers: Running[] = []
  readonly #settings: Deps['settings']
  #started = 0

  private constructor(
    readonly database: Awaited<ReturnType<typeof createSimulationDatabase>>,
    readonly packagesFolder: string,
  ) {
    const pair = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    })
    this.#settings = {
      ...defaultSettings,
      publicUrl: 'http://127.0.0.1',
      pinPepper: 'of the attack',
      walletKeys: [{ version: 1, ...pair }],
      packagesFolder,
      callsPerSecond: 0,
    }
  }

  /** Makes the database, both servers, and the merchants of `signers`. @param clusterUrl a superuser's */
  static async open(clusterUrl: string): Promise<Wallet> {
    const wallet = new Wallet(
      await createSimulationDatabase(clusterUrl),
      await mkdtemp(join(tmpdir(), 'tradepay-attack-')),
    )
    for (const index of [0, 1]) wallet.#servers[index] = await wallet.#start()
    for (const signer of wallet.signers) await wallet.#register(signer)
    return wallet
  }

  get rooms(): Rooms {
    return this.#servers[0]!.server.rooms
  }

  /** Sends to one of the servers. @throws when a connection breaks */
  send(to: number, { method, url, headers, body }: Sent): Promise<Answer> {
    // node would write it in capitals, which makes it the right one again.
    if (method !== method.toUpperCase()) return Promise.resolve(null)
    const { hostname, port } = this.#servers[to % this.#servers.length]!.url
    return new Promise((resolve, reject) => {
      try {
        const sending = request(
          {
            hostname,
            port,
            method,
            path: url,
            headers: { ...headers, 'content-length': body.length },
            agent: this.#agent,
          },
          (answer) => {
            const parts: Buffer[] = []
            answer.on('data', (part: Buffer) => parts.push(part))
            answer.on('end', () => resolve({ status: answer.statusCode!, text: Buffer.concat(parts).toString() }))
            answer.on('error', reject)
          },
        )
        // Where the bytes are no HTTP at all, the server hangs up, perhaps before its 400 has been read.
        sending.on('error', (error: NodeJS.ErrnoException) =>
          error.code === 'ECONNRESET' ? resolve(null) : reject(error),
        )
        sending.setTimeout(ANSWER_MS, () => {
          sending.destroy(new Error(`No answer came to ${tell({ method, url, headers, body })}`))
        })
        sending.end(body)
      } catch (error) {
        // Characters that no header or path may hold: node does not send them.
        if (!(error instanceof TypeError)) return reject(error as Error)
        resolve(null)
      }
    })
  }

  /** A published mini program of the client's merchant. */
  async publish(appId: string, clientId: string): Promise<void> {
    const { merchants, programs } = this.rooms
    const { merchantId } = await merchants.client(clientId)
    await programs.register({
      appId,
      merchantId,
      name: 'Shop',
      slogan: '',
      clientIds: [clientId],
      payOnlyOwnOrders: true,
    })
    const packed = Buffer.from(JSON.stringify({ format: 1, text: appId }))
    await programs.addVersion({ appId, version: '1.0.0', packed, manifest: {} })
    const settings = { requestDomains: [], imageDomains: [], extConfig: {} }
    await programs.release({ appId, version: '1.0.0', settings })
  }

  /** Ends the server and starts another in its place, with connections and a memory of its own. */
  async restart(index: number): Promise<void> {
    await stop(this.#servers[index]!)
    this.#servers[index] = await this.#start()
  }

  /** Moves time, and waits until nothing is left to do by then. */
  async settle(advance: { seconds?: number } = {}): Promise<void> {
    this.clock.advance(advance)
    const end = performance.now() + ANSWER_MS
    for (;;) {
      for (const { server } of this.#servers) server.wake()
      const { rows } = await this.database.admin.query<{ left: bigint }>(
        `select (select count(*) from notifications where state = 'DUE')
              + (select count(*) from orders where state = 'CREATED' and expires_at <= $1) as left`,
        [this.clock.now()],
      )
      if (rows[0]!.left === 0n) return
      if (performance.now() > end) throw new Error(`There is still something to do: ${rows[0]!.left} rows.`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** A digest of every row of every table, but of the nonces, which are the guard and no effect. By table. */
  async state(): Promise<Record<string, string>> {
    const { admin } = this.database
    const { rows: tables } = await admin.query<{ name: string }>(
      `select table_name as name from information_schema.tables
        where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> 'nonces' order by 1`,
    )
    const state: Record<string, string> = {}
    for (const { name } of tables) {
      const { rows } = await admin.query<{ digest: string }>(
        `select count(*) || ' rows, ' || md5(coalesce(string_agg(t::text, E'\\n' order by t::text), '')) as digest
          from ${name} t`,
      )
      state[name] = rows[0]!.digest
    }
    return state
  }

  async close(): Promise<void> {
    this.#agent.destroy()
    await Promise.all(this.#servers.map(stop))
    await this.database.close()
    await rm(this.packagesFolder, { recursive: true, force: true })
  }

  async #start(): Promise<Running> {
    const db = createPool(this.database.url, { connections: 4 })
    const server = await buildServer(
      {
        db,
        settings: this.#settings,
        clock: this.clock,
        random: seededRandom(++this.#started),
        recorder: noRecorder,
        notificationTransport: merchants,
        relayTransport: merchants,
        bank: null,
      },
      { logLevel: 'error' },
    )
    await server.http.listen({ host: '127.0.0.1', port: 0 })
    return { server, db, url: new URL(`http://127.0.0.1:${(server.http.server.address() as AddressInfo).port}`) }
  }

  async #register({ client }: Signer): Promise<void> {
    const { merchants } = this.rooms
    const { merchantId } = await merchants.register({ name: client.name, currencies: ['CNY'] })
    const { clientId } = client
    await merchants.registerClient({
      merchantId,
      name: client.name,
      notifyUrl: 'https://shop.example/notify',
      clientId,
    })
    for (const { version, publicKey } of client.keys) {
      await merchants.addKey(clientId, version, publicKey.export({ type: 'spki', format: 'pem' }).toString())
    }
  }
}

async function stop({ server, db }: Running): Promise<void> {
  await server.close()
  await db.end()
}
