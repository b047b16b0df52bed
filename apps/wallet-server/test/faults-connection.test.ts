/**
 * The connection to the database is lost around the commit: before it arrived, so that nothing has happened, or after it was
 * done, so that everything has. The caller is told neither yes nor no; repeating the call gives the one true result.
 */
import { WalletError } from '@tradepay/contract'
import { money } from '@tradepay/money'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createPool } from '../src/db/pool.ts'
import { refundCommand } from './refund-world.ts'
import {
  aBankAccount,
  aMerchantWithClient,
  anOrder,
  aPaidOrder,
  aUser,
  balanceOf,
  createFaultProxy,
  createTestDatabase,
  createTestWorld,
  expectSound,
  orderCommand,
  type Fault,
  type FaultProxy,
  type TestMerchant,
  type TestWorld,
} from './support/index.ts'

let proxy: FaultProxy
let pool: pg.Pool
/** Its way to the database leads through the proxy; `world.database.pool` goes straight there. */
let world: TestWorld
let shop: TestMerchant
let userId: string
beforeAll(async () => {
  const database = await createTestDatabase()
  proxy = await createFaultProxy(database.url)
  pool = createPool(proxy.url)
  world = await createTestWorld({ database, deps: { db: pool } })
  shop = await aMerchantWithClient(world, { feeBasisPoints: 60 })
  userId = (await aUser(world, { balance: 1_000_000n })).userId
})
afterEach(() => expectSound(world))
afterAll(async () => {
  await pool.end()
  await proxy.close()
  await world.close()
  await world.database.close()
})

const UNKNOWN = { name: 'WalletError', code: 'OUTCOME_UNKNOWN' }
const moments = [
  ['before the commit arrives', 'BEFORE'],
  ['after the commit, before its answer', 'AFTER'],
] as const satisfies [string, Fault['when']][]

/** Cuts the connection around the commit of the transaction that runs this statement. */
const cutCommitOf = (having: string, when: Fault['when']) => proxy.cut({ at: 'commit', having, when })
const count = async (sql: string, ...values: unknown[]): Promise<number> =>
  Number((await world.database.pool.query<{ count: bigint }>(`select count(*) from ${sql}`, values)).rows[0]!.count)

