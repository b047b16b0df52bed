/**
 * Promises of the cashier's door where a bank pays (steps 10 to 16): the ways to pay, a payment that is being processed and
 * what it becomes, who is told what, and that no repetition asks the bank twice.
 */
import {
  cashierPaths,
  type ApiError,
  type CashierOrder,
  type ConfirmPaymentAnswer,
  type InquireCashierAnswer,
  type OpenCashierAnswer,
} from '@tradepay/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { BankAccount } from '../src/funding/types.ts'
import type { User } from '../src/user/types.ts'
import {
  aBankAccount,
  aMerchantWithClient,
  anOrder,
  aUser,
  balanceOf,
  payableOf,
  startTestServer,
  TEST_PIN,
  until,
  type TestMerchant,
  type TestServer,
} from './support/index.ts'
import { signIn, type Answer, type WalletApp } from './support/wallet-app.ts'

let wallet: TestServer
let shop: TestMerchant
let mei: User
let app: WalletApp
let account: BankAccount

beforeAll(async () => {
  wallet = await startTestServer({ seed: 23 })
  shop = await aMerchantWithClient(wallet, { name: 'Coffee Shop' })
})
afterAll(() => wallet.close())
beforeEach(async () => {
  wallet.bank.always({ moves: 'LATER' })
  mei = await aUser(wallet)
  app = await signIn(wallet, mei)
  account = await aBankAccount(wallet, mei.userId)
})

type Named = { tradeNo: string }
const byBank = (of = account): string => `BANK:${of.bankAccountId}`
const open = <Body = OpenCashierAnswer>({ tradeNo }: Named, by = app): Promise<Answer<Body>> =>
  by.call('POST', cashierPaths.open, { tradeNo })
const confirm = <Body = ConfirmPaymentAnswer>({ tradeNo }: Named, more: object = {}, by = app): Promise<Answer<Body>> =>
  by.call('POST', cashierPaths.confirm, {
    tradeNo,
    amount: { currency: 'CNY', value: '1250' },
    methodId: byBank(),
    pin: TEST_PIN,
    ...more,
  })
const refusedWith = (status: number, code: string): object => ({ status, body: { error: { code } } })
async function seen({ tradeNo }: Named, by = app): Promise<CashierOrder> {
  return (await by.call<InquireCashierAnswer>('POST', cashierPaths.inquire, { tradeNo })).body.order
}
const triesLeft = async (user = mei): Promise<number> => (await wallet.rooms.users.pinState(user.userId)).triesLeft

/** What the bank has been asked about the account and has not decided. */
const atBank = () => wallet.bank.waiting().filter(({ bankRef }) => bankRef === account.bankRef)
/** The bank makes up its mind about all of it, and the wallet finds out. */
async function bankDecides({ tradeNo }: Named, failure?: 'BALANCE_NOT_ENOUGH', by = app): Promise<void> {
  await until('the bank has been asked', () => atBank().length > 0)
  for (const { fundingId } of atBank()) wallet.bank.finish(fundingId, failure)
  await until('the wallet knows', async () => {
    wallet.clock.advance({ seconds: 10 })
    wallet.server.wake()
    const { yourPayment } = await seen({ tradeNo }, by)
    return yourPayment?.state !== 'PROCESSING' && yourPayment?.returned !== 'RETURNING'
  })
}

describe('the ways to pay', () => {
  test('are the balance and each linked bank account of the currency, oldest first', async () => {
    wallet.clock.advance({ seconds: 1 })
    const second = await aBankAccount(wallet, mei.userId)
    const gone = await aBankAccount(wallet, mei.userId)
    await wallet.rooms.fundings.unlink(mei.userId, gone.bankAccountId)
    await aBankAccount(wallet, (await aUser(wallet)).userId)
    const { body } = await open(await anOrder(wallet, shop))
    expect(body.methods.map(({ id }) => id)).toEqual(['BALANCE', byBank(), byBank(second)])
    expect(body.methods[1]).toEqual({ id: byBank(), kind: 'BANK', label: account.label, frozen: false })
  })

  test('are none at all for who holds no account in the currency', async () => {
    const foreign = await aUser(wallet, { currency: 'USD' })
    await aBankAccount(wallet, foreign.userId, { currency: 'USD' })
    expect((await open(await anOrder(wallet, shop), await signIn(wallet, foreign))).body.methods).toEqual([])
  })

  test('say of the bank accounts too that the user is frozen', async () => {
    await wallet.rooms.users.setFrozen(mei.userId, true)
    const { body } = await open(await anOrder(wallet, shop))
    expect(body.methods.map(({ frozen }) => frozen)).toEqual([true, true])
  })

  test('are only the balance when the wallet is connected to no bank', async () => {
    const without = await startTestServer({ database: wallet.database, deps: { bank: null }, seed: 24 })
    without.clock.set(wallet.clock.now())
    const by = await signIn(without, mei)
    const order = await anOrder(wallet, shop)
    expect((await open(order, by)).body.methods.map(({ id }) => id)).toEqual(['BALANCE'])
    expect(await confirm(order, {}, by)).toMatchObject(refusedWith(409, 'BANK_NOT_AVAILABLE'))
    expect(await triesLeft()).toBe(5)
    await without.close()
  })
})

