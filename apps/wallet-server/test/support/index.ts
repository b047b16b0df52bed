/**
 * What tests of the server, and of whatever is composed around it, stand on: `@tradepay/wallet-server/testing`.
 */
import type { TestServer } from './server.ts'

export { createTestDatabase, type TestDatabase } from './database.ts'
export { insist, isUnknown, race, wordOf, type Race } from './racing.ts'
export { createFailingTables, type FailingTables } from './failing-tables.ts'
export { createSmallDisk, type SmallDisk } from './small-disk.ts'
export { expectSound } from './sound.ts'
export { described, inLines, routesOf, type Route } from './routes.ts'
export { createTwoServers, type TwoServers } from './two-servers.ts'
export { createFaultProxy, type Fault, type FaultProxy } from './fault-proxy.ts'
export { FakeBank, WALLET_AT_BANK, type FakeBankScript, type FakeBankWord } from './fake-bank.ts'
export {
  acknowledgement,
  FakeTransport,
  ManualClock,
  MemoryRecorder,
  plainFamily,
  refusal,
  seededRandom,
  type FakeHost,
} from './fakes.ts'
export {
  aBankAccount,
  aMerchantWithClient,
  anOrder,
  aPaidOrder,
  aUser,
  balanceOf,
  createTestDeps,
  createTestWorld,
  merchantKeys,
  orderCommand,
  payableOf,
  TEST_PIN,
  testWalletKey,
  until,
  type TestMerchant,
  type TestWorld,
  type WithRooms,
  type WorldOptions,
} from './world.ts'
export type { TestServer } from './server.ts'

/** Starts the whole server; see server.ts. Loaded when it is asked for, so that tests of rooms load no door. */
export const startTestServer = async (
  ...options: Parameters<(typeof import('./server.ts'))['startTestServer']>
): Promise<TestServer> => (await import('./server.ts')).startTestServer(...options)
