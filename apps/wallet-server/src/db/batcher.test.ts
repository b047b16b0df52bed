/** The batcher: whoever comes together goes together, and nobody is harmed by a neighbour. */
import { WalletError } from '@tradepay/contract'
import { describe, expect, test } from 'vitest'
import { AGAIN, BATCH_ITEMS_MAX, createBatcher } from './batcher.ts'

/** A batcher whose batches end when the test says so. */
function heldBatcher(limits?: { itemsMax?: number; waitingMax?: number }) {
  const batches: { items: number[]; end: (error?: Error) => void }[] = []
  const batcher = createBatcher<number, string>(
    (items) =>
      new Promise((resolve, reject) => {
        batches.push({
          items,
          end: (error) => (error ? reject(error) : resolve(items.map((item) => `done ${item}`))),
        })
      }),
    limits,
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

  test('in great number go at most a hundred at a time, in their order', async () => {
    const sizes: number[] = []
    const batcher = createBatcher<number, number>(async (items) => {
      sizes.push(items.length)
      return items
    })
    expect(await Promise.all(range(1, 250).map((item) => batcher.submit(item)))).toEqual(range(1, 250))
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

describe('an item that must be asked again', () => {
  test('stands at the front of the next batch, in the old order', async () => {
    const batches: number[][] = []
    const batcher = createBatcher<number, number>(
      async (items) => {
        batches.push(items)
        return items.map((item, index) => (index > 0 && item % 2 === 0 && batches.length === 1 ? AGAIN : item))
      },
      { itemsMax: 4 },
    )
    expect(await Promise.all([1, 2, 3, 4, 5, 6].map((item) => batcher.submit(item)))).toEqual([1, 2, 3, 4, 5, 6])
    expect(batches).toEqual([
      [1, 2, 3, 4],
      [2, 4, 5, 6],
    ])
  })

  test('for ever is a mistake, and is reported instead of spinning', async () => {
    const batcher = createBatcher<number, number>(async (items) => items.map(() => AGAIN))
    await expect(batcher.submit(1)).rejects.toThrow('nothing stands before it')
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