describe('confirming by bank', () => {
  test('says processing, and the order is not paid until the bank has paid', async () => {
    const order = await anOrder(wallet, shop)
    const before = await payableOf(wallet, shop.merchant.merchantId)
    const { status, body } = await confirm(order)
    expect(status).toBe(200)
    expect(body).toEqual({
      outcome: 'PROCESSING',
      paymentId: expect.stringMatching(/^[0-9]{28}$/),
      amount: { currency: 'CNY', value: '1250' },
      paidAt: null,
    })
    expect(await seen(order)).toMatchObject({
      state: 'CREATED',
      processing: true,
      paidAt: null,
      yourPayment: {
        paymentId: body.paymentId,
        state: 'PROCESSING',
        method: account.label,
        failure: null,
        returned: null,
      },
    })
    expect(await payableOf(wallet, shop.merchant.merchantId)).toBe(before)

    await bankDecides(order)
    expect(await seen(order)).toMatchObject({
      state: 'PAID',
      paidByYou: true,
      processing: false,
      yourPayment: { paymentId: body.paymentId, state: 'SUCCEEDED' },
    })
    expect(await payableOf(wallet, shop.merchant.merchantId)).toBe(before + 1250n)
    expect(await balanceOf(wallet, mei.userId)).toBe(10_000n)
  })

  test('that the bank refuses leaves the order to be paid another way', async () => {
    const order = await anOrder(wallet, shop)
    await confirm(order)
    await bankDecides(order, 'BALANCE_NOT_ENOUGH')
    expect(await seen(order)).toMatchObject({
      state: 'CREATED',
      processing: false,
      yourPayment: { state: 'FAILED', method: account.label, failure: 'BANK_REFUSED', returned: null },
    })
    expect((await confirm(order, { methodId: 'BALANCE' })).body.outcome).toBe('SUCCEEDED')
    expect(await seen(order)).toMatchObject({ state: 'PAID', yourPayment: { state: 'SUCCEEDED', method: 'BALANCE' } })
  })

  test('again while the bank is silent asks for no PIN, asks no bank, and answers processing', async () => {
    const order = await anOrder(wallet, shop)
    const first = await confirm(order)
    await until('the bank has been asked', () => atBank().length > 0)
    const orders = atBank().length
    const repeats = await Promise.all([
      confirm(order),
      confirm(order, { pin: '000000' }),
      confirm(order, { methodId: 'BALANCE' }),
    ])
    for (const repeat of repeats) expect(repeat.text).toBe(first.text)
    expect(await triesLeft()).toBe(5)
    expect(atBank()).toHaveLength(orders)
    expect(await balanceOf(wallet, mei.userId)).toBe(10_000n)
    await bankDecides(order)
  })

  test('again with a wrong PIN after the bank refused begins nothing', async () => {
    const order = await anOrder(wallet, shop)
    await confirm(order)
    await bankDecides(order, 'BALANCE_NOT_ENOUGH')
    expect(await confirm(order, { pin: '000000' })).toMatchObject(refusedWith(403, 'PIN_WRONG'))
    expect((await seen(order)).processing).toBe(false)
    expect(atBank()).toEqual([])
  })

  test('four at once are one payment and one answer', async () => {
    const order = await anOrder(wallet, shop)
    const answers = await Promise.all([1, 2, 3, 4].map(() => confirm(order)))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    await bankDecides(order)
    expect(wallet.bank.moved.filter(({ debit }) => debit === account.bankRef)).toHaveLength(1)
  })

  test('with a wrong PIN asks no bank', async () => {
    const order = await anOrder(wallet, shop)
    expect(await confirm(order, { pin: '000000' })).toMatchObject(refusedWith(403, 'PIN_WRONG'))
    expect(await seen(order)).toMatchObject({ processing: false, yourPayment: null })
    expect(wallet.bank.questions.filter((put) => put.order?.bankRef === account.bankRef)).toEqual([])
  })

  test('from a bank account of somebody else, or one that was removed, is not found and costs no try', async () => {
    const order = await anOrder(wallet, shop)
    const theirs = await aBankAccount(wallet, (await aUser(wallet)).userId)
    const shops = await aBankAccount(wallet, shop.merchant.merchantId)
    const removed = await aBankAccount(wallet, mei.userId)
    await wallet.rooms.fundings.unlink(mei.userId, removed.bankAccountId)
    for (const one of [theirs, shops, removed]) {
      expect(await confirm(order, { methodId: byBank(one), pin: '000000' })).toMatchObject(
        refusedWith(404, 'BANK_ACCOUNT_NOT_FOUND'),
      )
    }
    expect(await triesLeft()).toBe(5)
    expect(await seen(order)).toMatchObject({ processing: false, yourPayment: null })
  })
})

