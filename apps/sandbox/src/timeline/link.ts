/**
 * Finds the order that a pair of relay entries (steps 2 and 8) belongs to. The relay does not know it: the number first
 * appears in the answer's body. Later answers of the same shop carry the number again (the result page asks, the list
 * of orders); they are other calls and belong to no step.
 */
import type { TimelineEntry } from '@tradepay/contract'
import type { KnownOrder } from './store.ts'

const TRADE_NO = /(?<![0-9])[0-9]{28}(?![0-9])/g
/** An answer that names more orders than this is a list. */
const CANDIDATES_MAX = 20

/** Every number in the body that has the shape of a tradeNo. */
export function tradeNosIn(entry: TimelineEntry): string[] {
  const { message } = entry
  if (!message) return []
  const text = message.bodyBase64 ? Buffer.from(message.body, 'base64').toString('latin1') : message.body
  return [...new Set(text.match(TRADE_NO) ?? [])].slice(0, CANDIDATES_MAX)
}

/**
 * The order whose creation this call was: its number was generated while the call was under way. Failing that (a call
 * that was repeated after its answer got lost) the only order the answer names, when no earlier answer brought it.
 */
export function chooseOrder(known: KnownOrder[], askedAt: Date, answeredAt: Date): string | null {
  const fresh = known.filter((order) => !order.linked)
  const within = fresh.filter(({ createdAt }) => createdAt && createdAt >= askedAt && createdAt <= answeredAt)
  if (within.length === 1) return within[0]!.tradeNo
  return known.length === 1 && fresh.length === 1 ? fresh[0]!.tradeNo : null
}
