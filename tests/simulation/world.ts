/**
 * The simulated world: two of the wallet's servers on one real database, and around them a virtual bank, virtual merchants and
 * a clock that is moved by hand. Made once for a process; emptied and begun anew for each seed.
 */
import type pg from 'pg'
import { generateKeyPairSync } from 'node:crypto'
import { money } from '@tradepay/money'
import { defaultSettings, noRecorder, type Clock, type Deps, type Random } from '@tradepay/wallet-server'
import { VirtualBank } from './bank.ts'
import {
  clientNames,
  clients,
  CURRENCY,
  FIRST_BALANCES,
  FIRST_FEES,
  merchants,
  TIME_ZONE,
  users,
  type Client,
  type Merchant,
  type OrderName,
  type User,
} from './cast.ts'
import { createSimulationDatabase, emptyDatabase, tidyDatabase, type SimulationDatabase } from './database.ts'
import { Dice, hash } from './dice.ts'
import { ORDER_EXPIRY_MS, REFUND_WINDOW_MS } from './model/judge.ts'
import type { Names } from './observe.ts'
import type { Directory } from './perform.ts'
import { Receivers } from './receivers.ts'
import { RIGHT_PIN, SimulatedServer } from './server.ts'
import { Tally } from './tally.ts'

const START = Date.parse('2026-03-01T04:00:00.000Z')
/** Deleted rows make the tables slower after a while. */
const TIDY_EVERY = 40

class HandClock implements Clock {
  ms = START
  now(): Date {
    return new Date(this.ms)
  }
}

export class World {
  readonly clock = new HandClock()
  readonly names: Names
  readonly #database: SimulationDatabase
  readonly #ids: Ids
  readonly #settings: Deps['settings']
  servers: [SimulatedServer, SimulatedServer]
  bank = new VirtualBank(0, new Tally())
  receivers = new Receivers(0, new Tally())
  #random: Random = seededRandom(0)
  #begun = 0
  /** Of the orders that there are. */
  tradeNos: ReadonlyMap<OrderName, string> = new Map()
  /** Of the users' bank accounts that are linked. */
  set links(links: ReadonlyMap<User, string>) {
    for (const [user, bankAccountId] of links) this.#ids.bankAccounts.set(user, bankAccountId)
  }