describe('another user', () => {
  test('is told that a payment is processing, without whose, and cannot pay meanwhile', async () => {
    const order = await anOrder(wallet, shop)
    await confirm(order)
    const bo = await aUser(wallet)
    const other = await signIn(wallet, bo)
    const opened = await open(order, other)
    expect(opened.body.order).toMatchObject({ state: 'CREATED', processing: true, yourPayment: null })
    for (const secret of [mei.userId, mei.name, account.bankAccountId, account.label]) {
      expect(opened.text).not.toContain(secret)
    }
    for (const more of [{ methodId: 'BALANCE' }, { methodId: 'BALANCE', pin: '000000' }]) {
      expect(await confirm(order, more, other)).toMatchObject(refusedWith(409, 'PAYMENT_PROCESSING'))
    }
    expect(await triesLeft(bo)).toBe(5)
    expect(await balanceOf(wallet, bo.userId)).toBe(10_000n)
    await bankDecides(order, 'BALANCE_NOT_ENOUGH')
    expect((await confirm(order, { methodId: 'BALANCE' }, other)).body.outcome).toBe('SUCCEEDED')
    expect(await seen(order)).toMatchObject({ state: 'PAID', paidByYou: false, yourPayment: { state: 'FAILED' } })
  })
})

describe('late money', () => {
  test('is shown on its way back, and back, for an order that closed first', async () => {
    const order = await anOrder(wallet, shop)
    await confirm(order)
    await until('the bank has been asked', () => atBank().length > 0)
    await wallet.rooms.orders.close(shop.client.clientId, { tradeNo: order.tradeNo })
    expect(await seen(order)).toMatchObject({ state: 'CLOSED', yourPayment: { state: 'PROCESSING', returned: null } })
    expect(await confirm(order, { methodId: 'BALANCE', pin: '000000' })).not.toMatchObject({
      body: { outcome: 'SUCCEEDED' },
    })

    for (const { fundingId } of atBank()) wallet.bank.finish(fundingId)
    await until('the money is on its way back', async () => {
      wallet.clock.advance({ seconds: 10 })
      wallet.server.wake()
      return (await seen(order)).yourPayment?.returned === 'RETURNING'
    })
    expect((await open(order)).body.order).toMatchObject({
      state: 'CLOSED',
      yourPayment: { state: 'FAILED', method: account.label, returned: 'RETURNING' },
    })
    await bankDecides(order)
    expect(await seen(order)).toMatchObject({ state: 'CLOSED', yourPayment: { state: 'FAILED', returned: 'RETURNED' } })
    expect(await confirm<ApiError>(order)).toMatchObject(refusedWith(409, 'ORDER_CLOSED'))
    expect(await balanceOf(wallet, mei.userId)).toBe(10_000n)
  })

  test('keeps the name of the bank account also after it was removed', async () => {
    const order = await anOrder(wallet, shop)
    await confirm(order)
    await wallet.rooms.fundings.unlink(mei.userId, account.bankAccountId)
    expect((await seen(order)).yourPayment).toMatchObject({ state: 'PROCESSING', method: account.label })
    await bankDecides(order)
    expect((await seen(order)).yourPayment).toMatchObject({ state: 'SUCCEEDED', method: account.label })
  })
})

test('the record says in step 16 that the bank has been asked, and where the money is to come from in step 14', async () => {
  const order = await anOrder(wallet, shop)
  await confirm(order)
  expect(wallet.recorder.of(order.tradeNo, 14)[0]!.note).toContain('to be paid from a bank account')
  expect(wallet.recorder.of(order.tradeNo, 16)).toMatchObject([{ ok: true, note: 'The bank has been asked' }])
  await confirm(order)
  expect(wallet.recorder.of(order.tradeNo, 16).map(({ note }) => note)).toEqual([
    'The bank has been asked',
    'The bank has been asked',
  ])
  await bankDecides(order)
  await confirm(order)
  expect(wallet.recorder.of(order.tradeNo, 16).at(-1)!.note).toBe('Paid: 12.50 CNY')
})
