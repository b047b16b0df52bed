/** Confirming a payment (steps 14 to 16): money moves once, or not at all, and everybody gets their own answer. */
import { money } from '@tradepay/money'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WalletError } from '@tradepay/contract'
import type { Order } from '../src/order/types.ts'
import { verify } from '../src/verify/verify.ts'
import {
  aMerchantWithClient,
  anOrder,
  aPaidOrder,
  aUser,
  balanceOf,
  createTestWorld,
  payableOf,
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

describe('a confirmed payment', () => {
  test('moves the amount from the user to the merchant, and the order is paid', async () => {
    const mei = await aUser(world, { balance: 5_000n })
    const merchant = await aMerchantWithClient(world)
    const { order, payment } = await aPaidOrder(world, merchant, mei)
    expect(payment).toEqual({
      paymentId: order.paymentId,
      tradeNo: order.tradeNo,
      amount: money('CNY', 1250n),
      state: 'SUCCEEDED',
      paidAt: world.clock.now(),
      first: true,
    })
    expect(order).toMatchObject({ state: 'PAID', payerId: mei.userId, sequence: 2 })
    expect(await balanceOf(world, mei.userId)).toBe(3_750n)
    expect(await payableOf(world, merchant.merchant.merchantId)).toBe(1_250n)
  })

  test('is two linked transfers, one in each bucket, through what is in transit there', async () => {
    const mei = await aUser(world)
    const { payment } = await aPaidOrder(world, shop, mei)
    const { rows } = await world.database.pool.query(
      'select step, bucket, debit_account, credit_account, amount from transfers where cause_id = $1 order by step desc',
      [payment.paymentId],
    )
    const transit = (bucket: number): string => `in-transit:${String(bucket).padStart(3, '0')}:CNY`
    expect(rows).toEqual([
      {
        step: 'PAYER',
        bucket: mei.bucket,
        amount: 1250n,
        debit_account: `users:${mei.userId}:CNY`,
        credit_account: transit(mei.bucket),
      },
      {
        step: 'MERCHANT',
        bucket: shop.client.bucket,
        amount: 1250n,
        debit_account: transit(shop.client.bucket),
        credit_account: `merchants:${shop.merchant.merchantId}:CNY`,
      },
    ])
  })

  test('has its notification from the same moment, with the facts', async () => {
    const mei = await aUser(world)
    const { order, payment } = await aPaidOrder(world, shop, mei, { extra: { passback: 'p' } })
    const [notification, ...others] = await world.rooms.notifications.of(order.tradeNo)
    expect(others).toEqual([])
    expect(notification).toMatchObject({
      state: 'DUE',
      sequence: 2,
      attempts: 0,
      url: 'https://shop.example/notify',
      dueAt: world.clock.now(),
      event: {
        type: 'ORDER_PAID',
        tradeNo: order.tradeNo,
        requestId: order.requestId,
        paymentId: payment.paymentId,
        amount: '1250',
        currency: 'CNY',
        payerId: mei.userId,
        extra: { passback: 'p' },
      },
    })
  })

  test('goes to the address that the order names, before that of the client', async () => {
    const { order } = await aPaidOrder(world, shop, await aUser(world), { notifyUrl: 'https://other.example/n' })
    expect((await world.rooms.notifications.of(order.tradeNo))[0]!.url).toBe('https://other.example/n')
  })

  test('is recorded as step 15 with who paid whom', async () => {
    const mei = await aUser(world)
    const { order, payment } = await aPaidOrder(world, shop, mei)
    expect(world.recorder.of(order.tradeNo, 15)).toMatchObject([
      { ok: true, facts: { outcome: 'PAID', paymentId: payment.paymentId, payerId: mei.userId, amount: '12.50 CNY' } },
    ])
  })

  test('can take the last cent', async () => {
    const mei = await aUser(world, { balance: 1250n })
    await aPaidOrder(world, shop, mei)
    expect(await balanceOf(world, mei.userId)).toBe(0n)
  })
})

describe('a repeated confirm', () => {
  test('answers the first result and moves no money', async () => {
    const mei = await aUser(world)
    const { order, payment } = await aPaidOrder(world, shop, mei)
    world.clock.advance({ hours: 30 })
    expect(await confirm(order, mei.userId)).toEqual({ ...payment, first: false })
    expect(await balanceOf(world, mei.userId)).toBe(8_750n)
    expect(await world.rooms.notifications.of(order.tradeNo)).toHaveLength(1)
  })

  test('by 1,000 callers at once has one effect', async () => {
    const mei = await aUser(world)
    const order = await anOrder(world, shop)
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => confirm(order, mei.userId)))
    expect(new Set(answers.map(({ paymentId }) => paymentId)).size).toBe(1)
    expect(answers.filter(({ first }) => first)).toHaveLength(1)
    expect(await balanceOf(world, mei.userId)).toBe(8_750n)
  })

  test('through two servers at once has one effect', async () => {
    const other = await createTestWorld({ database: world.database, seed: 3 })
    try {
      const mei = await aUser(world)
      const orders = await Promise.all(
        Array.from({ length: 5 }, () => anOrder(world, shop, { amount: money('CNY', 100n) })),
      )
      const outcomes = await Promise.all(
        Array.from({ length: 100 }, (_, n) => {
          const { tradeNo, amount } = orders[n % 5]!
          const { payments } = (n % 2 === 0 ? world : other).rooms
          return outcomeOf(payments.confirm({ tradeNo, amount, payerId: mei.userId }))
        }),
      )
      expect(outcomes.filter((outcome) => outcome === 'PAID')).toHaveLength(5)
      expect(outcomes.filter((outcome) => outcome === 'REPEATED')).toHaveLength(95)
      expect(await balanceOf(world, mei.userId)).toBe(9_500n)
    } finally {
      await other.close()
    }
  })

  test('with another amount than was paid is refused', async () => {
    const mei = await aUser(world)
    const { order } = await aPaidOrder(world, shop, mei)
    expect(await outcomeOf(confirm({ ...order, amount: money('CNY', 1n) }, mei.userId))).toBe('AMOUNT_MISMATCH')
  })
})

