/** Closing by the merchant: what is unpaid ends, what is paid stays, and asking twice is asking once. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { User } from '../src/user/types.ts'
import { everythingKept, expectNothingBroken, refusalOf } from './refund-world.ts'
import {
  aBankAccount,
  aMerchantWithClient,
  anOrder,
  aPaidOrder,
  aUser,
  createTestWorld,
  type TestMerchant,
  type TestWorld,
} from './support/index.ts'

let world: TestWorld
let shop: TestMerchant
let mei: User
beforeAll(async () => {
  world = await createTestWorld()
})
beforeEach(async () => {
  shop = await aMerchantWithClient(world)
  mei = await aUser(world)
})
afterEach(() => expectNothingBroken(world))
afterAll(() => world.close())

const close = (number: { tradeNo: string } | { requestId: string }) =>
  world.rooms.orders.close(shop.client.clientId, number)

test.each(['tradeNo', 'requestId'] as const)('an unpaid order is closed by its %s', async (name) => {
  const order = await anOrder(world, shop)
  const closed = await close(name === 'tradeNo' ? { tradeNo: order.tradeNo } : { requestId: order.requestId })
  expect(closed).toEqual({
    ...order,
    state: 'CLOSED',
    closeReason: 'MERCHANT',
    closedAt: world.clock.now(),
    sequence: 2,
  })
  expect(await world.rooms.orders.find(order.tradeNo)).toEqual(closed)
  expect(
    await refusalOf(
      world.rooms.payments.confirm({ tradeNo: order.tradeNo, payerId: mei.userId, amount: order.amount }),
    ),
  ).toBe('ORDER_CLOSED')
})

test('its end is written down once and told to nobody, and is on the timeline', async () => {
  const { tradeNo } = await anOrder(world, shop)
  await close({ tradeNo })
  expect(await world.rooms.notifications.of(tradeNo)).toMatchObject([
    { sequence: 2, state: 'GIVEN_UP', event: { type: 'ORDER_CLOSED', closeReason: 'MERCHANT' } },
  ])
  expect(world.recorder.of(tradeNo, 15)).toEqual([
    {
      step: 15,
      at: world.clock.now().toISOString(),
      ok: true,
      note: 'Closed unpaid by the merchant',
      facts: { outcome: 'CLOSED', closeReason: 'MERCHANT' },
    },
  ])
})

test('closing it twenty times at once, and once more later, is closing it once', async () => {
  const { tradeNo } = await anOrder(world, shop)
  const answers = await Promise.all(Array.from({ length: 20 }, () => close({ tradeNo })))
  world.clock.advance({ hours: 3 })
  answers.push(await close({ tradeNo }))
  for (const answer of answers) expect(answer).toEqual(answers[0])
  expect(await world.rooms.notifications.of(tradeNo)).toHaveLength(1)
  expect(world.recorder.of(tradeNo, 15)).toHaveLength(1)
})

test('an order that ran out of time is answered as that, before and after the timer', async () => {
  const order = await anOrder(world, shop)
  world.clock.set(order.expiresAt)
  const before = await close({ tradeNo: order.tradeNo })
  expect(before).toMatchObject({ state: 'CLOSED', closeReason: 'EXPIRED', closedAt: order.expiresAt, sequence: 2 })
  expect(await world.rooms.orders.closeExpired()).toBe(1)
  expect(await close({ tradeNo: order.tradeNo })).toEqual(before)
})

test('a paid order stays paid', async () => {
  const { order } = await aPaidOrder(world, shop, mei)
  const before = await everythingKept(world)
  expect(await refusalOf(close({ tradeNo: order.tradeNo }))).toBe('ORDER_PAID')
  expect(await refusalOf(close({ requestId: order.requestId }))).toBe('ORDER_PAID')
  expect(await everythingKept(world)).toBe(before)
})

test('a payment that waits for the bank does not hinder it', async () => {
  const { bankAccountId } = await aBankAccount(world, mei.userId)
  const { tradeNo, amount } = await anOrder(world, shop)
  const source = { channel: 'BANK', bankAccountId } as const
  await world.rooms.payments.confirm({ tradeNo, payerId: mei.userId, amount, source })
  expect(await close({ tradeNo })).toMatchObject({ state: 'CLOSED', closeReason: 'MERCHANT' })
  await world.rooms.fundings.askDue()
  expect(await world.rooms.orders.find(tradeNo)).toMatchObject({ state: 'CLOSED', sequence: 2 })
})

test('what is not there, or is another client’s, is not found and stays as it is', async () => {
  const order = await anOrder(world, await aMerchantWithClient(world))
  const before = await everythingKept(world)
  for (const number of [
    { tradeNo: order.tradeNo },
    { requestId: order.requestId },
    { tradeNo: '1' },
    { requestId: 'never' },
    { requestId: 'x\u0000' },
    { tradeNo: 'x\u0000' },
  ]) {
    expect(await refusalOf(close(number))).toBe('ORDER_NOT_FOUND')
  }
  expect(await refusalOf(world.rooms.orders.close('2021000000000000', { tradeNo: order.tradeNo }))).toBe(
    'CLIENT_UNKNOWN',
  )
  expect(await everythingKept(world)).toBe(before)
})

test('nothing is closed where another database decides', async () => {
  const { tradeNo } = await anOrder(world, shop)
  const { pool } = world.database
  await pool.query('delete from owned_buckets where bucket = $1', [shop.client.bucket])
  try {
    expect(await refusalOf(close({ tradeNo }))).toBe('OUTCOME_UNKNOWN')
  } finally {
    await pool.query('insert into owned_buckets values ($1)', [shop.client.bucket])
  }
  expect((await world.rooms.orders.find(tradeNo)).state).toBe('CREATED')
})
