/**
 * The shop and the wallet: asks for a tradeNo (step 4), asks what became of it, and hears that it was paid (step 18).
 *
 * The wallet is called outside of any database transaction. An unknown outcome changes nothing here: the same number is
 * sent again later, and the wallet makes no second order of it.
 */
import { isUnknown, money, NotificationRefused, TradePayError, type PaymentNotification } from '@tradepay/merchant-sdk'
import { transaction } from './database.ts'
import { findOrder, type Order } from './orders.ts'
import { Problem } from './problem.ts'
import type { Shop } from './shop.ts'

/**
 * Gets the order its tradeNo, if it has none yet. May be called again and again: everything sent is taken from the
 * order's row, so each repeat says exactly the same.
 *
 * @returns the order, PAYABLE; or still PENDING when the wallet's answer did not come and must be asked for again
 * @throws Problem when the wallet refused
 */
export async function requestPayment(shop: Shop, order: Order): Promise<Order> {
  if (order.state !== 'PENDING') return order
  // Past its time the wallet would not take it. Nobody ever had a tradeNo, so nobody can have paid.
  if (order.expiresAt <= shop.clock.now()) return closeOrder(shop, order.orderNo)
  try {
    const { tradeNo } = await shop.wallet.createOrder({
      orderNo: order.orderNo,
      title: order.title,
      amount: money(order.currency, BigInt(order.amount)),
      appId: shop.appId,
      orderCreatedAt: order.createdAt,
      expiresAt: order.expiresAt,
      notifyUrl: shop.notifyUrl,
    })
    await shop.database.query(
      `UPDATE orders SET trade_no = $2, state = 'PAYABLE' WHERE order_no = $1 AND state = 'PENDING'`,
      [order.orderNo, tradeNo],
    )
    return (await findOrder(shop.database, order.orderNo))!
  } catch (error) {
    if (!(error instanceof TradePayError)) throw error
    shop.warn(`create ${order.orderNo}: ${error.message}`)
    if (error.isUnknown) return order
    if (error.code === 'ORDER_IS_CLOSED') return closeOrder(shop, order.orderNo)
    throw new Problem(503, 'PAYMENT_NOT_AVAILABLE', 'Paying is not possible at the moment. Your order is kept.')
  }
}

/**
 * Asks the wallet about an order that is not paid as far as the shop knows, so that a lost notification does not matter.
 * When the wallet cannot be asked, the order is as it was.
 */
export async function inquirePayment(shop: Shop, order: Order): Promise<Order> {
  if (order.state !== 'PAYABLE' || order.tradeNo === null) return order
  try {
    const { state, amount, orderNo, paidAt } = await shop.wallet.inquireOrder({ tradeNo: order.tradeNo })
    if (state === 'PROCESSING') return order
    if (state !== 'PAID') return await closeOrder(shop, order.orderNo)
    if (orderNo !== order.orderNo || amount.currency !== order.currency || amount.minor !== BigInt(order.amount)) {
      shop.warn(`inquire ${order.orderNo}: the wallet tells of another order or amount; left as it is.`)
      return order
    }
    await markPaid(shop.database, order.orderNo, paidAt ?? shop.clock.now())
    return (await findOrder(shop.database, order.orderNo))!
  } catch (error) {
    if (!(error instanceof TradePayError)) throw error
    shop.warn(`inquire ${order.orderNo}: ${error.message}${isUnknown(error) ? '' : ` (${error.code})`}`)
    return order
  }
}

/**
 * Handles a notification that the SDK has verified. Idempotent: the first one pays the order, each repeat is counted.
 * @throws NotificationRefused when it does not fit the shop's own row; nothing is changed.
 */
export async function onPaid(shop: Shop, notification: PaymentNotification): Promise<void> {
  const { orderNo, tradeNo, amount } = notification
  await transaction(shop.database, async (tx) => {
    await tx.query('SELECT FROM orders WHERE order_no = $1 FOR UPDATE', [orderNo])
    const order = await findOrder(tx, orderNo)
    if (!order) throw new NotificationRefused('There is no such order here.', 'ORDER_NOT_EXIST')
    if (order.tradeNo !== null && order.tradeNo !== tradeNo) {
      throw new NotificationRefused('The order has another number at the wallet.', 'REPEAT_REQ_INCONSISTENT')
    }
    if (amount.currency !== order.currency || amount.minor !== BigInt(order.amount)) {
      throw new NotificationRefused('The amount is not that of the order.', 'REPEAT_REQ_INCONSISTENT')
    }
    const now = shop.clock.now()
    await tx.query(
      `INSERT INTO notifications_seen (trade_no, order_no, seen_at) VALUES ($1, $2, $3)
       ON CONFLICT (trade_no) DO UPDATE SET times = notifications_seen.times + 1`,
      [tradeNo, orderNo, now],
    )
    // The notification may be here before the answer to "create": then this is how the shop learns the number.
    await tx.query('UPDATE orders SET trade_no = $2 WHERE order_no = $1 AND trade_no IS NULL', [orderNo, tradeNo])
    await markPaid(tx, orderNo, notification.paidAt ?? now)
  })
}

/** Paid wins over everything: money that has moved is not forgotten because a clock ran out. */
async function markPaid(database: Pick<Shop['database'], 'query'>, orderNo: string, paidAt: Date): Promise<void> {
  await database.query(`UPDATE orders SET state = 'PAID', paid_at = $2 WHERE order_no = $1 AND state <> 'PAID'`, [
    orderNo,
    paidAt,
  ])
}

async function closeOrder(shop: Shop, orderNo: string): Promise<Order> {
  await shop.database.query(
    `UPDATE orders SET state = 'CLOSED' WHERE order_no = $1 AND state IN ('PENDING', 'PAYABLE')`,
    [orderNo],
  )
  return (await findOrder(shop.database, orderNo))!
}