describe('a payment is refused, and no money moves', () => {
  /** Tries to pay, and checks that nothing has changed. */
  async function refused(order: Pick<Order, 'tradeNo' | 'amount'>, payerId: string): Promise<string> {
    const facts = async () =>
      (
        await world.database.pool.query(
          `select (select count(*) from transfers) t, (select count(*) from payments) p, (select count(*) from notifications) n,
          (select sum(credits_posted - debits_posted) from accounts) b, (select sum(sequence) from orders) s`,
        )
      ).rows
    const before = await facts()
    const outcome = await outcomeOf(confirm(order, payerId))
    expect(await facts()).toEqual(before)
    return outcome
  }

  test('an order that does not exist', async () => {
    const mei = await aUser(world)
    const order = await anOrder(world, shop)
    for (const tradeNo of ['', 'nonsense', '1'.repeat(28), '9'.repeat(64), order.tradeNo.slice(0, -1) + 'x']) {
      expect(await refused({ ...order, tradeNo }, mei.userId)).toBe('ORDER_NOT_FOUND')
    }
  })

  test('an order that somebody else has paid', async () => {
    const { order } = await aPaidOrder(world, shop, await aUser(world))
    expect(await refused(order, (await aUser(world)).userId)).toBe('ORDER_PAID')
  })

  test('an order that has expired, before and after the timer has closed it', async () => {
    const mei = await aUser(world)
    const order = await anOrder(world, shop)
    world.clock.set(order.expiresAt)
    expect(await refused(order, mei.userId)).toBe('ORDER_EXPIRED')
    await world.rooms.orders.closeExpired()
    expect(await refused(order, mei.userId)).toBe('ORDER_EXPIRED')
  })

  test('an order can be paid until the last millisecond before', async () => {
    const order = await anOrder(world, shop)
    world.clock.set(new Date(order.expiresAt.getTime() - 1))
    expect(await outcomeOf(confirm(order, (await aUser(world)).userId))).toBe('PAID')
  })

  test('an order that the merchant has closed', async () => {
    const mei = await aUser(world)
    const order = await anOrder(world, shop)
    await world.rooms.orders.close(order.clientId, { tradeNo: order.tradeNo })
    expect(await refused(order, mei.userId)).toBe('ORDER_CLOSED')
  })

  test('an order that was made for another buyer', async () => {
    const [mei, bo] = [await aUser(world), await aUser(world)]
    const order = await anOrder(world, shop, { buyerId: mei.userId })
    expect(await refused(order, bo.userId)).toBe('ORDER_BUYER_MISMATCH')
    expect(await outcomeOf(confirm(order, mei.userId))).toBe('PAID')
  })

  test('another amount than the order’s', async () => {
    const mei = await aUser(world)
    const order = await anOrder(world, shop)
    for (const amount of [money('CNY', 1249n), money('CNY', 1251n), money('CNY', 0n), money('USD', 1250n)]) {
      expect(await refused({ ...order, amount }, mei.userId)).toBe('AMOUNT_MISMATCH')
    }
  })

  test('a currency that the user has no account in', async () => {
    const merchant = await aMerchantWithClient(world, { currencies: ['JPY'] })
    const order = await anOrder(world, merchant, { amount: money('JPY', 100n) })
    expect(await refused(order, (await aUser(world)).userId)).toBe('CURRENCY_NOT_SUPPORTED')
  })

  test('a user who is frozen', async () => {
    const order = await anOrder(world, shop)
    expect(await refused(order, (await aUser(world, { frozen: true })).userId)).toBe('USER_FROZEN')
  })

  test('a merchant who is frozen', async () => {
    const merchant = await aMerchantWithClient(world)
    const order = await anOrder(world, merchant)
    await world.rooms.ledger.setFrozen(`merchants:${merchant.merchant.merchantId}:CNY`, true)
    expect(await refused(order, (await aUser(world)).userId)).toBe('MERCHANT_FROZEN')
  })

  test('one cent too little', async () => {
    const order = await anOrder(world, shop)
    expect(await refused(order, (await aUser(world, { balance: 1249n })).userId)).toBe('BALANCE_NOT_ENOUGH')
  })

  test('a payer who is none', async () => {
    const order = await anOrder(world, shop)
    expect(await refused(order, 'nobody')).toBe('USER_NOT_FOUND')
    expect(await refused(order, shop.merchant.merchantId)).toBe('PAYER_IS_PAYEE')
  })

  test('a bucket that this database has given away', async () => {
    const mei = await aUser(world)
    const order = await anOrder(world, shop)
    for (const bucket of [mei.bucket, order.bucket]) {
      await world.database.pool.query('delete from owned_buckets where bucket = $1', [bucket])
      expect(await refused(order, mei.userId)).toBe('OUTCOME_UNKNOWN')
      await world.database.pool.query('insert into owned_buckets values ($1)', [bucket])
    }
    expect(await outcomeOf(confirm(order, mei.userId))).toBe('PAID')
  })

  test('and the refusal is recorded as step 15', async () => {
    const order = await anOrder(world, shop)
    await refused(order, (await aUser(world, { balance: 0n })).userId)
    expect(world.recorder.of(order.tradeNo, 15)).toMatchObject([
      { ok: false, facts: { outcome: 'BALANCE_NOT_ENOUGH' } },
    ])
  })
})

