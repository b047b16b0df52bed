/**
 * What a user does in the cashier (steps 10 to 16): open an order, confirm it with the PIN, leave it, ask for its
 * outcome. The cashier's door and the sandbox's doors both go through here; the money itself moves in the payment room.
 *
 * Nothing here depends on how the user came: the session has been checked by the caller.
 */
import {
  WalletError,
  type Amount,
  type CashierOrder,
  type ConfirmPaymentAnswer,
  type InquireCashierAnswer,
  type OpenCashierAnswer,
} from '@tradepay/contract'
import type { Deps, Rooms } from '../../build-server.ts'
import type { Order } from '../../order/types.ts'
import type { OwnPayment } from '../../payment/types.ts'
import { readAmount, toAmount } from '../amounts.ts'
import { labelsOf } from '../bank-labels.ts'
import { methodsOf, readMethod } from './methods.ts'

/** Told about the order once it is known that there is one, before anything is decided: for whoever keeps a record. */
export type Found = (order: Order) => void

export interface CashierService {
  /**
   * The order as its payer sees it, with the ways to pay (steps 10 and 11). May be repeated.
   * @param ask.appId the mini program that called my.tradePay; absent when none did
   * @throws WalletError ORDER_NOT_FOUND, ORDER_BUYER_MISMATCH, ORDER_PROGRAM_MISMATCH, PROGRAM_NOT_FOUND
   */
  open(ask: { userId: string; tradeNo: string; appId?: string }, found?: Found): Promise<OpenCashierAnswer>
  /**
   * Pays (steps 14 to 16). PROCESSING when the bank has been asked and has not answered yet: inquire then. May be
   * repeated: an order that the same user has paid, or is paying, answers the first result, whatever else is asked. What
   * the order itself refuses is refused before a PIN try is spent.
   * @param ask.methodId one of the methods of `open`
   * @throws WalletError what `open` throws for the order, what `PaymentService.confirm` throws, PIN_WRONG, PIN_LOCKED,
   * INVALID_PARAMETER
   */
  confirm(
    ask: { userId: string; tradeNo: string; amount: Amount; methodId: string; pin: string },
    found?: Found,
  ): Promise<ConfirmPaymentAnswer>
  /** The user leaves. The order stays as it is, payable until it expires. May be repeated. */
  cancel(ask: { userId: string; tradeNo: string }): Promise<{ order: CashierOrder }>
  /** The present state, after an answer that was lost. May be repeated. */
  inquire(ask: { userId: string; tradeNo: string }): Promise<InquireCashierAnswer>
}

