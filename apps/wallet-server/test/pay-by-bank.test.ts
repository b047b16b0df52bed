/** Paying from a bank account: reserved now, decided when the bank has answered, and the money is never in two places. */
import { WalletError } from '@tradepay/contract'
import { money } from '@tradepay/money'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { BankAccount } from '../src/funding/types.ts'
import type { Order } from '../src/order/types.ts'
import type { User } from '../src/user/types.ts'
import { verify } from '../src/verify/verify.ts'
import {
  aBankAccount,
  aMerchantWithClient,
  anOrder,
  aUser,
  balanceOf,
  createTestWorld,
  payableOf,
  WALLET_AT_BANK,
  type TestMerchant,
  type TestWorld,
} from './support/index.ts'

let world: TestWorld
let shop: TestMerchant
let mei: User
let account: BankAccount
beforeAll(async () => {
  world = await createTestWorld()
})
beforeEach(async () => {
  shop = await aMerchantWithClient(world, { feeBasisPoints: 60 })
  mei = await aUser(world)
  account = await aBankAccount(world, mei.userId)
})
afterEach(async () => {
  world.bank.always({})
  expect((await verify(world.deps.db)).violations).toEqual([])
  expect(await clearing()).toBe(world.bank.balance(WALLET_AT_BANK))
})
afterAll(() => world.close())

/** What the wallet's books say that the bank holds for it. */
async function clearing(): Promise<bigint> {
  const { rows } = await world.database.asSuperuser((client) =>
    client.query<{ sum: string }>(
      `select coalesce(sum(case when debit_account like 'bank-clearing:%' then amount else -amount end), 0)::text as sum
        from transfers where kind in ('POSTED', 'POST')
          and (debit_account like 'bank-clearing:%' or credit_account like 'bank-clearing:%')`,
    ),
  )
  return BigInt(rows[0]!.sum)
}

const pay = (order: Pick<Order, 'tradeNo' | 'amount'>, payer = mei, bankAccountId = account.bankAccountId) =>
  world.rooms.payments.confirm({
    tradeNo: order.tradeNo,
    payerId: payer.userId,
    amount: order.amount,
    source: { channel: 'BANK', bankAccountId },
  })
const payFromBalance = (order: Pick<Order, 'tradeNo' | 'amount'>, payer = mei) =>
  world.rooms.payments.confirm({ tradeNo: order.tradeNo, payerId: payer.userId, amount: order.amount })
const find = (order: Order) => world.rooms.orders.find(order.tradeNo)
const mine = (order: Order) => world.rooms.payments.ofOrder(mei.userId, order.tradeNo)
const codeOf = (payment: Promise<unknown>): Promise<string> =>
  payment.then(
    () => 'no refusal',
    (error: unknown) => {
      if (error instanceof WalletError) return error.code
      throw error
    },
  )
const askBank = () => world.rooms.fundings.askDue()
async function fundingOf(subjectId: string, purpose: 'PAYMENT' | 'RETURN' = 'PAYMENT') {
  const funding = (await world.rooms.fundings.of(subjectId)).find((one) => one.purpose === purpose)
  if (!funding) throw new Error(`No funding ${purpose} of ${subjectId}.`)
  return funding
}

