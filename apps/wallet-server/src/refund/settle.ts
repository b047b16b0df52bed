/**
 * What the bank's final answer means for a refund: the payer has the money, or the merchant has it again. Either end is a
 * transition of the order, written in the transaction that ends the funding, with its notification.
 */
import { WalletError } from '@tradepay/contract'
import type { Deps } from '../build-server.ts'
import type { Queryable } from '../db/transaction.ts'
import type { Funding, FundingOutcome } from '../funding/types.ts'
import { bucketOfTimedId, newTimedId } from '../ids.ts'
import { merchantAccount, type LedgerService, type Transfer } from '../ledger/types.ts'
import { insertNotifications } from '../notification/outbox.ts'
import { orderNotification } from '../order/events.ts'
import { lockOrders } from '../order/store.ts'
import { settled } from './judge.ts'
import { selectRefund, selectSucceeded, updateOrderRefunded, updateRefundEnded, type StoredRefund } from './store.ts'
import { posting, voiding } from './transfers.ts'

type Ledger = Pick<LedgerService, 'post' | 'setFrozen'>

/**
 * Writes the end of a refund that waits for the bank.
 * @returns the refund as it ended
 * @throws Error when there is no such refund, or it has ended already
 */
export async function settleRefund(
  tx: Queryable,
  { clock, random, settings }: Pick<Deps, 'clock' | 'random' | 'settings'>,
  ledger: Ledger,
  funding: Pick<Funding, 'subjectId'>,
  outcome: FundingOutcome,
): Promise<StoredRefund> {
  const refundId = funding.subjectId
  const bucket = bucketOfTimedId(refundId)
  const found = bucket === null ? null : await selectRefund(tx, refundId, bucket)
  if (!found) throw new Error(`Refund ${refundId} does not exist.`)
  const [order] = await lockOrders(tx, [found.tradeNo])
  if (!order) throw new Error(`Order ${found.tradeNo} of refund ${refundId} does not exist.`)

  const now = clock.now()
  const succeeded = outcome.state === 'SUCCEEDED'
  const refund: StoredRefund = {
    ...found,
    state: outcome.state,
    // The bank's own word for it stands with the funding.
    failure: succeeded ? null : 'BANK_REFUSED',
    finishedAt: now,
  }
  const after = settled(order, refund, succeeded)
  await updateRefundEnded(tx, refund)
  await updateOrderRefunded(tx, order, after)
  const ends = { ...refund, merchantId: order.merchantId }
  if (succeeded) await ledger.post(posting(ends), tx)
  else await undo(tx, ledger, voiding(ends), merchantAccount(order.merchantId, order.amount.currency))
  const notificationId = newTimedId(now, settings.timeZone, order.bucket, random)
  const type = succeeded ? 'ORDER_REFUNDED' : 'REFUND_FAILED'
  // What is told has arrived; what the order counts besides still waits for the bank.
  const told = { ...after, refunded: await selectSucceeded(tx, order) }
  await insertNotifications(tx, [orderNotification(type, notificationId, told, refund)], now)
  return refund
}

/**
 * Posts what undoes a refund, also while the merchant is frozen: the fee that goes back to the wallet was lent to the
 * merchant for this refund, and holding it would leave the payer's bank unanswered. Nobody sees the account unfrozen.
 */
async function undo(tx: Queryable, ledger: Ledger, transfers: Transfer[], merchantAccountId: string): Promise<void> {
  try {
    await ledger.post(transfers, tx)
  } catch (error) {
    if (!(error instanceof WalletError && error.code === 'MERCHANT_FROZEN')) throw error
    await ledger.setFrozen(merchantAccountId, false, tx)
    await ledger.post(transfers, tx)
    await ledger.setFrozen(merchantAccountId, true, tx)
  }
}
