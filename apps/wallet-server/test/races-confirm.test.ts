/**
 * A confirmation meets something else at the same instant, through two servers, hundreds of times each: one of the two wins,
 * the other is told the truth, and no money is lost between them.
 */
import { money } from '@tradepay/money'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Order } from '../src/order/types.ts'
import type { User } from '../src/user/types.ts'
import {
  aMerchantWithClient,
  anOrder,
  aUser,
  balanceOf,
  createTwoServers,
  expectSound,
  insist,
  race,
  wordOf,
  type TestMerchant,
  type TwoServers,
} from './support/index.ts'

const ROUNDS = 500
/** As many as run at once: each round of a wave has a payer of its own, so that none waits for another. */
const PAYERS = 20
let servers: TwoServers
let shop: TestMerchant
const payers: User[] = []
beforeAll(async () => {
  servers = await createTwoServers()
  shop = await aMerchantWithClient(servers.one, { feeBasisPoints: 60 })
  for (let n = 0; n < PAYERS; n++) payers.push(await aUser(servers.one, { balance: 1_000_000n }))
})
afterEach(() => expectSound(servers))
afterAll(() => servers.close())

const payerOf = (round: number): string => payers[round % PAYERS]!.userId
const order = (about: Parameters<typeof anOrder>[2] = {}): Promise<Order> =>
  anOrder(servers.one, shop, { amount: money('CNY', 1_234n), ...about })
/** Over four rounds every pair of servers has met. */
const confirm = ({ tradeNo, amount }: Order, round: number, payerId = payerOf(round)): Promise<string> =>
  wordOf(
    insist(() => servers.at(round).rooms.payments.confirm({ tradeNo, amount, payerId })),
    'PAID',
  )
const other = (round: number): TwoServers['one'] => servers.at(Math.floor(round / 2))
const stateOf = async ({ tradeNo }: Order): Promise<string> => {
  const { state, closeReason } = await servers.one.rooms.orders.find(tradeNo)
  return closeReason ?? state
}

/** Both sides have won at least this often: otherwise they never really met. */
const OFTEN = ROUNDS / 20
function expectBothOften(tally: Record<string, number>, ...pairs: [string, string]): void {
  expect(Object.keys(tally).sort()).toEqual(pairs.sort())
  for (const pair of pairs) expect(tally[pair], pair).toBeGreaterThanOrEqual(OFTEN)
}

