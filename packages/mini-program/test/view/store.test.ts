/** Changes of a page's data: applied in order, and what they do not reach stays the same thing. */
import { describe, expect, test } from 'vitest'
import type { Change, Json } from '../../src/bridge/messages.ts'
import { applyChanges } from '../../src/view/store.ts'

const set = (path: (string | number)[], value: Json): Change => ({ path, value })

describe('a change', () => {
  test.each<[string, Json, Change[], Json]>([
    ['of a name', { a: 1 }, [set(['a'], 2)], { a: 2 }],
    ['of everything', { a: 1 }, [set([], { b: 1 })], { b: 1 }],
    ['deep in objects and arrays', { a: [{ b: 1 }] }, [set(['a', 0, 'b'], 2)], { a: [{ b: 2 }] }],
    ['below what is missing', {}, [set(['a', 1, 'b'], 2)], { a: [null, { b: 2 }] }],
    [
      'below null or a number',
      { a: null, b: 3 },
      [set(['a', 'x'], 1), set(['b', 'y'], 2)],
      { a: { x: 1 }, b: { y: 2 } },
    ],
    ['past the end of an array', { a: [1] }, [set(['a', 2], 3)], { a: [1, null, 3] }],
    ['of an array by a text index', { a: [1, 2] }, [set(['a', '1'], 3)], { a: [1, 3] }],
    [
      'that splices',
      { a: [1, 2, 3] },
      [{ path: ['a'], splice: { start: 1, deleteCount: 1, items: [8, 9] } }],
      { a: [1, 8, 9, 3] },
    ],
    [
      'that splices what is no array',
      {},
      [{ path: ['a'], splice: { start: 0, deleteCount: 0, items: [1] } }],
      { a: [1] },
    ],
    [
      'after another',
      { a: [] },
      [set(['a', 0], 1), { path: ['a'], splice: { start: 0, deleteCount: 0, items: [0] } }, set(['a', 1], 2)],
      { a: [0, 2] },
    ],
  ])('%s', (_, data, changes, result) => {
    const before = JSON.stringify(data)
    expect(JSON.parse(JSON.stringify(applyChanges(data, changes)))).toEqual(result)
    expect(JSON.stringify(data)).toBe(before)
  })

  test('leaves everything it does not reach the same', () => {
    const data = { rows: [{ id: 1 }, { id: 2 }], other: { x: 1 } }
    const after = applyChanges(data, [set(['rows', 1, 'id'], 3)]) as typeof data
    expect(after.rows[0]).toBe(data.rows[0])
    expect(after.other).toBe(data.other)
    expect(after.rows[1]).not.toBe(data.rows[1])
  })

  test('never reaches a prototype', () => {
    const after = applyChanges({ a: {} }, [
      set(['a', '__proto__', 'polluted'], true),
      set(['__proto__'], { polluted: true }),
    ]) as Record<string, unknown>
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(after['polluted']).toBeUndefined()
  })

  test('does not alter the value that came with the message', () => {
    const value = { list: [1] }
    applyChanges({}, [set(['a'], value), set(['a', 'list', 0], 2)])
    expect(value).toEqual({ list: [1] })
  })
})
