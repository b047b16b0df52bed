/**
 * Promises of the cashier's door (steps 10, 11, 14, 16): what a user sees and confirms, every refusal, a repeated
 * confirmation, and a record without the PIN.
 */
import {
  cashierPaths,
  type ApiError,
  type ConfirmPaymentAnswer,
  type InquireCashierAnswer,
  type OpenCashierAnswer,
} from '@tradepay/contract'
import { money } from '@tradepay/money'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Order } from '../src/order/types.ts'
import type { User } from '../src/user/types.ts'
import {
  aMerchantWithClient,
  anOrder,
  aUser,
  balanceOf,
  payableOf,
  startTestServer,
  TEST_PIN,
  type TestMerchant,
  type TestServer,
} from './support/index.ts'
import { signIn, type Answer, type WalletApp } from './support/wallet-app.ts'

let wallet: TestServer
let shop: TestMerchant
let mei: User
let app: WalletApp

beforeAll(async () => {
  wallet = await startTestServer({ seed: 13 })
  shop = await aMerchantWithClient(wallet, { name: 'Coffee Shop' })
  mei = await aUser(wallet, { balance: 1_000_000n })
  app = await signIn(wallet, mei)
})
afterAll(() => wallet.close())

const theAmount = { currency: 'CNY', value: '1250' }
const open = <Body = ApiError>(order: { tradeNo: string }, more: object = {}, by = app): Promise<Answer<Body>> =>
  by.call('POST', cashierPaths.open, { tradeNo: order.tradeNo, ...more })
const confirm = <Body = ApiError>(order: { tradeNo: string }, more: object = {}, by = app): Promise<Answer<Body>> =>
  by.call('POST', cashierPaths.confirm, {
    tradeNo: order.tradeNo,
    amount: theAmount,
    methodId: 'BALANCE',
    pin: TEST_PIN,
    ...more,
  })
const inquire = <Body = InquireCashierAnswer>(order: { tradeNo: string }, by = app): Promise<Answer<Body>> =>
  by.call('POST', cashierPaths.inquire, { tradeNo: order.tradeNo })

/** Whether the order is as it was made: a refusal changes nothing. */
async function isUntouched({ tradeNo, sequence }: Order): Promise<boolean> {
  const now = await wallet.rooms.orders.find(tradeNo)
  return now.state === 'CREATED' && now.sequence === sequence
}

describe('opening', () => {
  test('shows payee, title, amount, the balance and the tries left', async () => {
    const order = await anOrder(wallet, shop)
    const { status, body, headers } = await open<OpenCashierAnswer>(order)
    expect(status).toBe(200)
    expect(headers['cache-control']).toBe('no-store')
    expect(body).toEqual({
      order: {
        tradeNo: order.tradeNo,
        state: 'CREATED',
        paidByYou: false,
        processing: false,
        yourPayment: null,
        closeReason: null,
        title: 'Two coffees',
        amount: theAmount,
        payee: { merchantId: shop.merchant.merchantId, name: 'Coffee Shop' },
        createdAt: order.createdAt.toISOString(),
        expiresAt: order.expiresAt.toISOString(),
        paidAt: null,
      },
      methods: [
        {
          id: 'BALANCE',
          kind: 'BALANCE',
          available: { currency: 'CNY', value: '1000000' },
          enough: true,
          frozen: false,
        },
      ],
      pin: { triesLeft: 5, lockedUntil: null },
      now: wallet.clock.now().toISOString(),
    })
  })

  test('says that the balance is not enough, that the account is frozen, that there is none in the currency', async () => {
    const order = await anOrder(wallet, shop)
    const poor = await signIn(wallet, await aUser(wallet, { balance: 1249n }))
    const frozen = await signIn(wallet, await aUser(wallet, { frozen: true }))
    const foreign = await signIn(wallet, await aUser(wallet, { currency: 'USD' }))
    expect((await open<OpenCashierAnswer>(order, {}, poor)).body.methods).toMatchObject([
      { enough: false, frozen: false },
    ])
    expect((await open<OpenCashierAnswer>(order, {}, frozen)).body.methods).toMatchObject([{ frozen: true }])
    expect((await open<OpenCashierAnswer>(order, {}, foreign)).body.methods).toEqual([])
  })

  test('an order past its time is shown closed before any timer has run', async () => {
    const order = await anOrder(wallet, shop)
    wallet.clock.advance({ minutes: 15 })
    expect((await open<OpenCashierAnswer>(order)).body.order).toMatchObject({ state: 'CLOSED', closeReason: 'EXPIRED' })
  })

  test('an unknown number is refused, whatever it looks like', async () => {
    for (const tradeNo of ['2026030112000000000123456789', 'x', '../..', "' or 1=1", '9'.repeat(64)]) {
      expect(await open({ tradeNo })).toMatchObject({ status: 404, body: { error: { code: 'ORDER_NOT_FOUND' } } })
    }
  })
})

