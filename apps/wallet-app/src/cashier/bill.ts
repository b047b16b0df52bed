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
  /** Every way to pay, as the server offers them. */
  methods: readonly PaymentMethod[]
  /** The way that is chosen; null when there is none. */
  method: PaymentMethod | null
  /** The user's newest payment of this order when the bill was read, so that a newer one can be told from it. */
  earlierPaymentId: string | null
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
    methods,
    method: methods.find(canPay) ?? methods[0] ?? null,
    earlierPaymentId: order.yourPayment?.paymentId ?? null,
    expiresAt: toDeviceTime(order.expiresAt, now, deviceNow),
    lockedUntil: pin.lockedUntil === null ? null : toDeviceTime(pin.lockedUntil, now, deviceNow),
    paidAt: order.paidAt,
  }
}

/** Whether the order can be paid this way. What a bank account holds only the bank knows, and it says so when asked. */
export const canPay = (method: PaymentMethod): boolean => !method.frozen && (method.kind === 'BANK' || method.enough)

/** The label of the bank account that is chosen; null for the balance. */
export const bankOf = ({ method }: Pick<Bill, 'method'>): string | null =>
  method?.kind === 'BANK' ? method.label : null

/** How much the balance lacks, in smallest units; "0" when it suffices. */
export function missingAmount({ methods, amount }: Pick<Bill, 'methods' | 'amount'>): Amount {
  const balance = methods.find((method) => method.kind === 'BALANCE')
  const available = balance?.available.currency === amount.currency ? BigInt(balance.available.value) : 0n
  const lacks = BigInt(amount.value) - available
  return { currency: amount.currency, value: (lacks > 0n ? lacks : 0n).toString() }
}

/** What an order's own state says about paying it: null as long as it can be paid. */
export type Verdict =
  | 'PAID_BY_YOU'
  | 'PAID_BY_ANOTHER'
  | 'PROCESSING_BY_YOU'
  | 'PROCESSING_BY_ANOTHER'
  | 'EXPIRED'
  | 'CLOSED'
  /** Closed, while the bank was asked for your money or has even paid it: what happens to it has to be said. */
  | 'LATE'

export function verdictOf(order: CashierOrder): Verdict | null {
  const { yourPayment } = order
  if (order.state === 'PAID') return order.paidByYou ? 'PAID_BY_YOU' : 'PAID_BY_ANOTHER'
  if (order.state === 'CLOSED') {
    const isLate = yourPayment !== null && (yourPayment.state === 'PROCESSING' || yourPayment.returned !== null)
    if (isLate) return 'LATE'
    return order.closeReason === 'EXPIRED' ? 'EXPIRED' : 'CLOSED'
  }
  if (!order.processing) return null
  return yourPayment?.state === 'PROCESSING' ? 'PROCESSING_BY_YOU' : 'PROCESSING_BY_ANOTHER'
}
