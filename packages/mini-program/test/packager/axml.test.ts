/** AXML: directives, templates, text, and what is mended. */
import { describe, expect, test } from 'vitest'
import { PackError } from '../../src/packager/index.ts'
import { packAxml, type Files } from '../support/project.ts'
import { renderText, renderTree, type Shown } from '../support/render.ts'

async function shows(axml: string, data: Record<string, unknown> = {}, more: Files = {}): Promise<string> {
  const { packed } = await packAxml(axml, more)
  return renderText(packed, data)
}

async function firstTag(axml: string, data: Record<string, unknown> = {}): Promise<Shown> {
  const { packed } = await packAxml(axml)
  return renderTree(packed, data)[0] as Shown
}

async function refusal(axml: string, more: Files = {}): Promise<PackError> {
  const error: unknown = await packAxml(axml, more).then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(PackError)
  return error as PackError
}

describe('a binding', () => {
  test('that is a whole attribute keeps its type; anything else becomes text', async () => {
    const { attributes } = await firstTag(
      '<view a="{{no}}" b="false" c d="{{n}}" e="{{n}}px" f="x{{nothing}}y" g="" h="{{list}}" i="{{ {k: n} }}"/>',
      { no: false, n: 3, nothing: null, list: [1] },
    )
    expect(JSON.parse(JSON.stringify(attributes))).toEqual({
      a: false,
      b: 'false',
      c: true,
      d: 3,
      e: '3px',
      f: 'xy',
      g: '',
      h: [1],
      i: { k: 3 },
    })
  })

  test('in text prints null and undefined as nothing', async () => {
    expect(await shows('<text>a{{none}}b{{nothing}}c{{zero}}</text>', { nothing: null, zero: 0 })).toBe(
      '<text>abc0</text>',
    )
  })

  test('may hold < > and both quotes', async () => {
    expect(await shows(`<view class="{{a < 2 && a > 0 ? "in" : 'out'}}">{{a<2}}</view>`, { a: 1 })).toBe(
      '<view class="in">true</view>',
    )
  })

  test('may be written with entities', async () => {
    expect(await shows('<view>{{a &lt; 2 &amp;&amp; a &gt; 0}} &lt;b&gt; &#20320;</view>', { a: 1 })).toBe(
      '<view>true <b> 你</view>',
    )
  })

  test('that is not closed is refused where it starts', async () => {
    expect(await refusal('<view>\n  <text class="{{a">x</text></view>')).toMatchObject({ line: 2, column: 16 })
  })

  test('that is not an expression is refused with its place and what may stand there', async () => {
    const error = await refusal('<view>\n  {{a.push(1)}}\n</view>')
    expect(error).toMatchObject({ file: '/pages/index/index.axml', line: 2, column: 5 })
    expect(error.advice).toContain('SJS')
  })
})

describe('a:if', () => {
  const chain =
    '<view a:if="{{n === 1}}">one</view>\n <!-- c -->\n<view a:elif="{{n === 2}}">two</view><view a:else>many</view>'
  test.each([
    [1, '<view>one</view>'],
    [2, '<view>two</view>'],
    [3, '<view>many</view>'],
  ])('with n = %d shows one branch', async (n, text) => {
    expect(await shows(chain, { n })).toBe(text)
  })

  test('without a match shows nothing', async () => {
    expect(await shows('<view a:if="{{n}}">x</view>', {})).toBe('')
  })

  test.each([
    '<view a:else>x</view>',
    '<view a:if="{{a}}"/>text<view a:else/>',
    '<view a:if="{{a}}"/><view/><view a:elif="{{b}}"/>',
  ])('a stray branch is refused: %s', async (axml) => {
    expect((await refusal(axml)).problem).toMatch(/does not follow/)
  })
})

