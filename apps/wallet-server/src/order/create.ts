/**
 * Creates orders that arrive together in one transaction (steps 5 and 6), each with an outcome of its own. A refused or
 * repeated one never harms its neighbours; two with the same number see each other as if they had come one after another.
 */
import type { RefusalCode } from '@tradepay/contract'
import type pg from 'pg'
import { transaction } from '../db/transaction.ts'
import { newOrdersStatement, shareClients, type NewOrder } from './create-store.ts'
import { selectOrdersOfRequests, type RequestKey, type StoredOrder } from './store.ts'

export type Created =
  | { outcome: 'CREATED'; stored: StoredOrder }
  /** The number holds this order already, perhaps with other content. */
  | { outcome: 'EXISTS'; stored: StoredOrder }
  | { outcome: 'REFUSED'; code: RefusalCode }

/** One outcome for each item, in their order. What was created is known here and not read back. */
export async function createOrders(db: pg.Pool, items: NewOrder[], now: Date): Promise<Created[]> {
  const firsts = new Map<string, NewOrder>()
  for (const item of items) {
    const name = nameOf(item.order)
    if (!firsts.has(name)) firsts.set(name, item)
  }
  const sorted = [...firsts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item)

  const { ours, possible, answers } = await transaction(
    db,
    async (tx) => {
      const ours = await shareClients(tx, [...new Set(sorted.map(({ order }) => order.clientId))])
      const possible = sorted.filter(({ order }) => ours.has(order.clientId))
      return { ours, possible, answers: await tx.commitWith([newOrdersStatement(possible, now)]) }
    },
    { locksFirst: true },
  )
  const added = new Set(answers[0]!.rows.map((row: { trade_no: string }) => row.trade_no))
  const others = possible.filter(({ order }) => !added.has(order.tradeNo))
  // A statement of its own: it sees the orders that the insert had to wait for.
  const stored = others.length === 0 ? [] : await selectOrdersOfRequests(db, others.map(requestOf))
  const held = new Map(stored.map((one) => [nameOf(one.order), one]))

  return items.map((item) => {
    const name = nameOf(item.order)
    if (!ours.has(item.order.clientId)) return { outcome: 'REFUSED', code: 'OUTCOME_UNKNOWN' }
    const first = firsts.get(name)!
    if (added.has(first.order.tradeNo)) return { outcome: first === item ? 'CREATED' : 'EXISTS', stored: first }
    const stored = held.get(name)
    return stored ? { outcome: 'EXISTS', stored } : { outcome: 'REFUSED', code: 'ORDER_CANCELLED' }
  })
}

const requestOf = ({ order: { clientId, requestId, bucket } }: NewOrder): RequestKey => ({
  clientId,
  requestId,
  bucket,
})

/** One text for each number of each client; no client id holds a blank. */
const nameOf = ({ clientId, requestId }: Pick<RequestKey, 'clientId' | 'requestId'>): string =>
  `${clientId} ${requestId}`
