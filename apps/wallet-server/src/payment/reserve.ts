/**
 * Steps 1 and, where both ends lie in one database, 2 of a payment: lock, judge, write, for as many as come together.
 *
 * From the balance the payer's end posts at once, so the merchant's end is decided in the same transaction: transfers, payment,
 * order PAID, notification. From a bank account the payer's end is pending, and the order waits; `settle.ts` goes on when the
 * bank has answered.
 */
import type { Deps } from '../build-server.ts'
import { bucketsOfOthers } from '../db/buckets.ts'
import type { Query, Queryable } from '../db/transaction.ts'
import { newTimedId } from '../ids.ts'
import { lockAccounts, transfersStatement } from '../ledger/store.ts'
import { userAccount } from '../ledger/types.ts'
import { notificationsStatement } from '../notification/outbox.ts'
import { orderNotification } from '../order/events.ts'
import { judge, type Facts, type RoutedAttempt, type Verdict } from './judge.ts'
import { readAllowances, spentStatement, type Payer } from './limits.ts'
import { lockPayable, processingStatement, succeededStatement, waitsStatement, type NewPayment } from './store.ts'
import { fromBalance, fromBank, toMerchant } from './transfers.ts'

type ReserveDeps = Pick<Deps, 'random' | 'settings'>

/** An attempt, with the bank account it takes the money from where it does. */
export type Reservation = RoutedAttempt & { bankAccountId: string | null }

/** What was decided, and the statements that make it so. */
export interface Decided {
  verdicts: Verdict[]
  /** To be run in this order in the same transaction. Each fails where it does not find what it was decided upon. */
  writes: Query[]
}

/**
 * Locks what the attempts concern, orders and then payers, and judges. Nothing is written yet: the caller does that, and payees
 * are locked by being credited, at the very end.
 */
export async function reserve(tx: Queryable, attempts: Reservation[], deps: ReserveDeps, now: Date): Promise<Decided> {
  const facts = await lockFacts(tx, attempts, deps, now)
  const verdicts = judge(attempts, facts, now)
  const granted = attempts.flatMap((attempt, index) => {
    const verdict = verdicts[index]!
    return verdict.outcome === 'GRANTED' ? [{ ...attempt, order: verdict.order }] : []
  })
  return { verdicts, writes: granted.length === 0 ? [] : writesOf(granted, facts, deps, now) }
}

async function lockFacts(tx: Queryable, attempts: Reservation[], deps: ReserveDeps, now: Date): Promise<Facts> {
  const payerOf = payersOf(attempts)
  // Sent together, done one after another: the allowances are read after the accounts are locked, which stand for the
  // counters too.
  const [payables, lockedPayers, allowances] = await Promise.all([
    lockPayable(tx, [...new Set(attempts.map(({ tradeNo }) => tradeNo))]),
    lockAccounts(tx, [...payerOf.keys()]),
    readAllowances(tx, [...payerOf.values()], deps, now),
  ])
  const payers = new Map(lockedPayers.map((account) => [account.id, account]))
  // What is found says itself whether its bucket is ours; only of what is missing the database is asked.
  const ours = new Set(payables.filter(({ owned }) => owned).map(({ order }) => order.tradeNo))
  const doubted = attempts.flatMap(({ tradeNo, orderBucket, payerId, payerBucket, amount }) => [
    ...(ours.has(tradeNo) ? [] : [orderBucket]),
    ...(payers.get(userAccount(payerId, amount.currency))?.owned ? [] : [payerBucket]),
  ])
  return {
    orders: new Map(payables.map(({ order }) => [order.tradeNo, order])),
    payers,
    payees: new Map(payables.map(({ order, payee }) => [order.tradeNo, payee])),
    allowances,
    bucketsOfOthers: doubted.length === 0 ? new Set() : await bucketsOfOthers(tx, doubted),
  }
}

type Granted = Reservation & { order: Extract<Verdict, { outcome: 'GRANTED' }>['order'] }

function writesOf(granted: Granted[], facts: Facts, deps: ReserveDeps, now: Date): Query[] {
  const paid = granted.filter(({ channel }) => channel === 'BALANCE')
  const waiting = granted.filter(({ channel }) => channel === 'BANK')
  const spent = spentAfter(granted, facts)
  const newId = (bucket: number): string => newTimedId(now, deps.settings.timeZone, bucket, deps.random)
  const notifications = paid.map(({ order }) => orderNotification('ORDER_PAID', newId(order.bucket), order))
  return [
    ...(paid.length === 0
      ? []
      : [succeededStatement(paid.map(toPayment), now), notificationsStatement(notifications, now)]),
    ...waiting.flatMap((one) => [processingStatement(toPayment(one), now), waitsStatement(one.order, one.paymentId)]),
    ...(spent.length === 0 ? [] : [spentStatement(spent, deps, now)]),
    // Last, because from here to the commit nobody else can pay the same merchants.
    transfersStatement(
      granted.flatMap((one) =>
        one.channel === 'BALANCE' ? [fromBalance(one), ...toMerchant(one.paymentId, one.order)] : [fromBank(one)],
      ),
      now,
    ),
  ]
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