describe('what a user has paid', () => {
  test('is listed newest first, page by page, without a gap or a repeat', async () => {
    const mei = await aUser(world)
    const paid: string[] = []
    for (let n = 0; n < 7; n++) {
      // Several in the same millisecond, too.
      if (n % 3 === 0) world.clock.advance({ milliseconds: 1 })
      paid.unshift(
        (await aPaidOrder(world, shop, mei, { amount: money('CNY', 10n), title: `Cup ${n}` })).payment.paymentId,
      )
    }
    const pages: string[][] = []
    let before: string | null = null
    do {
      const page = await world.rooms.payments.paidBy(mei.userId, { before, limit: 3 })
      pages.push(page.payments.map(({ paymentId }) => paymentId))
      before = page.next
    } while (before !== null)
    expect(pages.map(({ length }) => length)).toEqual([3, 3, 1])
    expect(new Set(pages.flat())).toEqual(new Set(paid))
    const all = await world.rooms.payments.paidBy(mei.userId, { before: null, limit: 7 })
    expect([all.payments.length, all.next]).toEqual([7, null])
    const [newest] = (await world.rooms.payments.paidBy(mei.userId, { before: null, limit: 1 })).payments
    expect(newest).toMatchObject({ title: 'Cup 6', merchantName: 'Coffee Shop', amount: money('CNY', 10n) })
  })

  test('is found however many days lie between, and whoever else paid on them', async () => {
    const [mei, other] = [await aUser(world), await aUser(world)]
    const paid: string[] = []
    for (const days of [0, 1, 7, 30, 0, 200, 3]) {
      world.clock.advance({ hours: 24 * days })
      await aPaidOrder(world, shop, other)
      paid.unshift((await aPaidOrder(world, shop, mei)).payment.paymentId)
      world.clock.advance({ milliseconds: 1 })
    }
    // Days on which only others pay lie in front of all of hers, too.
    world.clock.advance({ hours: 24 * 50 })
    await aPaidOrder(world, shop, other)
    const idsOf = async (limit: number, before: string | null): Promise<[string[], string | null]> => {
      const page = await world.rooms.payments.paidBy(mei.userId, { before, limit })
      return [page.payments.map(({ paymentId }) => paymentId), page.next]
    }
    expect(await idsOf(100, null)).toEqual([paid, null])
    let next: string | null = null
    for (const [index, paymentId] of paid.entries()) {
      const [ids, after]: [string[], string | null] = await idsOf(1, next)
      expect([ids, after === null]).toEqual([[paymentId], index === paid.length - 1])
      next = after
    }
  })

  test('is nothing for who has not paid, and behind the oldest payment of all', async () => {
    await aPaidOrder(world, shop, await aUser(world))
    const { userId } = await aUser(world)
    const none = { payments: [], next: null }
    expect(await world.rooms.payments.paidBy(userId, { before: null, limit: 3 })).toEqual(none)
    for (const moment of ['1', '999999999999999']) {
      const before = `${moment}-${'1'.repeat(28)}`
      expect(await world.rooms.payments.paidBy(userId, { before, limit: 3 })).toEqual(none)
    }
  })

  test('for an order is found days after it was created, also while it is open', async () => {
    const mei = await aUser(world)
    const order = await anOrder(world, shop, { expiresAt: new Date(world.clock.now().getTime() + 14 * 86_400_000) })
    expect(await world.rooms.payments.ofOrder(mei.userId, order.tradeNo)).toBeNull()
    world.clock.advance({ hours: 24 * 6 })
    const { paymentId } = await confirm(order, mei.userId)
    world.clock.advance({ hours: 24 * 6 })
    expect(await world.rooms.payments.ofOrder(mei.userId, order.tradeNo)).toMatchObject({ paymentId })
    expect(await world.rooms.payments.ofOrder((await aUser(world)).userId, order.tradeNo)).toBeNull()
  })

  test('has at least one payment on a page, whatever is asked for', async () => {
    const mei = await aUser(world)
    await aPaidOrder(world, shop, mei)
    expect((await world.rooms.payments.paidBy(mei.userId, { before: null, limit: 0 })).payments).toHaveLength(1)
  })

  const noPages = [
    '',
    'x',
    '1-2',
    `9999999999999999-${'1'.repeat(28)}`,
    `1-${'1'.repeat(29)}`,
    `1-${'1'.repeat(27)}\u0000`,
  ]
  test.each(noPages)('a page that is not one (“%s”) is refused', async (before) => {
    await expect(world.rooms.payments.paidBy('2088000000000000', { before, limit: 3 })).rejects.toMatchObject({
      code: 'INVALID_PARAMETER',
      details: { field: 'before', expected: 'the `next` of the page before' },
    })
  })
})
