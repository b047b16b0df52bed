/** What a user may pay: for each payment and for each day of the wallet's time zone, however many come at once. */
import { WalletError } from '@tradepay/contract'
import { money } from '@tradepay/money'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verify } from '../src/verify/verify.ts'
import {
  aBankAccount,
  aMerchantWithClient,
  anOrder,
  aUser,
  balanceOf,
  createTestWorld,
  type TestMerchant,
  type TestWorld,
} from './support/index.ts'

let world: TestWorld
let shop: TestMerchant
beforeAll(async () => {
  world = await createTestWorld({ settings: { paymentLimits: { CNY: { perPayment: 5_000n, perDay: 8_000n } } } })
  shop = await aMerchantWithClient(world, { currencies: ['CNY', 'JPY'] })
})
afterAll(async () => {
  expect((await verify(world.deps.db)).violations).toEqual([])
  await world.close()
})

async function pay(
  userId: string,
  minor: bigint,
  about: { bankAccountId?: string; currency?: string } = {},
): Promise<string> {
  const order = await anOrder(world, shop, { amount: money(about.currency ?? 'CNY', minor) })
  try {
    const { bankAccountId } = about
    const source = bankAccountId === undefined ? undefined : { channel: 'BANK' as const, bankAccountId }
    const payment = await world.rooms.payments.confirm({
      tradeNo: order.tradeNo,
      payerId: userId,
      amount: order.amount,
      ...(source && { source }),
    })
    return payment.state
  } catch (error) {
    if (error instanceof WalletError) return error.code
    throw error
  }
}

