/**
 * Promises of the wallet app's door where it shows and moves money: balance, bank accounts, movements of every kind with how
 * they stand, and top-ups from a bank that happen once or not at all.
 */
import {
  walletPaths,
  type ApiError,
  type BalanceAnswer,
  type BankAccountsAnswer,
  type Movement,
  type MovementsAnswer,
  type TopUpAnswer,
} from '@tradepay/contract'
import { money } from '@tradepay/money'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { BankAccount } from '../src/funding/types.ts'
import type { User } from '../src/user/types.ts'
import {
  aBankAccount,
  aMerchantWithClient,
  anOrder,
  aPaidOrder,
  aUser,
  balanceOf,
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
  wallet = await startTestServer({ seed: 24 })
  shop = await aMerchantWithClient(wallet, { name: 'Coffee Shop' })
})
afterAll(() => wallet.close())
beforeEach(async () => {
  wallet.bank.always({ moves: 'LATER' })
  mei = await aUser(wallet, { name: 'Mei' })
  app = await signIn(wallet, mei)
  account = await aBankAccount(wallet, mei.userId)
  wallet.clock.advance({ seconds: 1 })
})

let number = 0
const aNumber = (): string => `top-up-of-a-test-${(number += 1)}`
const fifty = { currency: 'CNY', value: '5000' }
const topUp = <Body = TopUpAnswer>(more: object = {}, by = app): Promise<Answer<Body>> =>
  by.call('POST', walletPaths.topUps, {
    topUpId: aNumber(),
    bankAccountId: account.bankAccountId,
    amount: fifty,
    pin: TEST_PIN,
    ...more,
  })
const found = <Body = TopUpAnswer>(topUpId: string, by = app): Promise<Answer<Body>> =>
  by.call('GET', `${walletPaths.topUps}/${encodeURIComponent(topUpId)}`)
const refusedWith = (status: number, code: string, more: object = {}): object => ({
  status,
  body: { error: { code, ...more } },
})
const movements = async (query = '', by = app): Promise<MovementsAnswer> =>
  (await by.call<MovementsAnswer>('GET', walletPaths.movements + query)).body
const triesLeft = async (): Promise<number> => (await wallet.rooms.users.pinState(mei.userId)).triesLeft

/** Lets time pass for the worker until something is so. */
const inTime = (what: string, isSo: () => Promise<boolean>): Promise<void> =>
  until(what, async () => {
    wallet.clock.advance({ seconds: 10 })
    wallet.server.wake()
    return isSo()
  })
/** What the bank has been asked about the account and has not decided. */
const atBank = () => wallet.bank.waiting().filter(({ bankRef }) => bankRef === account.bankRef)
/** The bank makes up its mind about all of it. */
async function bankDecides(failure?: 'ACCOUNT_CLOSED'): Promise<void> {
  await until('the bank has been asked', () => atBank().length > 0)
  for (const { fundingId } of atBank()) wallet.bank.finish(fundingId, failure)
}

describe('the balance', () => {
  test('is what the ledger says', async () => {
    const user = await aUser(wallet, { balance: 4_200n })
    const { body } = await (await signIn(wallet, user)).call<BalanceAnswer>('GET', walletPaths.balance)
    expect(body).toEqual({
      balances: [{ available: { currency: 'CNY', value: '4200' }, pending: { currency: 'CNY', value: '0' } }],
    })
  })
})