describe('a:for', () => {
  test('repeats with item and index, renamed and nested', async () => {
    const axml = `<view a:for="{{rows}}" a:for-item="row" a:for-index="i"><text a:for="{{row.cells}}">{{i}}.{{index}}={{item}}{{mark}} </text></view>`
    expect(await shows(axml, { rows: [{ cells: ['a', 'b'] }, { cells: ['c'] }], mark: '!' })).toBe(
      '<view><text>0.0=a! </text><text>0.1=b! </text></view><view><text>1.0=c! </text></view>',
    )
  })

  test('takes a number and an object', async () => {
    expect(await shows('<text a:for="{{3}}">{{item}}</text>')).toBe('<text>0</text><text>1</text><text>2</text>')
    expect(await shows('<text a:for="{{o}}">{{index}}:{{item}}</text>', { o: { x: 1, y: 2 } })).toBe(
      '<text>x:1</text><text>y:2</text>',
    )
  })

  test('shows nothing for what is no list', async () => {
    expect(await shows('<text a:for="{{list}}">x</text>', {})).toBe('')
  })

  test('is the outer one of a:for and a:if on one tag', async () => {
    expect(await shows('<text a:for="{{[1,2,3]}}" a:if="{{item !== 2}}">{{item}}</text>')).toBe(
      '<text>1</text><text>3</text>',
    )
  })

  test('gives back outer names after the loop', async () => {
    expect(await shows('<text a:for="{{[1]}}">{{item}}</text>{{item}}', { item: 'data' })).toBe('<text>1</text>data')
  })

  test('tells a row of the outer names it uses, and of nothing else', async () => {
    const { packed } = await packAxml(
      '<view a:for="{{list}}" a:key="id"><text a:for="{{item.sub}}" a:for-item="s">{{s}}{{item.id}}{{shown}}</text></view>{{other}}',
    )
    expect(packed.view).toContain('r.l(d.list,[d.shown],"id",function(x1,n1)')
    expect(packed.view).toContain('r.l(x1?.sub,[x1,d.shown],null,')
  })

  test.each([
    ['a:key="id"', '"id"'],
    ['a:key="*this"', '"*this"'],
    ['a:key="item"', '"*this"'],
    ['a:key="item.id"', '"id"'],
    ['a:key="index"', 'null'],
    ['key="{{item.id}}"', 'function(x1,n1){return x1?.id}'],
  ])('takes the key %s', async (key, code) => {
    const { packed } = await packAxml(`<view a:for="{{list}}" ${key}/>`)
    expect(packed.view).toContain(`r.l(d.list,[],${code},`)
  })

  test('without a binding is a warning and shows nothing', async () => {
    const { warnings, packed } = await packAxml('<view a:for="list">x</view>')
    expect(warnings[0]).toMatchObject({
      line: 1,
      column: 7,
      message: expect.stringContaining('a:for="{{list}}"') as string,
    })
    expect(renderText(packed)).toBe('')
  })
})

describe('a template', () => {
  test('sees only what data gives it', async () => {
    const axml =
      '<template name="card"><text>{{name}}-{{n}}-{{secret}}</text></template><template is="card" data="{{name, n: a + 1, ...rest}}"/>'
    expect(await shows(axml, { name: 'x', a: 1, secret: 's', rest: { n: 9 } })).toBe('<text>x-9-</text>')
  })

  test('may be chosen by data, and take an object by itself', async () => {
    const axml =
      '<template name="a">A{{v}}</template><template name="b">B{{v}}</template><template is="{{kind}}" data="{{ {v: 1} }}"/>'
    expect(await shows(axml, { kind: 'b' })).toBe('B1')
  })

  test('may take a data name that is a keyword', async () => {
    expect(
      await shows('<template name="a">{{class}}</template><template is="a" data="{{class: kind, for: 1}}"/>', {
        kind: 'k',
      }),
    ).toBe('k')
  })

  test('of an imported file is known, those that file imports are not', async () => {
    const more = {
      'templates/card.axml': '<import src="./deep.axml"/><template name="card">card <template is="deep"/></template>',
      'templates/deep.axml': '<template name="deep">deep</template>',
    }
    const axml = '<import src="/templates/card"/><template is="card"/>|<template is="deep"/>'
    expect(await shows(axml, {}, more)).toBe('card deep|')
  })

  test('that is imported from nowhere is refused', async () => {
    expect(await refusal('<import src="./none.axml"/>')).toMatchObject({
      line: 1,
      column: 14,
      problem: 'There is no file ./none.axml',
    })
  })
})

describe('include', () => {
  test('copies the nodes of a file without its templates', async () => {
    const more = { 'parts/head.axml': '<template name="t">T</template><view>{{title}}</view>' }
    expect(await shows('<include src="../../parts/head.axml"/><template is="t"/>', { title: 'hi' }, more)).toBe(
      '<view>hi</view>',
    )
  })

  test('of a file that includes itself is refused', async () => {
    const more = { 'a.axml': '<include src="/b.axml"/>', 'b.axml': '<include src="/a.axml"/>' }
    expect((await refusal('<include src="/a.axml"/>', more)).problem).toMatch(/includes itself/)
  })

  test('names the included file when the mistake is there', async () => {
    expect(await refusal('<include src="/a.axml"/>', { 'a.axml': '\n<view>{{a b}}</view>' })).toMatchObject({
      file: '/a.axml',
      line: 2,
    })
  })
})