describe('an order for somebody or something else', () => {
  test('of another buyer is refused at each of the four calls and stays as it was', async () => {
    const order = await anOrder(wallet, shop, { buyerId: (await aUser(wallet)).userId })
    const refused = { status: 403, body: { error: { code: 'ORDER_BUYER_MISMATCH' } } }
    expect(await open(order)).toMatchObject(refused)
    expect(await confirm(order)).toMatchObject(refused)
    expect(await inquire<ApiError>(order)).toMatchObject(refused)
    expect(await app.call('POST', cashierPaths.cancel, { tradeNo: order.tradeNo })).toMatchObject(refused)
    expect(await isUntouched(order)).toBe(true)
  })

  test('of another mini program, or of a client that the program may not pay, is refused', async () => {
    const stranger = await aMerchantWithClient(wallet)
    const programs = { coffee: '2021000000000001', tea: '2021000000000002', strange: '2021000000000003' }
    const register = (appId: string, of: TestMerchant): Promise<void> =>
      wallet.rooms.programs.register({
        appId,
        merchantId: of.merchant.merchantId,
        name: appId,
        slogan: '',
        clientIds: [of.client.clientId],
        payOnlyOwnOrders: true,
      })
    await register(programs.coffee, shop)
    await register(programs.tea, shop)
    await register(programs.strange, stranger)
    const bound = await anOrder(wallet, shop, { appId: programs.coffee })
    const unbound = await anOrder(wallet, shop)
    const refused = { status: 403, body: { error: { code: 'ORDER_PROGRAM_MISMATCH' } } }

    expect((await open(bound, { appId: programs.coffee })).status).toBe(200)
    expect(await open(bound, { appId: programs.tea })).toMatchObject(refused)
    expect(await open(bound, { appId: programs.strange })).toMatchObject(refused)
    expect((await open(unbound, { appId: programs.tea })).status).toBe(200)
    expect(await open(unbound, { appId: programs.strange })).toMatchObject(refused)
    expect(await open(unbound, { appId: '2021999999999999' })).toMatchObject({
      status: 404,
      body: { error: { code: 'PROGRAM_NOT_FOUND' } },
    })
  })
})

