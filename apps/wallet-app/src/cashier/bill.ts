/**
 * The bill: what the user sees of an order before paying it, read once from the answer of the server (step 11), with
 * the server's times turned into this device's so that the countdown is right on a device whose clock is not.
 */
import type { Amount, CashierOrder, OpenCashierAnswer, PaymentMethod } from '@tradepay/contract'

export interface Bill {
  tradeNo: string
  title: string
  payeeName: string
  /** Exactly as the server sent it; it goes back with the confirmation. */
  amount: Amount
  method: PaymentMethod | null
  /** When the order expires, ms of this device's clock. */
  expiresAt: number
  /** When the lock of the PIN ends, ms of this device's clock; null when it is not locked. */
  lockedUntil: number | null
  paidAt: string | null
}

/** Turns a time of the server into one of this device: `serverNow` and `deviceNow` are the same moment. */
export const toDeviceTime = (serverTime: string, serverNow: string, deviceNow: number): number =>
  Date.parse(serverTime) - Date.parse(serverNow) + deviceNow

/** Reads the answer. `deviceNow` is ms of this device's clock at the moment the answer came. */
export function readBill({ order, methods, pin, now }: OpenCashierAnswer, deviceNow: number): Bill {
  return {
    tradeNo: order.tradeNo,
    title: order.title,
    payeeName: order.payee.name,
    amount: order.amount,
    method: methods[0] ?? null,
    expiresAt: toDeviceTime(order.expiresAt, now, deviceNow),
    lockedUntil: pin.lockedUntil === null ? null : toDeviceTime(pin.lockedUntil, now, deviceNow),
    paidAt: order.paidAt,
  }
}

/** How much the balance lacks, in smallest units; "0" when it suffices. */
export function missingAmount(bill: Bill): Amount {
  const available = bill.method?.available.currency === bill.amount.currency ? BigInt(bill.method.available.value) : 0n
  const lacks = BigInt(bill.amount.value) - available
  return { currency: bill.amount.currency, value: (lacks > 0n ? lacks : 0n).toString() }
}

/** What an order's own state says about paying it: null as long as it can be paid. */
export type Verdict = 'PAID_BY_YOU' | 'PAID_BY_ANOTHER' | 'EXPIRED' | 'CLOSED'
export function verdictOf(order: CashierOrder): Verdict | null {
  if (order.state === 'PAID') return order.paidByYou ? 'PAID_BY_YOU' : 'PAID_BY_ANOTHER'
  if (order.state === 'CLOSED') return order.closeReason === 'EXPIRED' ? 'EXPIRED' : 'CLOSED'
  return null
}
