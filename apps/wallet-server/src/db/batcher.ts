/**
 * Gathers what arrives at the same time into few transactions (steps 5 and 15 of the flow): whatever comes while batches
 * are in flight forms the next one, so an idle server answers at once and a busy one commits once for many.
 *
 * Few batches are in flight at a time, so that the database works while the next batch is being read, and none is begun beside
 * another for a few items that could go together a moment later. Items that share a key (the same payer) are never in flight
 * together and keep their order. Nobody is harmed by a neighbour: a batch that fails is run again item by item, and only the
 * culprit fails.
 */
import { WalletError } from '@tradepay/contract'
import { asUnknown, isLostConnection } from './transaction.ts'

/** Most items in one batch: the fixed cost of a transaction is spread thin, and a caller still waits only some tens of milliseconds. */
export const BATCH_ITEMS_MAX = 200

/**
 * Most batches in flight: while some are in the database, the next is being prepared. Measured on two cores: more only
 * queue up for the rows of popular merchants.
 */
export const BATCHES_IN_FLIGHT_MAX = 4

/**
 * How many items are worth a batch beside those in flight: a transaction costs as much as ten items or more, so fewer wait for
 * one that is in flight to end.
 */
export const WORTH_A_BATCH = 50

/** How long they wait for that at most: a batch that is held up holds up nobody else. Milliseconds. */
export const PATIENCE_MS = 10

/**
 * Most items that may wait. At the measured rates that is less than a second of work; who comes later is told to wait
 * instead of being kept until the memory is full.
 */
export const WAITING_ITEMS_MAX = 10_000

/** How far a batch looks behind items that have to wait for one in flight, in batches. */
const LOOK_AHEAD = 4

export interface Batcher<Item, Result> {
  /**
   * Resolves when the item's batch has committed.
   * @throws what `run` throws for this item; WalletError OUTCOME_UNKNOWN when the database was lost in the middle,
   * RATE_LIMITED when too many wait (nothing has happened)
   */
  submit(item: Item): Promise<Result>
}

export interface BatcherOptions<Item> {
  itemsMax?: number
  inFlightMax?: number
  waitingMax?: number
  worthABatch?: number
  /** Items with the same key are decided one after another, in the order they came. Default: no item has one. */
  keyOf?: (item: Item) => string
}

interface Waiting<Item, Result> {
  item: Item
  resolve(result: Result): void
  reject(error: unknown): void
}

/**
 * @param run does the items in one transaction and answers one result for each, in their order; all or nothing when it
 * throws. It is called again, with the same items one by one, when it failed: it draws fresh numbers each time.
 */
export function createBatcher<Item, Result>(
  run: (items: Item[]) => Promise<Result[]>,
  options: BatcherOptions<Item> = {},
): Batcher<Item, Result> {
  const itemsMax = options.itemsMax ?? BATCH_ITEMS_MAX
  const inFlightMax = options.inFlightMax ?? BATCHES_IN_FLIGHT_MAX
  const waitingMax = options.waitingMax ?? WAITING_ITEMS_MAX
  const worthABatch = options.worthABatch ?? WORTH_A_BATCH
  const keyOf = options.keyOf
  const keysInFlight = new Set<string>()
  let waiting: Waiting<Item, Result>[] = []
  let inFlight = 0
  let scheduled = false
  let patience: NodeJS.Timeout | null = null

  /** Everything that is submitted in the same turn of the event loop goes together, also the very first time. */
  function schedule(): void {
    if (scheduled || inFlight >= inFlightMax) return
    scheduled = true
    queueMicrotask(() => {
      scheduled = false
      while (isDue() && begin());
      if (waiting.length > 0) patience ??= setTimeout(endPatience, PATIENCE_MS)
    })
  }

  const isDue = (): boolean => inFlight === 0 || (inFlight < inFlightMax && waiting.length >= worthABatch)

  function endPatience(): void {
    patience = null
    if (inFlight < inFlightMax && begin()) schedule()
  }

  /** False when there is nothing to begin with. */
  function begin(): boolean {
    const batch = takeBatch()
    if (batch.length === 0) return false
    void work(batch)
    return true
  }

  async function work(batch: Waiting<Item, Result>[]): Promise<void> {
    inFlight++
    await runBatch(batch)
    inFlight--
    if (keyOf) for (const { item } of batch) keysInFlight.delete(keyOf(item))
    schedule()
  }

  /** The next items, oldest first, without those whose key is in flight and whatever shares a key with those. */
  function takeBatch(): Waiting<Item, Result>[] {
    if (!keyOf) return waiting.splice(0, itemsMax)
    const batch: Waiting<Item, Result>[] = []
    const left: Waiting<Item, Result>[] = []
    const looked = Math.min(waiting.length, itemsMax * LOOK_AHEAD)
    let next = 0
    for (; next < looked && batch.length < itemsMax; next++) {
      const one = waiting[next]!
      if (keysInFlight.has(keyOf(one.item))) left.push(one)
      else batch.push(one)
    }
    waiting = left.length > 0 ? [...left, ...waiting.slice(next)] : waiting.slice(next)
    for (const { item } of batch) keysInFlight.add(keyOf(item))
    return batch
  }

  async function runBatch(batch: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await run(batch.map(({ item }) => item))
      if (results.length !== batch.length) {
        throw new Error(`A batch of ${batch.length} items answered ${results.length} results.`)
      }
      batch.forEach(({ resolve }, index) => resolve(results[index]!))
    } catch (error) {
      // A lost database is nobody's fault: running the items again might find them done, so each caller is told.
      if (batch.length === 1 || isUnknown(error)) {
        for (const { reject } of batch) reject(asUnknown(error))
        return
      }
      for (const one of batch) await runBatch([one])
    }
  }

  return {
    submit(item) {
      if (waiting.length >= waitingMax) return Promise.reject(new WalletError('RATE_LIMITED'))
      return new Promise<Result>((resolve, reject) => {
        waiting.push({ item, resolve, reject })
        schedule()
      })
    },
  }
}

const isUnknown = (error: unknown): boolean =>
  (error instanceof WalletError && error.code === 'OUTCOME_UNKNOWN') || isLostConnection(error)
