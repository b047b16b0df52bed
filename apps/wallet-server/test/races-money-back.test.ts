/**
 * Money that comes back, arrives late, or leaves, at the same instant as something else, through two servers: both sides are
 * told what has happened, and nothing is given twice.
 */
import { money } from '@tradepay/money'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { CLAIM_SECONDS } from '../src/funding/service.ts'
import type { CreateOrder, Order } from '../src/order/types.ts'
import { refundCommand } from './refund-world.ts'
import {
  aBankAccount,
  aMerchantWithClient,
  anOrder,
  aPaidOrder,
  aUser,
  createTwoServers,
  expectSound,
  insist,
  orderCommand,
  payableOf,
  race,
  until,
  wordOf,
  type TestMerchant,
  type TwoServers,
} from './support/index.ts'

const ROUNDS = 200
/** Both sides have won at least this often: otherwise they never really met. */
const OFTEN = ROUNDS / 20
const PAYERS = 20
const cny = (minor: bigint) => money('CNY', minor)
let servers: TwoServers
let shop: TestMerchant
const payers: { userId: string; bankAccountId: string }[] = []
beforeAll(async () => {
  servers = await createTwoServers()
  shop = await aMerchantWithClient(servers.one, { feeBasisPoints: 60 })
  for (let n = 0; n < PAYERS; n++) {
    const { userId } = await aUser(servers.one, { balance: 1_000_000n })
    payers.push({ userId, bankAccountId: (await aBankAccount(servers.one, userId)).bankAccountId })
  }
})
afterEach(() => expectSound(servers))
afterAll(() => servers.close())

const payerOf = (round: number) => payers[round % PAYERS]!
const other = (round: number): TwoServers['one'] => servers.at(Math.floor(round / 2))
const cancel = ({ clientId, tradeNo }: Order, round: number): Promise<string> =>
  wordOf(
    insist(() => other(round).rooms.refunds.cancel(clientId, { tradeNo })),
    ({ action }) => action,
  )

function expectBothOften(tally: Record<string, number>, pairs: string[]): void {
  expect(Object.keys(tally).sort()).toEqual([...pairs].sort())
  for (const pair of pairs) expect(tally[pair], pair).toBeGreaterThanOrEqual(OFTEN)
}

/** An order that the user pays by bank; nobody has asked the bank yet. */
async function anOrderWaiting(round: number): Promise<Order & { paymentId: string }> {
  const order = await anOrder(servers.one, shop, { amount: cny(1_234n) })
  const { userId: payerId, bankAccountId } = payerOf(round)
  const { tradeNo, amount } = order
  const source = { channel: 'BANK', bankAccountId } as const
  const { paymentId } = await servers.one.rooms.payments.confirm({ tradeNo, amount, payerId, source })
  return { ...order, paymentId }
}

/** Everything that is due at the bank is asked, by both servers at once. */
async function askAll(): Promise<void> {
  const ask = ({ rooms }: TwoServers['one']): Promise<number> => insist(() => rooms.fundings.askDue())
  while ((await Promise.all([ask(servers.one), ask(servers.two)])).some((count) => count > 0));
}

