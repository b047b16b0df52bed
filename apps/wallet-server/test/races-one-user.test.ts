/**
 * One user pays many orders at once through two servers: nobody waits for ever, nothing deadlocks, and each server keeps the
 * order in which the user has confirmed.
 */
import { money } from '@tradepay/money'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { BATCH_ITEMS_MAX } from '../src/db/batcher.ts'
import type { Order } from '../src/order/types.ts'
import {
  aMerchantWithClient,
  anOrder,
  aUser,
  balanceOf,
  createTwoServers,
  expectSound,
  wordOf,
  type TestMerchant,
  type TwoServers,
} from './support/index.ts'

const ORDERS = 400
/** Four batches for each of two servers. Whoever pays meanwhile goes beside the first, not behind the last but one. */
const MANY_ORDERS = 2 * 4 * BATCH_ITEMS_MAX
const TOO_MANY_FIRST = 2 * 3 * BATCH_ITEMS_MAX
let servers: TwoServers
const shops: TestMerchant[] = []
beforeAll(async () => {
  servers = await createTwoServers()
  for (let n = 0; n < 5; n++) shops.push(await aMerchantWithClient(servers.one))
})
afterEach(() => expectSound(servers))
afterAll(async () => {
  expect(await servers.close(), 'PostgreSQL broke no deadlock').toEqual({ deadlocks: 0 })
})

const orders = (count: number, minor = (_n: number): bigint => 10n): Promise<Order[]> =>
  Promise.all(
    Array.from({ length: count }, (_, n) =>
      anOrder(servers.one, shops[n % shops.length]!, { amount: money('CNY', minor(n)) }),
    ),
  )
const confirm = (server: TwoServers['one'], { tradeNo, amount }: Order, payerId: string): Promise<string> =>
  wordOf(server.rooms.payments.confirm({ tradeNo, amount, payerId }), ({ first }) => (first ? 'PAID' : 'REPEATED'))

/** As many as are paid among the outcomes, and after them nothing but this. */
const paidThen = (word: string, outcomes: string[]): string[] => {
  const paid = outcomes.filter((outcome) => outcome === 'PAID').length
  return outcomes.map((_, n) => (n < paid ? 'PAID' : word))
}

describe('one user who pays many orders at once', { timeout: 120_000 }, () => {
  test(`through both servers has paid all ${MANY_ORDERS}, and others who pay meanwhile are not kept waiting behind her`, async () => {
    const mei = await aUser(servers.one, { balance: 10n * BigInt(MANY_ORDERS) })
    const others = []
    for (let n = 0; n < 10; n++) others.push(await aUser(servers.one))
    const [mine, theirs] = [await orders(MANY_ORDERS), await orders(others.length)]
    const ended: string[] = []
    const mark = async (who: string, outcome: Promise<string>): Promise<string> =>
      outcome.finally(() => ended.push(who))
    const outcomes = await Promise.all([
      ...mine.map((order, n) => mark('mei', confirm(servers.at(n), order, mei.userId))),
      ...others.map(({ userId }, n) => mark('other', confirm(servers.at(n), theirs[n]!, userId))),
    ])
    expect(outcomes).toEqual(Array(MANY_ORDERS + others.length).fill('PAID'))
    expect(await balanceOf(servers.two, mei.userId)).toBe(0n)
    const hersBefore = ended.lastIndexOf('other') - (others.length - 1)
    expect(hersBefore, 'how many of hers come before the last of the others').toBeLessThan(TOO_MANY_FIRST)
  })

  test('with money for half of them: in each server the first ones are paid and the later ones refused', async () => {
    const half = BigInt(ORDERS) / 2n
    const mei = await aUser(servers.one, { balance: 10n * half })
    const mine = await orders(ORDERS)
    const outcomes = await Promise.all(mine.map((order, n) => confirm(servers.at(n), order, mei.userId)))
    expect(outcomes.filter((outcome) => outcome === 'PAID')).toHaveLength(Number(half))
    for (const turn of [0, 1]) {
      const hers = outcomes.filter((_, n) => n % 2 === turn)
      expect(hers).toEqual(paidThen('BALANCE_NOT_ENOUGH', hers))
    }
  })

  test('through one server, while another user pays through the other, gets the answers of the order of confirming', async () => {
    const [mei, bo] = [await aUser(servers.one, { balance: 5_000n }), await aUser(servers.one, { balance: 1_000_000n })]
    // Amounts that leave room for a small one after a large one was refused.
    const [mine, theirs] = [await orders(ORDERS, (n) => BigInt(1 + ((n * 7919) % 97))), await orders(ORDERS)]
    const [outcomes] = await Promise.all([
      Promise.all(mine.map((order) => confirm(servers.one, order, mei.userId))),
      Promise.all(theirs.map((order) => confirm(servers.two, order, bo.userId))),
    ])
    let left = 5_000n
    const expected = mine.map(({ amount: { minor } }) =>
      minor <= left ? ((left -= minor), 'PAID') : 'BALANCE_NOT_ENOUGH',
    )
    expect(outcomes).toEqual(expected)
    expect(await balanceOf(servers.two, mei.userId)).toBe(left)
  })

  test('the same orders as another user, in the opposite order, through the other server: each order is paid once', async () => {
    const [mei, bo] = [await aUser(servers.one), await aUser(servers.one)]
    const both = await orders(ORDERS)
    const [hers, his] = await Promise.all([
      Promise.all(both.map((order) => confirm(servers.one, order, mei.userId))),
      Promise.all([...both].reverse().map((order) => confirm(servers.two, order, bo.userId))),
    ])
    const pairs = both.map((_, n) => [hers[n], his[both.length - 1 - n]].sort().join(' '))
    expect(new Set(pairs)).toEqual(new Set(['ORDER_PAID PAID']))
    expect(hers.filter((outcome) => outcome === 'PAID').length, 'she has got some').toBeGreaterThan(0)
    expect(his.filter((outcome) => outcome === 'PAID').length, 'and so has he').toBeGreaterThan(0)
  })

  test('and is frozen meanwhile: each server pays the first ones and refuses the rest, and nothing is paid afterwards', async () => {
    const mei = await aUser(servers.one, { balance: 10n * BigInt(ORDERS) })
    const mine = await orders(ORDERS)
    const pay = (from: number, to: number): Promise<string>[] =>
      mine.slice(from, to).map((order, n) => confirm(servers.at(n), order, mei.userId))
    const before = pay(0, 100)
    await Promise.race(before)
    const meanwhile = pay(100, 300)
    await servers.two.rooms.users.setFrozen(mei.userId, true)
    const then = await balanceOf(servers.one, mei.userId)
    const outcomes = await Promise.all([...before, ...meanwhile, ...pay(300, ORDERS)])
    expect(await balanceOf(servers.one, mei.userId), 'what she had when she was frozen').toBe(then)
    const paid = outcomes.filter((outcome) => outcome === 'PAID').length
    expect(then).toBe(10n * BigInt(ORDERS - paid))
    expect(new Set(outcomes)).toEqual(new Set(['PAID', 'USER_FROZEN']))
    for (const turn of [0, 1]) {
      const hers = outcomes.filter((_, n) => n % 2 === turn)
      expect(hers).toEqual(paidThen('USER_FROZEN', hers))
    }
  })
})