describe.each(moments)('a connection that is lost %s', (_, when) => {
  const happened = when === 'AFTER'

  test('while orders are created leaves every caller with an unknown outcome, and a repeat gives the order', async () => {
    const commands = Array.from({ length: 5 }, () => orderCommand(world, shop.client.clientId))
    const lost = cutCommitOf('insert-orders', when)
    const calls = await Promise.allSettled(commands.map((command) => world.rooms.orders.create(command)))
    expect(lost.count()).toBe(1)
    for (const call of calls) expect(call).toMatchObject({ status: 'rejected', reason: UNKNOWN })

    const numbers = commands.map(({ requestId }) => requestId)
    expect(await count('orders where request_id = any ($1)', numbers)).toBe(happened ? 5 : 0)
    for (const command of commands) {
      expect((await world.rooms.orders.create(command)).created).toBe(!happened)
      expect((await world.rooms.orders.create(command)).created).toBe(false)
    }
    expect(await count('orders where request_id = any ($1)', numbers)).toBe(5)
  })

  test('while orders are paid leaves every payer with an unknown outcome, and a repeat gives the payment', async () => {
    const orders = await Promise.all(Array.from({ length: 5 }, () => anOrder(world, shop)))
    const before = await balanceOf(world, userId)
    const lost = cutCommitOf('insert-succeeded-payments', when)
    const confirm = ({ tradeNo, amount }: (typeof orders)[number]) =>
      world.rooms.payments.confirm({ tradeNo, amount, payerId: userId })
    const calls = await Promise.allSettled(orders.map(confirm))
    expect(lost.count()).toBe(1)
    for (const call of calls) expect(call).toMatchObject({ status: 'rejected', reason: UNKNOWN })

    for (const order of orders) {
      expect((await world.rooms.orders.find(order.tradeNo)).state).toBe(happened ? 'PAID' : 'CREATED')
      expect(await confirm(order)).toMatchObject({ state: 'SUCCEEDED', first: !happened })
    }
    expect(await balanceOf(world, userId)).toBe(before - 5n * 1_250n)
    for (const { tradeNo } of orders) expect(await world.rooms.notifications.of(tradeNo)).toHaveLength(1)
  })

  test('while a payment by bank is begun leaves it unknown; a repeat finds or begins it, and the bank is asked once', async () => {
    const { bankAccountId, bankRef } = await aBankAccount(world, userId)
    const { tradeNo, amount } = await anOrder(world, shop)
    const source = { channel: 'BANK', bankAccountId } as const
    const confirm = () => world.rooms.payments.confirm({ tradeNo, amount, payerId: userId, source })
    const lost = cutCommitOf('set-order-processing', when)
    await expect(confirm()).rejects.toMatchObject(UNKNOWN)
    expect(lost.count()).toBe(1)
    expect(await confirm()).toMatchObject({ state: 'PROCESSING', first: !happened })
    const before = world.bank.balance(bankRef)
    await world.rooms.fundings.askDue()
    expect(before - world.bank.balance(bankRef)).toBe(amount.minor)
    expect(await confirm()).toMatchObject({ state: 'SUCCEEDED', first: false })
  })

  test('while a refund is made leaves it unknown, and a repeat gives the one refund', async () => {
    const { order } = await aPaidOrder(world, shop, { userId })
    const command = refundCommand(order, { minor: 250n })
    const before = await balanceOf(world, userId)
    const lost = cutCommitOf('insert-refund', when)
    await expect(world.rooms.refunds.refund(command)).rejects.toMatchObject(UNKNOWN)
    expect(lost.count()).toBe(1)
    expect(await count('refunds where trade_no = $1', order.tradeNo)).toBe(happened ? 1 : 0)
    expect(await world.rooms.refunds.refund(command)).toMatchObject({
      created: !happened,
      refund: { state: 'SUCCEEDED' },
    })
    expect(await balanceOf(world, userId)).toBe(before + 250n)
    expect(await count('refunds where trade_no = $1', order.tradeNo)).toBe(1)
  })

  test('while an order is cancelled leaves it unknown, and a repeat answers the same', async () => {
    const { order } = await aPaidOrder(world, shop, { userId })
    const before = await balanceOf(world, userId)
    const lost = cutCommitOf('insert-refund', when)
    const cancel = () => world.rooms.refunds.cancel(order.clientId, { tradeNo: order.tradeNo })
    await expect(cancel()).rejects.toMatchObject(UNKNOWN)
    expect(lost.count()).toBe(1)
    expect(await cancel()).toMatchObject({ action: 'REFUNDED', refund: { state: 'SUCCEEDED' } })
    expect(await balanceOf(world, userId)).toBe(before + order.amount.minor)
  })

  test('while a pay-out is requested leaves it unknown, and a repeat pays out once', async () => {
    const { merchantId } = shop.merchant
    await aPaidOrder(world, shop, { userId }, { amount: money('CNY', 10_000n) })
    const { bankAccountId, bankRef } = await aBankAccount(world, merchantId)
    const command = { merchantId, requestId: `pay-out-${when}`, bankAccountId, amount: money('CNY', 5_000n) }
    const lost = cutCommitOf('funding-insert', when)
    await expect(world.rooms.payOuts.request(command)).rejects.toMatchObject(UNKNOWN)
    expect(lost.count()).toBe(1)
    const before = world.bank.balance(bankRef)
    expect(await world.rooms.payOuts.request(command)).toMatchObject({ state: 'PROCESSING' })
    await world.rooms.fundings.askDue()
    expect(await world.rooms.payOuts.request(command)).toMatchObject({ state: 'SUCCEEDED' })
    expect(world.bank.balance(bankRef) - before).toBe(5_000n)
  })

  test('while the bank’s answer is settled leaves the payment whole, and the next turn ends it without asking twice', async () => {
    const { bankAccountId, bankRef } = await aBankAccount(world, userId)
    const { tradeNo, amount } = await anOrder(world, shop)
    const source = { channel: 'BANK', bankAccountId } as const
    const { paymentId } = await world.rooms.payments.confirm({ tradeNo, amount, payerId: userId, source })
    const { fundingId } = (await world.rooms.fundings.of(paymentId))[0]!
    const before = world.bank.balance(bankRef)
    const lost = cutCommitOf('funding-end', when)
    // What went wrong is written down for the next turn, through another connection; nobody has to be told.
    await world.rooms.fundings.askDue().catch((error: unknown) => expect(error).toBeInstanceOf(WalletError))
    expect(lost.count()).toBe(1)
    expect((await world.rooms.orders.find(tradeNo)).state).toBe(happened ? 'PAID' : 'CREATED')

    world.clock.advance({ seconds: 2 })
    await world.rooms.fundings.askDue()
    expect((await world.rooms.orders.find(tradeNo)).state).toBe('PAID')
    expect(world.bank.asked(fundingId)).toBe('ASK INQUIRE')
    expect(before - world.bank.balance(bankRef)).toBe(amount.minor)
    expect(await world.rooms.notifications.of(tradeNo)).toHaveLength(1)
  })

  test('while an answer of the bank is written down asks again later, and the money has moved once', async () => {
    const { bankAccountId, bankRef } = await aBankAccount(world, userId)
    const { tradeNo, amount } = await anOrder(world, shop)
    const source = { channel: 'BANK', bankAccountId } as const
    await world.rooms.payments.confirm({ tradeNo, amount, payerId: userId, source })
    const before = world.bank.balance(bankRef)
    const lost = cutCommitOf('funding-insert-answer', when)
    await expect(world.rooms.fundings.askDue()).rejects.toMatchObject(UNKNOWN)
    expect(lost.count()).toBe(1)
    // Its claim has to run out first: this server cannot know that it may go on.
    world.clock.advance({ minutes: 2 })
    await world.rooms.fundings.askDue()
    expect((await world.rooms.orders.find(tradeNo)).state).toBe('PAID')
    expect(before - world.bank.balance(bankRef)).toBe(amount.minor)
  })

  test('while a delivery is written down sends it again, unless it was written', async () => {
    while ((await world.rooms.notifications.deliverDue()) > 0);
    const { order } = await aPaidOrder(world, shop, { userId })
    const sent = world.transport.requests.length
    const lost = proxy.cut({ at: 'write-notification-outcomes', when })
    await expect(world.rooms.notifications.deliverDue()).rejects.toMatchObject(UNKNOWN)
    expect(lost.count()).toBe(1)
    expect(world.transport.requests.length).toBe(sent + 1)
    world.clock.advance({ minutes: 5 })
    while ((await world.rooms.notifications.deliverDue()) > 0);
    expect(await world.rooms.notifications.of(order.tradeNo)).toMatchObject([{ state: 'DELIVERED', attempts: 1 }])
    expect(world.transport.requests.length).toBe(sent + (happened ? 1 : 2))
  })

  test('while expired orders are closed closes each once', async () => {
    const { tradeNo, expiresAt } = await anOrder(world, shop)
    world.clock.set(expiresAt)
    const lost = cutCommitOf('close-orders', when)
    await expect(world.rooms.orders.closeExpired()).rejects.toMatchObject(UNKNOWN)
    expect(lost.count()).toBe(1)
    await world.rooms.orders.closeExpired()
    expect(await world.rooms.orders.find(tradeNo)).toMatchObject({ state: 'CLOSED', sequence: 2 })
    expect(await world.rooms.notifications.of(tradeNo)).toHaveLength(1)
  })
})

