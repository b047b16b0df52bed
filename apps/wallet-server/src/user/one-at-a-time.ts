/**
 * Work for the same key is done one after another; different keys do not wait for each other. Two right PINs at once
 * must not use up each other's tries: each is counted and checked before the next begins.
 */
import { WalletError } from '@tradepay/contract'

/** Most that may wait for one key. More than that is nobody's thumb. */
const WAITING_MAX = 64

export type OneAtATime = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>

/** @throws (by the returned function) WalletError RATE_LIMITED when too many wait; the work is then not begun */
export function createOneAtATime(): OneAtATime {
  const queues = new Map<string, { last: Promise<unknown>; waiting: number }>()
  return async (key, work) => {
    const queue = queues.get(key) ?? { last: Promise.resolve(), waiting: 0 }
    if (queue.waiting >= WAITING_MAX) throw new WalletError('RATE_LIMITED')
    queue.waiting += 1
    const mine = queue.last.then(work, work)
    queue.last = mine.catch(() => undefined)
    queues.set(key, queue)
    try {
      return await mine
    } finally {
      queue.waiting -= 1
      if (queue.waiting === 0) queues.delete(key)
    }
  }
}
