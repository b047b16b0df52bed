/**
 * Decides about payments (step 15), purely, over rows that the caller holds locked: who may pay what. Items are judged one
 * after another and each sees what those before it were granted, exactly as if they had come alone.
 */
import type { RefusalCode } from '@tradepay/contract'
import type { Money } from '@tradepay/money'
import type { LockedAccount } from '../ledger/store.ts'
import { userAccount } from '../ledger/types.ts'
import { asSeenAt } from '../order/state.ts'
import type { Order } from '../order/types.ts'
import type { PaymentLimits } from './types.ts'

export interface Attempt {
  tradeNo: string
  payerId: string
  /** What the user saw and confirmed. */
  amount: Money
  channel: 'BALANCE' | 'BANK'
  /** The number that the payment gets if it is granted. */
  paymentId: string
}

/** What a payer may pay, and what of the day is used. */
export interface Allowance extends PaymentLimits {
  spentToday: bigint
}

/** What is known of the rows that the attempts concern; locked where it is not said otherwise. */
export interface Facts {
  /** By tradeNo. */
  orders: ReadonlyMap<string, Order>
  /** By account id. */
  payers: ReadonlyMap<string, LockedAccount>
  /** Whom each order is paid to, by tradeNo; null when the payee has no account in its currency. Not locked. */
  payees: ReadonlyMap<string, Pick<LockedAccount, 'frozen'> | null>
  /** By the payer's account id. Payers without limits are missing. */
  allowances: ReadonlyMap<string, Allowance>
  /** Buckets that another database decides about: that something of them is not found here says nothing. */
  bucketsOfOthers: ReadonlySet<number>
}

export type Verdict =
  | { outcome: 'GRANTED'; order: Order }
  /** The same user has paid it: the first result again. */
  | { outcome: 'REPEATED'; order: Order }
  | { outcome: 'REFUSED'; code: RefusalCode }

/** An attempt with the buckets of its two ends. */
export interface RoutedAttempt extends Attempt {
  orderBucket: number
  payerBucket: number
}

/** One verdict for each attempt, in their order. */
export function judge(attempts: RoutedAttempt[], facts: Facts, now: Date): Verdict[] {
  const orders = new Map(facts.orders)
  const available = new Map([...facts.payers].map(([id, account]) => [id, account.available]))
  const spent = new Map([...facts.allowances].map(([id, { spentToday }]) => [id, spentToday]))

  return attempts.map((attempt) => {
    const { amount, channel, payerId, paymentId } = attempt
    const order = orders.get(attempt.tradeNo)
    if (facts.bucketsOfOthers.has(attempt.payerBucket) || facts.bucketsOfOthers.has(attempt.orderBucket)) {
      return refused('OUTCOME_UNKNOWN')
    }
    if (!order) return refused('ORDER_NOT_FOUND')
    const refusal = refusalOfOrder(order, attempt, now)
    if (refusal !== null) return refusal

    const payer = facts.payers.get(userAccount(payerId, amount.currency))
    const payee = facts.payees.get(order.tradeNo)
    if (!payer) return refused('CURRENCY_NOT_SUPPORTED')
    if (payer.frozen) return refused('USER_FROZEN')
    if (!payee || payee.frozen) return refused('MERCHANT_FROZEN')

    const allowance = facts.allowances.get(payer.id)
    const spentToday = spent.get(payer.id) ?? 0n
    if (allowance && exceeds(amount.minor, allowance.perPayment)) return refused('PAYMENT_LIMIT_EXCEEDED')
    if (allowance && exceeds(spentToday + amount.minor, allowance.perDay)) return refused('DAY_LIMIT_EXCEEDED')
    const balance = available.get(payer.id)!
    if (channel === 'BALANCE' && balance < amount.minor) return refused('BALANCE_NOT_ENOUGH')

    if (channel === 'BALANCE') available.set(payer.id, balance - amount.minor)
    spent.set(payer.id, spentToday + amount.minor)
    const granted = channel === 'BALANCE' ? paid(order, attempt, now) : { ...order, processingPaymentId: paymentId }
    orders.set(order.tradeNo, granted)
    return { outcome: 'GRANTED', order: granted }
  })
}

/** What the order itself answers, or null when it can be paid. */
function refusalOfOrder(stored: Order, { payerId, amount }: Attempt, now: Date): Verdict | null {
  const order = asSeenAt(stored, now)
  const asConfirmed = order.amount.minor === amount.minor && order.amount.currency === amount.currency
  if (order.state === 'PAID') {
    if (order.payerId !== payerId) return refused('ORDER_PAID')
    return asConfirmed ? { outcome: 'REPEATED', order } : refused('AMOUNT_MISMATCH')
  }
  if (order.state === 'CLOSED') return refused(order.closeReason === 'EXPIRED' ? 'ORDER_EXPIRED' : 'ORDER_CLOSED')
  if (order.buyerId !== null && order.buyerId !== payerId) return refused('ORDER_BUYER_MISMATCH')
  if (!asConfirmed) return refused('AMOUNT_MISMATCH')
  if (payerId === order.merchantId) return refused('PAYER_IS_PAYEE')
  if (order.processingPaymentId !== null) return refused('PAYMENT_PROCESSING')
  return null
}

/** The order after it was paid. */
export function paid(order: Order, { payerId, paymentId }: Pick<Attempt, 'payerId' | 'paymentId'>, now: Date): Order {
  return {
    ...order,
    state: 'PAID',
    paidAt: now,
    payerId,
    paymentId,
    processingPaymentId: null,
    sequence: order.sequence + 1,
  }
}

const refused = (code: RefusalCode): Verdict => ({ outcome: 'REFUSED', code })

const exceeds = (minor: bigint, limit: bigint | null): boolean => limit !== null && minor > limit