describe('a connection that is lost in the middle', () => {
  const locks = ['begin', 'lock-payable-orders', 'lock-accounts']
  const writes = ['insert-succeeded-payments', 'insert-notifications', 'write-transfers']
  const confirming = async (at: string, when: 'BEFORE' | 'AFTER') => {
    const { tradeNo, amount } = await anOrder(world, shop)
    const before = await balanceOf(world, userId)
    const confirm = () => world.rooms.payments.confirm({ tradeNo, amount, payerId: userId })
    const lost = proxy.cut({ at: at === 'begin' ? 'begin isolation level read committed' : at, when })
    await expect(confirm()).rejects.toMatchObject(UNKNOWN)
    expect(lost.count()).toBe(1)
    return { confirm, tradeNo, before, paid: before - amount.minor }
  }

  test.each([
    ...locks.flatMap((at) => [
      { at, when: 'BEFORE' as const },
      { at, when: 'AFTER' as const },
    ]),
    ...writes.map((at) => ({ at, when: 'BEFORE' as const })),
  ])(
    'of a payment, $when “$at”, leaves nothing of it, and the payer is told that it is unknown',
    async ({ at, when }) => {
      const { confirm, before, paid } = await confirming(at, when)
      expect(await balanceOf(world, userId)).toBe(before)
      expect(await confirm()).toMatchObject({ first: true })
      expect(await balanceOf(world, userId)).toBe(paid)
    },
  )

  // COMMIT is right behind them and may have arrived.
  test.each(writes)(
    'of a payment, after “%s”, leaves all of it or nothing, and a repeat gives the one payment',
    async (at) => {
      const { confirm, tradeNo, before, paid } = await confirming(at, 'AFTER')
      const { state } = await world.rooms.orders.find(tradeNo)
      const done = state === 'PAID'
      expect(await balanceOf(world, userId)).toBe(done ? paid : before)
      expect(await confirm()).toMatchObject({ first: !done })
      expect(await balanceOf(world, userId)).toBe(paid)
      expect(await world.rooms.notifications.of(tradeNo)).toHaveLength(1)
    },
  )
})

