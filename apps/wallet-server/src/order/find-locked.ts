/**
 * Finds and locks a merchant's order by either number, for whoever is about to change it: closing, refunding, cancelling.
 * Another client's order is not there.
 */
import { WalletError } from '@tradepay/contract'
import { bucketsOfOthers } from '../db/buckets.ts'
import { isStorable } from '../db/text.ts'
import type { Queryable } from '../db/transaction.ts'
import { bucketOfTimedId } from '../ids.ts'
import type { Client } from '../merchant/types.ts'
import { lockOrderOfRequest, lockOrders } from './store.ts'
import type { Order, OrderNumber } from './types.ts'

/**
 * Locked until the transaction ends; null when the client has no such order.
 * @throws WalletError OUTCOME_UNKNOWN where another database decides about the client's orders
 */
export async function findLocked(
  tx: Queryable,
  { clientId, bucket }: Pick<Client, 'clientId' | 'bucket'>,
  number: OrderNumber,
): Promise<Order | null> {
  if ((await bucketsOfOthers(tx, [bucket])).size > 0) throw new WalletError('OUTCOME_UNKNOWN')
  if ('requestId' in number) {
    return isStorable(number.requestId)
      ? lockOrderOfRequest(tx, { clientId, requestId: number.requestId, bucket })
      : null
  }
  // Everything of a client lies in its merchant's bucket; a number from elsewhere is not looked up, and locks nothing.
  if (bucketOfTimedId(number.tradeNo) !== bucket) return null
  const [order] = await lockOrders(tx, [number.tradeNo])
  return order?.clientId === clientId ? order : null
}
