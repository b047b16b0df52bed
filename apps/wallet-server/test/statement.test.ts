/** Statements: each movement of a merchant's account on exactly one day, with what it was for, and nothing else. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { WalletError } from '@tradepay/contract'
import { money } from '@tradepay/money'
import { dayOf, nextDay } from '../src/day.ts'
import { boundsOf, requireToAddUp, totalsOf } from '../src/statement/read.ts'
import type { Statement, StatementRow } from '../src/statement/types.ts'
import {
  aBankAccount,
  aMerchantWithClient,
  anOrder,
  aPaidOrder,
  aUser,
  createTestWorld,
  payableOf,
  type TestMerchant,
  type TestWorld,
} from './support/index.ts'
import { aMoneyWorld, type MoneyWorld } from './support/money-world.ts'

const cny = (minor: bigint) => money('CNY', minor)
const kindsOf = ({ rows }: Pick<Statement, 'rows'>): string[] => rows.map(({ kind, minor }) => `${kind} ${minor}`)
const sumOf = (rows: StatementRow[]): bigint => rows.reduce((sum, { minor }) => sum + minor, 0n)

/** The code of the refusal, or the words of any other error. */
async function refusalOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
  } catch (error) {
    return error instanceof WalletError ? `${error.code} ${error.details.field ?? ''}`.trim() : String(error)
  }
  return 'no refusal'
}

