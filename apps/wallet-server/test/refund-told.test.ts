/** Whom a refund tells of itself: the worker, which has the merchant to notify and perhaps the bank to ask, once for each step. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { WakesFor } from '../src/ports.ts'
import type { User } from '../src/user/types.ts'
import { anOrderPaidByBank, refundCommand, refusalOf } from './refund-world.ts'
import {
  aMerchantWithClient,
  anOrder,
  aPaidOrder,
  aUser,
  createTestWorld,
  type TestMerchant,
  type TestWorld,
} from './support/index.ts'

const wakes: WakesFor[][] = []
const both: WakesFor[] = ['NOTIFICATIONS', 'BANK']
let world: TestWorld
let shop: TestMerchant
let mei: User
beforeAll(async () => {
  world = await createTestWorld({ wake: (...what) => void wakes.push(what) })
  shop = await aMerchantWithClient(world)
  mei = await aUser(world)
})
beforeEach(() => world.bank.always({}))
afterAll(() => world.close())

/** What the worker is woken for meanwhile. */
async function wakesOf(work: () => Promise<unknown>): Promise<WakesFor[][]> {
  wakes.length = 0
  await work()
  return [...wakes]
}

describe('the worker', () => {
  test('is woken once for a refund, and not for its repetition', async () => {
    const { order } = await aPaidOrder(world, shop, mei)
    const command = refundCommand(order)
    expect(await wakesOf(() => world.rooms.refunds.refund(command))).toEqual([both])
    expect(await wakesOf(() => world.rooms.refunds.refund(command))).toEqual([])
  })

  test('is not woken by a refund that is refused', async () => {
    const command = refundCommand(await anOrder(world, shop))
    const refused = await wakesOf(async () =>
      expect(await refusalOf(world.rooms.refunds.refund(command))).toBe('ORDER_NOT_PAID'),
    )
    expect(refused).toEqual([])
  })

  test('is woken once when a paid order is cancelled, and not when that comes again', async () => {
    const { order } = await aPaidOrder(world, shop, mei)
    const cancel = () => world.rooms.refunds.cancel(order.clientId, { tradeNo: order.tradeNo })
    expect(await wakesOf(cancel)).toEqual([both])
    expect(await wakesOf(cancel)).toEqual([])
  })

  test('is woken when the bank has ended a refund', async () => {
    const { order } = await anOrderPaidByBank(world, shop, mei)
    await world.rooms.refunds.refund(refundCommand(order))
    expect(await wakesOf(() => world.rooms.fundings.askDue())).toEqual([both])
  })
})
