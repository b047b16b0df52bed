/** Confirmations that come together: each gets the answer it would have got alone, and money moves once. */
import { money } from '@tradepay/money'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WalletError } from '@tradepay/contract'
import type { Order } from '../src/order/types.ts'
import { verify } from '../src/verify/verify.ts'
import {
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
  world = await createTestWorld()
  shop = await aMerchantWithClient(world, { name: 'Coffee Shop' })
})
afterAll(async () => {
  expect((await verify(world.deps.db)).violations).toEqual([])
  await world.close()
})

const confirm = (order: Pick<Order, 'tradeNo' | 'amount'>, payerId: string) =>
  world.rooms.payments.confirm({ tradeNo: order.tradeNo, payerId, amount: order.amount })

/** What a confirmation came to, in one word. */
async function outcomeOf(payment: Promise<{ first: boolean }>): Promise<string> {
  try {
    return (await payment).first ? 'PAID' : 'REPEATED'
  } catch (error) {
    if (error instanceof WalletError) return error.code
    throw error
  }
}

describe('confirmations that come together', () => {
  test('two users on one order: one pays, the other is told that it is paid', async () => {
    const [mei, bo] = [await aUser(world), await aUser(world)]
    const order = await anOrder(world, shop)
    const outcomes = await Promise.all([outcomeOf(confirm(order, mei.userId)), outcomeOf(confirm(order, bo.userId))])
    expect(outcomes).toEqual(['PAID', 'ORDER_PAID'])
    expect([await balanceOf(world, mei.userId), await balanceOf(world, bo.userId)]).toEqual([8_750n, 10_000n])
  })

  test('two users on one order, the first of whom cannot pay: the second does', async () => {
    const [poor, rich] = [await aUser(world, { balance: 10n }), await aUser(world)]
    const order = await anOrder(world, shop)
    expect(await Promise.all([outcomeOf(confirm(order, poor.userId)), outcomeOf(confirm(order, rich.userId))])).toEqual(
      ['BALANCE_NOT_ENOUGH', 'PAID'],
    )
  })

  test('one user on many orders with money for some: exactly as if they had come one after another', async () => {
    const mei = await aUser(world, { balance: 100n })
    const amounts = [60n, 50n, 30n, 11n, 10n, 200n, 1n, 1n, 100n, 9n]
    const orders = []
    for (const amount of amounts) orders.push(await anOrder(world, shop, { amount: money('CNY', amount) }))
    const outcomes = await Promise.all(orders.map((order) => outcomeOf(confirm(order, mei.userId))))

    let left = 100n
    const expected = amounts.map((amount) => (amount <= left ? ((left -= amount), 'PAID') : 'BALANCE_NOT_ENOUGH'))
    expect(outcomes).toEqual(expected)
    expect(await balanceOf(world, mei.userId)).toBe(left)
  })

  test('any mix of users and orders comes out as if they had come one after another', async () => {
    // A sequence that repeats itself, so that a failure can be looked at.
    let state = 20260301
    const random = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return Math.floor((state / 2 ** 32) * below)
    }
    for (let round = 0; round < 12; round++) {
      const users = await Promise.all(
        Array.from({ length: 4 }, () => aUser(world, { balance: BigInt(50 + random(200)) })),
      )
      const orders = await Promise.all(
        Array.from({ length: 25 }, () => anOrder(world, shop, { amount: money('CNY', BigInt(1 + random(60))) })),
      )
      const balances = await Promise.all(users.map(({ userId }) => balanceOf(world, userId)))
      const calls = Array.from({ length: 80 }, () => ({ user: random(4), order: random(25) }))

      const payers = new Map<number, number>()
      const expected = calls.map(({ user, order }) => {
        if (payers.has(order)) return payers.get(order) === user ? 'REPEATED' : 'ORDER_PAID'
        if (orders[order]!.amount.minor > balances[user]!) return 'BALANCE_NOT_ENOUGH'
        balances[user]! -= orders[order]!.amount.minor
        payers.set(order, user)
        return 'PAID'
      })
      const outcomes = await Promise.all(
        calls.map(({ user, order }) => outcomeOf(confirm(orders[order]!, users[user]!.userId))),
      )
      expect(outcomes).toEqual(expected)
      expect(await Promise.all(users.map(({ userId }) => balanceOf(world, userId)))).toEqual(balances)
    }
  })

  test('a refused one never harms its neighbours', async () => {
    const [mei, poor, frozen] = [
      await aUser(world),
      await aUser(world, { balance: 0n }),
      await aUser(world, { frozen: true }),
    ]
    const payers = [mei, poor, frozen]
    const orders = await Promise.all(
      Array.from({ length: 60 }, () => anOrder(world, shop, { amount: money('CNY', 10n) })),
    )
    const outcomes = await Promise.all(orders.map((order, n) => outcomeOf(confirm(order, payers[n % 3]!.userId))))
    expect(outcomes).toEqual(orders.map((_, n) => ['PAID', 'BALANCE_NOT_ENOUGH', 'USER_FROZEN'][n % 3]))
  })

  test('one that the database cannot even write does not harm the others either', async () => {
    const [mei, bo] = [await aUser(world), await aUser(world)]
    const orders = await Promise.all(Array.from({ length: 4 }, () => anOrder(world, shop)))
    // Nothing foresees that a payment of one user cannot be written.
    const constraint = `payments_refused_${bo.userId}`
    await world.database.asSuperuser((client) =>
      client.query(`alter table payments add constraint ${constraint} check (payer_id <> '${bo.userId}') not valid`),
    )
    const all = await Promise.allSettled(orders.map((order, n) => confirm(order, (n === 1 ? bo : mei).userId)))
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
    expect(await balanceOf(world, bo.userId)).toBe(10_000n)
    await world.database.asSuperuser((client) => client.query(`alter table payments drop constraint ${constraint}`))
    expect(await outcomeOf(confirm(orders[1]!, bo.userId))).toBe('PAID')
  })

  test('a payment and the timer at the same moment leave the order either paid or closed', async () => {
    const mei = await aUser(world, { balance: 100_000n })
    const orders = await Promise.all(Array.from({ length: 40 }, () => anOrder(world, shop)))
    const other = await createTestWorld({ database: world.database, seed: 4 })
    other.clock.set(orders[0]!.expiresAt)
    const [outcomes] = await Promise.all([
      Promise.all(orders.map((order) => outcomeOf(confirm(order, mei.userId)))),
      other.rooms.orders.closeExpired(),
      other.rooms.orders.closeExpired(),
    ])
    await other.close()
    for (const [n, order] of orders.entries()) {
      const { state } = await world.rooms.orders.find(order.tradeNo)
      expect([state, outcomes[n]]).toEqual(state === 'PAID' ? ['PAID', 'PAID'] : ['CLOSED', 'ORDER_EXPIRED'])
    }
  })
})
