/** Refunds to the bank account that the payment came from: reserved now, ended by the bank's answer, told once. */
import { money } from '@tradepay/money'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Order } from '../src/order/types.ts'
import type { Refund } from '../src/refund/types.ts'
import type { User } from '../src/user/types.ts'
import { expectBooksAgree, fundingOf } from './bank-world.ts'
import { anOrderPaidByBank, aRefund, expectNothingBroken, refundCommand, refusalOf } from './refund-world.ts'
import {
  aMerchantWithClient,
  aUser,
  balanceOf,
  createTestWorld,
  payableOf,
  until,
  type TestMerchant,
  type TestWorld,
} from './support/index.ts'

let world: TestWorld
let shop: TestMerchant
let mei: User
let order: Order
let bankRef: string
let bankAccountId: string
let woken = 0
beforeAll(async () => {
  world = await createTestWorld({ wake: () => void (woken += 1) })
})
beforeEach(async () => {
  world.bank.always({})
  shop = await aMerchantWithClient(world, { feeBasisPoints: 100 })
  mei = await aUser(world)
  ;({ order, bankRef, bankAccountId } = await anOrderPaidByBank(world, shop, mei, { amount: money('CNY', 1_000n) }))
})
afterEach(() => expectNothingBroken(world))
afterAll(() => world.close())

const find = (): Promise<Order> => world.rooms.orders.find(order.tradeNo)
const payable = (): Promise<bigint> => payableOf(world, shop.merchant.merchantId)
const askBank = () => world.rooms.fundings.askDue()
const now = ({ refundId }: Refund): Promise<Refund> => world.rooms.refunds.inquire(order.clientId, { refundId })
const told = async () =>
  (await world.rooms.notifications.of(order.tradeNo)).map(
    ({ sequence, event }) => `${sequence} ${String(event['type'])}`,
  )
/** The notes of step 15, from when the refund was asked for. */
const notes = (): string[] =>
  world.recorder
    .of(order.tradeNo, 15)
    .map(({ note }) => note)
    .filter((note) => /refund/i.test(note))

