/** The batcher: whoever comes together goes together, and nobody is harmed by a neighbour. */
import { WalletError } from '@tradepay/contract'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { BATCH_ITEMS_MAX, createBatcher, PATIENCE_MS, WORTH_A_BATCH, type BatcherOptions } from './batcher.ts'

/** A batcher whose batches end when the test says so. */
function heldBatcher(options: BatcherOptions<number> = {}) {
  const batches: { items: number[]; end: (error?: Error) => void }[] = []
  const batcher = createBatcher<number, string>(
    (items) =>
      new Promise((resolve, reject) => {
        batches.push({
          items,
          end: (error) => (error ? reject(error) : resolve(items.map((item) => `done ${item}`))),
        })
      }),
    { inFlightMax: 1, worthABatch: 1, ...options },
  )
  return { batcher, batches }
}
/** Lets everything that can happen without waiting happen. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n)
const codeOf = (error: unknown): unknown => (error instanceof WalletError ? error.code : String(error))

describe('items that come', () => {
  test('at the same moment go together', async () => {
    const { batcher, batches } = heldBatcher()
    const answers = Promise.all([1, 2, 3].map((item) => batcher.submit(item)))
    await settle()
    expect(batches.map(({ items }) => items)).toEqual([[1, 2, 3]])
    batches[0]!.end()
    expect(await answers).toEqual(['done 1', 'done 2', 'done 3'])
  })

  test('while a batch is in flight form the next one', async () => {
    const { batcher, batches } = heldBatcher()
    const answers = [batcher.submit(1)]
    await settle()
    answers.push(batcher.submit(2), batcher.submit(3))
    await settle()
    expect(batches).toHaveLength(1)
    batches[0]!.end()
    await settle()
    expect(batches.map(({ items }) => items)).toEqual([[1], [2, 3]])
    batches[1]!.end()
    expect(await Promise.all(answers)).toEqual(['done 1', 'done 2', 'done 3'])
  })

  test('in great number go at most so many at a time, in their order', async () => {
    const sizes: number[] = []
    const batcher = createBatcher<number, number>(async (items) => {
      sizes.push(items.length)
      return items
    })
    const items = range(1, 2 * BATCH_ITEMS_MAX + 50)
    expect(await Promise.all(items.map((item) => batcher.submit(item)))).toEqual(items)
    expect(sizes).toEqual([BATCH_ITEMS_MAX, BATCH_ITEMS_MAX, 50])
  })

  test('after a quiet time start a batch again', async () => {
    const batcher = createBatcher<number, number>(async (items) => items)
    expect(await batcher.submit(1)).toBe(1)
    await settle()
    expect(await batcher.submit(2)).toBe(2)
  })

  test('when too many wait are told to come later, and nothing is done for them', async () => {
    const { batcher, batches } = heldBatcher({ itemsMax: 1, waitingMax: 2 })
    const answers = [batcher.submit(1)]
    await settle()
    answers.push(batcher.submit(2), batcher.submit(3))
    await expect(batcher.submit(4)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    for (const n of [0, 1, 2]) {
      batches[n]!.end()
      await settle()
    }
    expect(await Promise.all(answers)).toEqual(['done 1', 'done 2', 'done 3'])
    expect(batches.flatMap(({ items }) => items)).not.toContain(4)
  })
})

describe('beside a batch in flight', () => {
  afterEach(() => void vi.useRealTimers())
  const usual = { inFlightMax: 4, worthABatch: WORTH_A_BATCH }

  test('a few items wait for its end, and go together', async () => {
    const { batcher, batches } = heldBatcher(usual)
    const answers = []
    for (const item of [1, 2, 3]) {
      answers.push(batcher.submit(item))
      await settle()
    }
    expect(batches.map(({ items }) => items)).toEqual([[1]])
    batches[0]!.end()
    await settle()
    expect(batches.map(({ items }) => items)).toEqual([[1], [2, 3]])
    batches[1]!.end()
    expect(await Promise.all(answers)).toEqual(['done 1', 'done 2', 'done 3'])
  })

  test('as many as are worth it go at once', async () => {
    const { batcher, batches } = heldBatcher(usual)
    const first = batcher.submit(0)
    await settle()
    const answers = range(1, WORTH_A_BATCH).map((item) => batcher.submit(item))
    await settle()
    expect(batches.map(({ items }) => items.length)).toEqual([1, WORTH_A_BATCH])
    for (const { end } of batches) end()
    expect(await Promise.all([first, ...answers])).toHaveLength(WORTH_A_BATCH + 1)
  })

  test('a few items wait only a moment when it is held up', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { batcher, batches } = heldBatcher({ ...usual, inFlightMax: 3 })
    const answers = []
    for (const item of [1, 2, 3, 4]) {
      answers.push(batcher.submit(item))
      await settle()
      vi.advanceTimersByTime(PATIENCE_MS)
      await settle()
    }
    // Three are in flight, which is the most that may be.
    expect(batches.map(({ items }) => items)).toEqual([[1], [2], [3]])
    batches[1]!.end()
    vi.advanceTimersByTime(PATIENCE_MS)
    await settle()
    vi.advanceTimersByTime(PATIENCE_MS)
    expect(batches.map(({ items }) => items)).toEqual([[1], [2], [3], [4]])
    for (const { end } of batches) end()
    expect(await Promise.all(answers)).toHaveLength(4)
  })
})

describe('batches in flight', () => {
  test('are as many as allowed; the rest waits', async () => {
    const { batcher, batches } = heldBatcher({ inFlightMax: 2 })
    const answers = []
    for (const item of [1, 2, 3, 4]) {
      answers.push(batcher.submit(item))
      await settle()
    }
    expect(batches.map(({ items }) => items)).toEqual([[1], [2]])
    batches[1]!.end()
    await settle()
    expect(batches.map(({ items }) => items)).toEqual([[1], [2], [3, 4]])
    batches[0]!.end()
    batches[2]!.end()
    expect(await Promise.all(answers)).toEqual(['done 1', 'done 2', 'done 3', 'done 4'])
  })

  test('never hold items of one key together, and such items keep their order', async () => {
    const { batcher, batches } = heldBatcher({ inFlightMax: 2, keyOf: (item) => String(item % 10) })
    const answers = [batcher.submit(11)]
    await settle()
    // 21 and 31 share the key of 11, which is in flight; 12 does not.
    answers.push(batcher.submit(21), batcher.submit(12), batcher.submit(31))
    await settle()
    expect(batches.map(({ items }) => items)).toEqual([[11], [12]])
    batches[1]!.end()
    await settle()
    expect(batches).toHaveLength(2)
    batches[0]!.end()
    await settle()
    expect(batches.map(({ items }) => items)).toEqual([[11], [12], [21, 31]])
    batches[2]!.end()
    expect(await Promise.all(answers)).toEqual(['done 11', 'done 21', 'done 12', 'done 31'])
  })

  test('that failed give their keys back', async () => {
    const { batcher, batches } = heldBatcher({ inFlightMax: 2, keyOf: () => 'one' })
    const first = batcher.submit(1)
    await settle()
    const second = batcher.submit(2)
    batches[0]!.end(new Error('broken'))
    await expect(first).rejects.toThrow('broken')
    await settle()
    batches[1]!.end()
    expect(await second).toBe('done 2')
  })

  test('do not look further than a few batches behind items that have to wait', async () => {
    const { batcher, batches } = heldBatcher({
      inFlightMax: 2,
      itemsMax: 1,
      keyOf: (item) => (item < 10 ? 'busy' : 'free'),
    })
    const answers = range(1, 6).map((item) => batcher.submit(item))
    answers.push(batcher.submit(10))
    await settle()
    expect(batches.map(({ items }) => items)).toEqual([[1]])
    for (const n of range(0, 6)) {
      batches[n]!.end()
      await settle()
    }
    expect(await Promise.all(answers)).toHaveLength(7)
  })
})

describe('a batch that fails', () => {
  test('is run again item by item, so that only the culprit fails', async () => {
    const batcher = createBatcher<number, number>(async (items) => {
      if (items.includes(3)) throw new Error('three is poison')
      return items
    })
    const all = await Promise.allSettled(range(1, 5).map((item) => batcher.submit(item)))
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
    expect(await batcher.submit(6)).toBe(6)
  })

  test.each([
    ['outcome unknown', new WalletError('OUTCOME_UNKNOWN')],
    ['connection reset', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })],
    ['terminated by the operator', Object.assign(new Error('terminating connection'), { code: '57P01' })],
    ['driver lost the connection', new Error('Connection terminated unexpectedly')],
  ])('because the database was lost (%s) leaves each outcome unknown, and is not run again', async (_, error) => {
    let runs = 0
    const batcher = createBatcher<number, number>(async () => {
      runs++
      throw error
    })
    const all = await Promise.allSettled([1, 2, 3].map((item) => batcher.submit(item)))
    expect(all.map((one) => (one.status === 'rejected' ? codeOf(one.reason) : one.status))).toEqual(
      Array(3).fill('OUTCOME_UNKNOWN'),
    )
    expect(runs).toBe(1)
  })

  test('by answering too few results fails loudly', async () => {
    const batcher = createBatcher<number, number>(async () => [])
    await expect(batcher.submit(1)).rejects.toThrow('answered 0 results')
  })

  test('does not stop those who come afterwards', async () => {
    const { batcher, batches } = heldBatcher()
    const first = batcher.submit(1)
    await settle()
    const second = batcher.submit(2)
    batches[0]!.end(new Error('broken'))
    await expect(first).rejects.toThrow('broken')
    await settle()
    batches[1]!.end()
    expect(await second).toBe('done 2')
  })
})
