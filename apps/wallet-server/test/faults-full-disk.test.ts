/**
 * The disk of the database is full: whoever writes is told that the outcome is unknown, nothing is half done, and reading goes
 * on. When there is room again the same calls succeed, and nobody has to touch the server.
 */
import { WalletError } from '@tradepay/contract'
import { money } from '@tradepay/money'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verify } from '../src/verify/verify.ts'
import { everythingKept, refundCommand } from './refund-world.ts'
import {
  aBankAccount,
  aMerchantWithClient,
  anOrder,
  aPaidOrder,
  aUser,
  balanceOf,
  createFailingTables,
  createSmallDisk,
  createTestWorld,
  expectSound,
  orderCommand,
  type FailingTables,
  type SmallDisk,
  type TestMerchant,
  type TestWorld,
} from './support/index.ts'

const UNKNOWN = { name: 'WalletError', code: 'OUTCOME_UNKNOWN' }
const DISK_FULL = '53100'

describe('while no table can take another row', () => {
  let world: TestWorld
  let tables: FailingTables
  let shop: TestMerchant
  let userId: string
  beforeAll(async () => {
    world = await createTestWorld()
    tables = await createFailingTables(world.database)
    shop = await aMerchantWithClient(world, { feeBasisPoints: 60 })
    userId = (await aUser(world, { balance: 1_000_000n })).userId
  })
  afterAll(async () => {
    await expectSound(world)
    await world.close()
  })

  test('every way to write is unknown and leaves nothing, reading goes on, and afterwards the same calls succeed', async () => {
    const { rooms } = world
    const { merchantId } = shop.merchant
    const { order } = await aPaidOrder(world, shop, { userId }, { amount: money('CNY', 10_000n) })
    const { order: cancelled } = await aPaidOrder(world, shop, { userId })
    const [byBalance, byBank, closing] = [
      await anOrder(world, shop),
      await anOrder(world, shop),
      await anOrder(world, shop),
    ]
    const { bankAccountId } = await aBankAccount(world, userId)
    const shopAccount = await aBankAccount(world, merchantId)
    const create = orderCommand(world, shop.client.clientId)
    const refund = refundCommand(order, { minor: 100n })
    const source = { channel: 'BANK', bankAccountId } as const
    const calls = [
      () => rooms.orders.create(create),
      () => rooms.payments.confirm({ tradeNo: byBalance.tradeNo, amount: byBalance.amount, payerId: userId }),
      () => rooms.payments.confirm({ tradeNo: byBank.tradeNo, amount: byBank.amount, payerId: userId, source }),
      () => rooms.refunds.refund(refund),
      () => rooms.refunds.cancel(cancelled.clientId, { tradeNo: cancelled.tradeNo }),
      () => rooms.refunds.cancel(shop.client.clientId, { requestId: 'not-come-yet' }),
      () => rooms.orders.close(closing.clientId, { tradeNo: closing.tradeNo }),
      () => rooms.topUps.give({ topUpId: 'given', userId, amount: money('CNY', 5n) }),
      () => rooms.topUps.fromBank({ topUpId: 'from-bank', userId, bankAccountId, amount: money('CNY', 7n) }),
      () =>
        rooms.payOuts.request({
          merchantId,
          requestId: 'out',
          bankAccountId: shopAccount.bankAccountId,
          amount: money('CNY', 1_000n),
        }),
    ]
    const kept = await everythingKept(world)
    const grows = ['orders', 'payments', 'transfers', 'notifications', 'refunds', 'fundings', 'top_ups', 'pay_outs']
    for (const table of [...grows, 'cancelled_requests']) await tables.fail(table, { code: DISK_FULL })

    for (const call of calls) await expect(call()).rejects.toMatchObject(UNKNOWN)
    expect(await everythingKept(world)).toBe(kept)
    expect((await rooms.orders.find(byBalance.tradeNo)).state).toBe('CREATED')
    expect(await balanceOf(world, userId)).toBe(1_000_000n - 10_000n - cancelled.amount.minor)
    expect((await verify(world.database.pool)).violations).toEqual([])

    await tables.recover()
    for (const call of calls) await call()
    while ((await rooms.fundings.askDue()) > 0);
    const given = 100n + cancelled.amount.minor + 5n + 7n
    expect(await balanceOf(world, userId)).toBe(1_000_000n - 10_000n - 1_250n - cancelled.amount.minor + given)
    expect((await rooms.orders.find(byBank.tradeNo)).state).toBe('PAID')
  })

  test('the bank’s answer waits for room, and the bank has moved the money once', async () => {
    const { bankAccountId, bankRef } = await aBankAccount(world, userId)
    const { tradeNo, amount } = await anOrder(world, shop)
    const source = { channel: 'BANK', bankAccountId } as const
    await world.rooms.payments.confirm({ tradeNo, amount, payerId: userId, source })
    const before = world.bank.balance(bankRef)
    for (const table of ['funding_answers', 'fundings']) await tables.fail(table, { code: DISK_FULL })
    for (let turn = 0; turn < 3; turn++) {
      const turned = await world.rooms.fundings.askDue().catch((error: unknown) => error)
      expect(turned).toBeInstanceOf(WalletError)
      world.clock.advance({ minutes: 2 })
    }
    await tables.recover()
    await world.rooms.fundings.askDue()
    expect((await world.rooms.orders.find(tradeNo)).state).toBe('PAID')
    expect(before - world.bank.balance(bankRef)).toBe(amount.minor)
  })

  test('a delivery that cannot be written down is sent again, with the same number', async () => {
    while ((await world.rooms.notifications.deliverDue()) > 0);
    const { order } = await aPaidOrder(world, shop, { userId })
    const sent = world.transport.requests.length
    await tables.fail('notification_attempts', { code: DISK_FULL })
    await expect(world.rooms.notifications.deliverDue()).rejects.toMatchObject(UNKNOWN)
    await tables.recover()
    world.clock.advance({ minutes: 1 })
    await world.rooms.notifications.deliverDue()
    const requests = world.transport.requests.slice(sent)
    const ids = requests.map(({ body }) => (JSON.parse(String(body)) as { id: string }).id)
    expect(ids).toEqual([ids[0], ids[0]])
    expect(await world.rooms.notifications.of(order.tradeNo)).toMatchObject([{ state: 'DELIVERED', attempts: 1 }])
  })
})

