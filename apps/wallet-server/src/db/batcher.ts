/**
 * Gathers what arrives at the same time into one transaction (steps 5 and 15 of the flow): whatever comes while a batch
 * is in flight forms the next one, so an idle server answers at once and a busy one commits once for many.
 *
 * One batch is in flight at a time: two would queue up for the rows of a popular merchant. Nobody is harmed by a
 * neighbour: a batch that fails is run again item by item, and only the culprit fails.
 */
import { WalletError } from '@tradepay/contract'
import { isLostConnection } from './transaction.ts'

/** What `run` answers for an item that an earlier item of the same batch decides about. */
export const AGAIN = Symbol('AGAIN')

/**
 * Most items in one batch. At 100 the fixed cost of a transaction is spread thin (25,000 payments a second where one by
 * one 5,000 are made); larger ones only make each caller wait longer for the same rate.
 */
export const BATCH_ITEMS_MAX = 100

/**
 * Most items that may wait. At the measured rates that is less than a second of work; who comes later is told to wait
 * instead of being kept until the memory is full.
 */
export const WAITING_ITEMS_MAX = 10_000

export interface Batcher<Item, Result> {
  /**
   * Resolves when the item's batch has committed.
   * @throws what `run` throws for this item; WalletError OUTCOME_UNKNOWN when the database was lost in the middle,
   * RATE_LIMITED when too many wait (nothing has happened)
   */
  submit(item: Item): Promise<Result>
}

interface Waiting<Item, Result> {
  item: Item
  resolve(result: Result): void
  reject(error: unknown): void
}

/**
 * @param run does the items in one transaction and answers one result for each, in their order, or AGAIN; all or
 * nothing when it throws. It is called again, with the same items, when it failed: it draws fresh numbers each time.
 */
export function createBatcher<Item, Result>(
  run: (items: Item[]) => Promise<(Result | typeof AGAIN)[]>,
  limits: { itemsMax?: number; waitingMax?: number } = {},
): Batcher<Item, Result> {
  const itemsMax = limits.itemsMax ?? BATCH_ITEMS_MAX
  const waitingMax = limits.waitingMax ?? WAITING_ITEMS_MAX
  let waiting: Waiting<Item, Result>[] = []
  let busy = false

  async function work(): Promise<void> {
    busy = true
    // Everything that was submitted in the same turn of the event loop goes together, also the very first time.
    await Promise.resolve()
    while (waiting.length > 0) {
      const batch = waiting.slice(0, itemsMax)
      waiting = waiting.slice(itemsMax)
      const again = await runBatch(batch)
      // Those that must be asked again stand before everybody who came later, in their old order.
      if (again.length > 0) waiting = [...again, ...waiting]
    }
    busy = false
  }

  async function runBatch(batch: Waiting<Item, Result>[]): Promise<Waiting<Item, Result>[]> {
    try {
      return settle(batch, await run(batch.map(({ item }) => item)))
    } catch (error) {
      // A lost database is nobody's fault: running the items again might find them done, so each caller is told.
      if (batch.length === 1 || isUnknown(error)) {
        for (const { reject } of batch) reject(asUnknown(error))
        return []
      }
    }
    for (const one of batch) await runBatch([one])
    return []
  }

  function settle(batch: Waiting<Item, Result>[], results: (Result | typeof AGAIN)[]): Waiting<Item, Result>[] {
    if (results.length !== batch.length) {
      throw new Error(`A batch of ${batch.length} items answered ${results.length} results.`)
    }
    const again = batch.filter((_, index) => results[index] === AGAIN)
    // The first item has nobody before it, so it always gets a result; without this a bug would spin for ever.
    if (results[0] === AGAIN) throw new Error('The first item of a batch was put off, though nothing stands before it.')
    batch.forEach(({ resolve }, index) => {
      const result = results[index]
      if (result !== AGAIN) resolve(result as Result)
    })
    return again
  }

  return {
    submit(item) {
      if (waiting.length >= waitingMax) return Promise.reject(new WalletError('RATE_LIMITED'))
      return new Promise<Result>((resolve, reject) => {
        waiting.push({ item, resolve, reject })
        if (!busy) void work()
      })
    },
  }
}

const isUnknown = (error: unknown): boolean =>
  (error instanceof WalletError && error.code === 'OUTCOME_UNKNOWN') || isLostConnection(error)

function asUnknown(error: unknown): unknown {
  if (!isLostConnection(error)) return error
  const unknown = new WalletError('OUTCOME_UNKNOWN')
  unknown.cause = error
  return unknown
}
