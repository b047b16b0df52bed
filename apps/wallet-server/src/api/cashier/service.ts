/**
 * What a user does in the cashier (steps 10 to 16): open an order, confirm it with the PIN, leave it, ask for its
 * outcome. The cashier's door and the sandbox's doors both go through here; the money itself moves in the payment room.
 *
 * Nothing here depends on how the user came: the session has been checked by the caller.
 */
import {
  invalidParameter,
  WalletError,
  type Amount,
  type CashierOrder,
  type ConfirmPaymentAnswer,
  type InquireCashierAnswer,
  type OpenCashierAnswer,
  type PaymentMethod,
} from '@tradepay/contract'
import type { Deps, Rooms } from '../../build-server.ts'
import { userAccount } from '../../ledger/types.ts'
import type { Order } from '../../order/types.ts'
import { readAmount, toAmount } from '../amounts.ts'

/** The one way to pay so far: the user's balance. */
export const BALANCE_METHOD = 'BALANCE'

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
   * Pays (steps 14 to 16). May be repeated: an order that the same user has paid answers the first result. What the
   * order itself refuses is refused before a PIN try is spent.
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

  async function seenBy(userId: string, order: Order): Promise<CashierOrder> {
    const { merchantId, name } = await rooms.merchants.merchant(order.merchantId)
    return {
      tradeNo: order.tradeNo,
      state: order.state,
      paidByYou: order.state === 'PAID' && order.payerId === userId,
      closeReason: order.closeReason,
      title: order.title,
      amount: toAmount(order.amount),
      payee: { merchantId, name },
      createdAt: order.createdAt.toISOString(),
      expiresAt: order.expiresAt.toISOString(),
      paidAt: order.paidAt?.toISOString() ?? null,
    }
  }

  /** The balance in the order's currency; none when the user holds no account in it. */
  async function methodsOf(userId: string, order: Order): Promise<PaymentMethod[]> {
    const { currency, minor } = order.amount
    const account = await rooms.ledger.account(userAccount(userId, currency))
    if (!account) return []
    const available = toAmount({ currency, minor: account.available })
    const enough = account.available >= minor
    return [{ id: BALANCE_METHOD, kind: 'BALANCE', available, enough, frozen: account.frozen }]
  }

  return {
    async open({ userId, tradeNo, appId }, found) {
      const order = await orderFor(userId, tradeNo, found)
      if (appId !== undefined) await refuseOtherProgram(rooms, order, appId)
      const [seen, methods, pin] = await Promise.all([
        seenBy(userId, order),
        methodsOf(userId, order),
        rooms.users.pinState(userId),
      ])
      return {
        order: seen,
        methods,
        pin: { triesLeft: pin.triesLeft, lockedUntil: pin.lockedUntil?.toISOString() ?? null },
        now: clock.now().toISOString(),
      }
    },

    async confirm({ userId, tradeNo, amount, methodId, pin }, found) {
      const confirmed = readAmount(amount, 'amount')
      if (methodId !== BALANCE_METHOD) throw invalidParameter('methodId', `one of ${BALANCE_METHOD}`)
      const order = await orderFor(userId, tradeNo, found)
      const repeated = order.state === 'PAID' && order.payerId === userId
      if (!repeated) {
        refuseUnpayable(order)
        if (confirmed.currency !== order.amount.currency || confirmed.minor !== order.amount.minor) {
          throw new WalletError('AMOUNT_MISMATCH')
        }
        // A repeat moves no money and tells only what `inquire` tells, so it asks for no PIN. All else does.
        await rooms.users.checkPin(userId, pin)
      }
      const payment = await rooms.payments.confirm({ tradeNo, payerId: userId, amount: order.amount })
      return {
        outcome: 'SUCCEEDED',
        paymentId: payment.paymentId,
        amount: toAmount(order.amount),
        paidAt: payment.paidAt.toISOString(),
      }
    },

    async cancel({ userId, tradeNo }) {
      return { order: await seenBy(userId, await orderFor(userId, tradeNo)) }
    },

    async inquire({ userId, tradeNo }) {
      return { order: await seenBy(userId, await orderFor(userId, tradeNo)), now: clock.now().toISOString() }
    },
  }
}

/** A mini program may present only orders that are its to present. */
async function refuseOtherProgram({ programs }: Rooms, order: Order, appId: string): Promise<void> {
  const itsOwn = order.appId === null || order.appId === appId
  if (!(await programs.mayPay(appId, order.clientId)) || !itsOwn) throw new WalletError('ORDER_PROGRAM_MISMATCH')
}

/** Says early what the payment would say after the PIN. The payment decides again, under its lock. */
function refuseUnpayable(order: Order): void {
  if (order.state === 'PAID') throw new WalletError('ORDER_PAID')
  if (order.state === 'CLOSED')
    throw new WalletError(order.closeReason === 'EXPIRED' ? 'ORDER_EXPIRED' : 'ORDER_CLOSED')
}