describe('on a file system without a byte left', { timeout: 120_000 }, () => {
  let disk: SmallDisk
  let world: TestWorld
  let shop: TestMerchant
  let userId: string
  beforeAll(async () => {
    disk = await createSmallDisk()
    world = await createTestWorld({ database: disk.database })
    shop = await aMerchantWithClient(world, { feeBasisPoints: 60 })
    userId = (await aUser(world, { balance: 1_000_000n })).userId
  })
  afterAll(async () => {
    await world.close()
    await disk.close()
  })

  test('calls are done or unknown, never refused; reading goes on; with room again all of them have one effect', async () => {
    const orders = await Promise.all(
      Array.from({ length: 300 }, () => anOrder(world, shop, { amount: money('CNY', 10n) })),
    )
    const commands = Array.from({ length: 300 }, () => orderCommand(world, shop.client.clientId))
    const confirm = ({ tradeNo, amount }: (typeof orders)[number]) =>
      world.rooms.payments.confirm({ tradeNo, amount, payerId: userId })
    await disk.fill()

    let [done, unknown] = [0, 0]
    const count = async (call: Promise<unknown>): Promise<void> => {
      try {
        await call
        done += 1
      } catch (error) {
        expect(error).toMatchObject(UNKNOWN)
        unknown += 1
      }
    }
    // Pages that have room take some rows yet; soon every batch needs a page more.
    for (let n = 0; n < 300; n += 30) {
      await Promise.all([
        ...orders.slice(n, n + 30).map((order) => count(confirm(order))),
        ...commands.slice(n, n + 30).map((command) => count(world.rooms.orders.create(command))),
      ])
    }
    expect(done + unknown).toBe(600)
    expect(unknown).toBeGreaterThan(100)
    const states = await Promise.all(orders.map(async ({ tradeNo }) => (await world.rooms.orders.find(tradeNo)).state))
    const paid = states.filter((state) => state === 'PAID').length
    expect(await balanceOf(world, userId)).toBe(1_000_000n - 10n * BigInt(paid))
    expect((await verify(disk.database.pool)).violations).toEqual([])

    await disk.free()
    const payments = await Promise.all(orders.map(confirm))
    expect(payments.filter(({ first }) => !first)).toHaveLength(paid)
    await Promise.all(commands.map((command) => world.rooms.orders.create(command)))
    expect(await balanceOf(world, userId)).toBe(1_000_000n - 3_000n)
    await expectSound(world)
  })
})
