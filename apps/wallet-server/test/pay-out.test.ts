/** Pay-outs: the merchant's money is reserved before the bank is asked, and one number has one effect. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { money } from '@tradepay/money'
import type { BankAccount } from '../src/funding/types.ts'
import { askWhenDue, expectBooksAgree, fundingOf } from './bank-world.ts'
import {
  aBankAccount,
  aMerchantWithClient,
  aPaidOrder,
  aUser,
  createTestWorld,
  WALLET_AT_BANK,
  type TestWorld,
} from './support/index.ts'

let world: TestWorld
let userId: string
let wakes = 0
beforeAll(async () => {
  world = await createTestWorld({ wake: () => wakes++ })
  userId = (await aUser(world, { balance: 1_000_000n })).userId
})
afterAll(() => world.close())

interface Shop {
  merchantId: string
  account: BankAccount
}

/** A merchant with a bank account and money to pay out (default 10.00). */
async function aShop(minor = 1_000n): Promise<Shop> {
  const shop = await aMerchantWithClient(world, { currencies: ['CNY', 'JPY'] })
  await aPaidOrder(world, shop, { userId }, { amount: money('CNY', minor) })
  const { merchantId } = shop.merchant
  return { merchantId, account: await aBankAccount(world, merchantId) }
}
const payOut = ({ merchantId, account }: Shop, requestId: string, minor = 1_000n) =>
  world.rooms.payOuts.request({
    merchantId,
    requestId,
    bankAccountId: account.bankAccountId,
    amount: money('CNY', minor),
  })
const accountOf = ({ merchantId }: Shop) => world.rooms.ledger.account(`merchants:${merchantId}:CNY`)
const stepsOf = async (payOutId: string): Promise<string[]> => {
  const { rows } = await world.database.pool.query<{ move: string }>(
    `select step || ' ' || kind || ' ' || split_part(debit_account, ':', 1) || '→' || split_part(credit_account, ':', 1) as move
     from transfers where cause_id = $1 order by step`,
    [payOutId],
  )
  return rows.map(({ move }) => move)
}

describe('a pay-out', () => {
  test('reserves the money, and it is gone when the bank says yes', async () => {
    const shop = await aShop()
    world.bank.next({ moves: 'LATER' })
    const wakesBefore = wakes
    const requested = await payOut(shop, 'first', 600n)
    expect(requested).toEqual({
      payOutId: expect.stringMatching(/^[0-9]{28}$/),
      merchantId: shop.merchantId,
      requestId: 'first',
      bankAccountId: shop.account.bankAccountId,
      amount: money('CNY', 600n),
      state: 'PROCESSING',
      failure: null,
      createdAt: world.clock.now(),
      finishedAt: null,
    })
    expect(wakes).toBe(wakesBefore + 1)
    expect(await accountOf(shop)).toMatchObject({ available: 400n, pending: 600n })
    await world.rooms.fundings.askDue()
    expect(world.bank.questions.at(-1)!.order).toMatchObject({ direction: 'OUT', bankRef: shop.account.bankRef })

    const { fundingId } = await fundingOf(world, requested.payOutId)
    const before = world.bank.balance(WALLET_AT_BANK)
    world.bank.finish(fundingId)
    await askWhenDue(world, requested.payOutId)
    expect(await world.rooms.payOuts.find(shop.merchantId, 'first')).toEqual({
      ...requested,
      state: 'SUCCEEDED',
      finishedAt: world.clock.now(),
    })
    expect(await accountOf(shop)).toMatchObject({ available: 400n, pending: 0n })
    expect(world.bank.balance(WALLET_AT_BANK)).toBe(before - 600n)
    expect(await stepsOf(requested.payOutId)).toEqual([
      'PAY_OUT PENDING merchants→bank-clearing',
      'PAY_OUT_POST POST merchants→bank-clearing',
    ])
    await expectBooksAgree(world)
  })

  test('that the bank refuses gives the money back, with the reason', async () => {
    const shop = await aShop()
    world.bank.closes(shop.account.bankRef)
    const { payOutId } = await payOut(shop, 'closed')
    await world.rooms.fundings.askDue()
    expect(await world.rooms.payOuts.find(shop.merchantId, 'closed')).toMatchObject({
      state: 'FAILED',
      failure: 'ACCOUNT_CLOSED',
    })
    expect(await accountOf(shop)).toMatchObject({ available: 1_000n, pending: 0n })
    expect(await stepsOf(payOutId)).toEqual([
      'PAY_OUT PENDING merchants→bank-clearing',
      'PAY_OUT_VOID VOID merchants→bank-clearing',
    ])
    await expectBooksAgree(world)
  })

  test('settles for a merchant that was frozen meanwhile: the money is on its way', async () => {
    const shop = await aShop()
    await payOut(shop, 'frozen')
    await world.rooms.merchants.setFrozen(shop.merchantId, true)
    await world.rooms.fundings.askDue()
    expect(await world.rooms.payOuts.find(shop.merchantId, 'frozen')).toMatchObject({ state: 'SUCCEEDED' })
  })

  test('larger than the balance is refused, and the bank is not asked', async () => {
    const shop = await aShop()
    const questions = world.bank.questions.length
    await expect(payOut(shop, 'too much', 1_001n)).rejects.toMatchObject({ code: 'MERCHANT_BALANCE_NOT_ENOUGH' })
    expect(await world.rooms.fundings.askDue()).toBe(0)
    expect(world.bank.questions).toHaveLength(questions)
    expect(await world.rooms.payOuts.find(shop.merchantId, 'too much')).toBeNull()
    expect(await accountOf(shop)).toMatchObject({ available: 1_000n, pending: 0n })
    // A refusal uses up no number: once the money has come, the same call works.
    await expect(payOut(shop, 'too much', 1_000n)).resolves.toMatchObject({ state: 'PROCESSING' })
    await world.rooms.fundings.askDue()
  })

  test('a hundred equal calls at once have one effect', async () => {
    const shop = await aShop()
    const answers = await Promise.all(Array.from({ length: 100 }, () => payOut(shop, 'equal', 300n)))
    expect(new Set(answers.map(({ payOutId }) => payOutId)).size).toBe(1)
    expect(await accountOf(shop)).toMatchObject({ available: 700n, pending: 300n })
    await world.rooms.fundings.askDue()
    const { fundingId } = await fundingOf(world, answers[0]!.payOutId)
    expect(world.bank.moved.filter((moved) => moved.fundingId === fundingId)).toHaveLength(1)
    expect(await payOut(shop, 'equal', 300n)).toMatchObject({ state: 'SUCCEEDED' })
    await expectBooksAgree(world)
  })

  test('many different ones at once pay out no more than there is', async () => {
    const shop = await aShop()
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => payOut(shop, `race-${n}`, 300n)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'MERCHANT_BALANCE_NOT_ENOUGH' })
    }
    expect(await accountOf(shop)).toMatchObject({ available: 100n, pending: 900n })
    await world.rooms.fundings.askDue()
    expect(await accountOf(shop)).toMatchObject({ available: 100n, pending: 0n })
    await expectBooksAgree(world)
  })

  test('is listed newest first, and not to another merchant', async () => {
    const [shop, other] = [await aShop(), await aShop()]
    for (const requestId of ['a', 'b', 'c']) {
      await payOut(shop, requestId, 1n)
      world.clock.advance({ seconds: 1 })
    }
    expect((await world.rooms.payOuts.of(shop.merchantId, 2)).map(({ requestId }) => requestId)).toEqual(['c', 'b'])
    expect(await world.rooms.payOuts.of(other.merchantId, 2)).toEqual([])
    expect(await world.rooms.payOuts.find(other.merchantId, 'a')).toBeNull()
    expect(await world.rooms.payOuts.find('nobody', 'a')).toBeNull()
    expect(await world.rooms.payOuts.find(shop.merchantId, '\u0000')).toBeNull()
    await world.rooms.fundings.askDue()
  })
})

