/**
 * Steps 2 and 3 of a payment by bank, when the bank has answered: decide at the merchant's end, finish at the payer's.
 *
 * Yes and the order can be paid: the merchant has the money. No: the reservation is given back and the order can be paid
 * otherwise. Yes, but the order is closed meanwhile: the money is late and goes back by itself, to the bank account or,
 * where the bank does not take it, to the payer's balance. All of it in the transaction that ends the funding.
 */
import type { RefusalCode } from '@tradepay/contract'
import type { Deps } from '../build-server.ts'
import { dayOf } from '../day.ts'
import type { Queryable } from '../db/transaction.ts'
import type { Funding, FundingOutcome, FundingService } from '../funding/types.ts'
import { bucketOfTimedId, newTimedId } from '../ids.ts'
import { lockAccounts, writeTransfers } from '../ledger/store.ts'
import { merchantAccount, userAccount, type Transfer } from '../ledger/types.ts'
import { insertNotifications } from '../notification/outbox.ts'
import { orderNotification } from '../order/events.ts'
import { asSeenAt } from '../order/state.ts'
import { lockOrders } from '../order/store.ts'
import type { Order } from '../order/types.ts'
import { paid } from './judge.ts'
import { giveBackSpent } from './limits.ts'
import { finishPayment, finishReturn, markPaid, selectPayment, type StoredPayment, waitsStatement } from './store.ts'
import { finish, returned, returnedToBalance, returning, toMerchant } from './transfers.ts'

type SettleDeps = Pick<Deps, 'clock' | 'random' | 'settings'>

/** What the bank's answer has made of a payment. */
export type Settlement =
  | { end: 'PAID'; payment: StoredPayment; order: Order }
  | { end: 'REFUSED' | 'LATE' | 'RETURNED' | 'RETURNED_TO_BALANCE'; payment: StoredPayment }

/** Ends a payment by bank, in the caller's transaction. */
export async function settlePayment(
  tx: Queryable,
  funding: Funding,
  outcome: FundingOutcome,
  deps: SettleDeps,
  fundings: Pick<FundingService, 'request'>,
): Promise<Settlement> {
  const payment = await paymentOf(tx, funding)
  const [order] = await lockOrders(tx, [payment.tradeNo])
  if (!order) throw new Error(`Payment ${payment.paymentId} has no order.`)
  await lockAccounts(tx, [
    userAccount(payment.payerId, payment.amount.currency),
    merchantAccount(order.merchantId, payment.amount.currency),
  ])
  const now = deps.clock.now()

  if (outcome.state === 'FAILED') {
    await fail(tx, payment, order, { failure: 'BANK_REFUSED', returning: false }, deps, now)
    await writeTransfers(tx, [finish(payment, 'VOID')], now)
    return { end: 'REFUSED', payment }
  }
  const seen = asSeenAt(order, now)
  if (seen.state !== 'CREATED') {
    const failure: RefusalCode = seen.closeReason === 'EXPIRED' ? 'ORDER_EXPIRED' : 'ORDER_CLOSED'
    await fail(tx, payment, order, { failure, returning: true }, deps, now)
    await writeTransfers(tx, [finish(payment, 'POST'), returning(payment)], now)
    // To the account it came from, also when its owner has removed the link meanwhile.
    await fundings.request(tx, {
      purpose: 'RETURN',
      subjectId: payment.paymentId,
      bankAccount: funding,
      amount: payment.amount,
    })
    return { end: 'LATE', payment }
  }
  const paidOrder = paid(order, payment, now)
  await writeTransfers(tx, [finish(payment, 'POST'), ...toMerchant(payment.paymentId, order)], now)
  await finishPayment(tx, payment, { state: 'SUCCEEDED' }, now)
  await markPaid(tx, payment, now)
  const notificationId = newTimedId(now, deps.settings.timeZone, order.bucket, deps.random)
  await insertNotifications(tx, [orderNotification('ORDER_PAID', notificationId, paidOrder)], now)
  return { end: 'PAID', payment, order: paidOrder }
}

/** Ends the return of late money, in the caller's transaction. */
export async function settleReturn(
  tx: Queryable,
  funding: Funding,
  outcome: FundingOutcome,
  { clock }: Pick<Deps, 'clock'>,
): Promise<Settlement> {
  const payment = await paymentOf(tx, funding)
  await lockOrders(tx, [payment.tradeNo])
  await lockAccounts(tx, [userAccount(payment.payerId, payment.amount.currency)])
  const end = outcome.state === 'SUCCEEDED' ? 'RETURNED' : 'RETURNED_TO_BALANCE'
  const transfers: Transfer[] = end === 'RETURNED' ? returned(payment) : returnedToBalance(payment)
  await writeTransfers(tx, transfers, clock.now())
  await finishReturn(tx, payment, end)
  return { end, payment }
}

/** The payment of a funding: its id carries the bucket of its order, where it lies. */
async function paymentOf(tx: Queryable, { subjectId }: Funding): Promise<StoredPayment> {
  const bucket = bucketOfTimedId(subjectId)
  const payment = bucket === null ? null : await selectPayment(tx, subjectId, bucket)
  if (!payment) throw new Error(`There is no payment ${subjectId}.`)
  return payment
}

/** The payment has failed: it does not count for the day, and the order waits no more. */
async function fail(
  tx: Queryable,
  payment: StoredPayment,
  order: Order,
  { failure, returning }: { failure: RefusalCode; returning: boolean },
  { settings }: SettleDeps,
  now: Date,
): Promise<void> {
  await finishPayment(tx, payment, { state: 'FAILED', failure, returning }, now)
  await tx.query(waitsStatement(order, null))
  const payer = { userId: payment.payerId, bucket: payment.payerBucket, currency: payment.amount.currency }
  await giveBackSpent(tx, payer, payment.amount.minor, dayOf(payment.createdAt, settings.timeZone))
}
