/**
 * One refund, inside a transaction that holds its order's lock: the number is looked up, the refund judged, and everything it
 * changes written together: the refund, the order, the transfers, and the notification or the order to the bank (I3, I5).
 */
import { WalletError } from '@tradepay/contract'
import type { Money } from '@tradepay/money'
import type { Deps } from '../build-server.ts'
import type { Queryable } from '../db/transaction.ts'
import type { FundingService } from '../funding/types.ts'
import { newTimedId } from '../ids.ts'
import type { LedgerService } from '../ledger/types.ts'
import { insertNotifications } from '../notification/outbox.ts'
import { differingField } from '../order/content.ts'
import { orderNotification } from '../order/events.ts'
import type { Order } from '../order/types.ts'
import { refunded, refusalToRefund } from './judge.ts'
import {
  insertRefund,
  selectPaymentSource,
  selectRefundOfNumber,
  updateOrderRefunded,
  type StoredRefund,
} from './store.ts'
import { givingBack } from './transfers.ts'

/** A refund that is asked for, of an order that is known. */
export interface AskedRefund {
  /** Inside of what the number is unique. */
  scope: string
  requestId: string
  amount: Money
  reason: string | null
  notifyUrl: string | null
  content: Record<string, string>
}

/** The order as it is after the refund; not created: the number had this refund already, and no money moved. */
export interface GivenBack {
  refund: StoredRefund
  order: Order
  created: boolean
}

/** What this needs of other rooms. */
export interface GiveBackRooms {
  ledger: Pick<LedgerService, 'post'>
  fundings: Pick<FundingService, 'bankAccountsByIds' | 'request'>
}

/**
 * @param order locked by the caller
 * @throws WalletError what judging refuses, REFUND_INCONSISTENT, MERCHANT_BALANCE_NOT_ENOUGH, MERCHANT_FROZEN,
 * OUTCOME_UNKNOWN; nothing is kept of it then, and the same call may succeed later
 */
export async function giveBack(
  tx: Queryable,
  { random, settings }: Pick<Deps, 'random' | 'settings'>,
  rooms: GiveBackRooms,
  order: Order,
  asked: AskedRefund,
  now: Date,
): Promise<GivenBack> {
  const number = { scope: asked.scope, requestId: asked.requestId, bucket: order.bucket }
  const first = await selectRefundOfNumber(tx, number)
  if (first) return again(first, order, asked)

  const code = refusalToRefund(order, asked.amount, { now, windowSeconds: settings.refundWindowSeconds })
  if (code !== null) throw new WalletError(code)
  const source = await selectPaymentSource(tx, order)

  const newId = (): string => newTimedId(now, settings.timeZone, order.bucket, random)
  const atOnce = source.channel === 'BALANCE'
  const { order: after, fee } = refunded(order, asked.amount.minor, source.channel)
  const refund: StoredRefund = {
    ...number,
    refundId: newId(),
    tradeNo: order.tradeNo,
    clientId: order.clientId,
    content: asked.content,
    payerId: source.payerId,
    payerBucket: source.payerBucket,
    amount: asked.amount,
    fee: { currency: asked.amount.currency, minor: fee },
    reason: asked.reason,
    notifyUrl: asked.notifyUrl,
    channel: source.channel,
    state: atOnce ? 'SUCCEEDED' : 'PROCESSING',
    failure: null,
    createdAt: now,
    finishedAt: atOnce ? now : null,
  }
  if (!(await insertRefund(tx, refund))) {
    // The same number came for another order in the same moment, and was first.
    const other = await selectRefundOfNumber(tx, number)
    if (!other) throw new Error(`Refund number ${asked.requestId} is taken by a refund that cannot be found.`)
    return again(other, order, asked)
  }
  await updateOrderRefunded(tx, order, after)
  await rooms.ledger.post(givingBack({ ...refund, merchantId: order.merchantId }), tx)
  if (atOnce) await insertNotifications(tx, [orderNotification('ORDER_REFUNDED', newId(), after, refund)], now)
  else await askBank(tx, rooms.fundings, refund, source.bankAccountId)
  return { refund, order: after, created: true }
}

/** @throws WalletError REFUND_INCONSISTENT */
function again(first: StoredRefund, order: Order, asked: AskedRefund): GivenBack {
  const field = differingField(first.content, asked.content)
  if (field !== null) throw new WalletError('REFUND_INCONSISTENT', { field })
  // The content names the order; a door that leaves it out still gets no answer about another one.
  if (first.tradeNo !== order.tradeNo) throw new WalletError('REFUND_INCONSISTENT', { field: 'tradeNo' })
  return { refund: first, order, created: false }
}

async function askBank(
  tx: Queryable,
  fundings: GiveBackRooms['fundings'],
  refund: StoredRefund,
  bankAccountId: string | null,
): Promise<void> {
  // Also one that the payer has removed since: the money goes back to where it came from.
  const [bankAccount] = bankAccountId === null ? [] : await fundings.bankAccountsByIds([bankAccountId], tx)
  if (!bankAccount) throw new Error(`The bank account that refund ${refund.refundId} goes back to does not exist.`)
  await fundings.request(tx, { purpose: 'REFUND', subjectId: refund.refundId, bankAccount, amount: refund.amount })
}