describe('a day on which money went every way', () => {
  let world: TestWorld
  let made: MoneyWorld
  let statement: Statement
  const today = '2026-03-01'

  beforeAll(async () => {
    world = await createTestWorld()
    made = await aMoneyWorld(world)
    statement = await world.rooms.statements.statement(made.shop.merchant.merchantId, today, 'CNY')
  })
  afterAll(() => world.close())

  const rowsOf = (id: string): string[] => kindsOf({ rows: statement.rows.filter((row) => row.id === id) })

  test('shows each payment with its fee', () => {
    expect(rowsOf(made.paid.paymentId!)).toEqual(['PAYMENT 1250', 'FEE -8'])
    expect(rowsOf(made.paidByBank.paymentId!)).toEqual(['PAYMENT 20000', 'FEE -120'])
  })
  test('shows each part that was refunded with its part of the fee, to the last unit', () => {
    const refunds = statement.rows.filter(
      ({ tradeNo, kind }) => tradeNo === made.refunded.tradeNo && kind.includes('REFUND'),
    )
    expect(refunds.filter(({ kind }) => kind === 'REFUND').map(({ minor }) => minor)).toEqual([-333n, -333n, -333n])
    expect(sumOf(refunds.filter(({ kind }) => kind === 'FEE_REFUND'))).toBe(made.refunded.fee)
  })
  test('shows a refund by bank when the bank has paid it, and takes the fee again when the bank refused', () => {
    expect(rowsOf(made.refunds.succeeded.refundId)).toEqual(['FEE_REFUND 6', 'REFUND -1001'])
    expect(rowsOf(made.refunds.failed.refundId)).toEqual(['FEE_REFUND 12', 'FEE_REFUND -12'])
  })
  test('shows of what the bank has not answered only what has moved', () => {
    expect(rowsOf(made.refunds.processing.refundId)).toEqual(['FEE_REFUND 18'])
    expect(rowsOf(made.payOuts.processing)).toEqual([])
    expect(rowsOf(made.payments.processing)).toEqual([])
  })
  test('shows the pay-out that left, and not the one that was refused', () => {
    expect(rowsOf(made.payOuts.succeeded)).toEqual(['PAY_OUT -3000'])
    expect(rowsOf(made.payOuts.failed)).toEqual([])
  })
  test('shows nothing of payments that failed, were late, or are of others', () => {
    const { processing: _processing, ...failed } = made.payments
    for (const id of Object.values(failed)) expect(rowsOf(id)).toEqual([])
    expect(statement.rows.filter(({ kind }) => kind === 'PAYMENT')).toHaveLength(4)
  })
  test('names each row by our number and by the merchant’s', () => {
    const refund = statement.rows.find(({ id, kind }) => id === made.refunds.toBalance.refundId && kind === 'REFUND')
    expect(refund).toMatchObject({
      tradeNo: made.refunded.tradeNo,
      orderRequestId: made.refunded.requestId,
      requestId: 'refund-1',
      title: made.refunded.title,
    })
    expect(statement.rows.find(({ kind }) => kind === 'PAY_OUT')).toMatchObject({
      tradeNo: null,
      orderRequestId: null,
      requestId: 'pay-out-1',
      title: null,
    })
  })
  test('adds up: by kind, from opening to closing, and to what the ledger has', async () => {
    expect(statement.opening).toBe(0n)
    expect(statement.closing).toBe(statement.opening + sumOf(statement.rows))
    const account = await world.rooms.ledger.account(`merchants:${made.shop.merchant.merchantId}:CNY`)
    // What is reserved for a refund and a pay-out is the merchant's until it has left.
    expect(account!.pending).toBe(3003n + 3000n)
    expect(statement.closing).toBe(account!.available + account!.pending)
    expect(statement.totals.PAYMENT).toEqual({ count: 4, minor: 1250n + 999n + 20_000n + 10_000n })
    expect(statement.totals.PAY_OUT).toEqual({ count: 1, minor: -3000n })
    expect(totalsOf(statement.rows)).toEqual(statement.totals)
  })
  test('is in the order in which it happened, the payment before its fee', () => {
    const times = statement.rows.map(({ at }) => at.getTime())
    expect(times).toEqual([...times].sort((a, b) => a - b))
    for (const [index, row] of statement.rows.entries()) {
      if (row.kind === 'FEE') expect(statement.rows[index - 1]).toMatchObject({ kind: 'PAYMENT', id: row.id })
    }
  })
  test('is the same when it is asked again', async () => {
    expect(await world.rooms.statements.statement(made.shop.merchant.merchantId, today, 'CNY')).toEqual(statement)
  })

  test.each([
    ['2026-3-1', 'INVALID_PARAMETER day'],
    ['2026-02-30', 'INVALID_PARAMETER day'],
    ['0000-01-01', 'INVALID_PARAMETER day'],
    ['2026-13-01', 'INVALID_PARAMETER day'],
    ['today', 'INVALID_PARAMETER day'],
    ['', 'INVALID_PARAMETER day'],
    ['2026-03-02', 'INVALID_PARAMETER day'],
  ])('is refused for the day "%s"', async (day, refusal) => {
    expect(await refusalOf(world.rooms.statements.statement(made.shop.merchant.merchantId, day, 'CNY'))).toBe(refusal)
  })
  test.each(['USD', 'XXX', 'cny', ''])(
    'is refused in the currency "%s", in which there is no account',
    async (code) => {
      expect(await refusalOf(world.rooms.statements.statement(made.shop.merchant.merchantId, today, code))).toBe(
        'CURRENCY_NOT_SUPPORTED',
      )
    },
  )
  test('is refused for a merchant that does not exist', async () => {
    expect(await refusalOf(world.rooms.statements.statement('2088000199999999', today, 'CNY'))).toContain('No merchant')
  })

  test.each([
    ['an amount that is not the one that moved', 'update payments set amount = amount + 1 where payment_id = $1'],
    ['a movement that nothing explains', 'delete from payments where payment_id = $1'],
  ])('is not given with %s', async (_what, sql) => {
    const own = await createTestWorld()
    const shop = await aMerchantWithClient(own)
    const payer = await aUser(own)
    const { payment } = await aPaidOrder(own, shop, payer)
    await own.database.asSuperuser((client) => client.query(sql, [payment.paymentId]))
    expect(await refusalOf(own.rooms.statements.statement(shop.merchant.merchantId, today, 'CNY'))).toContain(
      'tradepay verify',
    )
    await own.close()
  })
  test('is not given when its rows do not lead from the opening to the closing', () => {
    expect(() => requireToAddUp({ ...statement, closing: statement.closing + 1n })).toThrow('does not add up')
  })
})