describe(`in ${ROUNDS} rounds at the same instant`, { timeout: 120_000 }, () => {
  test('a partial refund and a cancel: a part or all of it goes back, never more', async () => {
    const tally = await race<Order>({
      rounds: ROUNDS,
      often: OFTEN,
      prepare: async (round) => (await aPaidOrder(servers.one, shop, payerOf(round), { amount: cny(1_234n) })).order,
      sides: [
        (order, round) => {
          const command = refundCommand(order, { minor: 234n })
          return wordOf(
            insist(() => servers.at(round).rooms.refunds.refund(command)),
            'PART',
          )
        },
        cancel,
      ],
      firstWon: (first) => first === 'PART',
      check: async ({ tradeNo }, { first }) =>
        expect((await servers.one.rooms.orders.find(tradeNo)).refunded).toBe(first === 'PART' ? 234n : 1_234n),
    })
    expectBothOften(tally, ['PART | ORDER_REFUNDED', 'REFUND_EXCEEDS_PAYMENT | REFUNDED'])
  })

  test('two refunds of more than half each: one goes back', async () => {
    const refund = (order: Order, server: TwoServers['one']): Promise<string> => {
      const command = refundCommand(order, { minor: 618n })
      return wordOf(
        insist(() => server.rooms.refunds.refund(command)),
        'REFUNDED',
      )
    }
    const tally = await race<Order>({
      rounds: ROUNDS,
      often: OFTEN,
      prepare: async (round) => (await aPaidOrder(servers.one, shop, payerOf(round), { amount: cny(1_234n) })).order,
      sides: [(order, round) => refund(order, servers.at(round)), (order, round) => refund(order, other(round))],
      firstWon: (first) => first === 'REFUNDED',
    })
    expectBothOften(tally, ['REFUNDED | REFUND_EXCEEDS_PAYMENT', 'REFUND_EXCEEDS_PAYMENT | REFUNDED'])
  })

  test('a create and a cancel of its number: the order is closed, or was never made', async () => {
    const tally = await race<CreateOrder>({
      rounds: ROUNDS,
      often: OFTEN,
      prepare: async () => orderCommand(servers.one, shop.client.clientId),
      sides: [
        (command, round) =>
          wordOf(
            insist(() => servers.at(round).rooms.orders.create(command)),
            'CREATED',
          ),
        ({ clientId, requestId }, round) =>
          wordOf(
            insist(() => other(round).rooms.refunds.cancel(clientId, { requestId })),
            ({ action }) => action,
          ),
      ],
      firstWon: (first) => first === 'CREATED',
      check: async ({ clientId, requestId }, { first }) => {
        const found = wordOf(
          servers.one.rooms.orders.inquire(clientId, { requestId }),
          ({ closeReason }) => `${closeReason}`,
        )
        expect(await found).toBe(first === 'CREATED' ? 'CANCELLED' : 'ORDER_NOT_FOUND')
      },
    })
    expectBothOften(tally, ['CREATED | CLOSED', 'ORDER_CANCELLED | REMEMBERED'])
  })

  test('the bank’s yes and a close: it is paid, or the money goes back to the bank by itself', async () => {
    const made: (Order & { paymentId: string })[] = []
    const tally = await race<Order>({
      rounds: ROUNDS,
      often: OFTEN,
      prepare: async (round) => {
        const order = await anOrderWaiting(round)
        made.push(order)
        return order
      },
      sides: [
        // Whatever is due next is settled; every round of a wave asks for one.
        async (_, round) => `${await insist(() => servers.at(round).rooms.fundings.askDue(1))}`,
        ({ clientId, tradeNo }, round) =>
          wordOf(
            insist(() => other(round).rooms.orders.close(clientId, { tradeNo })),
            'CLOSED',
          ),
      ],
      firstWon: (_, second) => second === 'ORDER_PAID',
    })
    await askAll()
    const won = { ORDER_PAID: 0, CLOSED: 0 }
    for (const { tradeNo, paymentId } of made) {
      const { state } = await servers.one.rooms.orders.find(tradeNo)
      const fundings = await servers.one.rooms.fundings.of(paymentId)
      const moves = fundings.map(({ purpose, state }) => `${purpose} ${state}`).sort()
      expect(moves).toEqual(state === 'PAID' ? ['PAYMENT SUCCEEDED'] : ['PAYMENT SUCCEEDED', 'RETURN SUCCEEDED'])
      won[state === 'PAID' ? 'ORDER_PAID' : 'CLOSED'] += 1
    }
    const told = (word: string): number =>
      Object.entries(tally).reduce((sum, [pair, count]) => sum + (pair.endsWith(` ${word}`) ? count : 0), 0)
    expect(won).toEqual({ ORDER_PAID: told('ORDER_PAID'), CLOSED: told('CLOSED') })
    expect(Math.min(...Object.values(won))).toBeGreaterThanOrEqual(OFTEN)
  })
})

