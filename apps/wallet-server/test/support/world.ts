/**
 * A small wallet for tests: real rooms on a real database, with the fakes around it, and builders that make data through
 * the real services, never behind their back.
 */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { money, type Currency } from '@tradepay/money'
import type { Deps, Rooms } from '../../src/build-server.ts'
import { createRooms } from '../../src/create-rooms.ts'
import type { BankAccount } from '../../src/funding/types.ts'
import type { Client, Merchant } from '../../src/merchant/types.ts'
import type { NotificationFamilies } from '../../src/notification/service.ts'
import type { CreateOrder, Order } from '../../src/order/types.ts'
import type { Payment } from '../../src/payment/types.ts'
import type { WalletKey } from '../../src/ports.ts'
import { defaultSettings, type Settings } from '../../src/settings.ts'
import type { User } from '../../src/user/types.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { FakeBank } from './fake-bank.ts'
import { FakeTransport, ManualClock, MemoryRecorder, plainFamily, seededRandom } from './fakes.ts'

/** The PIN of every user that a builder makes. */
export const TEST_PIN = '246810'

let pair: { publicKey: string; privateKey: string } | undefined
let walletKey: WalletKey | undefined

function newPair(): { publicKey: string; privateKey: string } {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
}

/** One pair for every test merchant of a process: making one takes longer than most tests. */
export const merchantKeys = (): { publicKey: string; privateKey: string } => (pair ??= newPair())
/** The wallet's own pair in tests. */
export const testWalletKey = (): WalletKey => (walletKey ??= { version: 1, ...newPair() })

export interface WorldOptions {
  settings?: Partial<Settings>
  /** Default: {@link plainFamily} for both. */
  families?: NotificationFamilies
  /** Replaces parts of what the rooms are made of. */
  deps?: Partial<Deps>
  /** Use this database instead of a fresh one; it is then left to its owner. */
  database?: TestDatabase
  seed?: number
  /** Called when there is something for the worker. */
  wake?: () => void
}

export interface TestWorld {
  database: TestDatabase
  deps: Deps
  rooms: Rooms
  clock: ManualClock
  recorder: MemoryRecorder
  /** What notifications go through. */
  transport: FakeTransport
  /** The bank, unless a test gives another. */
  bank: FakeBank
  close(): Promise<void>
}

/** What the rooms are made of, and what to clean up afterwards. */
export async function createTestDeps(options: WorldOptions = {}): Promise<Omit<TestWorld, 'rooms'>> {
  const database = options.database ?? (await createTestDatabase())
  const packagesFolder = await mkdtemp(join(tmpdir(), 'tradepay-packages-'))
  const clock = new ManualClock()
  const recorder = new MemoryRecorder()
  const transport = new FakeTransport()
  const bank = new FakeBank()
  const deps: Deps = {
    db: database.pool,
    settings: {
      ...defaultSettings,
      publicUrl: 'http://127.0.0.1:4100',
      pinPepper: 'a pepper for tests only',
      walletKeys: [testWalletKey()],
      packagesFolder,
      // The clock of a test stands still, and would give nobody a share again.
      callsPerSecond: 0,
      ...options.settings,
    },
    clock,
    random: seededRandom(options.seed ?? 1),
    recorder,
    notificationTransport: transport,
    relayTransport: transport,
    bank,
    ...options.deps,
  }
  return {
    database,
    deps,
    clock,
    recorder,
    transport,
    bank,
    async close() {
      if (!options.database) await database.close()
      await rm(packagesFolder, { recursive: true, force: true })
    },
  }
}

/** Rooms without doors. */
export async function createTestWorld(options: WorldOptions = {}): Promise<TestWorld> {
  const parts = await createTestDeps(options)
  const rooms = createRooms(
    parts.deps,
    () => options.families ?? { SUPERAPP: plainFamily, ALIPAY: plainFamily },
    options.wake,
  )
  return { ...parts, rooms }
}

/** Whatever has rooms: a test world or a test server. */
export interface WithRooms {
  rooms: Rooms
}

const numbers = new WeakMap<Rooms, number>()
/** A number that no other thing of this world has. */
function nextNumber({ rooms }: WithRooms): number {
  const number = (numbers.get(rooms) ?? 0) + 1
  numbers.set(rooms, number)
  return number
}