describe('a payment by bank', () => {
  test('is processing until the bank has answered, and nobody has been paid', async () => {
    const order = await anOrder(world, shop)
    expect(await pay(order)).toMatchObject({ state: 'PROCESSING', paidAt: null, first: true })
    expect(await find(order)).toMatchObject({ state: 'CREATED', sequence: 1, payerId: null })
    expect(await mine(order)).toMatchObject({ state: 'PROCESSING', channel: 'BANK' })
    expect(await payableOf(world, shop.merchant.merchantId)).toBe(0n)
    expect(await balanceOf(world, mei.userId)).toBe(10_000n)
    expect(await world.rooms.notifications.of(order.tradeNo)).toEqual([])
    await askBank()
  })

  test('is paid when the bank says yes: the merchant has it less the fee, and is told', async () => {
    const order = await anOrder(world, shop)
    const { paymentId } = await pay(order)
    world.clock.advance({ seconds: 3 })
    await askBank()
    expect(await find(order)).toMatchObject({
      state: 'PAID',
      sequence: 2,
      payerId: mei.userId,
      paymentId,
      paidAt: world.clock.now(),
      processingPaymentId: null,
    })
    expect(await mine(order)).toMatchObject({ state: 'SUCCEEDED', finishedAt: world.clock.now() })
    expect(await payableOf(world, shop.merchant.merchantId)).toBe(1250n - 8n)
    expect(await balanceOf(world, mei.userId)).toBe(10_000n)
    const [told, ...others] = await world.rooms.notifications.of(order.tradeNo)
    expect(others).toEqual([])
    expect(told).toMatchObject({ sequence: 2, event: { type: 'ORDER_PAID', paymentId, payerId: mei.userId } })
  })

  test('that is repeated while it is processing answers the same, and the bank is asked once', async () => {
    const order = await anOrder(world, shop)
    const first = await pay(order)
    const again = await Promise.all([pay(order), pay(order)])
    expect(again).toEqual([1, 2].map(() => ({ ...first, first: false })))
    await askBank()
    expect(world.bank.moved.filter(({ amount }) => amount === order.amount)).toHaveLength(0)
    expect(await pay(order)).toMatchObject({ state: 'SUCCEEDED', paymentId: first.paymentId, first: false })
  })

  test('by 250 callers at once reserves once', async () => {
    const order = await anOrder(world, shop)
    // Each is a transaction of its own: they wait for one of ten connections, and at last for the order.
    const answers = await Promise.all(Array.from({ length: 250 }, () => pay(order)))
    expect(new Set(answers.map(({ paymentId }) => paymentId)).size).toBe(1)
    expect(answers.filter(({ first }) => first)).toHaveLength(1)
    await askBank()
    expect(await find(order)).toMatchObject({ state: 'PAID' })
  })

  test('keeps everybody else waiting, and the same user with another way to pay', async () => {
    const order = await anOrder(world, shop)
    await pay(order)
    const bo = await aUser(world)
    expect(await codeOf(payFromBalance(order, bo))).toBe('PAYMENT_PROCESSING')
    expect(await codeOf(pay(order, bo, (await aBankAccount(world, bo.userId)).bankAccountId))).toBe(
      'PAYMENT_PROCESSING',
    )
    expect(await codeOf(payFromBalance(order))).toBe('PAYMENT_PROCESSING')
    await askBank()
    expect(await codeOf(payFromBalance(order, bo))).toBe('ORDER_PAID')
  })

  test('that the bank refuses moves nothing, and the order can be paid otherwise', async () => {
    world.bank.next({ refuses: 'BALANCE_NOT_ENOUGH' })
    const order = await anOrder(world, shop)
    await pay(order)
    await askBank()
    expect(await mine(order)).toMatchObject({ state: 'FAILED', failure: 'BANK_REFUSED', returned: null })
    expect(await find(order)).toMatchObject({ state: 'CREATED', processingPaymentId: null, sequence: 1 })
    expect(await payFromBalance(order)).toMatchObject({ state: 'SUCCEEDED', first: true })
    expect(await mine(order)).toMatchObject({ state: 'SUCCEEDED', channel: 'BALANCE' })
  })

  test('stays processing while the bank says nothing, for days, and is paid when it does', async () => {
    world.bank.next({ moves: 'LATER' })
    const order = await anOrder(world, shop, { expiresAt: new Date(world.clock.now().getTime() + 14 * 86_400_000) })
    const { paymentId } = await pay(order)
    for (let hour = 0; hour < 72; hour++) {
      await askBank()
      world.clock.advance({ hours: 1 })
    }
    expect(await mine(order)).toMatchObject({ state: 'PROCESSING', failure: null })
    world.bank.finish((await fundingOf(paymentId)).fundingId)
    world.clock.advance({ hours: 1 })
    await askBank()
    expect(await find(order)).toMatchObject({ state: 'PAID' })
  })

  test('whose answer was lost is found out by asking, and moves once', async () => {
    world.bank.next({ says: ['LOST_AFTER', 'LOST_AFTER'] })
    const order = await anOrder(world, shop)
    await pay(order)
    for (let n = 0; n < 5; n++) {
      await askBank()
      world.clock.advance({ seconds: 10 })
    }
    expect(await find(order)).toMatchObject({ state: 'PAID' })
  })

  test('is recorded with the bank’s part in it', async () => {
    const order = await anOrder(world, shop)
    await pay(order)
    await askBank()
    const notes = world.recorder.of(order.tradeNo, 15).map(({ facts }) => facts!['outcome'])
    expect(notes).toEqual(expect.arrayContaining(['PROCESSING', 'PAID']))
  })
})

