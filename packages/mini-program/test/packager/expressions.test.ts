/** Expressions of bindings: what they give, and what they may not hold. */
import { describe, expect, test } from 'vitest'
import { PackError } from '../../src/packager/index.ts'
import { compileText, evaluate } from '../support/expression.ts'

describe('an expression gives', () => {
  const data = {
    a: 1,
    b: 2,
    list: [{ name: 'x' }],
    nothing: null,
    user: { name: 'Mei', 'k-1': 5 },
    class: 'c',
    new: 'n',
    i: 0,
    t: 'text',
  }
  test.each<[string, unknown]>([
    ['a', 1],
    ['a + b * 2', 5],
    ['(a + b) * 2', 6],
    ['a - -b', 3],
    ['(a)', 1],
    ['((a)).b', undefined],
    ['(list)[0].name', 'x'],
    ['7 % 4', 3],
    ['-a + +"3"', 2],
    ['a < b && b >= 2', true],
    ['a == "1"', true],
    ['a === "1"', false],
    ['a != "1" || a !== "1"', true],
    ['!nothing', true],
    ['nothing || "empty"', 'empty'],
    ['nothing ?? a', 1],
    ['a > 1 ? "many" : a === 1 ? "one" : "none"', 'one'],
    ['list[0].name', 'x'],
    ['list[i].name', 'x'],
    ['user["k-1"]', 5],
    ['list.length', 1],
    ['t.length', 4],
    ['t[0]', 't'],
    ['[a, b, 3]', [1, 2, 3]],
    ['[...list, 1].length', 2],
    ['{a: a, b}', { a: 1, b: 2 }],
    ['{...user, name: "Li"}', { name: 'Li', 'k-1': 5 }],
    ['{class, "new": new}', { class: 'c', new: 'n' }],
    ['`${a} of ${nothing}${b}`', '1 of 2'],
    ['typeof a', 'number'],
    ['typeof missing', 'undefined'],
    ['class', 'c'],
    ['class ? new : class', 'n'],
    ['user.class', undefined],
    ['undefined', undefined],
    ['true', true],
    ['null', null],
    ["'a' + 1", 'a1'],
    [' a ', 1],
    ['', undefined],
    ['a /* why */', 1],
  ])('%s', (text, value) => {
    const result = evaluate(text, data)
    expect(result === undefined ? undefined : JSON.parse(JSON.stringify(result))).toEqual(value)
  })
})

test.each(['missing.name', 'nothing.a.b.c', 'nothing[0]', 'nothing[0].b', 'missing[a]["b"].c', 'a?.b?.c'])(
  'member access on null gives undefined and does not throw: %s',
  (text) => {
    expect(evaluate(text, { nothing: null })).toBeUndefined()
  },
)

test.each([
  'constructor',
  'toString',
  'a.constructor',
  'a.__proto__',
  'a["constructor"]',
  'hasOwnProperty',
  'list.constructor.constructor',
  '__proto__.a',
])('what every object inherits is not data: %s', (text) => {
  expect(evaluate(text, { a: {}, list: [] })).toBeUndefined()
})

test('a name that looks like a global is data and nothing else', () => {
  expect(evaluate('window', {})).toBeUndefined()
  expect(evaluate('document.cookie', {})).toBeUndefined()
  expect(evaluate('globalThis', { globalThis: 1 })).toBe(1)
})

test('a key __proto__ in an object literal is an ordinary key', () => {
  const result = evaluate('{__proto__: a, "b": 1}', { a: { polluted: true } }) as Record<string, unknown>
  expect(result['polluted']).toBeUndefined()
  expect(Object.hasOwn(result, '__proto__')).toBe(true)
})

describe('an expression is refused when it holds', () => {
  test.each<[what: string, text: string]>([
    ['an assignment', 'a = 1'],
    ['an increment', 'a++'],
    ['new', 'new Date()'],
    ['a function', 'function () { return 1 }'],
    ['an arrow function', 'list.map(x => x)'],
    ['a call of data', 'list.join(",")'],
    ['a call of a global', 'alert(1)'],
    ['a call through a member of a literal', '"".constructor("x")'],
    ['this', 'this.a'],
    ['delete', 'delete a.b'],
    ['void', 'void 0'],
    ['in', '"a" in b'],
    ['instanceof', 'a instanceof b'],
    ['a regular expression', '/a/.source'],
    ['two expressions', 'a; b'],
    ['a comma', 'a, b = 2'],
    ['a tagged template', 'a`b`'],
    ['import', 'import("x")'],
    ['a class', 'class {}'],
    ['await', 'await a'],
    ['a getter', '{get a() { return 1 }}'],
    ['nothing but an operator', '+'],
    ['a missing bracket', '(a'],
    ['text after it', 'a b'],
  ])('%s', (_, text) => {
    expect(() => compileText(text)).toThrow(PackError)
  })
})

test('an error names the column where the mistake is', () => {
  try {
    compileText('good + bad(1)')
    expect.unreachable()
  } catch (error) {
    expect(error).toMatchObject({ file: '/pages/index/index.axml', line: 1, column: 8 })
    expect((error as PackError).message).toContain('SJS')
  }
})

test('only SJS names may be called, and their members', () => {
  const sjs = new Map([['m', 'm0']])
  expect(compileText('m.price(a, 2)', sjs)).toBe('m0?.price?.(d.a,2)')
  expect(compileText('m(a)', sjs)).toBe('m0?.(d.a)')
  expect(() => compileText('m.price(a.b())', sjs)).toThrow(PackError)
})