/** A user with money (default 100.00 CNY). */
export async function aUser(
  world: WithRooms,
  about: { name?: string; loginId?: string; balance?: bigint; currency?: Currency; frozen?: boolean } = {},
): Promise<User> {
  const number = nextNumber(world)
  const currency = about.currency ?? 'CNY'
  const user = await world.rooms.users.register({
    name: about.name ?? `User ${number}`,
    loginId: about.loginId ?? `user-${number}@example.com`,
    pin: TEST_PIN,
    currencies: [currency],
  })
  const balance = about.balance ?? 10_000n
  if (balance > 0n) {
    await world.rooms.topUps.give({
      topUpId: `top-up-${number}`,
      userId: user.userId,
      amount: money(currency, balance),
    })
  }
  if (about.frozen) await world.rooms.users.setFrozen(user.userId, true)
  return user
}

export interface TestMerchant {
  merchant: Merchant
  client: Client
  /** PKCS#8 PEM. Registered as key version 1. */
  privateKey: string
  publicKey: string
}

/** A merchant with one client and one key. */
export async function aMerchantWithClient(
  world: WithRooms,
  about: { name?: string; currencies?: Currency[]; notifyUrl?: string | null; feeBasisPoints?: number } = {},
): Promise<TestMerchant> {
  const name = about.name ?? `Merchant ${nextNumber(world)}`
  const merchant = await world.rooms.merchants.register({
    name,
    currencies: about.currencies ?? ['CNY'],
    feeBasisPoints: about.feeBasisPoints ?? 0,
  })
  const { clientId } = await world.rooms.merchants.registerClient({
    merchantId: merchant.merchantId,
    name,
    notifyUrl: about.notifyUrl === undefined ? 'https://shop.example/notify' : about.notifyUrl,
  })
  const keys = merchantKeys()
  await world.rooms.merchants.addKey(clientId, 1, keys.publicKey)
  return { merchant, client: await world.rooms.merchants.client(clientId), ...keys }
}

/** The command for an order (default 12.50 CNY), with whatever a test wants otherwise. */
export function orderCommand(world: WithRooms, clientId: string, about: Partial<CreateOrder> = {}): CreateOrder {
  const amount = about.amount ?? money('CNY', 1250n)
  const title = about.title ?? 'Two coffees'
  return {
    clientId,
    requestId: `request-${nextNumber(world)}`,
    family: 'SUPERAPP',
    title,
    amount,
    appId: null,
    buyerId: null,
    notifyUrl: null,
    expiresAt: null,
    extra: {},
    content: { paymentAmount: `${amount.currency} ${amount.minor}`, title },
    ...about,
  }
}

/** An order of a merchant, waiting to be paid. */
export async function anOrder(
  world: WithRooms,
  merchant: Pick<TestMerchant, 'client'>,
  about: Partial<CreateOrder> = {},
): Promise<Order> {
  const { order } = await world.rooms.orders.create(orderCommand(world, merchant.client.clientId, about))
  return order
}

/** An order that a user has paid. */
export async function aPaidOrder(
  world: WithRooms,
  merchant: Pick<TestMerchant, 'client'>,
  payer: Pick<User, 'userId'>,
  about: Partial<CreateOrder> = {},
): Promise<{ order: Order; payment: Payment }> {
  const { tradeNo, amount } = await anOrder(world, merchant, about)
  const payment = await world.rooms.payments.confirm({ tradeNo, payerId: payer.userId, amount })
  return { order: await world.rooms.orders.find(tradeNo), payment }
}

/** A linked bank account of a user or merchant. The fake bank knows it by `bankRef`. */
export async function aBankAccount(
  world: WithRooms,
  ownerId: string,
  about: { bankRef?: string; currency?: Currency } = {},
): Promise<BankAccount> {
  const bankRef = about.bankRef ?? `bank-${nextNumber(world)}`
  return world.rooms.fundings.link({
    ownerId,
    bankRef,
    label: `Test Bank ··${bankRef}`,
    currency: about.currency ?? 'CNY',
  })
}

/** What a user can spend, in smallest units. */
export async function balanceOf(world: WithRooms, userId: string, currency: Currency = 'CNY'): Promise<bigint> {
  return (await world.rooms.ledger.account(`users:${userId}:${currency}`))?.available ?? 0n
}

/** What the wallet owes a merchant, in smallest units. */
export async function payableOf(world: WithRooms, merchantId: string, currency: Currency = 'CNY'): Promise<bigint> {
  return (await world.rooms.ledger.account(`merchants:${merchantId}:${currency}`))?.available ?? 0n
}

/** Waits until something is so, for what happens in the background. Fails after a while with what was waited for. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const end = performance.now() + timeoutMs
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`Waited ${timeoutMs} ms in vain until ${what}.`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
