/**
 * What the fuzzing calls: the real server on a database of its own, with a merchant whose keys are those of the shared vectors,
 * and users who pay now and then. Time and chance repeat themselves, so the same seed makes the same world.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { money } from '@tradepay/money'
import { parsePrivateKey, parsePublicKey } from '@tradepay/signature'
import {
  buildServer,
  createPool,
  defaultSettings,
  noRecorder,
  type Random,
  type WalletServer,
} from '@tradepay/wallet-server'
import keys from '@tradepay/signature/vectors/keys.json' with { type: 'json' }
import type pg from 'pg'
import { createSimulationDatabase, type SimulationDatabase } from '../simulation/database.ts'
import { Dice } from '../simulation/dice.ts'
import { Memory } from './memory.ts'

const START = Date.parse('2026-03-01T04:00:00.000Z')
const acknowledged = { status: 200, headers: {}, body: Buffer.from('success') }
const APP = '2021000000000010'

export class World {
  readonly merchantKey = parsePrivateKey(keys.merchant.privatePkcs8)
  readonly walletKey = parsePublicKey(keys.wallet.publicSpki)
  /** What the wallet signs with, for whoever plays the wallet. */
  readonly walletPrivateKey = parsePrivateKey(keys.wallet.privatePkcs8)
  readonly server: WalletServer
  readonly admin: pg.Pool
  readonly port: number
  clientId = ''
  readonly #database: SimulationDatabase
  readonly #pool: pg.Pool
  readonly #clock: { ms: number }
  readonly #packagesFolder: string
  readonly #memory = new Memory(kinds, freshNumbers)
  #userId = ''

  private constructor(parts: {
    server: WalletServer
    database: SimulationDatabase
    pool: pg.Pool
    clock: { ms: number }
    packagesFolder: string
  }) {
    this.server = parts.server
    this.#database = parts.database
    this.admin = parts.database.admin
    this.#pool = parts.pool
    this.#clock = parts.clock
    this.#packagesFolder = parts.packagesFolder
    this.port = (parts.server.http.server.address() as AddressInfo).port
  }

  /** Makes it. @param clusterUrl a superuser's @param port default: any free one */
  static async open(clusterUrl: string, seed: number, port = 0): Promise<World> {
    const database = await createSimulationDatabase(clusterUrl)
    const pool = createPool(database.url, { connections: 8 })
    const packagesFolder = await mkdtemp(join(tmpdir(), 'tradepay-fuzz-packages-'))
    const clock = { ms: START }
    const transport = { send: async () => acknowledged }
    const server = await buildServer(
      {
        db: pool,
        settings: {
          ...defaultSettings,
          publicUrl: 'http://127.0.0.1',
          pinPepper: 'of the fuzzing',
          walletKeys: [{ version: 1, privateKey: keys.wallet.privatePkcs8, publicKey: keys.wallet.publicSpki }],
          packagesFolder,
          // Every call is to be answered in full.
          callsPerSecond: 0,
        },
        clock: { now: () => new Date(clock.ms) },
        random: randomOf(seed),
        recorder: noRecorder,
        notificationTransport: transport,
        relayTransport: transport,
        bank: null,
      },
      { logLevel: 'silent' },
    )
    await server.http.listen({ host: '127.0.0.1', port })
    const world = new World({ server, database, pool, clock, packagesFolder })
    await world.#settle()
    return world
  }

  now(): Date {
    return new Date(this.#clock.ms)
  }
  /** A moment later: every call has a time of its own. */
  tick(): void {
    this.#clock.ms++
  }

  known(name: string): readonly string[] {
    return this.#memory.known(name)
  }
  learn(name: string, value: unknown): void {
    this.#memory.learn(name, value)
  }

  /** What a user does meanwhile: pays one of the orders that are known, or shows a mini program who it is. */
  async userActs(dice: Dice): Promise<void> {
    const { orders, payments, authorizations } = this.server.rooms
    const known = this.known('tradeNo')
    const tradeNo = known.length === 0 ? '' : dice.pick(known)
    try {
      const { amount } = await orders.find(tradeNo)
      await payments.confirm({ tradeNo, payerId: this.#userId, amount })
    } catch {
      // It is paid or closed, or the user has not that much: as it may be.
    }
    const scopes = ['auth_user']
    const { authCode } = await authorizations.issueCode({ appId: APP, userId: this.#userId, scopes })
    this.learn('authCode', authCode)
  }

  async close(): Promise<void> {
    await this.server.close()
    await this.#pool.end()
    await this.#database.close()
    await rm(this.#packagesFolder, { recursive: true, force: true })
  }

  async #settle(): Promise<void> {
    const { merchants, users, topUps, programs } = this.server.rooms
    const merchant = await merchants.register({ name: 'Fuzzed', currencies: ['CNY', 'JPY'], feeBasisPoints: 60 })
    const { merchantId } = merchant
    const { clientId } = await merchants.registerClient({ merchantId, name: 'Fuzzed', notifyUrl: null })
    await merchants.addKey(clientId, 1, keys.merchant.publicSpki)
    this.clientId = clientId
    const user = await users.register({ name: 'Mei', loginId: 'mei@example.com', pin: '246810', currencies: ['CNY'] })
    this.#userId = user.userId
    await topUps.give({ topUpId: 'first', userId: user.userId, amount: money('CNY', 1_000_000_000n) })
    const program = {
      appId: APP,
      merchantId,
      name: 'Fuzzed',
      slogan: '',
      clientIds: [clientId],
      payOnlyOwnOrders: false,
    }
    await programs.register(program)
    const packed = Buffer.from('{"format":1}')
    await programs.addVersion({ appId: APP, version: '1.0.0', packed, manifest: {} })
    const settings = { requestDomains: [], imageDomains: [], extConfig: {} }
    await programs.release({ appId: APP, version: '1.0.0', settings })
    for (const [name, values] of Object.entries(fixed)) for (const value of values) this.learn(name, value)
    this.learn('partnerId', merchantId)
    this.learn('referenceBuyerId', user.userId)
    this.learn('appId', APP)
  }
}

/** One thing with several names. */
const kinds: Readonly<Record<string, string>> = {
  paymentId: 'tradeNo',
  trade_no: 'tradeNo',
  paymentRequestId: 'requestId',
  out_trade_no: 'requestId',
  refundRequestId: 'refundNumber',
  out_request_no: 'refundNumber',
  seller_id: 'partnerId',
  op_app_id: 'appId',
  buyer_id: 'referenceBuyerId',
  code: 'authCode',
  auth_token: 'accessToken',
  access_token: 'accessToken',
  refresh_token: 'refreshToken',
  paymentNotifyUrl: 'address',
  refundNotifyUrl: 'address',
  paymentRedirectUrl: 'address',
  paymentReturnUrl: 'address',
  notify_url: 'address',
  total_amount: 'yuan',
  refund_amount: 'yuan',
  paymentExpiryTime: 'time',
  orderCreateTime: 'time',
}
const freshNumbers = new Set(['paymentRequestId', 'out_trade_no', 'refundRequestId', 'out_request_no'])
const fixed: Readonly<Record<string, readonly string[]>> = {
  currency: ['CNY', 'CNY', 'CNY', 'JPY'],
  value: ['1', '250', '1250'],
  yuan: ['0.01', '2.50', '12.50'],
  address: ['https://shop.example/notify'],
  time: ['2026-03-01T12:30:00+08:00', '2026-03-02T00:00:00Z'],
  time_expire: ['2026-03-01 12:30:00'],
  bill_date: ['2026-02-28', '2026-02', '2026-03-01'],
  bill_type: ['trade', 'signcustomer'],
  query_options: ['refund_detail_item_list', 'fund_bill_list'],
}

function randomOf(seed: number): Random {
  const dice = new Dice(seed ^ 0x5eed)
  return {
    digits: (count) => Array.from({ length: count }, () => String(dice.below(10))).join(''),
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => dice.below(256))),
  }
}
