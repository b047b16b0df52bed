/** The program's modules: ESM, CommonJS and TypeScript in one registry, as CommonJS; SJS without globals. */
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { packFiles, type Files } from '../support/project.ts'
import { renderText } from '../support/render.ts'

type Define = (require: (id: string) => unknown, module: { exports: unknown }, exports: unknown) => void

/** Runs the logic text in a small registry and gives what the page's module handed to `out`. */
async function run(page: string, more: Files = {}): Promise<unknown[]> {
  const { packed } = await packFiles({ 'pages/index/index.js': page, ...more })
  const defined = new Map<string, Define>()
  const made = new Map<string, { exports: unknown }>()
  const require = (id: string): unknown => {
    const define = defined.get(id)
    if (!define) throw new Error(`unknown module ${id}`)
    let module = made.get(id)
    if (!module) {
      module = { exports: {} }
      made.set(id, module)
      define(require, module, module.exports)
    }
    return module.exports
  }
  const results: unknown[] = []
  runInNewContext(packed.logic, {
    __modules: { define: (id: string, module: Define) => defined.set(id, module) },
    out: (value: unknown) => results.push(value),
    App: () => undefined,
  })
  require('/app.js')
  require('/pages/index/index.js')
  return JSON.parse(JSON.stringify(results)) as unknown[]
}

describe('a module', () => {
  test('may import and require in one file, by every form of path', async () => {
    const page = `import d, { n } from './own'; import * as all from '../../lib/index'; const c = require('/lib/common.js')
      const j = require('./data.json'); import kit from 'kit'; import bare from 'lib/common'
      out([d, n, all.n, c.x, j.k, kit.name, bare.x])`
    expect(
      await run(page, {
        'pages/index/own.js': 'export default 1; export const n = 2',
        'lib/index.js': 'export * from "../pages/index/own"',
        'lib/common.js': 'exports.x = 3',
        'pages/index/data.json': '\uFEFF{"k": 4}',
        'node_modules/kit/package.json': '{"main": "dist/kit.js"}',
        'node_modules/kit/dist/kit.js': 'module.exports = { name: require("./part").p }',
        'node_modules/kit/dist/part/index.js': 'exports.p = "kit"',
      }),
    ).toEqual([[1, 2, 2, 3, 4, 'kit', 3]])
  })

  test('that imports a name nobody exports gets undefined', async () => {
    expect(
      await run('import { nothing } from "./own"; out(typeof nothing)', { 'pages/index/own.js': 'export const a = 1' }),
    ).toEqual(['undefined'])
  })

  test('runs once, in the order of imports', async () => {
    const files = { 'a.js': 'out("a"); require("./c")', 'b.js': 'out("b"); require("./c")', 'c.js': 'out("c")' }
    expect(await run('import "/a"; import "/b"; out("page")', files)).toEqual(['a', 'c', 'b', 'page'])
  })

  test('in a circle sees what was exported so far', async () => {
    expect(
      await run('const a = require("/a"); out(a.done)', {
        'a.js': 'exports.half = 1; exports.done = require("./b").saw',
        'b.js': 'exports.saw = require("./a").half',
      }),
    ).toEqual([1])
  })

  test('may be TypeScript, and has an id that ends in .js', async () => {
    const { packed } = await packFiles({
      'app.js': 'import { f } from "./util"; App({ f })',
      'util.ts': 'export const f = (x: number): number => x as number',
    })
    expect(packed.logic).toContain('__modules.define("/util.js"')
    expect(packed.logic).toContain('require("/util.js")')
  })

  test('is found when it is imported dynamically', async () => {
    expect(await run('out(typeof import("./own"))', { 'pages/index/own.js': 'export const a = 1' })).toEqual(['object'])
  })

  test('that only talks of requires is left alone', async () => {
    expect(await run('(function (require) { out(require("./none")) })((x) => x); out("require(\'./none\')")')).toEqual([
      './none',
      "require('./none')",
    ])
  })

  test('of a library finds the global object without making code from text', async () => {
    const { packed } = await packFiles({ 'app.js': 'App({ g: Function("return this")() })' })
    expect(packed.logic).toContain('g: globalThis')
  })
})

