/**
 * One of the wallet's servers: the real rooms and the real cashier on a pool of its own. It can crash: then it has lost its
 * connections in the middle of whatever it was doing, and nothing it would still say reaches anybody.
 */
import { WalletError } from '@tradepay/contract'
import {
  createCashierService,
  createPool,
  createRooms,
  type CashierService,
  type Deps,
  type Rooms,
} from '@tradepay/wallet-server'
import { FaultyPool } from './faults.ts'
import { plainWords } from './receivers.ts'
import type { Fault } from './steps.ts'

export const RIGHT_PIN = '246810'

/** More than the calls of a step need at once. */
const CONNECTIONS = 8

export class SimulatedServer {
  readonly faulty: FaultyPool
  readonly rooms: Rooms
  readonly cashier: CashierService
  crashed = false
  /** Never resolves; fails when the server crashes. */
  readonly #crash: Promise<never>
  #failCrash!: (error: Error) => void

  /** @param pool of an earlier server that did not crash; its connections are used further */
  constructor(databaseUrl: string, deps: Omit<Deps, 'db'>, former: SimulatedServer | null) {
    this.faulty =
      former && !former.crashed ? former.faulty : new FaultyPool(createPool(databaseUrl, { connections: CONNECTIONS }))
    this.#crash = new Promise((_, reject) => (this.#failCrash = reject))
    this.#crash.catch(() => undefined)
    const { bank, notificationTransport } = deps
    const all: Deps = {
      ...deps,
      db: this.faulty.pool,
      bank: bank && {
        ask: (order) => this.#unlessCrashed(() => bank.ask(order)),
        inquire: (order) => this.#unlessCrashed(() => bank.inquire(order)),
      },
      notificationTransport: { send: (request) => this.#unlessCrashed(() => notificationTransport.send(request)) },
    }
    this.rooms = createRooms(all, () => ({ SUPERAPP: plainWords, ALIPAY: plainWords }))
    this.cashier = createCashierService({ ...this.rooms, users: { ...this.rooms.users, checkPin } }, all)
  }

  /** Runs a call; fails when the server crashes meanwhile. */
  async run<Result>(work: (server: SimulatedServer) => Promise<Result>): Promise<Result> {
    const running = work(this)
    running.catch(() => undefined)
    return Promise.race([running, this.#crash])
  }

  arm(fault: Fault | null): void {
    this.faulty.arm(fault, () => this.crash())
  }

  crash(): void {
    this.crashed = true
    this.faulty.crash()
    this.#failCrash(new Crashed())
  }

  async end(): Promise<void> {
    if (!this.crashed) await this.faulty.pool.end()
  }

  /** A dead server sends nothing and hears nothing. */
  async #unlessCrashed<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.crashed) await this.#crash
    return Promise.race([work(), this.#crash])
  }
}

export class Crashed extends Error {
  override name = 'Crashed'
}

/** The PIN without its hash, which is slow on purpose and has tests of its own. */
async function checkPin(_userId: string, pin: string): Promise<void> {
  if (pin !== RIGHT_PIN) throw new WalletError('PIN_WRONG', { triesLeft: 4 })
}