describe('a refund to the bank', () => {
  test('is reserved from the merchant and processing until the bank has answered', async () => {
    const { refund, order: after } = await world.rooms.refunds.refund(refundCommand(order, { minor: 400n }))
    expect(refund).toMatchObject({ state: 'PROCESSING', channel: 'BANK', finishedAt: null, fee: money('CNY', 4n) })
    expect(after).toMatchObject({ refunded: 400n, feeRefunded: 4n, sequence: 2 })
    expect(await payable()).toBe(990n - 400n + 4n)
    expect(await told()).toEqual(['2 ORDER_PAID'])
    expect(notes()).toEqual([
      `Refund of 4.00 CNY: reserved from the merchant; the bank is asked to pay it to user ${mei.userId}`,
    ])
  })

  test('goes to the account that the payment came from, also when the link has been removed since', async () => {
    const before = world.bank.balance(bankRef)
    await world.rooms.fundings.unlink(mei.userId, bankAccountId)
    woken = 0
    const refund = await aRefund(world, order, { minor: 400n })
    expect(woken, 'the bank is to be asked').toBe(1)
    await askBank()
    expect(woken, 'there is a notification to send').toBe(2)
    expect(await now(refund)).toMatchObject({ state: 'SUCCEEDED', failure: null, finishedAt: world.clock.now() })
    expect(world.bank.balance(bankRef)).toBe(before + 400n)
    expect(await balanceOf(world, mei.userId)).toBe(10_000n)
    expect(await payable()).toBe(990n - 400n + 4n)
    expect(await find()).toMatchObject({ refunded: 400n, feeRefunded: 4n, sequence: 3 })
    expect(await told()).toEqual(['2 ORDER_PAID', '3 ORDER_REFUNDED'])
    expect((await world.rooms.refunds.refundsTo(mei.userId, { before: null, limit: 1 })).refunds[0]).toMatchObject({
      refundId: refund.refundId,
      bankAccountId,
    })
    await expectBooksAgree(world)
  })

  test('that the bank refuses gives everything back: the merchant, the fees, and what can still be refunded', async () => {
    world.bank.closes(bankRef)
    const refund = await aRefund(world, order, { minor: 1_000n, notifyUrl: 'https://shop.example/refunds' })
    await askBank()
    expect(await now(refund)).toMatchObject({ state: 'FAILED', failure: 'BANK_REFUSED', finishedAt: world.clock.now() })
    expect(await fundingOf(world, refund.refundId)).toMatchObject({ state: 'FAILED', failure: 'ACCOUNT_CLOSED' })
    expect(await payable()).toBe(990n)
    expect(await find()).toMatchObject({ state: 'PAID', refunded: 0n, feeRefunded: 0n, sequence: 3 })
    const [, failed] = await world.rooms.notifications.of(order.tradeNo)
    expect(failed).toMatchObject({
      sequence: 3,
      state: 'DUE',
      event: { type: 'REFUND_FAILED', refunded: '0', refund: { state: 'FAILED', failure: 'BANK_REFUSED' } },
    })
    expect(await world.rooms.refunds.refundsTo(mei.userId, { before: null, limit: 5 })).toMatchObject({ refunds: [] })
    // The money can be tried again under another number; the first number keeps its answer.
    expect(await aRefund(world, order, { minor: 1_000n })).toMatchObject({ state: 'PROCESSING' })
    await expectBooksAgree({ ...world, rooms: world.rooms })
  })

  test('that fails is no message of the Alipay family, and stays as evidence', async () => {
    const paid = await anOrderPaidByBank(world, shop, mei, { family: 'ALIPAY' })
    world.bank.closes(paid.bankRef)
    await aRefund(world, paid.order, { notifyUrl: 'https://shop.example/refunds' })
    await askBank()
    expect((await world.rooms.notifications.of(paid.order.tradeNo)).at(-1)).toMatchObject({
      state: 'GIVEN_UP',
      event: { type: 'REFUND_FAILED' },
    })
  })

  test('the same number while the bank is silent answers the refund that is processing, and asks for nothing more', async () => {
    world.bank.next({ moves: 'LATER' })
    const command = refundCommand(order, { minor: 400n })
    const first = await world.rooms.refunds.refund(command)
    await askBank()
    expect(await world.rooms.refunds.refund(command)).toMatchObject({ refund: first.refund, created: false })
    const { fundingId } = await fundingOf(world, first.refund.refundId)
    world.bank.finish(fundingId)
    world.clock.advance({ minutes: 5 })
    await askBank()
    expect(await world.rooms.refunds.refund(command)).toMatchObject({ refund: { state: 'SUCCEEDED' }, created: false })
    expect(await find()).toMatchObject({ refunded: 400n, sequence: 3 })
  })

  test('what waits for the bank counts: together no more goes back than was paid', async () => {
    world.bank.always({ moves: 'LATER' })
    await aRefund(world, order, { minor: 600n })
    await askBank()
    expect(await refusalOf(aRefund(world, order, { minor: 401n }))).toBe('REFUND_EXCEEDS_PAYMENT')
    await aRefund(world, order, { minor: 400n })
    expect(await refusalOf(aRefund(world, order, { minor: 1n }))).toBe('REFUND_EXCEEDS_PAYMENT')
    await askBank()
    for (const { fundingId } of world.bank.waiting()) world.bank.finish(fundingId)
    world.clock.advance({ hours: 1 })
    await askBank()
    expect(await find()).toMatchObject({ refunded: 1_000n, feeRefunded: 10n, sequence: 4 })
  })

  test('a notification tells what has arrived, not what still waits for the bank', async () => {
    world.bank.next({ moves: 'LATER' }, {})
    const waits = await aRefund(world, order, { minor: 600n })
    await askBank()
    await aRefund(world, order, { minor: 400n })
    await askBank()
    const events = async () => (await world.rooms.notifications.of(order.tradeNo)).map(({ event }) => event['refunded'])
    expect(await events()).toEqual(['0', '400'])
    world.bank.finish((await fundingOf(world, waits.refundId)).fundingId)
    world.clock.advance({ hours: 1 })
    await askBank()
    expect(await events()).toEqual(['0', '400', '1000'])
  })

  test('several that end differently leave the fee in proportion, and the last one takes the rest', async () => {
    world.bank.next({ refuses: 'ACCOUNT_CLOSED' }, {})
    // 50 of 1000 is exactly half a unit of the fee of 10.
    await aRefund(world, order, { minor: 50n })
    await aRefund(world, order, { minor: 50n })
    await askBank()
    expect(await find()).toMatchObject({ refunded: 50n })
    await aRefund(world, order, { minor: 950n })
    await askBank()
    expect(await find()).toMatchObject({ refunded: 1_000n, feeRefunded: 10n })
    expect(await payable()).toBe(0n)
  })

  test('every question to the bank and its end are on the timeline', async () => {
    world.bank.next({ says: ['LOST_AFTER'] })
    const refund = await aRefund(world, order, { minor: 400n })
    await askBank()
    world.clock.advance({ minutes: 1 })
    await askBank()
    const end = 'Refunded 4.00 CNY to the bank account of user ' + mei.userId
    await until('the record is complete', () => notes().length === 5)
    expect(notes().slice(1).sort()).toEqual(
      [
        'Asked the bank to pay the refund of 4.00 CNY: no answer that can be understood (The bank did not answer in time.)',
        'Inquired at the bank about the refund of 4.00 CNY: SUCCEEDED',
        'Inquired at the bank about the refund of 4.00 CNY: SUCCEEDED',
        end,
      ].sort(),
    )
    const entries = world.recorder.of(order.tradeNo, 15)
    expect(entries.find(({ note }) => note === end)).toMatchObject({
      ok: true,
      facts: { outcome: 'SUCCEEDED', refundId: refund.refundId, amount: '4.00 CNY', feeGivenBack: '0.04 CNY' },
    })
    const { fundingId } = await fundingOf(world, refund.refundId)
    expect(entries.find(({ note }) => note.startsWith('Asked the bank to pay the refund'))).toMatchObject({
      ok: false,
      facts: { fundingId, refundId: refund.refundId, attempt: '1', question: 'ASK', answer: 'UNKNOWN' },
    })
  })

  test('that failed says so on the timeline', async () => {
    world.bank.closes(bankRef)
    await aRefund(world, order, { minor: 400n })
    await askBank()
    const note = 'The refund of 4.00 CNY failed: the bank did not take it, and the merchant has the money again'
    expect(world.recorder.of(order.tradeNo, 15).find((entry) => entry.note === note)).toMatchObject({
      ok: false,
      facts: { outcome: 'FAILED' },
    })
  })

  test('goes on when the merchant is frozen meanwhile', async () => {
    world.bank.next({ moves: 'LATER' })
    const refund = await aRefund(world, order, { minor: 400n })
    await askBank()
    await world.rooms.merchants.setFrozen(shop.merchant.merchantId, true)
    world.bank.finish((await fundingOf(world, refund.refundId)).fundingId)
    world.clock.advance({ hours: 1 })
    await askBank()
    expect(await now(refund)).toMatchObject({ state: 'SUCCEEDED' })
  })
})