export function createCashierService(rooms: Rooms, { clock }: Pick<Deps, 'clock'>): CashierService {
  /** @throws WalletError ORDER_NOT_FOUND, ORDER_BUYER_MISMATCH */
  async function orderFor(userId: string, tradeNo: string, found?: Found): Promise<Order> {
    const order = await rooms.orders.find(tradeNo)
    found?.(order)
    if (order.buyerId !== null && order.buyerId !== userId) throw new WalletError('ORDER_BUYER_MISMATCH')
    return order
  }

  /**
   * The order and what the user has to do with it. The payment is read before the order: then an order that waits for
   * nobody is never older than what is said of the user's payment, and a payment that has just failed is not taken for
   * another person's.
   * @throws WalletError ORDER_NOT_FOUND, ORDER_BUYER_MISMATCH
   */
  async function lookAt(
    { userId, tradeNo }: { userId: string; tradeNo: string },
    found?: Found,
  ): Promise<{ order: Order; seen: () => Promise<CashierOrder> }> {
    const payment = await rooms.payments.ofOrder(userId, tradeNo)
    const order = await orderFor(userId, tradeNo, found)
    return { order, seen: () => seenBy(userId, order, payment) }
  }

  async function seenBy(userId: string, order: Order, payment: OwnPayment | null): Promise<CashierOrder> {
    const [{ merchantId, name }, labelOf] = await Promise.all([
      rooms.merchants.merchant(order.merchantId),
      labelsOf(rooms.fundings, [payment?.bankAccountId ?? null]),
    ])
    return {
      tradeNo: order.tradeNo,
      state: order.state,
      paidByYou: order.state === 'PAID' && order.payerId === userId,
      processing: order.processingPaymentId !== null,
      yourPayment: payment && {
        paymentId: payment.paymentId,
        state: payment.state,
        method: labelOf(payment.bankAccountId),
        failure: payment.failure,
        returned: payment.returned,
      },
      closeReason: order.closeReason,
      title: order.title,
      amount: toAmount(order.amount),
      payee: { merchantId, name },
      createdAt: order.createdAt.toISOString(),
      expiresAt: order.expiresAt.toISOString(),
      paidAt: order.paidAt?.toISOString() ?? null,
    }
  }

  /**
   * What the user's confirmation of this order was answered before, when it still stands. It moves no money and tells only
   * what `inquire` tells, so it asks for no PIN; for the same reason it must never lead to a new payment.
   */
  async function firstResult(userId: string, order: Order): Promise<ConfirmPaymentAnswer | null> {
    const amount = toAmount(order.amount)
    if (order.state === 'PAID') {
      if (order.payerId !== userId || order.paymentId === null || order.paidAt === null) return null
      return { outcome: 'SUCCEEDED', paymentId: order.paymentId, amount, paidAt: order.paidAt.toISOString() }
    }
    if (order.processingPaymentId === null) return null
    const own = await rooms.payments.ofOrder(userId, order.tradeNo)
    if (own?.paymentId !== order.processingPaymentId) return null
    return { outcome: 'PROCESSING', paymentId: own.paymentId, amount, paidAt: null }
  }

  return {
    async open({ userId, tradeNo, appId }, found) {
      const { order, seen } = await lookAt({ userId, tradeNo }, found)
      if (appId !== undefined) await refuseOtherProgram(rooms, order, appId)
      const [answer, methods, pin] = await Promise.all([
        seen(),
        methodsOf(rooms, userId, order.amount),
        rooms.users.pinState(userId),
      ])
      return {
        order: answer,
        methods,
        pin: { triesLeft: pin.triesLeft, lockedUntil: pin.lockedUntil?.toISOString() ?? null },
        now: clock.now().toISOString(),
      }
    },

    async confirm({ userId, tradeNo, amount, methodId, pin }, found) {
      const confirmed = readAmount(amount, 'amount')
      const source = readMethod(methodId)
      const order = await orderFor(userId, tradeNo, found)
      const before = await firstResult(userId, order)
      if (before) return before

      refuseUnpayable(order)
      if (confirmed.currency !== order.amount.currency || confirmed.minor !== order.amount.minor) {
        throw new WalletError('AMOUNT_MISMATCH')
      }
      if (source.channel === 'BANK') await rooms.fundings.bankAccount(userId, source.bankAccountId)
      await rooms.users.checkPin(userId, pin)
      const payment = await rooms.payments.confirm({ tradeNo, payerId: userId, amount: order.amount, source })
      return {
        outcome: payment.state,
        paymentId: payment.paymentId,
        amount: toAmount(order.amount),
        paidAt: payment.paidAt?.toISOString() ?? null,
      }
    },

    async cancel(ask) {
      const { seen } = await lookAt(ask)
      return { order: await seen() }
    },

    async inquire(ask) {
      const { seen } = await lookAt(ask)
      return { order: await seen(), now: clock.now().toISOString() }
    },
  }
}

/**
 * A mini program may present only orders that are its to present.
 * @throws WalletError ORDER_PROGRAM_MISMATCH, PROGRAM_NOT_FOUND
 */
export async function refuseOtherProgram(
  { programs }: Pick<Rooms, 'programs'>,
  order: Pick<Order, 'appId' | 'clientId'>,
  appId: string,
): Promise<void> {
  const itsOwn = order.appId === null || order.appId === appId
  if (!(await programs.mayPay(appId, order.clientId)) || !itsOwn) throw new WalletError('ORDER_PROGRAM_MISMATCH')
}

/** Says early what the payment would say after the PIN. The payment decides again, under its lock. */
function refuseUnpayable(order: Order): void {
  if (order.state === 'PAID') throw new WalletError('ORDER_PAID')
  if (order.state === 'CLOSED')
    throw new WalletError(order.closeReason === 'EXPIRED' ? 'ORDER_EXPIRED' : 'ORDER_CLOSED')
  if (order.processingPaymentId !== null) throw new WalletError('PAYMENT_PROCESSING')
}