describe('bank accounts', () => {
  const list = async (by = app): Promise<BankAccountsAnswer> =>
    (await by.call<BankAccountsAnswer>('GET', walletPaths.bankAccounts)).body

  test("are the user's own, by their labels, without what the bank knows them by", async () => {
    await aBankAccount(wallet, (await aUser(wallet)).userId)
    const { text, body } = await app.call<BankAccountsAnswer>('GET', walletPaths.bankAccounts)
    const { bankAccountId, label } = account
    expect(body).toEqual({ bankAccounts: [{ bankAccountId, label, currency: 'CNY' }] })
    expect(text.replace(label, '')).not.toContain(account.bankRef)
  })
  test('that were removed are gone', async () => {
    await wallet.rooms.fundings.unlink(mei.userId, account.bankAccountId)
    expect(await list()).toEqual({ bankAccounts: [] })
  })
  test('are none when the wallet is connected to no bank, and nothing can be asked for', async () => {
    const without = await startTestServer({ database: wallet.database, deps: { bank: null }, seed: 25 })
    without.clock.set(wallet.clock.now())
    const by = await signIn(without, mei)
    expect(await list(by)).toEqual({ bankAccounts: [] })
    expect(await topUp<ApiError>({}, by)).toMatchObject(refusedWith(409, 'BANK_NOT_AVAILABLE'))
    await without.close()
  })
})

