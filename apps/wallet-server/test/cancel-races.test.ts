/** Cancel, close and expiry against create and pay at the same instant, hundreds of times: both never win. */
import { money } from '@tradepay/money'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { User } from '../src/user/types.ts'
import { expectNothingBroken, refusalOf } from './refund-world.ts'
import {
  aMerchantWithClient,
  anOrder,
  aUser,
  balanceOf,
  createTestWorld,
  orderCommand,
  type TestMerchant,
  type TestWorld,
} from './support/index.ts'

const ROUNDS = 300
let world: TestWorld
let other: TestWorld
let shop: TestMerchant
let mei: User
beforeAll(async () => {
  world = await createTestWorld()
  other = await createTestWorld({ database: world.database, seed: 2 })
  shop = await aMerchantWithClient(world)
  mei = await aUser(world, { balance: 10_000_000n })
})
afterAll(async () => {
  await expectNothingBroken(world)
  await other.close()
  await world.close()
})

/** Either first, and the later one a moment behind or not at all. */
async function race<A, B>(round: number, one: () => Promise<A>, two: () => Promise<B>): Promise<[A, B]> {
  const waits = (turns: number): Promise<void> =>
    turns <= 0 ? Promise.resolve() : pause().then(() => waits(turns - 1))
  const [first, second] = [waits((round % 7) - 3), waits(3 - (round % 7))]
  return Promise.all([first.then(one), second.then(two)])
}
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test(`a create and a cancel of the same number, ${ROUNDS} rounds: it lives and is closed, or never lives`, async () => {
  const outcomes = new Map<string, number>()
  const { clientId } = shop.client
  for (let round = 0; round < ROUNDS; round++) {
    const command = orderCommand(world, clientId)
    const number = { requestId: command.requestId }
    const [created, cancelled] = await race(
      round,
      () => refusalOf(world.rooms.orders.create(command)),
      () => (round % 2 === 0 ? other : world).rooms.refunds.cancel(clientId, number),
    )
    const outcome = `${created} · ${cancelled.action}`
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    if (cancelled.action === 'REMEMBERED') {
      expect(await refusalOf(world.rooms.orders.inquire(clientId, number))).toBe('ORDER_NOT_FOUND')
    } else {
      expect(await world.rooms.orders.inquire(clientId, number)).toMatchObject({
        state: 'CLOSED',
        closeReason: 'CANCELLED',
      })
    }
  }
  expect([...outcomes.keys()].sort()).toEqual(['ORDER_CANCELLED · REMEMBERED', 'no refusal · CLOSED'])
  const { rows } = await world.database.pool.query(
    'select 1 from orders join cancelled_requests using (client_id, request_id, bucket)',
  )
  expect(rows).toEqual([])
})

test('many creates and cancels of the same numbers at once, through two servers: never both', async () => {
  const { clientId } = shop.client
  const commands = Array.from({ length: 120 }, () => orderCommand(world, clientId))
  const [created, cancelled] = await Promise.all([
    Promise.all(
      commands.flatMap((command) => [
        refusalOf(world.rooms.orders.create(command)),
        refusalOf(other.rooms.orders.create(command)),
      ]),
    ),
    Promise.all(commands.map(({ requestId }) => other.rooms.refunds.cancel(clientId, { requestId }))),
  ])
  cancelled.forEach(({ action }, index) => {
    const both = created.slice(2 * index, 2 * index + 2)
    expect(both.every((answer) => (answer === 'ORDER_CANCELLED') === (action === 'REMEMBERED'))).toBe(true)
  })
})

test.each(['close', 'cancel', 'expire'] as const)(
  `a payment and a %s at the same instant, ${ROUNDS} rounds: the order is paid or closed, and the money knows which`,
  async (end) => {
    const outcomes = new Set<string>()
    for (let round = 0; round < ROUNDS; round++) {
      const amount = money('CNY', 7n)
      const { tradeNo, requestId, clientId, expiresAt } = await anOrder(world, shop, { amount })
      const number = round % 2 === 0 ? { tradeNo } : { requestId }
      const before = await balanceOf(world, mei.userId)
      // The two servers stand on either side of the moment it expires.
      if (end === 'expire') other.clock.set(expiresAt)
      const [paid, ended] = await race(
        round,
        () => refusalOf(world.rooms.payments.confirm({ tradeNo, payerId: mei.userId, amount })),
        () => {
          if (end === 'close') return refusalOf(other.rooms.orders.close(clientId, number))
          if (end === 'cancel') return other.rooms.refunds.cancel(clientId, number).then(({ action }) => action)
          return other.rooms.orders.closeExpired().then((closed) => (closed === 0 ? 'ORDER_PAID' : 'no refusal'))
        },
      )
      const order = await world.rooms.orders.find(tradeNo)
      const kept = before - (await balanceOf(world, mei.userId))
      outcomes.add(`${paid} · ${ended} · ${order.state} · ${kept}`)
    }
    const late = end === 'expire' ? 'ORDER_EXPIRED' : 'ORDER_CLOSED'
    const expected =
      end === 'cancel'
        ? [`${late} · CLOSED · CLOSED · 0`, 'no refusal · REFUNDED · PAID · 0']
        : [`${late} · no refusal · CLOSED · 0`, 'no refusal · ORDER_PAID · PAID · 7']
    expect([...outcomes].sort()).toEqual(expected.sort())
  },
)