describe('confirming', () => {
  test('pays once: the user has less, the merchant more, and the answer says so', async () => {
    const before = {
      user: await balanceOf(wallet, mei.userId),
      shop: await payableOf(wallet, shop.merchant.merchantId),
    }
    const order = await anOrder(wallet, shop)
    const { status, body } = await confirm<ConfirmPaymentAnswer>(order)
    expect(status).toBe(200)
    expect(body).toMatchObject({ outcome: 'SUCCEEDED', amount: theAmount, paidAt: wallet.clock.now().toISOString() })
    expect(await balanceOf(wallet, mei.userId)).toBe(before.user - 1250n)
    expect(await payableOf(wallet, shop.merchant.merchantId)).toBe(before.shop + 1250n)
    expect((await inquire(order)).body.order).toMatchObject({ state: 'PAID', paidByYou: true, paidAt: body.paidAt })
  })

  test('a repeated confirmation answers the first result, moves no money and spends no try', async () => {
    const order = await anOrder(wallet, shop)
    const first = await confirm<ConfirmPaymentAnswer>(order)
    const balance = await balanceOf(wallet, mei.userId)
    wallet.clock.advance({ seconds: 30 })
    const repeats = await Promise.all([
      confirm(order),
      confirm(order, { pin: '000000' }),
      confirm(order, { amount: { currency: 'CNY', value: '1' } }),
    ])
    for (const repeat of repeats) expect(repeat.text).toBe(first.text)
    expect(await balanceOf(wallet, mei.userId)).toBe(balance)
    expect((await wallet.rooms.users.pinState(mei.userId)).triesLeft).toBe(5)
  })

  test('twenty equal confirmations at once have one effect and one answer', async () => {
    const order = await anOrder(wallet, shop)
    const balance = await balanceOf(wallet, mei.userId)
    // At most five PIN checks of one person may be under way at once, so four at a time.
    const answers = (await Promise.all([1, 2, 3, 4].map(() => confirm(order)))).concat(
      await Promise.all(Array.from({ length: 16 }, () => confirm(order))),
    )
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(await balanceOf(wallet, mei.userId)).toBe(balance - 1250n)
  })

  test('a wrong PIN says how many tries are left, and the fifth locks', async () => {
    const user = await aUser(wallet)
    const by = await signIn(wallet, user)
    const order = await anOrder(wallet, shop)
    for (const triesLeft of [4, 3, 2, 1]) {
      expect(await confirm(order, { pin: '111111' }, by)).toMatchObject({
        status: 403,
        body: { error: { code: 'PIN_WRONG', triesLeft } },
      })
    }
    const locked = await confirm(order, { pin: '111111' }, by)
    expect(locked).toMatchObject({ status: 403, body: { error: { code: 'PIN_LOCKED' } } })
    expect(await confirm(order, {}, by)).toMatchObject({ status: 403, body: { error: { code: 'PIN_LOCKED' } } })
    const opened = await open<OpenCashierAnswer>(order, {}, by)
    expect(opened.body.pin).toEqual({ triesLeft: 0, lockedUntil: locked.body.error.lockedUntil })
    expect(await isUntouched(order)).toBe(true)
    expect(await balanceOf(wallet, user.userId)).toBe(10_000n)
  })

  test('50 wrong confirmations at once are at most five tries', async () => {
    const by = await signIn(wallet, await aUser(wallet))
    const order = await anOrder(wallet, shop)
    const answers = await Promise.all(Array.from({ length: 50 }, () => confirm(order, { pin: '111111' }, by)))
    expect(answers.filter(({ body }) => body.error.code === 'PIN_WRONG')).toHaveLength(4)
    expect(answers.filter(({ body }) => body.error.code === 'PIN_LOCKED')).toHaveLength(46)
  })

  test.each([
    ['another amount', { amount: { currency: 'CNY', value: '1249' } }, 'AMOUNT_MISMATCH', 409],
    ['another currency', { amount: { currency: 'USD', value: '1250' } }, 'AMOUNT_MISMATCH', 409],
    ['no currency at all', { amount: { currency: 'XXX', value: '1250' } }, 'INVALID_PARAMETER', 400],
    ['a decimal amount', { amount: { currency: 'CNY', value: '12.50' } }, 'INVALID_PARAMETER', 400],
    ['a negative amount', { amount: { currency: 'CNY', value: '-1250' } }, 'INVALID_PARAMETER', 400],
    ['an amount as a number', { amount: { currency: 'CNY', value: 1250 } }, 'INVALID_PARAMETER', 400],
    ['an unknown way to pay', { methodId: 'CARD' }, 'INVALID_PARAMETER', 400],
    ['a bank account without its number', { methodId: 'BANK:' }, 'INVALID_PARAMETER', 400],
    ['a bank account of odd signs', { methodId: "BANK:' or 1=1" }, 'INVALID_PARAMETER', 400],
    ['a bank account that does not exist', { methodId: 'BANK:1' }, 'BANK_ACCOUNT_NOT_FOUND', 404],
    ['a PIN of five digits', { pin: '12345' }, 'INVALID_PARAMETER', 400],
    ['a PIN as a number', { pin: 246810 }, 'INVALID_PARAMETER', 400],
  ])('%s is refused, costs no try and changes nothing', async (_what, change, code, status) => {
    const order = await anOrder(wallet, shop)
    const answer = await confirm(order, change)
    expect(answer).toMatchObject({ status, body: { error: { code } } })
    expect(answer.text).not.toMatch(new RegExp(`\\b${TEST_PIN}\\b`))
    expect((await wallet.rooms.users.pinState(mei.userId)).triesLeft).toBe(5)
    expect(await isUntouched(order)).toBe(true)
  })

  test('an expired, a foreign paid, and a poor or frozen payment are refused by their names', async () => {
    const [first, second, third] = [
      await anOrder(wallet, shop),
      await anOrder(wallet, shop),
      await anOrder(wallet, shop),
    ]
    const poor = await signIn(wallet, await aUser(wallet, { balance: 1249n }))
    const frozen = await signIn(wallet, await aUser(wallet, { frozen: true }))
    const foreign = await signIn(wallet, await aUser(wallet, { currency: 'USD' }))
    const other = await signIn(wallet, await aUser(wallet))
    expect(await confirm(first, {}, poor)).toMatchObject({
      status: 409,
      body: { error: { code: 'BALANCE_NOT_ENOUGH' } },
    })
    expect(await confirm(first, {}, frozen)).toMatchObject({ status: 403, body: { error: { code: 'USER_FROZEN' } } })
    expect(await confirm(first, {}, foreign)).toMatchObject({
      status: 400,
      body: { error: { code: 'CURRENCY_NOT_SUPPORTED' } },
    })
    expect(await isUntouched(first)).toBe(true)
    await confirm(second)
    expect(await confirm(second, {}, other)).toMatchObject({ status: 409, body: { error: { code: 'ORDER_PAID' } } })
    expect((await inquire(second, other)).body.order).toMatchObject({ state: 'PAID', paidByYou: false })
    wallet.clock.advance({ minutes: 16 })
    expect(await confirm(third)).toMatchObject({ status: 409, body: { error: { code: 'ORDER_EXPIRED' } } })
  })

  test('who pays is the session: a body that names somebody is refused', async () => {
    const victim = await aUser(wallet)
    const thief = await aUser(wallet)
    const order = await anOrder(wallet, shop)
    const by = await signIn(wallet, thief)
    for (const field of ['userId', 'payerId']) {
      const answer = await confirm(order, { [field]: victim.userId }, by)
      expect(answer).toMatchObject({ status: 400, body: { error: { code: 'INVALID_PARAMETER', field } } })
    }
    expect(await isUntouched(order)).toBe(true)
    expect((await confirm(order, {}, by)).status).toBe(200)
    expect(await balanceOf(wallet, victim.userId)).toBe(10_000n)
    expect(await balanceOf(wallet, thief.userId)).toBe(10_000n - 1250n)
  })
})

