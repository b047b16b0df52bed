/** A thousand equal calls at once, through two servers: one effect, and everybody gets the same answer. */
import { money } from '@tradepay/money'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Order } from '../src/order/types.ts'
import type { Payment } from '../src/payment/types.ts'
import type { User } from '../src/user/types.ts'
import { refundCommand } from './refund-world.ts'
import {
  aBankAccount,
  aMerchantWithClient,
  anOrder,
  aPaidOrder,
  aUser,
  balanceOf,
  createTwoServers,
  expectSound,
  insist,
  orderCommand,
  payableOf,
  type TestMerchant,
  type TwoServers,
} from './support/index.ts'

const CALLS = 1_000
let servers: TwoServers
let shop: TestMerchant
let mei: User
beforeAll(async () => {
  servers = await createTwoServers()
  shop = await aMerchantWithClient(servers.one, { feeBasisPoints: 60 })
  mei = await aUser(servers.one, { balance: 100_000n })
})
afterAll(async () => {
  await expectSound(servers)
  await servers.close()
})

/** The calls begin together, every other one at the other server. */
const together = <Answer>(call: (server: TwoServers['one'], n: number) => Promise<Answer>): Promise<Answer[]> =>
  Promise.all(Array.from({ length: CALLS }, (_, n) => insist(() => call(servers.at(n), n))))

const rowsOf = async (table: string, column: string, value: string): Promise<number> =>
  (await servers.database.pool.query(`select 1 from ${table} where ${column} = $1`, [value])).rowCount ?? 0

// All wait for the same row, one after another: on a machine with other things to do that takes its time.
describe(
  '1,000 equal calls at once through two servers have one effect and get the same answer',
  { timeout: 120_000 },
  () => {
    test('creates', async () => {
      const command = orderCommand(servers.one, shop.client.clientId)
      const answers = await together(({ rooms }) => rooms.orders.create(command))
      expect(answers.filter(({ created }) => created)).toHaveLength(1)
      for (const { order } of answers) expect(order).toEqual(answers[0]!.order)
      expect(await rowsOf('orders', 'request_id', command.requestId)).toBe(1)
    })

    test('creates of which half differ: those of one content get the order, the others are told the field', async () => {
      const command = orderCommand(servers.one, shop.client.clientId)
      const other = { ...command, title: 'Tea', content: { ...command.content, title: 'Tea' } }
      const answers = await Promise.allSettled(
        Array.from({ length: CALLS }, (_, n) => servers.at(n).rooms.orders.create(n % 4 < 2 ? command : other)),
      )
      const held = await servers.one.rooms.orders.inquire(command.clientId, { requestId: command.requestId })
      answers.forEach((answer, n) => {
        const isSame = (n % 4 < 2 ? command : other).title === held.title
        if (isSame) expect(answer).toMatchObject({ status: 'fulfilled', value: { order: held } })
        else expect(answer).toMatchObject({ reason: { code: 'ORDER_INCONSISTENT', details: { field: 'title' } } })
      })
    })

    test('confirms from the balance', async () => {
      const { tradeNo, amount } = await anOrder(servers.one, shop)
      const before = await balanceOf(servers.one, mei.userId)
      const answers = await together(({ rooms }) => rooms.payments.confirm({ tradeNo, amount, payerId: mei.userId }))
      expectOneFirst(answers)
      expect(answers[0]!.state).toBe('SUCCEEDED')
      expect(await balanceOf(servers.two, mei.userId)).toBe(before - amount.minor)
      expect(await servers.one.rooms.notifications.of(tradeNo)).toHaveLength(1)
    })

    test('confirms from a bank account, and both servers then ask the bank at once', async () => {
      const { bankAccountId, bankRef } = await aBankAccount(servers.one, mei.userId)
      const { tradeNo, amount } = await anOrder(servers.one, shop, { amount: money('CNY', 777n) })
      const source = { channel: 'BANK', bankAccountId } as const
      const before = servers.bank.balance(bankRef)
      const answers = await together(({ rooms }) =>
        rooms.payments.confirm({ tradeNo, amount, payerId: mei.userId, source }),
      )
      expectOneFirst(answers)
      expect(answers[0]!.state).toBe('PROCESSING')
      expect(await servers.one.rooms.fundings.of(answers[0]!.paymentId)).toHaveLength(1)

      await Promise.all(Array.from({ length: 20 }, (_, n) => servers.at(n).rooms.fundings.askDue()))
      expect((await servers.one.rooms.orders.find(tradeNo)).state).toBe('PAID')
      expect(before - servers.bank.balance(bankRef)).toBe(777n)
    })

    test('refunds to the balance', async () => {
      const { order } = await aPaidOrder(servers.one, shop, mei)
      const before = await balanceOf(servers.one, mei.userId)
      const command = refundCommand(order, { minor: 500n })
      const answers = await together(({ rooms }) => rooms.refunds.refund(command))
      expectOneCreated(answers)
      expect(await balanceOf(servers.one, mei.userId)).toBe(before + 500n)
      expect(await rowsOf('refunds', 'trade_no', order.tradeNo)).toBe(1)
    })

    test('refunds to a bank account, which is asked to pay once', async () => {
      const { bankAccountId, bankRef } = await aBankAccount(servers.one, mei.userId)
      const { tradeNo, amount } = await anOrder(servers.one, shop)
      const source = { channel: 'BANK', bankAccountId } as const
      await servers.one.rooms.payments.confirm({ tradeNo, amount, payerId: mei.userId, source })
      await servers.one.rooms.fundings.askDue()
      const order = await servers.one.rooms.orders.find(tradeNo)
      const before = servers.bank.balance(bankRef)
      const command = refundCommand(order, { minor: 500n })
      const answers = await together(({ rooms }) => rooms.refunds.refund(command))
      expectOneCreated(answers)
      await Promise.all(Array.from({ length: 20 }, (_, n) => servers.at(n).rooms.fundings.askDue()))
      expect(servers.bank.balance(bankRef) - before).toBe(500n)
    })

    test('cancels of a paid order give all of it back once', async () => {
      const { order } = await aPaidOrder(servers.one, shop, mei)
      const [had, payable] = [
        await balanceOf(servers.one, mei.userId),
        await payableOf(servers.one, shop.merchant.merchantId),
      ]
      const answers = await together(({ rooms }) => rooms.refunds.cancel(order.clientId, { tradeNo: order.tradeNo }))
      expect(new Set(answers.map(({ action, refund }) => `${action} ${refund?.refundId}`)).size).toBe(1)
      expect(answers[0]!.action).toBe('REFUNDED')
      expect(await balanceOf(servers.one, mei.userId)).toBe(had + order.amount.minor)
      expect(await payableOf(servers.one, shop.merchant.merchantId)).toBe(payable - order.amount.minor + order.fee)
    })
  },
)

/** Exactly one has paid; apart from that all answers are equal. */
function expectOneFirst(answers: Payment[]): void {
  expect(answers.filter(({ first }) => first)).toHaveLength(1)
  for (const answer of answers) expect({ ...answer, first: true }).toEqual({ ...answers[0]!, first: true })
}

/** Exactly one has refunded; apart from that all answers are equal. */
function expectOneCreated(answers: { refund: unknown; order: Order; created: boolean }[]): void {
  expect(answers.filter(({ created }) => created)).toHaveLength(1)
  for (const { refund, order } of answers)
    expect({ refund, order }).toEqual({ refund: answers[0]!.refund, order: answers[0]!.order })
}