describe('a pay-out is refused', () => {
  let shop: Shop
  beforeAll(async () => {
    shop = await aShop()
    await payOut(shop, 'known', 100n)
    await world.rooms.fundings.askDue()
  })

  test.each([
    ['an amount of nothing', { amount: money('CNY', 0n) }, 'AMOUNT_OUT_OF_RANGE'],
    ['a negative amount', { amount: { currency: 'CNY', minor: -1n } }, 'AMOUNT_OUT_OF_RANGE'],
    ['a currency that is not the bank account’s', { amount: money('JPY', 1n) }, 'CURRENCY_NOT_SUPPORTED'],
    ['an unknown bank account', { bankAccountId: '2026030112000000123000000001' }, 'BANK_ACCOUNT_NOT_FOUND'],
    ['no number', { requestId: ' ' }, 'INVALID_PARAMETER'],
    ['a number that is too long', { requestId: 'x'.repeat(65) }, 'INVALID_PARAMETER'],
    ['a number that no row can hold', { requestId: '\u0000' }, 'INVALID_PARAMETER'],
  ])('with %s, and no money is reserved', async (_what, wrong, code) => {
    const command = {
      merchantId: shop.merchantId,
      requestId: 'wrong',
      bankAccountId: shop.account.bankAccountId,
      amount: money('CNY', 100n),
      ...wrong,
    }
    await expect(world.rooms.payOuts.request(command)).rejects.toMatchObject({ code })
    expect(await accountOf(shop)).toMatchObject({ available: 900n, pending: 0n })
  })

  test("to another merchant's bank account", async () => {
    const other = await aShop()
    const stolen = { merchantId: shop.merchantId, account: other.account }
    await expect(payOut(stolen, 'stolen')).rejects.toMatchObject({ code: 'BANK_ACCOUNT_NOT_FOUND' })
  })

  test('for a frozen merchant, whose earlier ones are still answered', async () => {
    const frozen = await aShop()
    await payOut(frozen, 'before', 100n)
    await world.rooms.fundings.askDue()
    await world.rooms.merchants.setFrozen(frozen.merchantId, true)
    await expect(payOut(frozen, 'after', 100n)).rejects.toMatchObject({ code: 'MERCHANT_FROZEN' })
    await expect(payOut(frozen, 'before', 100n)).resolves.toMatchObject({ state: 'SUCCEEDED' })
  })

  test.each([
    ['another amount', { amount: money('CNY', 101n) }, 'amount'],
    ['another currency', { amount: money('JPY', 100n) }, 'amount.currency'],
    ['another bank account', { bankAccountId: '2026030112000000123000000001' }, 'bankAccountId'],
  ])('under the same number with %s, naming the field', async (_what, other, field) => {
    const command = {
      merchantId: shop.merchantId,
      requestId: 'known',
      bankAccountId: shop.account.bankAccountId,
      amount: money('CNY', 100n),
      ...other,
    }
    await expect(world.rooms.payOuts.request(command)).rejects.toMatchObject({
      code: 'PAY_OUT_INCONSISTENT',
      details: { field },
    })
  })
})