describe('two servers', { timeout: 120_000 }, () => {
  test('that hear many creates and cancels of the same numbers at once never make an order whose number was remembered', async () => {
    const { one, two } = servers
    const { clientId } = shop.client
    const commands = Array.from({ length: 120 }, () => orderCommand(one, clientId))
    const create = ({ rooms }: TwoServers['one'], command: CreateOrder): Promise<string> =>
      wordOf(rooms.orders.create(command), 'CREATED')
    const [created, cancelled] = await Promise.all([
      Promise.all(commands.map((command) => Promise.all([create(one, command), create(two, command)]))),
      Promise.all(commands.map(({ requestId }) => two.rooms.refunds.cancel(clientId, { requestId }))),
    ])
    expect(created.map((words) => words.map((word) => word === 'ORDER_CANCELLED'))).toEqual(
      cancelled.map(({ action }) => [action === 'REMEMBERED', action === 'REMEMBERED']),
    )
  })

  test('that settle the same 50 payments at the same instant pay each once', async () => {
    const { one, two, bank } = servers
    const orders = await Promise.all(Array.from({ length: 50 }, (_, n) => anOrderWaiting(n)))
    // Both have asked the bank, because the claim of the first has run out meanwhile, and both hear its yes at once.
    let hearing = 0
    let answer = (): void => undefined
    const answered = new Promise<void>((resolve) => (answer = resolve))
    bank.always({
      before: async () => {
        hearing += 1
        await answered
      },
    })
    try {
      const asking = [one.rooms.fundings.askDue()]
      await until('the bank hears one server', () => hearing === 50)
      two.clock.advance({ seconds: CLAIM_SECONDS + 1 })
      asking.push(two.rooms.fundings.askDue())
      await until('the bank hears both', () => hearing === 100)
      answer()
      await Promise.all(asking)
    } finally {
      bank.always({})
      one.clock.set(two.clock.now())
    }
    await askAll()
    for (const { tradeNo, paymentId } of orders) {
      expect((await one.rooms.orders.find(tradeNo)).state).toBe('PAID')
      const [funding] = await one.rooms.fundings.of(paymentId)
      expect(bank.moved.filter(({ fundingId }) => fundingId === funding!.fundingId)).toHaveLength(1)
      expect(await one.rooms.notifications.of(tradeNo)).toHaveLength(1)
    }
  })

  test('that pay out and refund from the same merchant at once never spend what is not there', async () => {
    const seller = await aMerchantWithClient(servers.one)
    const { merchantId } = seller.merchant
    const { bankAccountId } = await aBankAccount(servers.one, merchantId)
    const orders = await Promise.all(
      Array.from({ length: 200 }, (_, n) => aPaidOrder(servers.one, seller, payerOf(n), { amount: cny(100n) })),
    )
    // Half of it can be spent twice: 200 refunds and 200 pay-outs of 100 each want 400 times what is there 200 times.
    const words = await Promise.all(
      orders.flatMap(({ order }, n) => [
        wordOf(
          insist(() => servers.at(n).rooms.refunds.refund(refundCommand(order))),
          'REFUNDED',
        ),
        wordOf(
          insist(() => {
            const command = { merchantId, requestId: `pay-out-${n}`, bankAccountId, amount: cny(100n) }
            return other(n).rooms.payOuts.request(command)
          }),
          'PAID_OUT',
        ),
      ]),
    )
    const count = (word: string): number => words.filter((one) => one === word).length
    expect(count('REFUNDED') + count('PAID_OUT')).toBe(200)
    expect(count('MERCHANT_BALANCE_NOT_ENOUGH')).toBe(200)
    expect(Math.min(count('REFUNDED'), count('PAID_OUT'))).toBeGreaterThan(0)
    expect(await payableOf(servers.one, merchantId)).toBe(0n)
    await askAll()
    expect(await payableOf(servers.one, merchantId)).toBe(0n)
  })
})
