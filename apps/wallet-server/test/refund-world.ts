/**
 * A shop that has been paid and gives back, for the tests of refunds and cancels. What is refused is told by its code.
 */
import { WalletError } from '@tradepay/contract'
import { money } from '@tradepay/money'
import { expect } from 'vitest'
import type { Order } from '../src/order/types.ts'
import type { CreateRefund, Refund } from '../src/refund/types.ts'
import type { User } from '../src/user/types.ts'
import { verify } from '../src/verify/verify.ts'
import { aBankAccount, anOrder, type TestMerchant, type TestWorld, type WithRooms } from './support/index.ts'

let numbers = 0

/** The command for a refund of an order (default: 1.00), with whatever a test wants otherwise. */
export function refundCommand(
  order: Pick<Order, 'tradeNo' | 'clientId' | 'amount'>,
  about: Partial<CreateRefund> & { minor?: bigint } = {},
): CreateRefund {
  const { minor, ...rest } = about
  const amount = about.amount ?? money(order.amount.currency, minor ?? 100n)
  return {
    clientId: order.clientId,
    order: { tradeNo: order.tradeNo },
    requestId: `refund-${++numbers}`,
    scope: 'CLIENT',
    reason: null,
    notifyUrl: null,
    content: { paymentId: order.tradeNo, refundAmount: `${amount.currency} ${amount.minor}` },
    ...rest,
    amount,
  }
}

/** Refunds a part of an order. */
export const aRefund = async (
  world: WithRooms,
  order: Pick<Order, 'tradeNo' | 'clientId' | 'amount'>,
  about: Parameters<typeof refundCommand>[1] = {},
): Promise<Refund> => (await world.rooms.refunds.refund(refundCommand(order, about))).refund

/** The code of a refusal, with the field it names: "REFUND_INCONSISTENT refundAmount". Other errors are thrown on. */
export const refusalOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'no refusal',
    (error: unknown) => {
      if (!(error instanceof WalletError)) throw error
      return error.details.field === undefined ? error.code : `${error.code} ${error.details.field}`
    },
  )

/** An order that a user has paid from a new bank account, and the bank has said yes. */
export async function anOrderPaidByBank(
  world: TestWorld,
  shop: Pick<TestMerchant, 'client'>,
  payer: Pick<User, 'userId'>,
  about: Parameters<typeof anOrder>[2] = {},
): Promise<{ order: Order; bankRef: string; bankAccountId: string }> {
  const { bankAccountId, bankRef } = await aBankAccount(world, payer.userId)
  const { tradeNo, amount } = await anOrder(world, shop, about)
  const source = { channel: 'BANK', bankAccountId } as const
  await world.rooms.payments.confirm({ tradeNo, payerId: payer.userId, amount, source })
  await world.rooms.fundings.askDue()
  const order = await world.rooms.orders.find(tradeNo)
  expect(order.state).toBe('PAID')
  return { order, bankRef, bankAccountId }
}

/** Every promise about money holds. */
export async function expectNothingBroken({ deps }: Pick<TestWorld, 'deps'>): Promise<void> {
  expect((await verify(deps.db)).violations).toEqual([])
}

/** Everything that a refused call could have changed, as one text. */
export async function everythingKept({ database }: Pick<TestWorld, 'database'>): Promise<string> {
  const counts = ['orders', 'refunds', 'transfers', 'notifications', 'fundings', 'cancelled_requests']
    .map((table) => `(select count(*) from ${table}) as ${table}`)
    .join(', ')
  const { rows } = await database.pool.query(
    `select ${counts}, (select sum(refunded) + sum(fee_refunded) + sum(sequence) from orders) as sums,
      (select sum(debits_posted) + sum(debits_pending) from accounts) as debits`,
  )
  return JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}
