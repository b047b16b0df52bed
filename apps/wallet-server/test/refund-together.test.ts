/** Refunds that come at once, through one server and through two: one effect for a number, never more than was paid. */
import { money } from '@tradepay/money'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Order } from '../src/order/types.ts'
import type { User } from '../src/user/types.ts'
import { aRefund, expectNothingBroken, refundCommand, refusalOf } from './refund-world.ts'
import {
  aMerchantWithClient,
  aPaidOrder,
  aUser,
  balanceOf,
  createTestWorld,
  payableOf,
  type TestMerchant,
  type TestWorld,
} from './support/index.ts'

let world: TestWorld
let other: TestWorld
let shop: TestMerchant
let mei: User
beforeAll(async () => {
  world = await createTestWorld()
  other = await createTestWorld({ database: world.database, seed: 2 })
})
beforeEach(async () => {
  shop = await aMerchantWithClient(world, { feeBasisPoints: 37 })
  mei = await aUser(world, { balance: 1_000_000n })
})
afterEach(() => expectNothingBroken(world))
afterAll(async () => {
  await other.close()
  await world.close()
})

const paid = async (minor: bigint): Promise<Order> =>
  (await aPaidOrder(world, shop, mei, { amount: money('CNY', minor) })).order
const find = (order: Order): Promise<Order> => world.rooms.orders.find(order.tradeNo)
/** One of the two servers, in turn. */
const server = (index: number): TestWorld => (index % 2 === 0 ? world : other)
const times = <Result>(count: number, make: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)))

test('200 equal refunds through two servers give the money back once, and all get the same answer', async () => {
  const order = await paid(1_000n)
  const command = refundCommand(order, { minor: 300n })
  const answers = await times(200, (index) => server(index).rooms.refunds.refund(command))
  expect(answers.filter(({ created }) => created)).toHaveLength(1)
  const [first] = answers
  for (const { refund } of answers) expect(refund).toEqual(first!.refund)
  expect(await find(order)).toMatchObject({ refunded: 300n, sequence: 3 })
  expect(await balanceOf(world, mei.userId)).toBe(1_000_000n - 700n)
  expect(await world.rooms.refunds.of(order.tradeNo)).toHaveLength(1)
})

test('100 different refunds of which only some fit: exactly those that fit are made, and no more goes back than was paid', async () => {
  const order = await paid(1_000n)
  const minors = Array.from({ length: 100 }, (_, index) => BigInt((index % 7) + 27))
  const answers = await times(100, (index) => refusalOf(aRefund(server(index), order, { minor: minors[index]! })))
  expect(new Set(answers)).toEqual(new Set(['no refusal', 'REFUND_EXCEEDS_PAYMENT']))
  const made = minors.filter((_, index) => answers[index] === 'no refusal')
  const sum = made.reduce((all, minor) => all + minor, 0n)
  const { refunded, feeRefunded, sequence, fee } = await find(order)
  expect([refunded, sequence]).toEqual([sum, 2 + made.length])
  expect(sum).toBeLessThanOrEqual(1_000n)
  // What was refused would not have fitted: even the smallest of them is more than what is left.
  expect(1_000n - sum).toBeLessThan(33n)
  expect(feeRefunded).toBe((2n * fee * sum + 1_000n) / 2_000n)
  expect(await payableOf(world, shop.merchant.merchantId)).toBe(1_000n - fee - sum + feeRefunded)
})

test('the same number with 50 different contents at once has one effect, and the others are told which field', async () => {
  const order = await paid(1_000n)
  const answers = await times(50, (index) =>
    refusalOf(aRefund(server(index), order, { requestId: 'one', minor: BigInt(index + 1) })),
  )
  expect(answers.filter((answer) => answer === 'no refusal')).toHaveLength(1)
  expect(answers.filter((answer) => answer === 'REFUND_INCONSISTENT refundAmount')).toHaveLength(49)
  expect(await world.rooms.refunds.of(order.tradeNo)).toHaveLength(1)
})

test('the same number for different orders at once has one effect: no lock stands between them but the number itself', async () => {
  const orders = await times(20, () => paid(500n))
  const answers = await times(20, (index) => refusalOf(aRefund(server(index), orders[index]!, { requestId: 'both' })))
  expect(answers.filter((answer) => answer === 'no refusal')).toHaveLength(1)
  expect(answers.filter((answer) => answer === 'REFUND_INCONSISTENT paymentId')).toHaveLength(19)
  const all = await Promise.all(orders.map(find))
  expect(all.reduce((sum, { refunded }) => sum + refunded, 0n)).toBe(100n)
})

test('refunds of many orders of one merchant at once deadlock nobody', async () => {
  const orders = await times(30, () => paid(100n))
  const answers = await times(90, (index) =>
    refusalOf(aRefund(server(index), orders[(index * 7) % 30]!, { minor: 33n })),
  )
  expect(new Set(answers)).toEqual(new Set(['no refusal']))
  expect(await payableOf(world, shop.merchant.merchantId)).toBe(30n)
})

test('a refund and a cancel at the same instant never give back more than was paid, in 150 rounds', async () => {
  const outcomes = new Set<string>()
  for (let round = 0; round < 150; round++) {
    const order = await paid(10n)
    const [refund, cancel] = await Promise.all([
      refusalOf(aRefund(server(round), order, { minor: 4n })),
      refusalOf(server(round + 1).rooms.refunds.cancel(order.clientId, { tradeNo: order.tradeNo })),
    ])
    outcomes.add(`${refund} · ${cancel}`)
    expect((await find(order)).refunded).toBe(cancel === 'no refusal' ? 10n : 4n)
  }
  expect([...outcomes].sort()).toEqual(['REFUND_EXCEEDS_PAYMENT · no refusal', 'no refusal · ORDER_REFUNDED'])
})
