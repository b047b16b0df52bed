/** ACSS: lengths, selectors, imports, files, and rules with mistakes. */
import { describe, expect, test } from 'vitest'
import { renameTypeSelectors } from '../../src/packager/acss-selectors.ts'
import { packFiles, type Files } from '../support/project.ts'

async function css(acss: string, more: Files = {}) {
  const { packed, warnings } = await packFiles({ 'pages/index/index.acss': acss, ...more })
  return { css: packed.styles.pages['pages/index/index']!.replace(/\s+/g, ' '), app: packed.styles.app, warnings }
}

describe('rpx becomes a part of the page width', () => {
  test.each([
    ['100rpx', 'calc(var(--rpx) * 100)'],
    ['-10.5rpx', 'calc(var(--rpx) * -10.5)'],
    ['.5rpx', 'calc(var(--rpx) * 0.5)'],
    ['0rpx', '0px'],
    ['10RPX', 'calc(var(--rpx) * 10)'],
    ['calc(100% - 20rpx)', 'calc(100% - calc(var(--rpx) * 20))'],
    ['1rpx solid rgba(0,0,0,.1)', 'calc(var(--rpx) * 1) solid rgba(0,0,0,.1)'],
    ['translate(-50%, 4rpx)', 'translate(-50%, calc(var(--rpx) * 4))'],
    ['"10rpx"', '"10rpx"'],
    ['var(--gap-10rpx)', 'var(--gap-10rpx)'],
    ['24rpx/1.5 a10rpx', 'calc(var(--rpx) * 24)/1.5 a10rpx'],
  ])('%s', async (value, result) => {
    expect((await css(`.a{x:${value}}`)).css).toBe(`.a{x:${result}}`)
  })

  test('a query is measured on a page of 375 px, with a warning', async () => {
    const { css: result, warnings } = await css('@media (min-width: 750rpx){.a{color:red}}')
    expect(result).toBe('@media (min-width: 375px){.a{color:red}}')
    expect(warnings).toHaveLength(1)
  })
})

describe('a type selector names a component and weighs as a class:', () => {
  test.each([
    ['view', ':is(tp-view,.a-view)'],
    ['page', ':is(tp-page,.a-page)'],
    ['.view', '.view'],
    ['#view', '#view'],
    ['view.a>text + .b', ':is(tp-view,.a-view).a>:is(tp-text,.a-text) + .b'],
    ['scroll-view::after', ':is(tp-scroll-view,.a-scroll-view)::after'],
    ['.a:not(view):hover', '.a:not(:is(tp-view,.a-view)):hover'],
    ['.a:nth-child(odd)', '.a:nth-child(odd)'],
    ['.a:nth-child(2n+1) view', '.a:nth-child(2n+1) :is(tp-view,.a-view)'],
    ['[data-a="view)"]', '[data-a="view)"]'],
    ['*', '*'],
    ['.a\\:b view', '.a\\:b :is(tp-view,.a-view)'],
    ['view,\ntext', ':is(tp-view,.a-view),\n:is(tp-text,.a-text)'],
  ])('%s', (selector, result) => {
    expect(renameTypeSelectors(selector)).toBe(result)
  })

  test('but the steps of keyframes are no selectors', async () => {
    expect((await css('@keyframes k{from{top:0}50%{top:1px}to{top:2rpx}}')).css).toBe(
      '@keyframes k{from{top:0}50%{top:1px}to{top:calc(var(--rpx) * 2)}}',
    )
  })
})

describe('an import', () => {
  test.each(['./base.acss', 'base.acss', './base', '/pages/index/base.acss'])(
    '%s stands before the file',
    async (path) => {
      const { css: result } = await css(`@import "${path}"; .b{top:0}`, { 'pages/index/base.acss': '.a{top:1rpx}' })
      expect(result).toBe('.a{top:calc(var(--rpx) * 1)} .b{top:0}')
    },
  )

  test('may come from a package and hold imports itself', async () => {
    const { css: result } = await css('@import "kit/main.acss";', {
      'node_modules/kit/main.acss': '@import "./part.acss";.m{top:0}',
      'node_modules/kit/part.acss': '.p{top:0}',
    })
    expect(result).toBe('.p{top:0} .m{top:0}')
  })

  test.each(['"https://a/b.css"', '"none.acss"', '"./index.acss"', ''])(
    'that cannot be is skipped with a warning: %s',
    async (path) => {
      const { css: result, warnings } = await css(`@import ${path};.b{top:0}`)
      expect(result).toBe('.b{top:0}')
      expect(warnings).toHaveLength(1)
    },
  )

  test('that leads out of the project is refused', async () => {
    await expect(css('@import "../../../secret.acss";')).rejects.toThrow(/leads out of the project/)
  })
})

test('files of the package become data; others stay; missing ones are told', async () => {
  const { css: result, warnings } = await css(
    '.a{background:url(/a.png)}.b{background:url("../../a.png?x")}.c{background:url(https://x/y.png)}.d{background:url(/none.png)}',
    { 'a.png': new Uint8Array([1, 2, 3]) },
  )
  expect(result).toBe(
    '.a{background:url("data:image/png;base64,AQID")}.b{background:url("data:image/png;base64,AQID")}.c{background:url("https://x/y.png")}.d{background:url("/none.png")}',
  )
  expect(warnings).toHaveLength(1)
})

describe('a mistake costs only its rule:', () => {
  test.each<[what: string, acss: string, kept: string[]]>([
    ['an unclosed block', '.a{top:0} .b{left:0', ['.a{top:0}', 'left:0']],
    ['a word without a value', '.a{top:0; wrong left:0; right:0}', ['top:0', 'right:0']],
    ['a bracket too many', '.a{top:0}} .b{left:0}', ['.a{top:0}', '{left:0}']],
    ['an unclosed comment', '.a{top:0} /* why', ['.a{top:0}']],
    ['an unclosed text', '.a{content:"x;top:0}\n.b{left:0}', ['.b', 'left:0']],
    ['a comment with //', '// title\n.a{top:0;// left:0;\nright:0}', ['.a{top:0', 'right:0']],
    ['a lone word', 'wrong\n', []],
  ])('%s', async (_, acss, kept) => {
    const { css: result, warnings } = await css(acss)
    for (const part of kept) expect(result).toContain(part)
    expect(warnings.length).toBeGreaterThan(0)
  })
})

test('the style of the app and that of a page are apart', async () => {
  const { app, css: page } = await css('.p{top:0}', { 'app.acss': '\uFEFF.g{top:0}' })
  expect([app, page]).toEqual(['.g{top:0}', '.p{top:0}'])
})
