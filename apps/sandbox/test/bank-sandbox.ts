/**
 * A whole sandbox for tests of money from and to the bank: the wallet's own worker asks the test bank over the network.
 * After each test nothing may be broken, and the wallet's books and the bank's must agree.
 */
import { bankControlPaths, sandboxPaths, type BankBehaviour, type Timeline } from '@tradepay/contract'
import { createPool, verify, type Order, type OwnPayment, type Rooms } from '@tradepay/wallet-server'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { compareWithBank, people, startSandbox, type BankComparison, type Sandbox } from '../src/index.ts'
import { callAt, freePort, testSandbox, type Answer, type Call, type TestSandbox } from './support.ts'

export const [mei, sam, , leo] = people as readonly (typeof people)[number][] as [
  (typeof people)[number],
  (typeof people)[number],
  (typeof people)[number],
  (typeof people)[number],
]

export const errorOf = ({ body }: Answer): Record<string, string> => (body['error'] ?? {}) as Record<string, string>

export type BankSandbox = ReturnType<typeof useBankSandbox>

/** Starts it before the tests of a file, and looks after its books. Call it at the top of a test file. */
export function useBankSandbox() {
  let test: TestSandbox
  let sandbox: Sandbox
  let db: pg.Pool
  beforeAll(async () => {
    test = await testSandbox()
    sandbox = test.sandbox
    db = createPool(test.options.databaseUrl, { connections: 2 })
  })
  afterAll(async () => {
    await db.end()
    if (sandbox !== test.sandbox) await sandbox.close()
    await test.close()
  })
  afterEach(async () => {
    expect((await verify(db)).violations).toEqual([])
    expect((await compareWithBank(db))?.differences).toEqual([])
    expect(await sandbox.bank.verify()).toEqual([])
  })

  const call = (path: string, given?: Call): Promise<Answer> => callAt(sandbox.url, path, given)
  const advance = (seconds: number): Promise<Answer> => call(sandboxPaths.clock, { body: { advanceSeconds: seconds } })
  const payment = (tradeNo: string): Promise<OwnPayment | null> =>
    sandbox.server.rooms.payments.ofOrder(mei.userId, tradeNo)
  const timeline = async (tradeNo: string): Promise<Timeline['entries']> =>
    (await call(sandboxPaths.timeline(tradeNo))).body['entries'] as Timeline['entries']

  /** Waits for a condition, with the clock moving on three seconds at each look. */
  async function comes<Value>(look: () => Promise<Value>, wanted: Value): Promise<void> {
    await expect
      .poll(async () => {
        const value = await look()
        if (value !== wanted) await advance(3)
        return value
      })
      .toEqual(wanted)
  }

  return {
    get sandbox(): Sandbox {
      return sandbox
    },
    get rooms(): Rooms {
      return sandbox.server.rooms
    },
    get db(): pg.Pool {
      return db
    },
    /** The integration app's merchant. */
    get app() {
      return sandbox.world.apps.at(-1)!
    },
    call,
    advance,
    payment,
    timeline,
    comes,
    /** Pays from the person's first bank account; the bank answers as told, or at once. */
    confirm: (tradeNo: string, bank?: BankBehaviour, userId = mei.userId): Promise<Answer> =>
      call(sandboxPaths.confirm(tradeNo), { body: { userId, method: 'BANK', ...(bank ? { bank } : {}) } }),
    order: (tradeNo: string): Promise<Order> => sandbox.server.rooms.orders.find(tradeNo),
    paymentComes: (tradeNo: string, state: OwnPayment['state']): Promise<void> =>
      comes<string | undefined>(async () => (await payment(tradeNo))?.state, state),
    /** Waits until the bank has the order: what it is told to do later is counted from then. */
    async isAtTheBank(tradeNo: string): Promise<void> {
      const { paymentId } = (await payment(tradeNo))!
      const asked = async (): Promise<number> => (await sandbox.server.rooms.fundings.of(paymentId))[0]?.attempts ?? 0
      await expect.poll(asked).toBeGreaterThan(0)
    },
    timesPaid: async (tradeNo: string): Promise<number> =>
      (await timeline(tradeNo)).filter(({ step, facts }) => step === 15 && facts?.['outcome'] === 'PAID').length,
    async bankBalance(account = 'mei-now'): Promise<bigint> {
      const { body } = await callAt(sandbox.world.bankUrl, bankControlPaths.accounts)
      const list = body['accounts'] as { account: string; balance: { value: string } }[]
      return BigInt(list.find((each) => each.account === account)!.balance.value)
    },
    async walletBalance(userId = mei.userId): Promise<bigint> {
      const [first] = await sandbox.server.rooms.users.balances(userId)
      return first!.available.minor
    },
    async merchantBalance(): Promise<bigint> {
      const { merchantId } = sandbox.world.apps.at(-1)!
      const account = await sandbox.server.rooms.ledger.account(`merchants:${merchantId}:CNY`)
      return account!.available
    },
    /** Tells the bank how the account's next order is answered. */
    nextAtBank: (behaviour: BankBehaviour, account = 'mei-now'): Promise<Answer> =>
      callAt(sandbox.world.bankUrl, bankControlPaths.next(account), { body: behaviour }),
    compared: async (): Promise<BankComparison> => (await compareWithBank(db))!,
    async restart(): Promise<void> {
      await sandbox.close()
      sandbox = await startSandbox({ ...test.options, port: await freePort() })
    },
  }
}
