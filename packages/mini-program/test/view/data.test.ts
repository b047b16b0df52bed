/** Data in the view: what is shown after changes, what stays the same element, and when the page is told. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { packAxml, packFiles, type Files } from '../support/project.ts'
import { openView, type ViewFrame } from '../support/view-frame.ts'
import type { Json } from '../../src/bridge/messages.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

async function show(axml: string, data: Json = {}, more: Files = {}): Promise<ViewFrame> {
  const { packed } = await packAxml(axml, more)
  const view = await openView(browser, packed)
  await view.mount(data)
  return view
}

const text = (view: ViewFrame) => view.page.locator('tp-page').innerText()

test('the host hears ready, then painted; the logic hears each sequence number', async () => {
  const view = await show('<view>{{a}}</view>', { a: 'first' })
  await view.set(['a'], 'second')
  expect(await view.fromHost()).toEqual([{ kind: 'ready' }, { kind: 'painted' }])
  expect((await view.fromLogic()).filter((message) => message.kind === 'painted')).toEqual([
    { kind: 'painted', seq: 1 },
    { kind: 'painted', seq: 2 },
  ])
  expect(await text(view)).toBe('second')
  await view.close()
})

test('changes of one path, a splice and missing parents are shown, in order', async () => {
  const view = await show('<text a:for="{{list}}" a:key="id">{{item.name}};</text>{{a.b[1].c}}', {
    list: [
      { id: 1, name: 'x' },
      { id: 2, name: 'y' },
    ],
  })
  await view.update(
    { path: ['list', 1, 'name'], value: 'Y' },
    { path: ['list'], splice: { start: 0, deleteCount: 1, items: [{ id: 3, name: 'z' }] } },
    { path: ['a', 'b', 1, 'c'], value: 'deep' },
  )
  expect(await text(view)).toBe('z;Y;deep')
  await view.close()
})

test('a keyed row keeps its element when the order changes', async () => {
  const view = await show('<view a:for="{{list}}" a:key="id" id="r{{item.id}}">{{index}}:{{item.id}}</view>', {
    list: [{ id: 1 }, { id: 2 }, { id: 3 }],
  })
  await view.page.evaluate(() => Object.assign(document.getElementById('r3')!, { mine: true }))
  await view.set(['list'], [{ id: 3 }, { id: 1 }])
  expect((await text(view)).split('\n')).toEqual(['0:3', '1:1'])
  expect(await view.page.evaluate(() => 'mine' in document.getElementById('r3')!)).toBe(true)
  await view.close()
})

test('rows with equal keys all show', async () => {
  const view = await show('<text a:for="{{list}}" a:key="id">{{item.n}}</text>', {
    list: [
      { id: 1, n: 'a' },
      { id: 1, n: 'b' },
      { id: 1, n: 'c' },
    ],
  })
  expect(await text(view)).toBe('abc')
  await view.set(['list', 1, 'n'], 'B')
  expect(await text(view)).toBe('aBc')
  await view.close()
})

test('rows follow the outer data they use', async () => {
  const view = await show(
    '<view a:for="{{list}}" a:key="*this"><text class="{{item === chosen ? \'on\' : \'\'}}" a:for="{{[1]}}" a:for-item="n">{{unit}}{{n}}</text></view>',
    {
      list: ['a', 'b'],
      chosen: 'a',
      unit: '¥',
    },
  )
  await view.set(['chosen'], 'b')
  await view.set(['unit'], '$')
  expect(await view.page.locator('.on').count()).toBe(1)
  expect((await text(view)).replace(/\s+/g, '')).toBe('$1$1')
  await view.close()
})

test('a branch that turns false is destroyed, and made anew when it is true again', async () => {
  const view = await show('<input a:if="{{a}}" id="x" value="one"/><input a:else id="x" value="two"/>', { a: true })
  await view.page.fill('#x input', 'typed')
  await view.set(['a'], false)
  expect(await view.page.inputValue('#x input')).toBe('two')
  await view.set(['a'], true)
  expect(await view.page.inputValue('#x input')).toBe('one')
  await view.close()
})

test('hidden keeps the element and hides it', async () => {
  const view = await show(
    '<view id="v" class="box" hidden="{{h}}">x</view>',
    { h: true },
    { 'app.acss': '.box{display:flex}' },
  )
  expect(await view.page.locator('#v').isVisible()).toBe(false)
  await view.set(['h'], false)
  expect(await view.page.locator('#v').isVisible()).toBe(true)
  await view.close()
})

test('templates and SJS run in the frame that allows no code from text', async () => {
  const view = await show(
    '<import src="/t.axml"/><import-sjs name="m" from="/m.sjs"/><template is="price" data="{{n: m.yuan(cents)}}"/>',
    { cents: 1250 },
    {
      't.axml': '<template name="price"><text>¥{{n}}</text></template>',
      'm.sjs': 'export default { yuan: (n) => (n / 100).toFixed(2) }',
    },
  )
  expect(await text(view)).toBe('¥12.50')
  await view.close()
})

test('an expression that throws is told and leaves the page as it was', async () => {
  const view = await show(
    '<import-sjs name="f" from="/m.sjs"/><view>{{f(a)}}</view>',
    { a: 'fine' },
    {
      'm.sjs': 'export default (x) => { if (x === "bad") { throw new Error("no good") } return x }',
    },
  )
  await view.set(['a'], 'bad')
  expect(await text(view)).toBe('fine')
  expect(await view.fromHost()).toContainEqual({ kind: 'error', message: 'Error: no good' })
  await view.set(['a'], 'well')
  expect(await text(view)).toBe('well')
  await view.close()
})

test('a row whose expression throws leaves the others alone', async () => {
  const view = await show(
    '<import-sjs name="f" from="/m.sjs"/><text a:for="{{list}}">{{f(item)}}</text>',
    { list: ['a', 'bad', 'c'] },
    { 'm.sjs': 'export default (x) => { if (x === "bad") { throw new Error("no good") } return x }' },
  )
  expect(await text(view)).toBe('ac')
  expect(await view.fromHost()).toContainEqual({ kind: 'error', message: 'Error: no good' })
  await view.set(['list', 1], 'b')
  expect(await text(view)).toBe('abc')
  await view.close()
})

test('many changes in one turn are all painted', async () => {
  const view = await show('<text>{{n}}</text>', { n: 0 })
  await view.page.evaluate(() => {
    for (let seq = 2; seq <= 51; seq++)
      window.toLogic.postMessage({ kind: 'update', seq, changes: [{ path: ['n'], value: seq }] })
  })
  await view.page.waitForFunction(() => window.fromLogic.some((each) => each.kind === 'painted' && each.seq === 51))
  expect(await text(view)).toBe('51')
  expect((await view.fromLogic()).filter((message) => message.kind === 'painted').length).toBeLessThan(50)
  await view.close()
})

test('750rpx are the page width, in styles and in inline styles, on any width', async () => {
  const { packed } = await packFiles({
    'pages/index/index.axml': '<view id="a" class="a"/><view id="b" style="width:{{w}}rpx;height:10rpx"/>',
    'pages/index/index.acss': '.a{width:750rpx;height:10rpx}',
  })
  const view = await openView(browser, packed, { width: 430 })
  await view.mount({ w: 375 })
  expect(await view.page.locator('#a').boundingBox()).toMatchObject({ width: 430 })
  expect(await view.page.locator('#b').boundingBox()).toMatchObject({ width: 215 })
  await view.page.setViewportSize({ width: 750, height: 800 })
  expect(await view.page.locator('#b').boundingBox()).toMatchObject({ width: 375, height: 10 })
  await view.close()
})

test('styles of the program win over the base, a later rule over an earlier one', async () => {
  const view = await show(
    '<button id="b" type="primary" class="mine">x</button><view id="v" class="mine"/>',
    {},
    {
      'app.acss': 'page{background:rgb(1,2,3)} button{color:rgb(4,5,6)} .mine{background-color:rgb(7,8,9)}',
      'pages/index/index.acss': 'view{background-color:rgb(10,11,12)}',
    },
  )
  const style = (selector: string, name: string) =>
    view.page
      .locator(selector)
      .evaluate((element, property) => getComputedStyle(element).getPropertyValue(property), name)
  expect(await style('tp-page', 'background-color')).toBe('rgb(1, 2, 3)')
  expect(await style('#b', 'color')).toBe('rgb(4, 5, 6)')
  expect(await style('#b', 'background-color')).toBe('rgb(7, 8, 9)')
  expect(await style('#v', 'background-color')).toBe('rgb(10, 11, 12)')
  await view.close()
})

test('the page tells where it is scrolled, and its bottom once each time it is reached', async () => {
  const view = await show('<view style="height:{{h}}px">tall</view>', { h: 2000 })
  const scrollTo = (top: number) => view.page.evaluate((to) => window.scrollTo(0, to), top)
  const bottoms = async () =>
    (await view.fromLogic()).filter((message) => message.kind === 'scroll' && message.reachedBottom).length
  const seen = (top: number) =>
    view.page.waitForFunction(
      (at) => window.fromLogic.some((each) => each.kind === 'scroll' && each.scrollTop === at),
      top,
    )
  await scrollTo(300)
  await seen(300)
  expect(await bottoms()).toBe(0)
  await scrollTo(1320)
  await seen(1320)
  await scrollTo(1333)
  await seen(1333)
  expect(await bottoms()).toBe(1)
  await view.set(['h'], 3000)
  await scrollTo(2333)
  await seen(2333)
  expect(await bottoms()).toBe(2)
  await view.page.evaluate(() => window.toLogic.postMessage({ kind: 'scrollTo', top: 40, durationMs: 50 }))
  await seen(40)
  await view.close()
})

test('a second connect and messages from elsewhere are not heard', async () => {
  const view = await show('<view>{{a}}</view>', { a: 'mine' })
  await view.page.evaluate(() => {
    const [host, logic] = [new MessageChannel(), new MessageChannel()]
    window.postMessage({ kind: 'connect' }, '*', [host.port2, logic.port2])
    host.port1.postMessage({ kind: 'start', start: {} })
    logic.port1.postMessage({ kind: 'mount', seq: 99, data: { a: 'theirs' } })
  })
  await view.set(['b'], 1)
  expect(await text(view)).toBe('mine')
  await view.close()
})

test('a page the program does not have is told to the host', async () => {
  const { packed } = await packAxml('<view/>')
  const view = await openView(browser, packed, { path: 'pages/none/none' })
  await view.mount({})
  expect(await view.fromHost()).toContainEqual({
    kind: 'error',
    message: 'Error: The program has no page pages/none/none.',
  })
  await view.close()
})