describe('a top-up', () => {
  test('is processing until the bank has paid, and then in the balance', async () => {
    const { status, body } = await topUp()
    expect(status).toBe(200)
    expect(body).toEqual({ topUpId: body.topUpId, state: 'PROCESSING', amount: fifty, failure: null })
    expect(await balanceOf(wallet, mei.userId)).toBe(10_000n)
    expect((await found(body.topUpId)).body).toEqual(body)
    await bankDecides()
    await inTime('the money is there', async () => (await found(body.topUpId)).body.state === 'SUCCEEDED')
    expect(await balanceOf(wallet, mei.userId)).toBe(15_000n)
  })

  test('that the bank refuses says why, and moves nothing', async () => {
    const { topUpId } = (await topUp()).body
    await bankDecides('ACCOUNT_CLOSED')
    await inTime('the wallet knows', async () => (await found(topUpId)).body.state === 'FAILED')
    expect((await found(topUpId)).body).toMatchObject({ state: 'FAILED', failure: 'ACCOUNT_CLOSED' })
    expect(await balanceOf(wallet, mei.userId)).toBe(10_000n)
  })

  test('repeated moves no money twice, also at once, also after its end', async () => {
    const topUpId = aNumber()
    const first = await Promise.all([1, 2, 3, 4].map(() => topUp({ topUpId })))
    for (const { status, body } of first) expect([status, body.topUpId]).toEqual([200, topUpId])
    await bankDecides()
    await inTime('the money is there', async () => (await found(topUpId)).body.state === 'SUCCEEDED')
    expect((await topUp({ topUpId })).body).toMatchObject({ topUpId, state: 'SUCCEEDED' })
    await wallet.rooms.fundings.unlink(mei.userId, account.bankAccountId)
    expect((await topUp({ topUpId })).body).toMatchObject({ topUpId, state: 'SUCCEEDED' })
    expect(await balanceOf(wallet, mei.userId)).toBe(15_000n)
    expect(wallet.bank.moved.filter(({ debit }) => debit === account.bankRef)).toHaveLength(1)
  })

  test('repeated with other content is refused by the name of the field, and moves nothing', async () => {
    const { topUpId } = (await topUp()).body
    const other = await aBankAccount(wallet, mei.userId)
    expect(await topUp<ApiError>({ topUpId, amount: { currency: 'CNY', value: '5001' } })).toMatchObject(
      refusedWith(409, 'TOP_UP_INCONSISTENT', { field: 'amount' }),
    )
    expect(await topUp<ApiError>({ topUpId, bankAccountId: other.bankAccountId })).toMatchObject(
      refusedWith(409, 'TOP_UP_INCONSISTENT', { field: 'bankAccountId' }),
    )
    expect((await wallet.rooms.topUps.of(mei.userId, 10)).filter((one) => one.bankAccountId !== null)).toHaveLength(1)
  })

  test('with a wrong PIN asks no bank, and the fifth locks', async () => {
    const topUpId = aNumber()
    for (const left of [4, 3, 2, 1]) {
      expect(await topUp<ApiError>({ topUpId, pin: '000000' })).toMatchObject(
        refusedWith(403, 'PIN_WRONG', { triesLeft: left }),
      )
    }
    expect(await topUp<ApiError>({ topUpId, pin: '000000' })).toMatchObject(refusedWith(403, 'PIN_LOCKED'))
    expect(await topUp<ApiError>({ topUpId })).toMatchObject(refusedWith(403, 'PIN_LOCKED'))
    expect(await wallet.rooms.fundings.of(topUpId)).toEqual([])
    expect(wallet.bank.questions.filter(({ order }) => order?.bankRef === account.bankRef)).toEqual([])
    expect(await found<ApiError>(topUpId)).toMatchObject(refusedWith(404, 'TOP_UP_NOT_FOUND'))
  })

  test.each([
    ['nothing', { amount: { currency: 'CNY', value: '0' } }, 'amount.value'],
    ['less than nothing', { amount: { currency: 'CNY', value: '-1' } }, 'amount.value'],
    ['a decimal', { amount: { currency: 'CNY', value: '50.00' } }, 'amount.value'],
    ['a number', { amount: { currency: 'CNY', value: 5000 } }, 'amount.value'],
    ['no currency at all', { amount: { currency: 'XXX', value: '5000' } }, 'amount.currency'],
    ['no amount', { amount: undefined }, 'amount'],
    ['a number too short', { topUpId: 'short' }, 'topUpId'],
    ['a number of odd signs', { topUpId: 'a/../../b; drop' }, 'topUpId'],
    ['a PIN of five digits', { pin: '12345' }, 'pin'],
    ['no PIN', { pin: undefined }, 'pin'],
  ])('of %s is refused by its name, costs no try and moves nothing', async (_what, change, field) => {
    const answer = await topUp<ApiError>(change)
    expect(answer).toMatchObject(refusedWith(400, 'INVALID_PARAMETER', { field }))
    expect(answer.text).not.toMatch(new RegExp(`\\b${TEST_PIN}\\b`))
    expect(await triesLeft()).toBe(5)
  })

  test('from a bank account of somebody else, of another currency, or of nobody is refused and costs no try', async () => {
    const theirs = await aBankAccount(wallet, (await aUser(wallet)).userId)
    for (const bankAccountId of [theirs.bankAccountId, '1', "' or 1=1"]) {
      expect(await topUp<ApiError>({ bankAccountId, pin: '000000' })).toMatchObject(
        refusedWith(404, 'BANK_ACCOUNT_NOT_FOUND'),
      )
    }
    expect(await topUp<ApiError>({ amount: { currency: 'USD', value: '1' }, pin: '000000' })).toMatchObject(
      refusedWith(400, 'CURRENCY_NOT_SUPPORTED', { field: 'amount.currency', expected: 'CNY' }),
    )
    expect(await triesLeft()).toBe(5)
  })

  test("takes the longest number, also another user's: each has numbers of their own", async () => {
    const topUpId = 'n'.repeat(64)
    const bo = await aUser(wallet)
    const theirs = await aBankAccount(wallet, bo.userId)
    const other = await signIn(wallet, bo)
    expect((await topUp({ topUpId })).body).toMatchObject({ topUpId, state: 'PROCESSING' })
    const amount = { currency: 'CNY', value: '7' }
    expect((await topUp({ topUpId, bankAccountId: theirs.bankAccountId, amount }, other)).body).toMatchObject({
      topUpId,
      amount,
    })
    expect((await found(topUpId)).body.amount).toEqual(fifty)
    expect((await found(topUpId, other)).body.amount).toEqual(amount)
  })

  test('of somebody else is not found, nor is one that never was, whatever its number looks like', async () => {
    const { topUpId } = (await topUp()).body
    const stranger = await signIn(wallet, await aUser(wallet))
    expect(await found<ApiError>(topUpId, stranger)).toMatchObject(refusedWith(404, 'TOP_UP_NOT_FOUND'))
    for (const id of ['never-there', 'x', '%00', '..', "' or 1=1", '\u{1F600}', 'x'.repeat(300)]) {
      expect((await found<ApiError>(id)).status).toBe(404)
    }
  })
})

