/**
 * A world in which money has gone every way it can go here, and some of it is still on its way: for whoever looks at all of
 * it (verification, statements). Everything is made through the rooms.
 */
import { money } from '@tradepay/money'
import type { Order } from '../../src/order/types.ts'
import type { Refund } from '../../src/refund/types.ts'
import type { FakeBankScript } from './fake-bank.ts'
import {
  aBankAccount,
  aMerchantWithClient,
  anOrder,
  aPaidOrder,
  aUser,
  type TestMerchant,
  type TestWorld,
} from './world.ts'

const cny = (minor: bigint) => money('CNY', minor)
const waits: FakeBankScript = { moves: 'LATER' }
const refuses: FakeBankScript = { refuses: 'REFUSED' }

export interface MoneyWorld {
  shop: TestMerchant
  userId: string
  /** The user's linked bank account. */
  bankAccountId: string
  /** The shop's. */
  shopBankAccountId: string
  /** Paid from the balance, nothing refunded. */
  paid: Order
  /** Paid from the balance, refunded in parts, then wholly. */
  refunded: Order
  /** Made, and neither paid nor closed. */
  open: Order
  closed: Order
  /** Paid by bank, nothing refunded. */
  paidByBank: Order
  /** Paid by bank; one refund of each end: succeeded, failed, processing. */
  refundedByBank: Order
  refunds: Record<'toBalance' | 'succeeded' | 'failed' | 'processing', Refund>
  /** Payment ids. */
  payments: Record<'processing' | 'refused' | 'returned' | 'returning' | 'returnedToBalance', string>
  topUps: Record<'given' | 'succeeded' | 'failed' | 'processing', string>
  payOuts: Record<'succeeded' | 'failed' | 'processing', string>
  /** A number that was cancelled before its order came. */
  cancelledNumber: string
}

/** Makes it. The world's bank must not have been told anything yet. Rates: 0.6 %. */
export async function aMoneyWorld(world: TestWorld): Promise<MoneyWorld> {
  const { rooms, bank } = world
  const shop = await aMerchantWithClient(world, { feeBasisPoints: 60 })
  const { clientId } = shop.client
  const { userId } = await aUser(world, { balance: 0n })
  const bankAccount = await aBankAccount(world, userId)
  const { bankAccountId } = bankAccount
  const { bankAccountId: shopBankAccountId } = await aBankAccount(world, shop.merchant.merchantId)

  /** Asks the bank what is due, which it handles like this. */
  async function asked(script: FakeBankScript): Promise<void> {
    bank.next(script)
    while ((await rooms.fundings.askDue()) > 0);
  }
  async function payByBank(order: Order): Promise<string> {
    const { tradeNo, amount } = order
    const source = { channel: 'BANK', bankAccountId } as const
    return (await rooms.payments.confirm({ tradeNo, amount, payerId: userId, source })).paymentId
  }
  let numbers = 0
  async function refund({ tradeNo }: Order, minor: bigint): Promise<Refund> {
    const requestId = `refund-${++numbers}`
    const about = { scope: 'CLIENT', reason: null, notifyUrl: null, content: { amount: String(minor) } } as const
    const made = await rooms.refunds.refund({ clientId, order: { tradeNo }, requestId, amount: cny(minor), ...about })
    return made.refund
  }

  const topUps = { given: 'top-up-given', succeeded: 'top-up-in', failed: 'top-up-no', processing: 'top-up-waits' }
  await rooms.topUps.give({ topUpId: topUps.given, userId, amount: cny(1_000_000n) })
  for (const [topUpId, script] of [
    [topUps.succeeded, {}],
    [topUps.failed, refuses],
  ] as const) {
    await rooms.topUps.fromBank({ topUpId, userId, bankAccountId, amount: cny(5_000n) })
    await asked(script)
  }

  const { order: paid } = await aPaidOrder(world, shop, { userId }, { amount: cny(1250n) })
  const { order: wholly } = await aPaidOrder(world, shop, { userId }, { amount: cny(999n) })
  const toBalance = await refund(wholly, 333n)
  await refund(wholly, 333n)
  await refund(wholly, 333n)

  const paidByBank = await anOrder(world, shop, { amount: cny(20_000n) })
  await payByBank(paidByBank)
  await asked({})
  const refundedByBank = await anOrder(world, shop, { amount: cny(10_000n) })
  await payByBank(refundedByBank)
  await asked({})
  const succeeded = await refund(refundedByBank, 1_001n)
  await asked({})
  const failed = await refund(refundedByBank, 2_002n)
  await asked(refuses)

  const refusedOrder = await anOrder(world, shop)
  const refused = await payByBank(refusedOrder)
  await asked(refuses)

  /** The bank says yes after the order has closed; then it is asked to take the money back. */
  async function late(back: FakeBankScript): Promise<string> {
    const order = await anOrder(world, shop, { amount: cny(700n) })
    const paymentId = await payByBank(order)
    bank.next(waits)
    await rooms.fundings.askDue()
    await rooms.orders.close(clientId, { tradeNo: order.tradeNo })
    const [funding] = await rooms.fundings.of(paymentId)
    bank.finish(funding!.fundingId)
    world.clock.advance({ minutes: 1 })
    await asked(back)
    return paymentId
  }
  const returned = await late({})
  const returnedToBalance = await late(refuses)
  const returning = await late(waits)

  const payOut = (requestId: string) =>
    rooms.payOuts.request({
      merchantId: shop.merchant.merchantId,
      requestId,
      bankAccountId: shopBankAccountId,
      amount: cny(3_000n),
    })
  const { payOutId: paidOut } = await payOut('pay-out-1')
  await asked({})
  const { payOutId: notPaidOut } = await payOut('pay-out-2')
  await asked(refuses)

  const closed = await anOrder(world, shop)
  world.clock.advance({ hours: 1 })
  await rooms.orders.closeExpired()
  const cancelledNumber = 'cancelled-before-it-came'
  await rooms.refunds.cancel(clientId, { requestId: cancelledNumber })

  const open = await anOrder(world, shop)
  const processing = await payByBank(await anOrder(world, shop))
  await asked(waits)
  const refundWaits = await refund(refundedByBank, 3_003n)
  await asked(waits)
  await rooms.topUps.fromBank({ topUpId: topUps.processing, userId, bankAccountId, amount: cny(5_000n) })
  await asked(waits)
  const { payOutId: payOutWaits } = await payOut('pay-out-3')
  await asked(waits)
  await rooms.notifications.deliverDue()

  const now = (order: Order): Promise<Order> => rooms.orders.find(order.tradeNo)
  return {
    shop,
    userId,
    bankAccountId,
    shopBankAccountId,
    paid,
    refunded: await now(wholly),
    open,
    closed: await now(closed),
    paidByBank: await now(paidByBank),
    refundedByBank: await now(refundedByBank),
    refunds: { toBalance, succeeded, failed, processing: refundWaits },
    payments: { processing, refused, returned, returning, returnedToBalance },
    topUps,
    payOuts: { succeeded: paidOut, failed: notPaidOut, processing: payOutWaits },
    cancelledNumber,
  }
}
