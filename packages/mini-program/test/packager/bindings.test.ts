/** Where a binding ends: braces, brackets and quotes inside it are balanced. */
import { describe, expect, test } from 'vitest'
import { maskBindings, splitBindings } from '../../src/packager/axml/bindings.ts'

function split(text: string): string[] {
  return splitBindings(text, (offset) => {
    throw new Error(`unclosed at ${offset}`)
  }).map((part) => (part.kind === 'binding' ? `{${part.text}}` : part.text))
}

describe('a text splits into', () => {
  test.each<[string, string[]]>([
    ['plain', ['plain']],
    ['{{a}}', ['{a}']],
    ['x {{a}} y {{b}}', ['x ', '{a}', ' y ', '{b}']],
    ['{{a}}{{b}}', ['{a}', '{b}']],
    ['{{ {a: 1} }}', ['{ {a: 1} }']],
    ['{{{a: 1}}}', ['{{a: 1}}']],
    ['{{a: {b: {c: 1}}}}', ['{a: {b: {c: 1}}}']],
    ["{{'}}'}}", ["{'}}'}"]],
    ['{{"a\\"}}"}}', ['{"a\\"}}"}']],
    ['{{a ? "{{" : "}}"}}', ['{a ? "{{" : "}}"}']],
    ['{{`}}${a}`}}', ['{`}}${a}`}']],
    ['{{[1, [2]]}}', ['{[1, [2]]}']],
    ['{{}}', ['{}']],
    ['a { b } c', ['a { b } c']],
    ['a }} c', ['a }} c']],
  ])('%s', (text, parts) => {
    expect(split(text)).toEqual(parts)
  })
})

test.each(['{{a', 'x {{a}', '{{"a}}', '{{a" b="{{c}}', '{{(a}}'])(
  'an unclosed binding is reported, not guessed: %s',
  (text) => {
    expect(() => split(text)).toThrow('unclosed')
  },
)

test('masking keeps every offset and leaves comments alone', () => {
  const text = '<a b="{{c < "d"}}"/><!-- {{ --><e>{{f > g}}</e>'
  const masked = maskBindings(text)
  expect(masked).toHaveLength(text.length)
  expect(masked.indexOf('<!-- {{ -->')).toBe(text.indexOf('<!-- {{ -->'))
  expect(masked).not.toContain('"d"')
  expect(masked.indexOf('</e>')).toBe(text.indexOf('</e>'))
})