describe('late money, when the order is closed before the bank says yes,', () => {
  /** A payment whose bank has taken the money and not said so yet. */
  async function waiting(about: Parameters<typeof anOrder>[2] = {}): Promise<{ order: Order; paymentId: string }> {
    world.bank.next({ moves: 'LATER' })
    const order = await anOrder(world, shop, about)
    const { paymentId } = await pay(order)
    await askBank()
    return { order, paymentId }
  }
  async function bankSaysYes(paymentId: string): Promise<void> {
    world.bank.finish((await fundingOf(paymentId)).fundingId)
    world.clock.advance({ minutes: 2 })
    await askBank()
  }

  test.each<[string, string, (order: Order) => Promise<unknown>]>([
    [
      'by its merchant',
      'ORDER_CLOSED',
      (order) => world.rooms.orders.close(order.clientId, { tradeNo: order.tradeNo }),
    ],
    ['by a cancel', 'ORDER_CLOSED', (order) => world.rooms.refunds.cancel(order.clientId, { tradeNo: order.tradeNo })],
    [
      'by time',
      'ORDER_EXPIRED',
      async (order) => {
        world.clock.set(order.expiresAt)
        await world.rooms.orders.closeExpired()
      },
    ],
    ['by time, before the timer came round', 'ORDER_EXPIRED', async (order) => world.clock.set(order.expiresAt)],
  ])('%s: goes back to the bank account by itself, and is shown', async (_, failure, close) => {
    const before = world.bank.balance(account.bankRef)
    const { order, paymentId } = await waiting()
    await close(order)
    await bankSaysYes(paymentId)
    expect(await mine(order)).toMatchObject({ state: 'FAILED', failure, returned: 'RETURNING' })
    await askBank()
    expect(await mine(order)).toMatchObject({ state: 'FAILED', failure, returned: 'RETURNED' })
    expect(world.bank.balance(account.bankRef)).toBe(before)
    expect(await find(order)).toMatchObject({ state: 'CLOSED' })
    expect(await payableOf(world, shop.merchant.merchantId)).toBe(0n)
    await world.rooms.orders.closeExpired()
  })

  test('goes to the balance when the bank does not take it back', async () => {
    const { order, paymentId } = await waiting()
    await world.rooms.orders.close(order.clientId, { tradeNo: order.tradeNo })
    world.bank.next({ refuses: 'ACCOUNT_CLOSED' })
    await bankSaysYes(paymentId)
    await askBank()
    expect(await mine(order)).toMatchObject({ state: 'FAILED', returned: 'RETURNED_TO_BALANCE' })
    expect(await balanceOf(world, mei.userId)).toBe(11_250n)
  })

  test('goes back also when the user has removed the bank account meanwhile', async () => {
    const { order, paymentId } = await waiting()
    await world.rooms.orders.close(order.clientId, { tradeNo: order.tradeNo })
    await world.rooms.fundings.unlink(mei.userId, account.bankAccountId)
    await bankSaysYes(paymentId)
    await askBank()
    expect(await mine(order)).toMatchObject({ returned: 'RETURNED' })
  })

  test('is no money at all when the bank says no: the payment has failed and nothing goes back', async () => {
    world.bank.next({ moves: 'LATER' })
    const order = await anOrder(world, shop)
    const { paymentId } = await pay(order)
    await askBank()
    await world.rooms.orders.close(order.clientId, { tradeNo: order.tradeNo })
    world.bank.finish((await fundingOf(paymentId)).fundingId, 'REFUSED')
    world.clock.advance({ minutes: 2 })
    await askBank()
    expect(await mine(order)).toMatchObject({ state: 'FAILED', failure: 'BANK_REFUSED', returned: null })
  })
})

describe('a payment by bank is refused, and the bank is not asked', () => {
  test.each<[string, string, () => Promise<unknown>]>([
    [
      'a bank account that is not there',
      'BANK_ACCOUNT_NOT_FOUND',
      async () => pay(await anOrder(world, shop), mei, '2026030100000000000000000000'),
    ],
    [
      'somebody else’s bank account',
      'BANK_ACCOUNT_NOT_FOUND',
      async () =>
        pay(await anOrder(world, shop), mei, (await aBankAccount(world, (await aUser(world)).userId)).bankAccountId),
    ],
    [
      'a bank account that was removed',
      'BANK_ACCOUNT_NOT_FOUND',
      async () => {
        await world.rooms.fundings.unlink(mei.userId, account.bankAccountId)
        return pay(await anOrder(world, shop))
      },
    ],
    [
      'a user who is frozen',
      'USER_FROZEN',
      async () => {
        await world.rooms.users.setFrozen(mei.userId, true)
        return pay(await anOrder(world, shop))
      },
    ],
    [
      'an order that is closed',
      'ORDER_CLOSED',
      async () => {
        const order = await anOrder(world, shop)
        await world.rooms.orders.close(order.clientId, { tradeNo: order.tradeNo })
        return pay(order)
      },
    ],
    [
      'an order that is not there',
      'ORDER_NOT_FOUND',
      async () => pay({ tradeNo: '1'.repeat(28), amount: money('CNY', 1n) }),
    ],
    [
      'another amount',
      'AMOUNT_MISMATCH',
      async () => pay({ ...(await anOrder(world, shop)), amount: money('CNY', 1249n) }),
    ],
    [
      'more than the limit of a payment',
      'PAYMENT_LIMIT_EXCEEDED',
      async () => {
        await world.rooms.payments.setLimits(mei.userId, 'CNY', { perPayment: 1249n, perDay: null })
        return pay(await anOrder(world, shop))
      },
    ],
  ])('%s', async (_, code, attempt) => {
    const asked = world.bank.questions.length
    expect(await codeOf(attempt())).toBe(code)
    await askBank()
    expect(world.bank.questions).toHaveLength(asked)
  })

  test('in a wallet without a bank', async () => {
    const alone = await createTestWorld({ database: world.database, seed: 77, deps: { bank: null } })
    const order = await anOrder(world, shop)
    const payment = alone.rooms.payments.confirm({
      tradeNo: order.tradeNo,
      payerId: mei.userId,
      amount: order.amount,
      source: { channel: 'BANK', bankAccountId: account.bankAccountId },
    })
    expect(await codeOf(payment)).toBe('BANK_NOT_AVAILABLE')
    await alone.close()
  })
})