describe('movements', () => {
  test('show payments by balance and by bank, refunds and top-ups, each with how it stands', async () => {
    const [{ order }, waiting, refused] = [
      await aPaidOrder(wallet, shop, mei, { title: 'Paid' }),
      await anOrder(wallet, shop, { title: 'Waits for the bank' }),
      await anOrder(wallet, shop, { title: 'Refused by the bank' }),
    ]
    const pay = (tradeNo: string) =>
      wallet.rooms.payments.confirm({
        tradeNo,
        payerId: mei.userId,
        amount: order.amount,
        source: { channel: 'BANK', bankAccountId: account.bankAccountId },
      })
    wallet.clock.advance({ seconds: 1 })
    await pay(refused.tradeNo)
    await bankDecides('ACCOUNT_CLOSED')
    await inTime('the bank has refused', async () => (await movements()).movements[0]?.state === 'FAILED')
    wallet.clock.advance({ seconds: 1 })
    await wallet.rooms.refunds.refund({
      clientId: shop.client.clientId,
      order: { tradeNo: order.tradeNo },
      requestId: `refund-${order.tradeNo}`,
      scope: 'CLIENT',
      amount: money('CNY', 250n),
      reason: null,
      notifyUrl: null,
      content: {},
    })
    wallet.clock.advance({ seconds: 1 })
    await pay(waiting.tradeNo)
    wallet.clock.advance({ seconds: 1 })
    const { topUpId } = (await topUp()).body

    const brief = ({ kind, state, direction, title, counterparty, method, amount, returned }: Movement): string =>
      [kind, state, direction, title, counterparty, method, amount.value, returned].join(' | ')
    const { label } = account
    const { movements: shown } = await movements()
    expect(shown.map(brief)).toEqual([
      `TOP_UP | PROCESSING | IN | Top-up | ${label} | ${label} | 5000 | `,
      `PAYMENT | PROCESSING | OUT | Waits for the bank | Coffee Shop | ${label} | 1250 | `,
      'REFUND | SUCCEEDED | IN | Paid | Coffee Shop | BALANCE | 250 | ',
      `PAYMENT | FAILED | OUT | Refused by the bank | Coffee Shop | ${label} | 1250 | `,
      'PAYMENT | SUCCEEDED | OUT | Paid | Coffee Shop | BALANCE | 1250 | ',
      'TOP_UP | SUCCEEDED | IN | Top-up | TradePay | BALANCE | 10000 | ',
    ])
    expect(shown[0]).toMatchObject({ id: expect.stringContaining(topUpId), tradeNo: null })
    expect(shown.slice(1, 5).map(({ tradeNo }) => tradeNo)).toEqual([
      waiting.tradeNo,
      order.tradeNo,
      refused.tradeNo,
      order.tradeNo,
    ])
    await bankDecides()
  })

  test('say where money went that the bank paid too late', async () => {
    const order = await anOrder(wallet, shop, { title: 'Closed first' })
    await wallet.rooms.payments.confirm({
      tradeNo: order.tradeNo,
      payerId: mei.userId,
      amount: order.amount,
      source: { channel: 'BANK', bankAccountId: account.bankAccountId },
    })
    await wallet.rooms.orders.close(shop.client.clientId, { tradeNo: order.tradeNo })
    await bankDecides()
    const newest = async (): Promise<Movement> => (await movements()).movements[0]!
    await inTime('it is on its way back', async () => (await newest()).returned === 'RETURNING')
    await bankDecides()
    await inTime('it is back', async () => (await newest()).returned === 'RETURNED')
    expect(await newest()).toMatchObject({ kind: 'PAYMENT', state: 'FAILED', method: account.label, direction: 'OUT' })
  })

  test('are paged so that each is shown exactly once, also when many happened at one instant', async () => {
    const expected = new Set<string>()
    for (let turn = 0; turn < 12; turn++) {
      const { order, payment } = await aPaidOrder(wallet, shop, mei, { amount: money('CNY', 100n) })
      expected.add(payment.paymentId)
      if (turn % 3 === 0) {
        const { refund } = await wallet.rooms.refunds.refund({
          clientId: shop.client.clientId,
          order: { tradeNo: order.tradeNo },
          requestId: `paged-${order.tradeNo}`,
          scope: 'CLIENT',
          amount: money('CNY', 1n),
          reason: null,
          notifyUrl: null,
          content: {},
        })
        expected.add(refund.refundId)
      }
      if (turn % 4 === 0) {
        const topUpId = aNumber()
        await wallet.rooms.topUps.give({ topUpId, userId: mei.userId, amount: money('CNY', 1n) })
        expected.add(topUpId)
      }
      if (turn % 2 === 0) wallet.clock.advance({ milliseconds: 1 })
    }
    const whole = (await movements('?limit=50')).movements
    expect(
      whole
        .slice(0, -1)
        .map(({ id }) => id)
        .sort(),
    ).toEqual([...expected].sort())
    expect(whole.map(({ at }) => at)).toEqual(
      whole
        .map(({ at }) => at)
        .sort()
        .reverse(),
    )

    for (const limit of [1, 2, 3, 5, 19, 50]) {
      const seen: string[] = []
      let next: string | null = null
      do {
        const page: MovementsAnswer = await movements(
          `?limit=${limit}${next === null ? '' : `&before=${encodeURIComponent(next)}`}`,
        )
        expect(page.movements.length).toBeLessThanOrEqual(limit)
        seen.push(...page.movements.map(({ id }) => id))
        next = page.next
      } while (next !== null)
      expect(seen).toEqual(whole.map(({ id }) => id))
    }
  })

  test('of the next page stay the same when new ones come meanwhile', async () => {
    for (let turn = 0; turn < 4; turn++) await aPaidOrder(wallet, shop, mei)
    const whole = (await movements()).movements.map(({ id }) => id)
    const first = await movements('?limit=2')
    wallet.clock.advance({ seconds: 1 })
    await aPaidOrder(wallet, shop, mei)
    await topUp()
    const rest = await movements(`?before=${encodeURIComponent(first.next!)}`)
    expect([...first.movements, ...rest.movements].map(({ id }) => id)).toEqual(whole)
    await bankDecides()
  })

  test('of another are seen by nobody', async () => {
    await aPaidOrder(wallet, shop, mei)
    const stranger = await signIn(wallet, await aUser(wallet, { balance: 0n }))
    expect(await movements('', stranger)).toEqual({ movements: [], next: null })
    const { next } = await movements('?limit=1')
    expect(await movements(`?before=${encodeURIComponent(next!)}`, stranger)).toEqual({ movements: [], next: null })
  })

  const cursor = (parts: unknown): string => `before=${Buffer.from(JSON.stringify(parts)).toString('base64url')}`
  test.each([
    'limit=0',
    'limit=51',
    'limit=x',
    'limit=-1',
    'limit=1&limit=2',
    'before=x',
    'before=',
    'before=bnVsbA',
    `before=${'A'.repeat(3000)}`,
    'before=a&before=b',
    cursor([1, 2, 3]),
    cursor([null, null]),
    cursor([null, null, null, null]),
    cursor([['1', 'x'], null, null]),
    cursor([[1], null, null]),
    cursor([[1, 'x', 'y'], null, null]),
    cursor([[1.5, 'x'], null, null]),
    cursor([[-1, 'x'], null, null]),
    cursor([[8.64e15, 'x'], null, null]),
    cursor([[null, 'x'], null, null]),
    cursor([null, null, [1, '\u0000']]),
    cursor([null, null, [1, '']]),
    cursor([null, null, [1, 7]]),
    cursor([null, null, [1, 'x'.repeat(200)]]),
    cursor({ 0: null, 1: null, 2: null, length: 3 }),
  ])('?%.60s is refused by its name', async (query) => {
    const answer = await app.call('GET', `${walletPaths.movements}?${query}`)
    expect(answer).toMatchObject(refusedWith(400, 'INVALID_PARAMETER', { field: query.split('=')[0] }))
  })
})