describe('a refund that fails while the merchant is frozen', () => {
  test('ends all the same: the merchant and the wallet have what they had', async () => {
    world.bank.next({ moves: 'LATER' })
    const refund = await aRefund(world, order, { minor: 400n })
    await askBank()
    await world.rooms.merchants.setFrozen(shop.merchant.merchantId, true)
    world.bank.finish((await fundingOf(world, refund.refundId)).fundingId, 'ACCOUNT_CLOSED')
    world.clock.advance({ hours: 1 })
    await askBank()
    expect(await now(refund)).toMatchObject({ state: 'FAILED' })
    expect(await payable()).toBe(990n)
    const account = `merchants:${shop.merchant.merchantId}:CNY`
    expect(await world.rooms.ledger.account(account)).toMatchObject({ frozen: true, pending: 0n })
  })
})

describe('the end of a refund', () => {
  test('settled by two servers at once is one transition', async () => {
    const other = await createTestWorld({ database: world.database, seed: 3, deps: { bank: world.bank } })
    try {
      other.clock.set(world.clock.now())
      const refunds = await Promise.all(Array.from({ length: 10 }, () => aRefund(world, order, { minor: 50n })))
      await Promise.all([askBank(), other.rooms.fundings.askDue(), askBank(), other.rooms.fundings.askDue()])
      await until('all have ended', async () =>
        (await Promise.all(refunds.map(now))).every(({ state }) => state === 'SUCCEEDED'),
      )
    } finally {
      await other.close()
    }
    expect(await find()).toMatchObject({ refunded: 500n, feeRefunded: 5n, sequence: 12 })
    expect(await told()).toHaveLength(11)
  })

  test('that somebody asks to settle again is refused loudly and changes nothing', async () => {
    const refund = await aRefund(world, order, { minor: 400n })
    const funding = await fundingOf(world, refund.refundId)
    await askBank()
    const { settleRefund } = await import('../src/refund/settle.ts')
    const { transaction } = await import('../src/db/transaction.ts')
    const before = await find()
    for (const [subject, message] of [
      [funding, 'does not wait for the bank'],
      [{ subjectId: 'x' }, 'Refund x does not exist'],
    ] as const) {
      await expect(
        transaction(world.deps.db, (tx) =>
          settleRefund(tx, world.deps, world.rooms.ledger, subject, { state: 'SUCCEEDED' }),
        ),
      ).rejects.toThrow(message)
    }
    expect(await find()).toEqual(before)
  })
})