describe('days meet without a gap and without an overlap', () => {
  let world: TestWorld
  let shop: TestMerchant
  let payer: { userId: string }

  beforeAll(async () => {
    world = await createTestWorld({ settings: { timeZone: 'Europe/Berlin' } })
    shop = await aMerchantWithClient(world, { feeBasisPoints: 100 })
    payer = await aUser(world, { balance: 1_000_000n })
  })
  afterAll(() => world.close())

  async function payAt(time: string, minor: bigint): Promise<void> {
    world.clock.set(time)
    await aPaidOrder(world, shop, payer, { amount: cny(minor) })
  }
  const statementOf = (day: string): Promise<Statement> =>
    world.rooms.statements.statement(shop.merchant.merchantId, day, 'CNY')

  test('the last millisecond belongs to the day and the first to the next, also where days have 23 and 25 hours', async () => {
    // Berlin: 29 March 2026 has 23 hours (02:00 does not exist), 25 October has 25.
    await payAt('2026-03-28T22:59:59.999Z', 101n)
    await payAt('2026-03-28T23:00:00.000Z', 102n)
    await payAt('2026-03-29T21:59:59.999Z', 103n)
    await payAt('2026-03-29T22:00:00.000Z', 104n)
    await payAt('2026-10-24T21:59:59.999Z', 105n)
    await payAt('2026-10-24T22:00:00.000Z', 106n)
    await payAt('2026-10-25T22:59:59.999Z', 107n)
    await payAt('2026-10-25T23:00:00.000Z', 108n)
    world.clock.set('2026-10-27T12:00:00.000Z')
    const amounts = async (day: string): Promise<bigint[]> =>
      (await statementOf(day)).rows.filter(({ kind }) => kind === 'PAYMENT').map(({ minor }) => minor)
    expect(await amounts('2026-03-28')).toEqual([101n])
    expect(await amounts('2026-03-29')).toEqual([102n, 103n])
    expect(await amounts('2026-03-30')).toEqual([104n])
    expect(await amounts('2026-10-24')).toEqual([105n])
    expect(await amounts('2026-10-25')).toEqual([106n, 107n])
    expect(await amounts('2026-10-26')).toEqual([108n])
  })
  test('each day opens with what the day before closed with, to the balance of now', async () => {
    let closing = 0n
    for (let day = '2026-03-01'; day <= '2026-10-27'; day = nextDay(day)) {
      const statement = await statementOf(day)
      expect([day, statement.opening]).toEqual([day, closing])
      closing = statement.closing
    }
    expect(closing).toBe(await payableOf(world, shop.merchant.merchantId))
  })
  test('a day without movements is empty and keeps the balance; one before the merchant came is empty too', async () => {
    const quiet = await statementOf('2026-06-01')
    expect(quiet.rows).toEqual([])
    expect(quiet.opening).toBe(quiet.closing)
    expect(await statementOf('2020-01-01')).toMatchObject({ opening: 0n, closing: 0n, rows: [] })
  })
  test('a pay-out that the bank decides after midnight leaves the account on the day of the decision', async () => {
    const { bankAccountId } = await aBankAccount(world, shop.merchant.merchantId)
    world.clock.set('2026-11-01T22:59:00.000Z')
    world.bank.next({ moves: 'LATER' })
    const { payOutId } = await world.rooms.payOuts.request({
      merchantId: shop.merchant.merchantId,
      requestId: 'over-midnight',
      bankAccountId,
      amount: cny(100n),
    })
    await world.rooms.fundings.askDue()
    const [funding] = await world.rooms.fundings.of(payOutId)
    world.bank.finish(funding!.fundingId)
    world.clock.set('2026-11-01T23:01:00.000Z')
    await world.rooms.fundings.askDue()
    expect((await statementOf('2026-11-01')).rows).toEqual([])
    expect(kindsOf(await statementOf('2026-11-02'))).toEqual(['PAY_OUT -100'])
  })
  test('each currency has a statement of its own', async () => {
    const both = await aMerchantWithClient(world, { currencies: ['CNY', 'JPY'] })
    const user = await aUser(world, { currency: 'JPY' })
    await aPaidOrder(world, both, user, { amount: money('JPY', 700n) })
    const day = dayOf(world.clock.now(), 'Europe/Berlin')
    const read = (code: string): Promise<Statement> =>
      world.rooms.statements.statement(both.merchant.merchantId, day, code)
    expect(kindsOf(await read('JPY'))).toEqual(['PAYMENT 700'])
    expect((await read('CNY')).rows).toEqual([])
  })
  test('a statement that is read while payments go on is one moment of them', async () => {
    world.clock.set('2026-12-01T12:00:00.000Z')
    let done = false
    const paying = (async () => {
      for (let round = 0; round < 10; round++) {
        const orders = await Promise.all(Array.from({ length: 10 }, () => anOrder(world, shop, { amount: cny(200n) })))
        await Promise.all(
          orders.map(({ tradeNo, amount }) => world.rooms.payments.confirm({ tradeNo, amount, payerId: payer.userId })),
        )
      }
      done = true
    })()
    let count = 0
    while (!done) {
      const { opening, closing, rows, totals } = await statementOf('2026-12-01')
      expect(opening + sumOf(rows)).toBe(closing)
      expect(totals.PAYMENT.count).toBe(totals.FEE.count)
      expect(rows.length).toBeGreaterThanOrEqual(count)
      count = rows.length
    }
    await paying
    expect((await statementOf('2026-12-01')).totals.PAYMENT).toEqual({ count: 100, minor: 20_000n })
  })
})

