/** Top-ups: reserved until the bank has answered, given at once by the wallet, and one effect for each id. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { money } from '@tradepay/money'
import type { BankAccount } from '../src/funding/types.ts'
import { askWhenDue, aUserWithBank, expectBooksAgree, fundingOf } from './bank-world.ts'
import {
  aBankAccount,
  aUser,
  balanceOf,
  createTestWorld,
  payableOf,
  aMerchantWithClient,
  anOrder,
  type TestWorld,
} from './support/index.ts'

let world: TestWorld
let wakes = 0
beforeAll(async () => {
  world = await createTestWorld({ wake: () => wakes++ })
})
afterAll(() => world.close())

let ids = 0
const newId = (): string => `a-top-up-${++ids}`
const accountOf = (userId: string) => world.rooms.ledger.account(`users:${userId}:CNY`)
const stepsOf = async (topUpId: string): Promise<string[]> => {
  const { rows } = await world.database.pool.query<{ move: string }>(
    `select step || ' ' || kind || ' ' || split_part(debit_account, ':', 1) || '→' || split_part(credit_account, ':', 1) as move
     from transfers where cause_id = $1 order by step`,
    [topUpId],
  )
  return rows.map(({ move }) => move)
}

describe('from the bank', () => {
  test('money is reserved until the bank says yes, then it is there', async () => {
    const { user, account } = await aUserWithBank(world)
    const [topUpId, { userId }] = [newId(), user]
    const wakesBefore = wakes
    world.bank.next({ moves: 'LATER' })
    const content = { topUpId, userId, bankAccountId: account.bankAccountId, amount: money('CNY', 700n) }
    const topUp = await world.rooms.topUps.fromBank(content)
    expect(topUp).toEqual({
      ...content,
      state: 'PROCESSING',
      failure: null,
      createdAt: world.clock.now(),
      finishedAt: null,
    })
    expect(wakes, 'the worker is told to ask').toBe(wakesBefore + 1)
    await world.rooms.fundings.askDue()
    expect(await balanceOf(world, userId)).toBe(0n)
    expect(await stepsOf(topUpId)).toEqual(['TOP_UP PENDING bank-clearing→users'])

    world.bank.finish((await fundingOf(world, topUpId)).fundingId)
    await askWhenDue(world, topUpId)
    expect(await world.rooms.topUps.find(userId, topUpId)).toEqual({
      ...topUp,
      state: 'SUCCEEDED',
      finishedAt: world.clock.now(),
    })
    expect(await accountOf(userId)).toMatchObject({ available: 700n, pending: 0n })
    expect(await stepsOf(topUpId)).toEqual([
      'TOP_UP PENDING bank-clearing→users',
      'TOP_UP_POST POST bank-clearing→users',
    ])
    await expectBooksAgree(world)
  })

  test('what the bank refuses is given up with its reason, and nothing has come', async () => {
    const { user, account } = await aUserWithBank(world)
    world.bank.opens(account.bankRef, 699n)
    const topUpId = newId()
    await topUpFromBank(user.userId, account, topUpId)
    await world.rooms.fundings.askDue()
    expect(await world.rooms.topUps.find(user.userId, topUpId)).toMatchObject({
      state: 'FAILED',
      failure: 'BALANCE_NOT_ENOUGH',
      finishedAt: world.clock.now(),
    })
    expect(await accountOf(user.userId)).toMatchObject({ available: 0n, pending: 0n })
    expect(await stepsOf(topUpId)).toEqual([
      'TOP_UP PENDING bank-clearing→users',
      'TOP_UP_VOID VOID bank-clearing→users',
    ])
    await expectBooksAgree(world)
  })

  test('what has not come cannot be paid with', async () => {
    const { user, account } = await aUserWithBank(world)
    const shop = await aMerchantWithClient(world)
    const { tradeNo, amount } = await anOrder(world, shop, { amount: money('CNY', 700n) })
    world.bank.next({ moves: 'LATER' })
    const topUpId = newId()
    await topUpFromBank(user.userId, account, topUpId)
    await world.rooms.fundings.askDue()
    const pay = () => world.rooms.payments.confirm({ tradeNo, payerId: user.userId, amount })
    await expect(pay()).rejects.toMatchObject({ code: 'BALANCE_NOT_ENOUGH' })
    world.bank.finish((await fundingOf(world, topUpId)).fundingId)
    await askWhenDue(world, topUpId)
    await pay()
    expect(await payableOf(world, shop.merchant.merchantId)).toBe(700n)
    expect(await balanceOf(world, user.userId)).toBe(0n)
  })

  test('reaches a user who was frozen meanwhile: frozen accounts refuse to pay, not to receive', async () => {
    const { user, account } = await aUserWithBank(world)
    const topUpId = newId()
    await topUpFromBank(user.userId, account, topUpId)
    await world.rooms.users.setFrozen(user.userId, true)
    await world.rooms.fundings.askDue()
    expect(await world.rooms.topUps.find(user.userId, topUpId)).toMatchObject({ state: 'SUCCEEDED' })
  })

  test('goes on when the bank account is unlinked meanwhile', async () => {
    const { user, account } = await aUserWithBank(world)
    const topUpId = newId()
    await topUpFromBank(user.userId, account, topUpId)
    await world.rooms.fundings.unlink(user.userId, account.bankAccountId)
    await world.rooms.fundings.askDue()
    expect(await world.rooms.topUps.find(user.userId, topUpId)).toMatchObject({ state: 'SUCCEEDED' })
    expect(await topUpFromBank(user.userId, account, topUpId), 'and a repetition is answered').toMatchObject({
      state: 'SUCCEEDED',
    })
    await expect(topUpFromBank(user.userId, account, newId())).rejects.toMatchObject({ code: 'BANK_ACCOUNT_NOT_FOUND' })
  })

  test('a hundred equal calls at once have one effect', async () => {
    const { user, account } = await aUserWithBank(world)
    const topUpId = newId()
    const answers = await Promise.all(Array.from({ length: 100 }, () => topUpFromBank(user.userId, account, topUpId)))
    expect(
      new Set(answers.map((answer) => JSON.stringify({ ...answer, amount: String(answer.amount.minor) }))).size,
    ).toBe(1)
    await world.rooms.fundings.askDue()
    expect(await balanceOf(world, user.userId)).toBe(700n)
    expect(world.bank.asked((await fundingOf(world, topUpId)).fundingId)).toBe('ASK INQUIRE')
    expect(await topUpFromBank(user.userId, account, topUpId)).toMatchObject({ state: 'SUCCEEDED' })
    expect(await balanceOf(world, user.userId)).toBe(700n)
    await expectBooksAgree(world)
  })
})

const topUpFromBank = (userId: string, account: BankAccount, topUpId: string, minor = 700n) =>
  world.rooms.topUps.fromBank({
    topUpId,
    userId,
    bankAccountId: account.bankAccountId,
    amount: money(account.currency, minor),
  })

describe('given by the wallet', () => {
  test('is there at once, and no bank is asked', async () => {
    const { userId } = await aUser(world, { balance: 0n })
    const topUpId = newId()
    const questions = world.bank.questions.length
    const topUp = await world.rooms.topUps.give({ topUpId, userId, amount: money('CNY', 300n) })
    expect(topUp).toMatchObject({ bankAccountId: null, state: 'SUCCEEDED', finishedAt: world.clock.now() })
    expect(await balanceOf(world, userId)).toBe(300n)
    expect(await stepsOf(topUpId)).toEqual(['TOP_UP POSTED cash→users'])
    expect(await world.rooms.fundings.of(topUpId)).toEqual([])
    await world.rooms.fundings.askDue()
    expect(world.bank.questions).toHaveLength(questions)
  })

  test('a hundred equal calls at once have one effect', async () => {
    const { userId } = await aUser(world, { balance: 0n })
    const topUpId = newId()
    await Promise.all(
      Array.from({ length: 100 }, () => world.rooms.topUps.give({ topUpId, userId, amount: money('CNY', 300n) })),
    )
    expect(await balanceOf(world, userId)).toBe(300n)
  })
})

describe('is refused', () => {
  let userId: string
  let account: BankAccount
  let first: string
  beforeAll(async () => {
    const mei = await aUserWithBank(world)
    userId = mei.user.userId
    account = mei.account
    first = newId()
    await topUpFromBank(userId, account, first)
  })

  test.each([
    ['an amount of nothing', { amount: money('CNY', 0n) }, 'INVALID_PARAMETER', 'amount'],
    ['a negative amount', { amount: { currency: 'CNY', minor: -1n } }, 'INVALID_PARAMETER', 'amount'],
    ['no id', { topUpId: ' ' }, 'INVALID_PARAMETER', 'topUpId'],
    ['an id that is too long', { topUpId: 'x'.repeat(129) }, 'INVALID_PARAMETER', 'topUpId'],
    ['an id that no row can hold', { topUpId: 'a\u0000' }, 'INVALID_PARAMETER', 'topUpId'],
    ['a user who is nobody', { userId: '2088000000000000' }, 'USER_NOT_FOUND', undefined],
    ['a user of another shape', { userId: 'mei' }, 'USER_NOT_FOUND', undefined],
    ['an unknown bank account', { bankAccountId: '2026030112000000123000000001' }, 'BANK_ACCOUNT_NOT_FOUND', undefined],
    ['a currency that is not the bank account’s', { amount: money('JPY', 700n) }, 'CURRENCY_NOT_SUPPORTED', undefined],
  ])('from the bank with %s, and nothing is written', async (_what, wrong, code, field) => {
    const content = {
      topUpId: newId(),
      userId,
      bankAccountId: account.bankAccountId,
      amount: money('CNY', 700n),
      ...wrong,
    }
    await expect(world.rooms.topUps.fromBank(content)).rejects.toMatchObject({
      code,
      ...(field !== undefined && { details: { field } }),
    })
    expect(await world.rooms.topUps.find(userId, content.topUpId)).toBeNull()
    if (!content.topUpId.includes('\u0000')) expect(await stepsOf(content.topUpId)).toEqual([])
  })

  test('by giving in a currency that the user does not hold', async () => {
    const giving = world.rooms.topUps.give({ topUpId: newId(), userId, amount: money('JPY', 1n) })
    await expect(giving).rejects.toMatchObject({ code: 'CURRENCY_NOT_SUPPORTED' })
  })

  test("from another user's bank account", async () => {
    const other = await aUserWithBank(world)
    await expect(topUpFromBank(userId, other.account, newId())).rejects.toMatchObject({
      code: 'BANK_ACCOUNT_NOT_FOUND',
    })
  })

  test.each([
    ['another amount', { amount: money('CNY', 701n) }, 'amount'],
    ['another currency', { amount: money('JPY', 700n) }, 'amount.currency'],
    ['another bank account', { bankAccountId: '2026030112000000123000000001' }, 'bankAccountId'],
  ])('under the same id with %s, naming the field', async (_what, other, field) => {
    const content = {
      topUpId: first,
      userId,
      bankAccountId: account.bankAccountId,
      amount: money('CNY', 700n),
      ...other,
    }
    await expect(world.rooms.topUps.fromBank(content)).rejects.toMatchObject({
      code: 'TOP_UP_INCONSISTENT',
      details: { field },
    })
  })

  test('by giving under the id of one from the bank, and the other way round', async () => {
    const giving = world.rooms.topUps.give({ topUpId: first, userId, amount: money('CNY', 700n) })
    await expect(giving).rejects.toMatchObject({ code: 'TOP_UP_INCONSISTENT', details: { field: 'bankAccountId' } })
    const given = newId()
    await world.rooms.topUps.give({ topUpId: given, userId, amount: money('CNY', 700n) })
    await expect(topUpFromBank(userId, account, given)).rejects.toMatchObject({ code: 'TOP_UP_INCONSISTENT' })
  })

  test('of two different contents at once under one id one is refused', async () => {
    const topUpId = newId()
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => topUpFromBank(userId, account, topUpId, n % 2 ? 700n : 800n)),
    )
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(refused).toHaveLength(10)
    for (const { reason } of refused)
      expect(reason).toMatchObject({ code: 'TOP_UP_INCONSISTENT', details: { field: 'amount' } })
  })

  test('without a bank', async () => {
    const alone = await createTestWorld({ database: world.database, deps: { bank: null }, seed: 9 })
    const topUp = { topUpId: newId(), userId, bankAccountId: account.bankAccountId, amount: money('CNY', 1n) }
    await expect(alone.rooms.topUps.fromBank(topUp)).rejects.toMatchObject({ code: 'BANK_NOT_AVAILABLE' })
    await alone.rooms.topUps.give({ topUpId: newId(), userId, amount: money('CNY', 1n) })
    await alone.close()
  })
})

describe('whoever asks', () => {
  test("finds their own and not another user's", async () => {
    const [mei, li] = [await aUser(world), await aUser(world)]
    const topUpId = newId()
    await world.rooms.topUps.give({ topUpId, userId: mei.userId, amount: money('CNY', 1n) })
    expect(await world.rooms.topUps.find(mei.userId, topUpId)).toMatchObject({ topUpId })
    expect(await world.rooms.topUps.find(li.userId, topUpId)).toBeNull()
    expect(await world.rooms.topUps.find('nobody', topUpId)).toBeNull()
    expect(await world.rooms.topUps.find(mei.userId, '\u0000')).toBeNull()
  })

  test('reads pages, newest first, that neither repeat nor skip, also within one instant', async () => {
    const { userId } = await aUser(world, { balance: 0n })
    const account = await aBankAccount(world, userId)
    for (let n = 0; n < 7; n++) {
      const content = { topUpId: `page-${n}`, userId, amount: money('CNY', 1n) }
      if (n % 2) await world.rooms.topUps.give(content)
      else await world.rooms.topUps.fromBank({ ...content, bankAccountId: account.bankAccountId })
      if (n === 2) world.clock.advance({ seconds: 1 })
    }
    const seen: string[] = []
    for (let page = await world.rooms.topUps.of(userId, 3); page.length > 0;) {
      seen.push(...page.map(({ topUpId }) => topUpId))
      page = await world.rooms.topUps.of(userId, 3, page.at(-1))
    }
    expect(seen).toEqual(['page-6', 'page-5', 'page-4', 'page-3', 'page-2', 'page-1', 'page-0'])
  })
})
