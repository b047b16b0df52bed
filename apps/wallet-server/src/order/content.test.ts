/** What a number stands for: the first field that differs is named, and text that no column can hold is refused by name. */
import { WalletError } from '@tradepay/contract'
import { describe, expect, test } from 'vitest'
import { differingField, refuseUnstorable } from './content.ts'

test.each([
  ['the same', { a: '1', b: '2' }, { b: '2', a: '1' }, null],
  ['nothing at all', {}, {}, null],
  ['another text', { a: '1', b: '2' }, { a: '1', b: '3' }, 'b'],
  ['a field more', { a: '1' }, { a: '1', b: '' }, 'b'],
  ['a field less', { a: '1', b: '' }, { a: '1' }, 'b'],
  ['two differences: the first as it is asked now', { b: '1', a: '1' }, { a: '2', b: '2' }, 'a'],
])('with %s the field that differs is found', (_, first, again, field) => {
  expect(differingField(first, again)).toBe(field)
})

describe('text that no column can hold', () => {
  test.each([
    ['reason', { requestId: 'r', reason: 'a\u0000' }],
    ['content', { content: { '\ud800': 'x' } }],
    ['extra', { extra: [{ deep: ['\udfff'] }] }],
  ])('is refused by the name of its field: %s', (field, command) => {
    expect(() => refuseUnstorable(command)).toThrow(WalletError)
    expect(() => refuseUnstorable(command)).toThrow(`"${field}"`)
  })

  test('everything else is let through', () => {
    refuseUnstorable({ title: '☕ 你好', amount: { currency: 'CNY', minor: 1n }, appId: null, expiresAt: new Date(0) })
  })
})