describe('the bounds of a day', () => {
  const hours = (day: string, timeZone: string): number => {
    const [start, end] = boundsOf(day, timeZone)
    return (end.getTime() - start.getTime()) / 3_600_000
  }
  test.each([
    ['2026-03-28', 'Europe/Berlin', 24, '2026-03-27T23:00:00.000Z'],
    ['2026-03-29', 'Europe/Berlin', 23, '2026-03-28T23:00:00.000Z'],
    ['2026-03-30', 'Europe/Berlin', 24, '2026-03-29T22:00:00.000Z'],
    ['2026-10-25', 'Europe/Berlin', 25, '2026-10-24T22:00:00.000Z'],
    ['2026-10-26', 'Europe/Berlin', 24, '2026-10-25T23:00:00.000Z'],
    ['2026-03-08', 'America/New_York', 23, '2026-03-08T05:00:00.000Z'],
    ['2026-03-09', 'America/New_York', 24, '2026-03-09T04:00:00.000Z'],
    ['2026-11-01', 'America/New_York', 25, '2026-11-01T04:00:00.000Z'],
    ['2026-11-02', 'America/New_York', 24, '2026-11-02T05:00:00.000Z'],
    ['2026-03-01', 'Asia/Shanghai', 24, '2026-02-28T16:00:00.000Z'],
    // Midnight itself does not exist on 4 November 2018; the day begins at one.
    ['2018-11-04', 'America/Sao_Paulo', 23, '2018-11-04T03:00:00.000Z'],
    // Midnight comes twice: the clock goes back from 1:00 to 0:00. The day begins with the first.
    ['2026-11-01', 'America/Havana', 25, '2026-11-01T04:00:00.000Z'],
    // Half an hour is the change.
    ['2026-04-05', 'Australia/Lord_Howe', 24.5, '2026-04-04T13:00:00.000Z'],
    ['2024-02-29', 'UTC', 24, '2024-02-29T00:00:00.000Z'],
  ])('%s in %s has %d hours', (day, timeZone, expected, start) => {
    expect([hours(day, timeZone), boundsOf(day, timeZone)[0].toISOString()]).toEqual([expected, start])
  })

  test('every moment lies in the bounds of its own day and of no other', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2015-01-01'), max: new Date('2035-01-01'), noInvalidDate: true }),
        fc.constantFrom(
          'Europe/Berlin',
          'America/New_York',
          'Asia/Shanghai',
          'America/Havana',
          'Asia/Kathmandu',
          'Pacific/Apia',
        ),
        (moment, timeZone) => {
          const day = dayOf(moment, timeZone)
          const [start, end] = boundsOf(day, timeZone)
          expect(start <= moment && moment < end).toBe(true)
          expect(boundsOf(nextDay(day), timeZone)[0]).toEqual(end)
          expect(dayOf(start, timeZone)).toBe(day)
          expect(dayOf(new Date(start.getTime() - 1), timeZone) < day).toBe(true)
        },
      ),
      { numRuns: 500 },
    )
  })
})