describe('leaving', () => {
  test('the order stays payable', async () => {
    const order = await anOrder(wallet, shop)
    const cancelled = await app.call<InquireCashierAnswer>('POST', cashierPaths.cancel, { tradeNo: order.tradeNo })
    expect(cancelled).toMatchObject({ status: 200, body: { order: { state: 'CREATED' } } })
    expect(await isUntouched(order)).toBe(true)
    expect((await confirm(order)).status).toBe(200)
  })

  test('after paying tells that it was paid', async () => {
    const order = await anOrder(wallet, shop)
    await confirm(order)
    const cancelled = await app.call<InquireCashierAnswer>('POST', cashierPaths.cancel, { tradeNo: order.tradeNo })
    expect(cancelled.body.order).toMatchObject({ state: 'PAID', paidByYou: true })
  })
})

describe('the record', () => {
  test('holds steps 10, 11, 14, 15 and 16 in this order, with the bytes that went over the wire', async () => {
    const order = await anOrder(wallet, shop)
    const opened = await open(order)
    const paidAnswer = await confirm(order)
    const steps = wallet.recorder.of(order.tradeNo).filter(({ step }) => step >= 10 && step <= 16)
    expect(steps.map(({ step, ok }) => [step, ok])).toEqual([
      [10, true],
      [11, true],
      [14, true],
      [15, true],
      [16, true],
    ])
    expect(steps[0]!.message).toMatchObject({
      startLine: `POST ${cashierPaths.open}`,
      body: JSON.stringify({ tradeNo: order.tradeNo }),
    })
    expect(steps[1]!.message).toMatchObject({ startLine: '200', body: opened.text })
    expect(steps[4]!.message).toMatchObject({ startLine: '200', body: paidAnswer.text })
    expect(steps[2]!.message!.body).toBe(
      JSON.stringify({ tradeNo: order.tradeNo, amount: theAmount, methodId: 'BALANCE', pin: '••••••' }),
    )
  })

  test('keeps a refused confirmation as refused, with its code', async () => {
    const order = await anOrder(wallet, shop)
    await confirm(order, { amount: { currency: 'CNY', value: '1' } })
    expect(wallet.recorder.of(order.tradeNo, 16)).toMatchObject([{ ok: false, facts: { code: 'AMOUNT_MISMATCH' } }])
  })

  test('keeps nothing of orders that do not exist', async () => {
    await open({ tradeNo: '2026030112000000000123456789' })
    expect(wallet.recorder.of('2026030112000000000123456789')).toEqual([])
  })

  test('never holds a PIN, a cookie or a CSRF token, however the PIN is written', async () => {
    const pin = '918273'
    const user = await wallet.rooms.users.register({ name: 'Bo', loginId: 'bo@example.com', pin, currencies: ['CNY'] })
    await wallet.rooms.topUps.give({ topUpId: 'bo-first-money', userId: user.userId, amount: money('CNY', 100_000n) })
    const by = await signIn(wallet, user, pin)
    const kept = wallet.recorder.entries.length
    const spellings = (tradeNo: string): string[] => {
      const rest = `"tradeNo":"${tradeNo}","amount":{"currency":"CNY","value":"1250"},"methodId":"BALANCE"`
      return [
        `{${rest},"pin":"${pin}"}`,
        `{ "pin" :\n "${pin}" , ${rest} }`,
        `{${rest},"p\\u0069n":"${pin}"}`,
        `{${rest},"pin":"\\u0039${pin.slice(1)}"}`,
        `{${rest},"pin":"${pin}","pin":"${pin}"}`,
        `{${rest},"pin":${pin},"pin":"${pin}"}`,
        `{${rest},"pin":["${pin}"],"pin":"${pin}"}`,
        `{"pin":"${pin}",${rest.replace('{', '{"note":"\\"pin\\":\\"",')}}`,
      ]
    }
    for (let spelling = 0; spelling < 8; spelling++) {
      const order = await anOrder(wallet, shop)
      const answer = await by.call('POST', cashierPaths.confirm, spellings(order.tradeNo)[spelling])
      expect(answer.status).toBe(200)
      expect(wallet.recorder.of(order.tradeNo, 14)).toHaveLength(1)
    }
    const record = JSON.stringify(wallet.recorder.entries.slice(kept))
    const secrets = [pin, pin.slice(1), by.csrfToken, by.cookie.split('=')[1]!]
    expect(secrets.filter((secret) => record.includes(secret))).toEqual([])
    expect(record.includes('••••••')).toBe(true)
  })
})
