/**
 * Steps 1 and, where both ends lie in one database, 2 of a payment: lock, judge, write, for as many as come together.
 *
 * From the balance the payer's end posts at once, so the merchant's end is decided in the same transaction: transfers, payment,
 * order PAID, notification. From a bank account the payer's end is pending, and the order waits; `settle.ts` goes on when the
 * bank has answered.
 */
import type { Deps } from '../build-server.ts'
import { bucketsOfOthers } from '../db/buckets.ts'
import type { Queryable } from '../db/transaction.ts'
import { newTimedId } from '../ids.ts'
import { lockAccounts, selectStanding, writeTransfers } from '../ledger/store.ts'
import { merchantAccount, userAccount } from '../ledger/types.ts'
import { insertNotifications } from '../notification/outbox.ts'
import { orderNotification } from '../order/events.ts'
import { lockOrders } from '../order/store.ts'
import { judge, type Facts, type RoutedAttempt, type Verdict } from './judge.ts'
import { readAllowances, writeSpent, type Payer } from './limits.ts'
import { insertProcessing, insertSucceeded, setProcessing, type NewPayment } from './store.ts'
import { fromBalance, fromBank, toMerchant } from './transfers.ts'

type ReserveDeps = Pick<Deps, 'random' | 'settings'>

/** An attempt, with the bank account it takes the money from where it does. */
export type Reservation = RoutedAttempt & { bankAccountId: string | null }

/**
 * Judges the attempts and writes what is granted, in the caller's transaction.
 * Locks orders, then payers, and at the very end, by crediting them, payees.
 */
export async function reserve(
  tx: Queryable,
  attempts: Reservation[],
  deps: ReserveDeps,
  now: Date,
): Promise<Verdict[]> {
  const facts = await lockFacts(tx, attempts, deps, now)
  const verdicts = judge(attempts, facts, now)
  const granted = attempts.flatMap((attempt, index) => {
    const verdict = verdicts[index]!
    return verdict.outcome === 'GRANTED' ? [{ ...attempt, order: verdict.order }] : []
  })
  if (granted.length > 0) await write(tx, granted, facts, deps, now)
  return verdicts
}

async function lockFacts(tx: Queryable, attempts: Reservation[], deps: ReserveDeps, now: Date): Promise<Facts> {
  const payerOf = payersOf(attempts)
  // Sent together, done one after another: the allowances are read after the accounts are locked, which stand for the
  // counters too.
  const [lockedOrders, lockedPayers, allowances] = await Promise.all([
    lockOrders(tx, [...new Set(attempts.map(({ tradeNo }) => tradeNo))]),
    lockAccounts(tx, [...payerOf.keys()]),
    readAllowances(tx, [...payerOf.values()], deps, now),
  ])
  const orders = byKey(lockedOrders, 'tradeNo')
  const payers = byKey(lockedPayers, 'id')
  const payeeIds = [...orders.values()].map(({ merchantId, amount }) => merchantAccount(merchantId, amount.currency))
  const payees = byKey(await selectStanding(tx, [...new Set(payeeIds)]), 'id')
  return {
    orders,
    payers,
    payees,
    allowances,
    bucketsOfOthers: await bucketsInDoubt(tx, attempts, { orders, payers, payees }),
  }
}

/** What is found says itself whether its bucket is ours; only of what is missing the database is asked. */
async function bucketsInDoubt(
  tx: Queryable,
  attempts: Reservation[],
  {
    orders,
    payers,
    payees,
  }: { orders: Facts['orders']; payers: Facts['payers']; payees: Map<string, { owned: boolean }> },
): Promise<Set<number>> {
  const doubted = attempts.flatMap(({ tradeNo, orderBucket, payerId, payerBucket, amount }) => {
    const order = orders.get(tradeNo)
    const payee = order && payees.get(merchantAccount(order.merchantId, order.amount.currency))
    const payer = payers.get(userAccount(payerId, amount.currency))
    return [...(payee?.owned ? [] : [orderBucket]), ...(payer?.owned ? [] : [payerBucket])]
  })
  return doubted.length === 0 ? new Set() : bucketsOfOthers(tx, doubted)
}

const byKey = <Key extends string, Row extends Record<Key, string>>(rows: Row[], key: Key): Map<string, Row> =>
  new Map(rows.map((row) => [row[key], row]))

type Granted = Reservation & { order: Extract<Verdict, { outcome: 'GRANTED' }>['order'] }

/** One round trip: the statements are sent together and done in this order. */
async function write(tx: Queryable, granted: Granted[], facts: Facts, deps: ReserveDeps, now: Date): Promise<void> {
  const paid = granted.filter(({ channel }) => channel === 'BALANCE')
  const waiting = granted.filter(({ channel }) => channel === 'BANK')
  const newId = (bucket: number): string => newTimedId(now, deps.settings.timeZone, bucket, deps.random)
  await Promise.all([
    insertSucceeded(tx, paid.map(toPayment), now),
    insertNotifications(
      tx,
      paid.map(({ order }) => orderNotification('ORDER_PAID', newId(order.bucket), order)),
      now,
    ),
    ...waiting.flatMap((one) => [
      insertProcessing(tx, toPayment(one), now),
      setProcessing(tx, one.order, one.paymentId),
    ]),
    writeSpent(tx, spentAfter(granted, facts), deps, now),
    // Last, because from here to the commit nobody else can pay the same merchants.
    writeTransfers(
      tx,
      granted.flatMap((one) =>
        one.channel === 'BALANCE' ? [fromBalance(one), ...toMerchant(one.paymentId, one.order)] : [fromBank(one)],
      ),
      now,
    ),
  ])
}

function toPayment({
  paymentId,
  orderBucket,
  tradeNo,
  payerId,
  payerBucket,
  amount,
  channel,
  bankAccountId,
}: Granted): NewPayment {
  if ((channel === 'BANK') !== (bankAccountId !== null))
    throw new Error('A payment has a bank account exactly when it is by bank.')
  return { paymentId, bucket: orderBucket, tradeNo, payerId, payerBucket, amount, channel, bankAccountId }
}

/** What the day has used of those who have a limit for it. */
function spentAfter(granted: Granted[], { allowances }: Facts): (Payer & { spent: bigint })[] {
  return [...payersOf(granted)].flatMap(([id, payer]) => {
    const allowance = allowances.get(id)
    if (!allowance || allowance.perDay === null) return []
    const added = granted.filter((one) => userAccount(one.payerId, one.amount.currency) === id)
    return [{ ...payer, spent: added.reduce((sum, { amount }) => sum + amount.minor, allowance.spentToday) }]
  })
}

/** The payers by the id of their account: each once. */
function payersOf(attempts: Reservation[]): Map<string, Payer> {
  return new Map(
    attempts.map(({ payerId, payerBucket, amount: { currency } }) => [
      userAccount(payerId, currency),
      { userId: payerId, bucket: payerBucket, currency },
    ]),
  )
}