describe(`a confirmation and, in ${ROUNDS} rounds at the same instant,`, { timeout: 120_000 }, () => {
  test('a close: the order is paid and the close is told, or it is closed and the payer is told', async () => {
    const tally = await race<Order>({
      rounds: ROUNDS,
      often: OFTEN,
      prepare: () => order(),
      sides: [
        confirm,
        ({ clientId, tradeNo }, round) =>
          wordOf(
            insist(() => other(round).rooms.orders.close(clientId, { tradeNo })),
            'CLOSED',
          ),
      ],
      firstWon: (first) => first === 'PAID',
      check: async (subject, { first }) => expect(await stateOf(subject)).toBe(first === 'PAID' ? 'PAID' : 'MERCHANT'),
    })
    expectBothOften(tally, 'PAID | ORDER_PAID', 'ORDER_CLOSED | CLOSED')
  })

  test('a cancel: what was paid is given back, or nothing is paid', async () => {
    const before = await totalOfPayers()
    const tally = await race<Order>({
      rounds: ROUNDS,
      often: OFTEN,
      prepare: () => order(),
      sides: [
        confirm,
        ({ clientId, tradeNo }, round) =>
          wordOf(
            insist(() => other(round).rooms.refunds.cancel(clientId, { tradeNo })),
            ({ action }) => action,
          ),
      ],
      firstWon: (first) => first === 'PAID',
      check: async (subject, { first }) => expect(await stateOf(subject)).toBe(first === 'PAID' ? 'PAID' : 'CANCELLED'),
    })
    expectBothOften(tally, 'PAID | REFUNDED', 'ORDER_CLOSED | CLOSED')
    expect(await totalOfPayers(), 'every payer has everything back').toBe(before)
  })

  test('the timer of a server whose clock is ahead: the order is paid, or it has expired and the payer is told', async () => {
    const { one, two } = servers
    const expiresAt = new Date(one.clock.now().getTime() + 60_000)
    two.clock.set(expiresAt)
    try {
      const tally = await race<Order>({
        rounds: ROUNDS,
        often: OFTEN,
        prepare: () => order({ expiresAt }),
        sides: [
          // Only through the server for which the order has time.
          (subject, round) => confirm(subject, 2 * round, payerOf(round)),
          // The timer takes whatever is over, and leaves what somebody else holds: it is asked once for each round.
          async () => String(await insist(() => two.rooms.orders.closeExpired(1))),
        ],
        firstWon: (first) => first === 'PAID',
      })
      // A timer that found every order held has closed none: that is its answer too.
      expect(new Set(Object.keys(tally).map((pair) => pair.split(' | ')[0]))).toEqual(
        new Set(['PAID', 'ORDER_EXPIRED']),
      )
      while ((await two.rooms.orders.closeExpired()) > 0);
      const { rows } = await servers.database.pool.query<{ state: string; count: bigint }>(
        `select coalesce(close_reason, state) as state, count(*) from orders where expires_at = $1 group by 1 order by 1`,
        [expiresAt],
      )
      const counted = Object.fromEntries(rows.map(({ state, count }) => [state, Number(count)]))
      expect(counted).toEqual({ PAID: wins(tally, 'PAID'), EXPIRED: wins(tally, 'ORDER_EXPIRED') })
      expect(Math.min(...Object.values(counted))).toBeGreaterThanOrEqual(OFTEN)
    } finally {
      two.clock.set(one.clock.now())
    }
  })

  test('another user’s: one of them has paid, the other is told so and keeps the money', async () => {
    const tally = await race<Order & { round: number }>({
      rounds: ROUNDS,
      often: OFTEN,
      prepare: async (round) => ({ ...(await order()), round }),
      sides: [confirm, (subject, round) => confirm(subject, Math.floor(round / 2), payerOf(round + 1))],
      firstWon: (first) => first === 'PAID',
      check: async ({ tradeNo, round }, { first }) => {
        const { payerId } = await servers.two.rooms.orders.find(tradeNo)
        expect(payerId).toBe(payerOf(first === 'PAID' ? round : round + 1))
      },
    })
    expectBothOften(tally, 'PAID | ORDER_PAID', 'ORDER_PAID | PAID')
  })

  test('freezing its payer: it is paid, or the payer is told; after that no more is paid', async () => {
    const tally = await race<Order>({
      rounds: ROUNDS,
      often: OFTEN,
      prepare: async (round) => {
        await servers.one.rooms.users.setFrozen(payerOf(round), false)
        return order()
      },
      sides: [
        confirm,
        (_, round) =>
          wordOf(
            insist(() => other(round).rooms.users.setFrozen(payerOf(round), true)),
            'FROZEN',
          ),
      ],
      firstWon: (first) => first === 'PAID',
      check: async (subject, { first }) => expect(await stateOf(subject)).toBe(first === 'PAID' ? 'PAID' : 'CREATED'),
    })
    expectBothOften(tally, 'PAID | FROZEN', 'USER_FROZEN | FROZEN')
    expect(await confirm(await order(), 0)).toBe('USER_FROZEN')
    for (const { userId } of payers) await servers.one.rooms.users.setFrozen(userId, false)
  })
})

const wins = (tally: Record<string, number>, first: string): number =>
  Object.entries(tally).reduce((sum, [pair, count]) => sum + (pair.startsWith(`${first} `) ? count : 0), 0)

async function totalOfPayers(): Promise<bigint> {
  const balances = await Promise.all(payers.map(({ userId }) => balanceOf(servers.one, userId)))
  return balances.reduce((sum, balance) => sum + balance, 0n)
}
