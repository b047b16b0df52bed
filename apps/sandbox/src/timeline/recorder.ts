/**
 * Keeps what doors and rooms say, in the order they say it. `record` only puts it in a queue: it never waits, never
 * throws, and a database that is away costs entries of the timeline, not a payment.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { TimelineEntry } from '@tradepay/contract'
import type { Recorder } from '@tradepay/wallet-server'
import { chooseOrder, tradeNosIn } from './link.ts'
import type { TimelineStore } from './store.ts'

/** Entries that may wait; past this the newest are dropped. */
const QUEUE_MAX = 20_000
/** Entries in one statement. */
const BATCH_MAX = 500
/** Calls of the relay whose answer is waited for. */
const ASKED_MAX = 1_000
/** The longest body that is kept. Characters. */
const BODY_MAX = 256 * 1024
const RETRIES = 5
const RETRY_MS = 200

export interface TimelineRecorder extends Recorder {
  /** Resolves when everything that was recorded before the call is readable. */
  flushed(): Promise<void>
  /** Forgets what waits; for a reset. */
  clear(): void
  /** Calls back with the numbers whose timeline grew. Answers how to stop. */
  onGrowth(callback: (tradeNos: Set<string>) => void): () => void
}

interface Said {
  tradeNo: string | null
  entry: TimelineEntry
}
/** What waits to be written, and between it the marks of those who want to know when it is. */
type Queued = Said | { reached: () => void }

export function createRecorder(store: TimelineStore): TimelineRecorder {
  const queue: Queued[] = []
  const asked = new Map<string, TimelineEntry>()
  const listeners = new Set<(tradeNos: Set<string>) => void>()
  let running: Promise<void> | null = null

  function record(tradeNo: string | null, entry: TimelineEntry): void {
    if (queue.length < QUEUE_MAX) enqueue({ tradeNo, entry: withShortBody(entry) })
  }

  function enqueue(item: Queued): void {
    queue.push(item)
    running ??= drain().finally(() => (running = null))
  }

  async function drain(): Promise<void> {
    // The caller goes on first: the way of money does not wait for a record of it.
    await Promise.resolve()
    while (queue.length > 0) {
      const batch = queue.splice(0, BATCH_MAX)
      for (let attempt = 1; attempt <= RETRIES; attempt += 1) {
        try {
          await write(batch)
          break
        } catch {
          await wait(RETRY_MS * attempt)
        }
      }
      for (const item of batch) if ('reached' in item) item.reached()
    }
  }

  /** Removes from the batch what it has written, so that a retry repeats nothing. */
  async function write(batch: Queued[]): Promise<void> {
    while (batch.length > 0) {
      const plain: { tradeNo: string; entry: TimelineEntry }[] = []
      for (const item of batch) {
        if ('reached' in item || item.tradeNo === null) break
        plain.push({ tradeNo: item.tradeNo, entry: item.entry })
      }
      await add(plain)
      batch.splice(0, plain.length)
      const [next] = batch
      if (!next) return
      if ('reached' in next) next.reached()
      else await link(next.entry)
      batch.shift()
    }
  }

  async function link(entry: TimelineEntry): Promise<void> {
    const requestId = entry.facts?.['requestId']
    if (requestId === undefined) return
    if (entry.step === 2) {
      asked.set(requestId, entry)
      if (asked.size > ASKED_MAX) asked.delete(asked.keys().next().value!)
      return
    }
    const request = asked.get(requestId)
    if (!request) return
    const known = await store.known(tradeNosIn(entry))
    const tradeNo = chooseOrder(known, new Date(request.at), new Date(entry.at))
    if (tradeNo) await add([request, entry].map((each) => ({ tradeNo, entry: each })))
    asked.delete(requestId)
  }

  async function add(entries: { tradeNo: string; entry: TimelineEntry }[]): Promise<void> {
    if (entries.length === 0) return
    await store.add(entries)
    const grown = new Set(entries.map(({ tradeNo }) => tradeNo))
    for (const listener of listeners) listener(grown)
  }

  return {
    record,
    flushed: () => new Promise((reached) => enqueue({ reached })),
    clear() {
      for (const item of queue.splice(0)) if ('reached' in item) item.reached()
      asked.clear()
    },
    onGrowth(callback) {
      listeners.add(callback)
      return () => void listeners.delete(callback)
    },
  }
}

function withShortBody(entry: TimelineEntry): TimelineEntry {
  const { message } = entry
  if (!message || message.body.length <= BODY_MAX) return entry
  return {
    ...entry,
    message: { ...message, body: message.body.slice(0, BODY_MAX) },
    facts: { ...entry.facts, bodyCutAfter: String(BODY_MAX) },
  }
}