describe('is refused, with its place:', () => {
  test.each<[what: string, files: Files, problem: RegExp, line: number]>([
    ['a syntax error', { 'app.js': 'App({\n  a: ]\n})' }, /Unexpected/, 2],
    ['a missing file', { 'app.js': '\nrequire("./none")' }, /no module ".\/none"/, 2],
    ['a missing package', { 'app.js': 'import x from "lodash"' }, /no module "lodash"/, 1],
    ['a path out of the project', { 'app.js': '\n\nrequire("../../etc/passwd")' }, /leads out/, 3],
    ['a path with backslashes', { 'app.js': 'require("..\\\\a")' }, /is not a path/, 1],
    ['JSON that is none', { 'app.js': 'require("./a.json")', 'a.json': '{' }, /not JSON/, 1],
    ['top-level await', { 'app.js': 'App({})\nawait 1\nexport {}' }, /await/, 2],
  ])('%s', async (_, files, problem, line) => {
    await expect(packFiles(files)).rejects.toMatchObject({
      name: 'PackError',
      problem: expect.stringMatching(problem) as string,
      line,
    })
  })
})

test('a computed require is a warning', async () => {
  const { warnings } = await packFiles({ 'app.js': 'App({ load: (n) => require("./" + n) })' })
  expect(warnings[0]!.message).toContain('computed')
})

test('the manifest names the APIs that scripts read', async () => {
  const { manifest } = await packFiles({
    'app.js': 'App({}); my.alert({}); const { x } = my; my["request"]()',
    'unused.js': 'my.scan()',
  })
  expect(manifest.apis).toEqual(['alert', 'request'])
})

describe('SJS', () => {
  const shows = async (sjs: string, axml: string, data: Record<string, unknown> = {}, more: Files = {}) =>
    renderText((await packFiles({ 'm.sjs': sjs, 'pages/index/index.axml': axml, ...more })).packed, data)

  test('gives its default export or named ones', async () => {
    const sjs = 'const price = (n) => (n / 100).toFixed(2); export const two = 2; export default { price, two: 3 }'
    expect(
      await shows(
        sjs,
        '<import-sjs name="m" from="/m.sjs"/><import-sjs name="{two, two: zwei}" from="../../m"/>{{m.price(n)}} {{m.two}} {{two}} {{zwei}}',
        { n: 1250 },
      ),
    ).toBe('12.50 3 2 2')
  })

  test('may export in the CommonJS way and import other SJS', async () => {
    expect(
      await shows(
        'import { a } from "./n.sjs"; module.exports = { f: () => a }',
        '<import-sjs name="m" from="/m.sjs"/>{{m.f()}}',
        {},
        { 'n.sjs': 'export const a = 5' },
      ),
    ).toBe('5')
  })

  test('reaches no global', async () => {
    const names = [
      'window',
      'document',
      'self',
      'globalThis',
      'fetch',
      'setTimeout',
      'postMessage',
      'parent',
      'Function',
      '__views',
      'localStorage',
      'XMLHttpRequest',
    ]
    const sjs = `export default () => [${names.map((name) => `typeof ${name}`).join(', ')}, typeof this].join()`
    expect(await shows(sjs, '<import-sjs name="f" from="/m.sjs"/>{{f()}}')).toBe(
      [...names, 'this'].map(() => 'undefined').join(),
    )
  })

  test('tells the type of a value by its constructor', async () => {
    expect(
      await shows(
        'export default (x) => [x.constructor, (1).constructor, ""["constructor"], [].constructor === "Array", getDate(0).constructor].join()',
        '<import-sjs name="f" from="/m.sjs"/>{{f(o)}}',
        { o: {} },
      ),
    ).toBe('Object,Number,String,true,Date')
  })

  test('has regular expressions and dates by function', async () => {
    expect(
      await shows(
        'export default () => getRegExp("a(.)", "g").test("ab") + "," + getDate(2020, 1, 1).getFullYear()',
        '<import-sjs name="f" from="/m.sjs"/>{{f()}}',
      ),
    ).toBe('true,2020')
  })

  test.each<[string, string, RegExp]>([
    ['an import of a script', 'import x from "./app.js"', /cannot import/],
    ['eval', 'export default () => eval("1")', /eval/],
    ['a missing file', 'import x from "./none.sjs"', /cannot import/],
  ])('is refused with %s', async (_, sjs, problem) => {
    await expect(shows(sjs, '<import-sjs name="m" from="/m.sjs"/>')).rejects.toThrow(problem)
  })
})