  private constructor(database: SimulationDatabase, settings: Deps['settings']) {
    this.#database = database
    this.#settings = settings
    this.#ids = { users: new Map(), merchants: new Map(), clients: new Map(), bankAccounts: new Map() }
    this.names = { users: new Map(), merchants: new Map(), clients: new Map() }
    this.servers = [this.#newServer(null), this.#newServer(null)]
  }

  /** Makes the database and everybody in it. @param clusterUrl a superuser's */
  static async open(clusterUrl: string): Promise<World> {
    const pair = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    })
    const world = new World(await createSimulationDatabase(clusterUrl), {
      ...defaultSettings,
      publicUrl: 'http://127.0.0.1',
      pinPepper: 'of the simulation',
      timeZone: TIME_ZONE,
      walletKeys: [{ version: 1, ...pair }],
      packagesFolder: '/nowhere',
      callsPerSecond: 0,
      orderExpirySeconds: ORDER_EXPIRY_MS / 1000,
      refundWindowSeconds: REFUND_WINDOW_MS / 1000,
    })
    await world.#registerEverybody()
    return world
  }

  get admin(): pg.Pool {
    return this.#database.admin
  }
  get directory(): Directory {
    const { users, merchants, clients, bankAccounts } = this.#ids
    return {
      userId: (user) => users.get(user)!,
      merchantId: (merchant) => merchants.get(merchant)!,
      clientId: (client) => clients.get(client)!,
      bankAccountId: (owner) => bankAccounts.get(owner)!,
      bankAccountOf: (owner) => this.#bankAccountOf(owner),
      // The day, the time of day, the bucket of the client, and a number that is never drawn.
      tradeNo: (order) =>
        this.tradeNos.get(order) ??
        `2026030100000000${clients.get(order.split('/')[0] as Client)!.slice(4, 7)}000000000`,
      fundingId: (nth) => {
        const known = this.bank.orderIds
        return nth === null || known.length === 0 ? '2026030100000000042000000000' : known[nth % known.length]!
      },
      now: () => this.clock.now(),
    }
  }

  /** Empties the world and begins a seed: everybody is there, with their first money and nothing else. */
  async begin(seed: number, tally: Tally): Promise<void> {
    if (++this.#begun % TIDY_EVERY === 0) await tidyDatabase(this.admin)
    await emptyDatabase(this.admin)
    this.clock.ms = START + (hash('start', seed) % 86_400) * 1000
    this.bank = new VirtualBank(seed, tally)
    this.receivers = new Receivers(seed, tally)
    this.#random = seededRandom(hash('random', seed))
    this.tradeNos = new Map()
    this.servers = [this.#newServer(this.servers[0]), this.#newServer(this.servers[1])]
    const [{ rooms }] = this.servers
    for (const merchant of merchants)
      await rooms.merchants.setFee(this.#ids.merchants.get(merchant)!, FIRST_FEES[merchant])
    for (const owner of [...users, ...merchants]) {
      this.#ids.bankAccounts.set(owner, (await rooms.fundings.link(this.#bankAccountOf(owner))).bankAccountId)
    }
    for (const user of users) {
      if (FIRST_BALANCES[user] === 0n) continue
      await rooms.topUps.give({
        topUpId: `${user}-first`,
        userId: this.#ids.users.get(user)!,
        amount: money(CURRENCY, FIRST_BALANCES[user]),
      })
    }
    // What the first server remembers of the merchants is of the world before.
    this.servers = [this.#newServer(this.servers[0]), this.servers[1]]
  }

  /** A server that has crashed is started again, and knows nothing. */
  restartCrashed(): void {
    this.servers = this.servers.map((server) => (server.crashed ? this.#newServer(server) : server)) as World['servers']
  }

  /** Waits until the database has noticed every lost connection: until then what was running may still happen. */
  async untilCutIsGone(): Promise<void> {
    const cut = this.servers.flatMap(({ faulty }) => faulty.cut.splice(0))
    while (cut.length > 0) {
      const { rowCount } = await this.admin.query('select 1 from pg_stat_activity where pid = any ($1)', [cut])
      if (rowCount === 0) return
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }

  async close(): Promise<void> {
    for (const server of this.servers) await server.end()
    await this.#database.close()
  }

  #bankAccountOf(owner: User | Merchant): ReturnType<Directory['bankAccountOf']> {
    const { users: userIds, merchants: merchantIds } = this.#ids
    return {
      ownerId: (userIds.get(owner as User) ?? merchantIds.get(owner as Merchant))!,
      bankRef: `account-of-${owner}`,
      label: `The bank account of ${owner}`,
      currency: CURRENCY,
    }
  }

  #newServer(former: SimulatedServer | null): SimulatedServer {
    const deps: Omit<Deps, 'db'> = {
      settings: this.#settings,
      clock: this.clock,
      random: { digits: (count) => this.#random.digits(count), bytes: (count) => this.#random.bytes(count) },
      recorder: noRecorder,
      bank: {
        ask: (order) => this.bank.port.ask(order),
        inquire: (order) => this.bank.port.inquire(order),
      },
      notificationTransport: { send: (request) => this.receivers.send(request) },
      relayTransport: { send: () => Promise.reject(new Error('Nobody relays here.')) },
    }
    return new SimulatedServer(this.#database.url, deps, former)
  }

  async #registerEverybody(): Promise<void> {
    const [{ rooms }] = this.servers
    for (const user of users) {
      const login = { name: user, loginId: `${user}@example.com`, pin: RIGHT_PIN, currencies: [CURRENCY] }
      const { userId } = await rooms.users.register(login)
      this.#ids.users.set(user, userId)
    }
    for (const merchant of merchants) {
      const { merchantId } = await rooms.merchants.register({ name: merchant, currencies: [CURRENCY] })
      this.#ids.merchants.set(merchant, merchantId)
    }
    for (const client of clientNames) {
      const { merchant, notifyUrl } = clients[client]
      const { clientId } = await rooms.merchants.registerClient({
        merchantId: this.#ids.merchants.get(merchant)!,
        name: client,
        notifyUrl,
      })
      this.#ids.clients.set(client, clientId)
    }
    Object.assign(this.names, {
      users: inverted(this.#ids.users),
      merchants: inverted(this.#ids.merchants),
      clients: inverted(this.#ids.clients),
    })
  }
}

interface Ids {
  users: Map<User, string>
  merchants: Map<Merchant, string>
  clients: Map<Client, string>
  bankAccounts: Map<User | Merchant, string>
}

const inverted = <Key, Value>(map: Map<Key, Value>): Map<Value, Key> =>
  new Map([...map].map(([key, value]) => [value, key]))

function seededRandom(seed: number): Random {
  const dice = new Dice(seed)
  return {
    digits: (count) => Array.from({ length: count }, () => String(dice.below(10))).join(''),
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => dice.below(256))),
  }
}
