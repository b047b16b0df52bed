/**
 * Taking an order back, for a merchant who does not know what has become of it: unpaid, it is closed; paid, all of it goes
 * back; unknown, its number is remembered, so that a create that comes late is refused.
 *
 * A create and a cancel of the same number never both win: see order/create-store.ts for the gate between them.
 */
import { WalletError } from '@tradepay/contract'
import type { Deps } from '../build-server.ts'
import type { Queryable } from '../db/transaction.ts'
import type { Client } from '../merchant/types.ts'
import { closeOrders } from '../order/close.ts'
import { insertCancelledRequest, lockClient } from '../order/create-store.ts'
import { findLocked } from '../order/find-locked.ts'
import { asSeenAt } from '../order/state.ts'
import type { Order, OrderNumber } from '../order/types.ts'
import { giveBack, type GiveBackRooms } from './give-back.ts'
import { cancelMeans } from './judge.ts'
import { selectRefundOfNumber, type StoredRefund } from './store.ts'
import type { CancelAction } from './types.ts'

/** The number of the refund that a cancel makes. */
const CANCEL_NUMBER = 'cancel'
/** The scope of that number: one of its own for each order, where no number of a merchant can ever lie. */
const cancelScope = (tradeNo: string): string => `cancel:${tradeNo}`

/** What became of a cancel. `isNew` says that this call has done it, not an earlier one. */
export interface Cancelled {
  action: CancelAction
  order: Order | null
  refund: StoredRefund | null
  isNew: boolean
}

/**
 * Cancels inside a transaction.
 * @param found is told the order as soon as it is locked
 * @throws WalletError ORDER_NOT_FOUND (by tradeNo), ORDER_REFUNDED, and what a refund throws
 */
export async function cancelOrder(
  tx: Queryable,
  deps: Pick<Deps, 'random' | 'settings'>,
  rooms: GiveBackRooms,
  client: Pick<Client, 'clientId' | 'bucket'>,
  number: OrderNumber,
  now: Date,
  found: (order: Order) => void,
): Promise<Cancelled> {
  const order = (await findLocked(tx, client, number)) ?? (await findBehindGate(tx, client, number))
  if (!order) {
    if ('tradeNo' in number) throw new WalletError('ORDER_NOT_FOUND')
    await insertCancelledRequest(tx, { ...client, requestId: number.requestId }, now)
    return { action: 'REMEMBERED', order: null, refund: null, isNew: true }
  }
  found(order)
  switch (cancelMeans(order, now)) {
    case 'CLOSE': {
      const [closed] = await closeOrders(tx, deps, [order], 'CANCELLED', now)
      return { action: 'CLOSED', order: closed!, refund: null, isNew: true }
    }
    case 'REFUND': {
      const { refund, order: after, created } = await giveAllBack(tx, deps, rooms, order, now)
      return { action: 'REFUNDED', order: after, refund, isNew: created }
    }
    case 'CANCELLED_ALREADY':
      return { action: 'CLOSED', order, refund: null, isNew: false }
    case 'CLOSED_ALREADY':
      return { action: 'ALREADY_CLOSED', order: asSeenAt(order, now), refund: null, isNew: false }
  }
}

/** Waits until no order of the client is being created, and looks again. Only a merchant's own number can be of the future. */
async function findBehindGate(
  tx: Queryable,
  client: Pick<Client, 'clientId' | 'bucket'>,
  number: OrderNumber,
): Promise<Order | null> {
  if ('tradeNo' in number) return null
  await lockClient(tx, client.clientId)
  return findLocked(tx, client, number)
}

async function giveAllBack(
  tx: Queryable,
  deps: Pick<Deps, 'random' | 'settings'>,
  rooms: GiveBackRooms,
  order: Order,
  now: Date,
): ReturnType<typeof giveBack> {
  const asked = {
    scope: cancelScope(order.tradeNo),
    requestId: CANCEL_NUMBER,
    amount: order.amount,
    reason: null,
    notifyUrl: null,
    content: {},
  }
  // Parts that went back under the merchant's own numbers are the merchant's to count; all of it can not go back any more.
  if (order.refunded > 0n && !(await selectRefundOfNumber(tx, { ...asked, bucket: order.bucket }))) {
    throw new WalletError('ORDER_REFUNDED')
  }
  return giveBack(tx, deps, rooms, order, asked, now)
}
