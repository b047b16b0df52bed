/** Whom a payment tells of itself: the worker, when there is something for it to do, and the timeline, step by step. */
import { WalletError } from '@tradepay/contract'
import { money } from '@tradepay/money'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { BankAccount } from '../src/funding/types.ts'
import { userAccount } from '../src/ledger/types.ts'
import type { Order } from '../src/order/types.ts'
import type { WakesFor } from '../src/ports.ts'
import type { User } from '../src/user/types.ts'
import {
  aBankAccount,
  aMerchantWithClient,
  anOrder,
  aUser,
  createTestWorld,
  until,
  type TestMerchant,
  type TestWorld,
} from './support/index.ts'

const wakes: WakesFor[][] = []
let world: TestWorld
let shop: TestMerchant
let mei: User
let account: BankAccount
beforeAll(async () => {
  world = await createTestWorld({ wake: (...what) => void wakes.push(what) })
  shop = await aMerchantWithClient(world)
})
beforeEach(async () => {
  mei = await aUser(world)
  account = await aBankAccount(world, mei.userId)
  wakes.length = 0
})
afterAll(() => world.close())

type Payable = Pick<Order, 'tradeNo' | 'amount'>
const pay = ({ tradeNo, amount }: Payable, payer = mei) =>
  world.rooms.payments.confirm({ tradeNo, payerId: payer.userId, amount })
const payByBank = ({ tradeNo, amount }: Payable, bankAccountId = account.bankAccountId) =>
  world.rooms.payments.confirm({
    tradeNo,
    payerId: mei.userId,
    amount,
    source: { channel: 'BANK', bankAccountId },
  })
const codeOf = (payment: Promise<unknown>): Promise<unknown> =>
  payment.catch((error: unknown) => (error instanceof WalletError ? error.code : error))

describe('the worker', () => {
  test('is woken once for a payment that somebody is to be told of, and not for its repetition', async () => {
    const order = await anOrder(world, shop)
    wakes.length = 0
    await pay(order)
    await pay(order)
    expect(wakes).toEqual([['NOTIFICATIONS']])
  })

  test('is not woken by a payment that nobody wants to be told of, unless it is paid beside another', async () => {
    const quiet = await aMerchantWithClient(world, { notifyUrl: null })
    const [one, two, told] = [await anOrder(world, quiet), await anOrder(world, quiet), await anOrder(world, shop)]
    wakes.length = 0
    await pay(one)
    expect(wakes).toEqual([])
    await Promise.all([pay(two), pay(told, await aUser(world))])
    expect(wakes.flat()).toEqual(['NOTIFICATIONS'])
  })

  test('is not woken by a payment that is refused', async () => {
    const order = await anOrder(world, shop)
    wakes.length = 0
    expect(await codeOf(pay(order, await aUser(world, { balance: 0n })))).toBe('BALANCE_NOT_ENOUGH')
    expect(wakes).toEqual([])
  })

  test('is woken to ask the bank, and to tell the merchant when it has answered', async () => {
    const order = await anOrder(world, shop)
    wakes.length = 0
    await payByBank(order)
    expect(wakes).toEqual([['BANK']])
    await world.rooms.fundings.askDue()
    expect(wakes.slice(1)).toEqual([['NOTIFICATIONS', 'BANK']])
  })
})

describe('a payment by bank', () => {
  test('leaves on the timeline what was asked for, what was asked again, what the bank said, and its end', async () => {
    world.bank.next({ moves: 'LATER' })
    const order = await anOrder(world, shop)
    const { paymentId } = await payByBank(order)
    expect(await payByBank(order)).toMatchObject({ paymentId, state: 'PROCESSING', first: false })
    await world.rooms.fundings.askDue()
    const [funding] = await world.rooms.fundings.of(paymentId)
    world.bank.finish(funding!.fundingId)
    world.clock.advance({ minutes: 2 })
    await world.rooms.fundings.askDue()
    const notes = (): string[] => world.recorder.of(order.tradeNo, 15).map(({ note }) => note)
    const asked = 'The bank is asked what has become of it: it has moved the money'
    const expected = [
      '12.50 CNY reserved; the bank is being asked',
      'The bank has been asked already; nothing was asked again',
      'The bank is asked to move the money: it has not decided yet',
      // A yes is believed when the bank says it twice.
      asked,
      asked,
      `12.50 CNY from user ${mei.userId} to merchant ${shop.merchant.merchantId}`,
    ]
    // What the bank said is recorded beside the way of the money.
    await until('everything is recorded', () => notes().length === expected.length)
    expect(notes().sort()).toEqual(expected.sort())
  })

  test('that waits, confirmed with another amount, is told so and not that it is processing', async () => {
    world.bank.next({ moves: 'LATER' })
    const order = await anOrder(world, shop)
    await payByBank(order)
    expect(await codeOf(payByBank({ ...order, amount: money('CNY', 1n) }))).toBe('AMOUNT_MISMATCH')
  })

  test('in another currency than its bank account’s is refused', async () => {
    const both = await aMerchantWithClient(world, { currencies: ['CNY', 'JPY'] })
    const order = await anOrder(world, both, { amount: money('JPY', 500n) })
    // Also by somebody who has an account in the order's currency here.
    const { userId, bucket } = mei
    await world.rooms.ledger.open({ id: userAccount(userId, 'JPY'), bucket, kind: 'USER_BALANCE', currency: 'JPY' })
    expect(await codeOf(payByBank(order))).toBe('CURRENCY_NOT_SUPPORTED')
    expect(await world.rooms.orders.find(order.tradeNo)).toMatchObject({ state: 'CREATED', processingPaymentId: null })
  })
})

test('a payment of a number that is none is not found, and nobody’s', async () => {
  expect(await world.rooms.payments.ofOrder(mei.userId, 'none')).toBeNull()
})

test('limits in a currency that has none are none, and nothing was spent', async () => {
  expect(await world.rooms.payments.limits(mei.userId, 'CNY')).toEqual({
    perPayment: null,
    perDay: null,
    spentToday: 0n,
  })
})

test('a limit of nothing lets nothing be paid', async () => {
  await world.rooms.payments.setLimits(mei.userId, 'CNY', { perPayment: 0n, perDay: null })
  expect(await codeOf(pay(await anOrder(world, shop)))).toBe('PAYMENT_LIMIT_EXCEEDED')
})