describe('limits', () => {
  test('of a payment refuse a cent more and nothing less', async () => {
    const { userId } = await aUser(world)
    expect(await pay(userId, 5_001n)).toBe('PAYMENT_LIMIT_EXCEEDED')
    expect(await pay(userId, 5_000n)).toBe('SUCCEEDED')
  })

  test('of a day count what was paid, and refused payments do not count', async () => {
    const { userId } = await aUser(world)
    expect(await pay(userId, 5_000n)).toBe('SUCCEEDED')
    expect(await pay(userId, 3_001n)).toBe('DAY_LIMIT_EXCEEDED')
    expect(await pay(userId, 3_000n)).toBe('SUCCEEDED')
    expect(await pay(userId, 1n)).toBe('DAY_LIMIT_EXCEEDED')
    expect(await world.rooms.payments.limits(userId, 'CNY')).toEqual({
      perPayment: 5_000n,
      perDay: 8_000n,
      spentToday: 8_000n,
    })
  })

  test('of a day end at midnight of the wallet’s time zone, not of UTC', async () => {
    const { userId } = await aUser(world, { balance: 50_000n })
    world.clock.set('2026-03-05T15:59:59.999Z')
    expect([await pay(userId, 5_000n), await pay(userId, 3_000n), await pay(userId, 1n)]).toEqual([
      'SUCCEEDED',
      'SUCCEEDED',
      'DAY_LIMIT_EXCEEDED',
    ])
    world.clock.advance({ milliseconds: 1 })
    expect(await pay(userId, 5_000n)).toBe('SUCCEEDED')
    world.clock.set('2026-03-06T00:00:00.000Z')
    expect(await pay(userId, 3_001n)).toBe('DAY_LIMIT_EXCEEDED')
  })

  test('hold for many payments at once, through two servers', async () => {
    const other = await createTestWorld({ database: world.database, seed: 9, settings: world.deps.settings })
    other.clock.set(world.clock.now())
    const { userId } = await aUser(world, { balance: 100_000n })
    const orders = await Promise.all(
      Array.from({ length: 100 }, () => anOrder(world, shop, { amount: money('CNY', 1_000n) })),
    )
    const outcomes = await Promise.allSettled(
      orders.map(({ tradeNo, amount }, n) =>
        (n % 2 === 0 ? world : other).rooms.payments.confirm({ tradeNo, amount, payerId: userId }),
      ),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(8)
    expect(await balanceOf(world, userId)).toBe(92_000n)
    await other.close()
  })

  test('count for each payer what they paid, also when others pay in the same moment', async () => {
    const [one, other] = [await aUser(world, { balance: 50_000n }), await aUser(world, { balance: 50_000n })]
    const sums = [5_000n, 3_000n, 1_000n]
    const orders = await Promise.all(sums.map((minor) => anOrder(world, shop, { amount: money('CNY', minor) })))
    await Promise.all(
      [one, one, other].map(({ userId }, n) =>
        world.rooms.payments.confirm({ tradeNo: orders[n]!.tradeNo, amount: orders[n]!.amount, payerId: userId }),
      ),
    )
    const spent = async ({ userId }: { userId: string }): Promise<bigint> =>
      (await world.rooms.payments.limits(userId, 'CNY')).spentToday
    expect([await spent(one), await spent(other)]).toEqual([8_000n, 1_000n])
  })

  test('of their own replace the settings’ for a user, and null takes those again', async () => {
    const { userId } = await aUser(world)
    await world.rooms.payments.setLimits(userId, 'CNY', { perPayment: 9_000n, perDay: 9_000n })
    expect(await pay(userId, 8_001n)).toBe('SUCCEEDED')
    await world.rooms.payments.setLimits(userId, 'CNY', { perPayment: null, perDay: null })
    expect(await world.rooms.payments.limits(userId, 'CNY')).toEqual({
      perPayment: 5_000n,
      perDay: 8_000n,
      spentToday: 8_001n,
    })
    expect(await pay(userId, 1n)).toBe('DAY_LIMIT_EXCEEDED')
  })

  test('that are set at noon know of the morning', async () => {
    const { userId } = await aUser(world, { balance: 0n, currency: 'JPY' })
    await world.rooms.topUps.give({ topUpId: `noon-${userId}`, userId, amount: money('JPY', 100_000n) })
    expect(await pay(userId, 60_000n, { currency: 'JPY' })).toBe('SUCCEEDED')
    await world.rooms.payments.setLimits(userId, 'JPY', { perPayment: null, perDay: 60_001n })
    expect(await pay(userId, 2n, { currency: 'JPY' })).toBe('DAY_LIMIT_EXCEEDED')
    expect(await pay(userId, 1n, { currency: 'JPY' })).toBe('SUCCEEDED')
  })

  test('count payments by bank from the reservation on, and give them back when they fail', async () => {
    const { userId } = await aUser(world)
    const { bankAccountId } = await aBankAccount(world, userId)
    world.bank.next({ refuses: 'REFUSED' })
    expect(await pay(userId, 5_000n, { bankAccountId })).toBe('PROCESSING')
    expect(await pay(userId, 3_001n)).toBe('DAY_LIMIT_EXCEEDED')
    await world.rooms.fundings.askDue()
    expect((await world.rooms.payments.limits(userId, 'CNY')).spentToday).toBe(0n)
    expect(await pay(userId, 3_001n)).toBe('SUCCEEDED')
  })

  test('that make no sense are refused', async () => {
    const { userId } = await aUser(world)
    const { setLimits } = world.rooms.payments
    await expect(setLimits(userId, 'CNY', { perPayment: -1n, perDay: null })).rejects.toMatchObject({
      code: 'INVALID_PARAMETER',
      details: { field: 'perPayment', expected: 'a whole number from 0, or null' },
    })
    await expect(setLimits(userId, 'EUR', { perPayment: 1n, perDay: null })).rejects.toMatchObject({
      code: 'CURRENCY_NOT_SUPPORTED',
    })
    await expect(setLimits('2088000000000000', 'CNY', { perPayment: 1n, perDay: null })).rejects.toMatchObject({
      code: 'USER_NOT_FOUND',
    })
  })
})