describe('a commit that is slow', () => {
  test('keeps its callers waiting, holds nobody else up, and is answered with what it did', async () => {
    const bo = await aUser(world)
    const [slow, quick] = [await anOrder(world, shop), await anOrder(world, await aMerchantWithClient(world))]
    const held = proxy.hold({ at: 'commit', having: 'insert-succeeded-payments' })
    let ended = false
    const waiting = world.rooms.payments
      .confirm({ tradeNo: slow.tradeNo, amount: slow.amount, payerId: userId })
      .finally(() => (ended = true))
    await held.reached
    const meanwhile = await world.rooms.payments.confirm({
      tradeNo: quick.tradeNo,
      amount: quick.amount,
      payerId: bo.userId,
    })
    expect(meanwhile.first).toBe(true)
    expect(ended).toBe(false)
    held.release()
    expect((await waiting).first).toBe(true)
  })
})

describe('a database that goes silent with its connections open', () => {
  test('is not waited for for ever: the outcome is unknown, and a repeat gives the payment', async () => {
    const impatient = createPool(proxy.url, { answerTimeoutMs: 2_000 })
    const other = await createTestWorld({ database: world.database, seed: 2, deps: { db: impatient } })
    const { tradeNo, amount } = await anOrder(world, shop)
    const confirm = () => other.rooms.payments.confirm({ tradeNo, amount, payerId: userId })
    const silent = proxy.hold({ at: 'lock-payable-orders' })
    await expect(confirm()).rejects.toMatchObject(UNKNOWN)
    await silent.reached
    expect((await confirm()).first).toBe(true)
    expect((await confirm()).first).toBe(false)
    await impatient.end()
    silent.release()
  })
})
