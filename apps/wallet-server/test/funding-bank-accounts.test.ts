/** Linked bank accounts: an owner sees and uses their own, one link for each, and money finds its way back to removed ones. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aMerchantWithClient, aUser, createTestWorld, type TestMerchant, type TestWorld } from './support/index.ts'

let world: TestWorld
let userId: string
let otherId: string
let shop: TestMerchant
beforeAll(async () => {
  world = await createTestWorld()
  userId = (await aUser(world)).userId
  otherId = (await aUser(world)).userId
  shop = await aMerchantWithClient(world, { currencies: ['CNY', 'JPY'] })
})
afterAll(() => world.close())

const link = (bankRef: string, ownerId = userId, currency = 'CNY') =>
  world.rooms.fundings.link({ ownerId, bankRef, label: 'Test Bank ··1234', currency })

describe('linking', () => {
  test('answers an account in the bucket of its owner', async () => {
    const account = await link('6222-1')
    expect(account).toEqual({
      bankAccountId: expect.stringMatching(/^[0-9]{28}$/),
      bucket: Number(userId.slice(4, 7)),
      ownerId: userId,
      bankRef: '6222-1',
      label: 'Test Bank ··1234',
      currency: 'CNY',
    })
    expect(account.bankAccountId.slice(16, 19)).toBe(userId.slice(4, 7))
    expect(await world.rooms.fundings.bankAccount(userId, account.bankAccountId)).toEqual(account)
  })

  test('the same again answers the first, also many times at once', async () => {
    const accounts = await Promise.all(Array.from({ length: 20 }, () => link('6222-2')))
    expect(new Set(accounts.map(({ bankAccountId }) => bankAccountId)).size).toBe(1)
    expect(await link('6222-2')).toEqual(accounts[0])
  })

  test('the same bank account by two owners makes two links', async () => {
    const [mine, theirs] = [await link('6222-3'), await link('6222-3', otherId)]
    expect(mine.bankAccountId).not.toBe(theirs.bankAccountId)
  })

  test('a merchant links one in each currency it holds', async () => {
    const merchantId = shop.merchant.merchantId
    const [cny, jpy] = [await link('shop-1', merchantId), await link('shop-2', merchantId, 'JPY')]
    expect(await world.rooms.fundings.bankAccounts(merchantId)).toEqual([cny, jpy])
    expect(await world.rooms.fundings.bankAccounts(merchantId, 'JPY')).toEqual([jpy])
    expect(await world.rooms.fundings.bankAccounts(merchantId, 'USD')).toEqual([])
  })

  test('the same bank account in a second currency is refused', async () => {
    await link('shop-3', shop.merchant.merchantId)
    await expect(link('shop-3', shop.merchant.merchantId, 'JPY')).rejects.toMatchObject({
      code: 'INVALID_PARAMETER',
      details: { field: 'currency' },
    })
  })

  test.each([
    ['an owner who is nobody', { ownerId: 'somebody' }, 'INVALID_PARAMETER', 'ownerId'],
    ['an owner without that account', { ownerId: '2088000000000000' }, 'CURRENCY_NOT_SUPPORTED', undefined],
    ['a currency the owner does not hold', { currency: 'JPY' }, 'CURRENCY_NOT_SUPPORTED', undefined],
    ['no reference', { bankRef: ' ' }, 'INVALID_PARAMETER', 'bankRef'],
    ['a reference longer than the bank takes', { bankRef: 'x'.repeat(65) }, 'INVALID_PARAMETER', 'bankRef'],
    ['a reference that no row can hold', { bankRef: 'a\u0000b' }, 'INVALID_PARAMETER', 'bankRef'],
    ['no label', { label: '' }, 'INVALID_PARAMETER', 'label'],
    ['a label that is too long', { label: 'x'.repeat(129) }, 'INVALID_PARAMETER', 'label'],
  ])('with %s is refused', async (_what, wrong, code, field) => {
    const linking = world.rooms.fundings.link({
      ownerId: userId,
      bankRef: 'never',
      label: 'Test Bank',
      currency: 'CNY',
      ...wrong,
    })
    await expect(linking).rejects.toMatchObject({ code, details: field === undefined ? {} : { field } })
    expect((await world.rooms.fundings.bankAccounts(userId)).map(({ bankRef }) => bankRef)).not.toContain('never')
  })
})

describe('a bank account', () => {
  test.each([
    ["another owner's", async () => (await link('6222-4', otherId)).bankAccountId],
    ['unknown', async () => '2026030112000000123000000001'],
    ['of another shape', async () => 'mine'],
    ['that was removed', removed],
  ])('%s is not found', async (_what, id) => {
    const bankAccountId = await id()
    await expect(world.rooms.fundings.bankAccount(userId, bankAccountId)).rejects.toMatchObject({
      code: 'BANK_ACCOUNT_NOT_FOUND',
    })
  })

  async function removed(): Promise<string> {
    const { bankAccountId } = await link('6222-5')
    await world.rooms.fundings.unlink(userId, bankAccountId)
    return bankAccountId
  }

  test('is removed by its owner only', async () => {
    const { bankAccountId } = await link('6222-6')
    await world.rooms.fundings.unlink(otherId, bankAccountId)
    expect(await world.rooms.fundings.bankAccount(userId, bankAccountId)).toBeTruthy()
    await world.rooms.fundings.unlink(userId, 'something else')
    await world.rooms.fundings.unlink(userId, bankAccountId)
    await world.rooms.fundings.unlink(userId, bankAccountId)
    expect((await world.rooms.fundings.bankAccounts(userId)).map((a) => a.bankAccountId)).not.toContain(bankAccountId)
  })

  test('that was removed can be linked anew, and is still known by its old number for money on its way back', async () => {
    const old = await removed()
    const anew = await link('6222-5')
    expect(anew.bankAccountId).not.toBe(old)
    const both = await world.rooms.fundings.bankAccountsByIds([old, anew.bankAccountId, old, 'nothing', '\u0000'])
    expect(both.map(({ bankAccountId }) => bankAccountId).sort()).toEqual([old, anew.bankAccountId].sort())
  })

  test('the list of somebody who is nobody is empty', async () => {
    expect(await world.rooms.fundings.bankAccounts('somebody')).toEqual([])
  })
})