test('block shows only what it holds', async () => {
  expect(await shows('<block a:for="{{[1,2]}}"><text>{{item}}</text>;</block>')).toBe('<text>1</text>;<text>2</text>;')
})

test('layout of the source is not content, and \\n in a text is a line break', async () => {
  expect(await shows('<view>\n  <text>\n   two   words \\n here\n  </text>\n  a <text>b</text>\n</view>')).toBe(
    '<view><text>two words \n here</text>a <text>b</text></view>',
  )
})

describe('events, data and marks', () => {
  test('take their names in camel case, handlers by name or binding', async () => {
    const { attributes } = await firstTag(
      '<view onTap="open" catchTouchMove="{{h}}" capture-onTap="first" data-item-id="{{1}}" data-kind="a" mark:place="list"/>',
      { h: 'hold' },
    )
    expect(JSON.parse(JSON.stringify(attributes))).toEqual({
      $on: { tap: ['open', 0], touchMove: ['hold', 1], 'capture:tap': ['first', 0] },
      $data: { itemId: 1, kind: 'a' },
      $mark: { place: 'list' },
    })
  })

  test.each([
    ['bindtap="x"', 'Write onTap'],
    ['catchtap="x"', 'Write catchTap'],
    ['bind:tap="x"', 'Write onTap'],
    ['wx:if="{{a}}"', 'Write a:if'],
    ['ontap="x"', 'Write onTap'],
  ])('%s of another platform is ignored with a hint', async (attribute, hint) => {
    const { packed, warnings } = await packAxml(`<view ${attribute} id="v"/>`)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]!.message).toContain(hint)
    expect(renderText(packed)).toBe('<view id="v"></view>')
  })
})

describe('markup with mistakes is mended, with a warning at its place:', () => {
  test.each<[what: string, axml: string, text: string, line: number, column: number]>([
    ['an unclosed tag', '<view>\n <text>a\n</view><view>b</view>', '<view><text>a</text></view><view>b</view>', 2, 2],
    ['an unclosed tag at the end', '<view>\n<text>a', '<view><text>a</text></view>', 1, 1],
    ['a stray end tag', '<view>a</text></view>', '<view>a</view>', 1, 8],
    ['a stray end tag at the root', '</view><view>a</view>', '<view>a</view>', 1, 1],
    [
      'an unclosed image',
      '<view><image src="http://a/b">c<text>d</text></view>',
      '<view><image src="http://a/b"></image>c<text>d</text></view>',
      1,
      7,
    ],
    ['a block closed by another name', '<block><view>a</block>', '<view>a</view>', 1, 8],
    ['an attribute that stands twice', '<view id="a" id="b"/>', '<view id="a"></view>', 1, 14],
  ])('%s', async (_, axml, text, line, column) => {
    const { packed, warnings } = await packAxml(axml)
    expect(renderText(packed)).toBe(text)
    expect(warnings).toContainEqual(expect.objectContaining({ file: '/pages/index/index.axml', line, column }))
  })

  test('unknown tags are kept, and comments and declarations dropped', async () => {
    expect(await shows('<?xml version="1.0"?><!-- <view> --><span>a</span><br/><my-card/>')).toBe(
      '<span>a</span><br></br><my-card></my-card>',
    )
  })
})

test('a picture of the package is found from its file, and a missing one is a warning', async () => {
  const { packed, warnings } = await packAxml(
    '<image src="../../a.png"/><image src="/none.png"/><image src="https://a/b.png"/>',
    {
      'a.png': new Uint8Array([1]),
    },
  )
  expect(renderText(packed)).toContain('<image src="/a.png">')
  expect(warnings).toEqual([
    { file: '/pages/index/index.axml', line: 1, column: 39, message: 'There is no picture /none.png.' },
  ])
})

test('text of the markup cannot leave the script it is put into', async () => {
  const text = `</script>"'\`\\u0000\u2028 \${x}`
  expect(await shows(`<text>${text.replace('</script>', '&lt;/script&gt;')}</text>`)).toBe(
    `<text>${text.replace('\u2028', '\u2028')}</text>`,
  )
})
