/** Built-in components as a user meets them: pictures, scrolling, swiping, forms. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { packAxml, type Files } from '../support/project.ts'
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

const PICTURE = {
  'a.svg':
    '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100"><rect width="200" height="100" fill="red"/></svg>',
}

describe('image', () => {
  test.each([
    ['', 300, 225, 'fill'],
    ['mode="aspectFit"', 300, 225, 'contain'],
    ['mode="aspectFill"', 300, 225, 'cover'],
    ['mode="widthFix"', 300, 150, 'fill'],
    ['mode="heightFix"', 450, 225, 'fill'],
    ['mode="top left"', 300, 225, 'none'],
  ])('%s has its size and fit', async (mode, width, height, fit) => {
    const view = await show(`<image id="i" src="/a.svg" ${mode} onLoad="loaded"/>`, {}, PICTURE)
    expect((await view.event('load')).detail).toEqual({ width: 200, height: 100 })
    expect(await view.page.locator('#i').boundingBox()).toMatchObject({ width, height })
    expect(await view.page.locator('#i img').evaluate((image) => getComputedStyle(image).objectFit)).toBe(fit)
    await view.close()
  })

  test('that cannot be loaded tells so, and one without a source shows nothing', async () => {
    const view = await show('<image src="/none.png" onError="failed"/><image id="empty" src="{{none}}"/>')
    expect((await view.event('error')).handler).toBe('failed')
    expect(await view.page.locator('#empty img').count()).toBe(0)
    await view.close()
  })

  test('of the package may be named by data and by an inline style', async () => {
    const view = await show(
      '<image src="{{src}}" onLoad="l"/><view id="v" style="{{style}}"/>',
      { src: '../../a.svg', style: 'background:url(/a.svg)' },
      PICTURE,
    )
    await view.event('load')
    expect(await view.page.locator('#v').evaluate((element) => element.style.background)).toContain('url("blob:')
    await view.close()
  })
})

describe('scroll-view', () => {
  const axml =
    '<scroll-view id="s" scroll-y style="height:200px" scroll-top="{{top}}" scroll-into-view="{{into}}" lower-threshold="20" onScroll="s" onScrollToLower="low" onScrollToUpper="up"><view a:for="{{10}}" id="r{{item}}" style="height:100px">{{item}}</view></scroll-view>'
  const top = (view: ViewFrame) => view.page.locator('#s').evaluate((element) => element.scrollTop)

  test('goes where data says: to a distance, and to a child', async () => {
    const view = await show(axml, { top: 150 })
    expect(await top(view)).toBe(150)
    await view.set(['into'], 'r3')
    expect(await top(view)).toBe(300)
    expect((await view.event('scroll')).detail).toMatchObject({ scrollTop: 150, scrollHeight: 1000 })
    await view.close()
  })

  test('tells once when it comes near an end', async () => {
    const view = await show(axml)
    const scroll = async (to: number, count: number) => {
      await view.page.locator('#s').evaluate((element, y) => element.scrollTo(0, y), to)
      await view.event('scroll', count)
    }
    await scroll(400, 1)
    await scroll(785, 2)
    await scroll(795, 3)
    await scroll(300, 4)
    await scroll(10, 5)
    await view.event('scrollToUpper')
    const types = (await view.events()).map((event) => event.type).filter((type) => type !== 'scroll')
    expect(types).toEqual(['scrollToLower', 'scrollToUpper'])
    await view.close()
  })
})

describe('swiper', () => {
  const axml =
    '<swiper id="s" style="height:100px" indicator-dots duration="{{0}}" current="{{current}}" circular="{{circular}}" autoplay="{{autoplay}}" interval="{{200}}" onChange="changed"><swiper-item a:for="{{3}}"><view id="p{{item}}">{{item}}</view></swiper-item></swiper>'
  const drag = async (view: ViewFrame, by: number) => {
    await view.page.mouse.move(200, 50)
    await view.page.mouse.down()
    await view.page.mouse.move(200 + by / 2, 50)
    await view.page.mouse.move(200 + by, 50)
    await view.page.mouse.up()
  }
  const left = async (view: ViewFrame, item: number) => (await view.page.locator(`#p${item}`).boundingBox())?.x

  test('turns with a drag, tells the item, and stays at its end', async () => {
    const view = await show(axml)
    await drag(view, -200)
    expect((await view.event('change')).detail).toMatchObject({ current: 1 })
    expect(await left(view, 1)).toBe(0)
    await drag(view, -200)
    expect((await view.event('change', 2)).detail).toMatchObject({ current: 2 })
    await drag(view, -200)
    expect(await left(view, 2)).toBe(0)
    expect(await view.events()).toHaveLength(2)
    await view.close()
  })

  test('goes round when it is circular', async () => {
    const view = await show(axml, { circular: true })
    await drag(view, 200)
    expect((await view.event('change')).detail).toMatchObject({ current: 2 })
    await drag(view, -200)
    expect((await view.event('change', 2)).detail).toMatchObject({ current: 0 })
    await view.close()
  })

  test('shows the item that data names, without an event', async () => {
    const view = await show(axml, { current: 1 })
    expect(await left(view, 1)).toBe(0)
    await view.set(['current'], 2)
    expect(await left(view, 2)).toBe(0)
    expect(await view.events()).toEqual([])
    expect(await view.page.locator('.tp-swiper-dots span').count()).toBe(3)
    await view.close()
  })

  test('turns by itself, and begins again at its end', async () => {
    const view = await show(axml, { autoplay: true })
    await view.event('change', 3)
    expect((await view.events()).slice(0, 3).map((event) => (event.detail as { current: number }).current)).toEqual([
      1, 2, 0,
    ])
    await view.close()
  })
})

describe('form', () => {
  const axml = `<form onSubmit="submit" onReset="reset">
    <input name="name" id="name" value="{{name}}" placeholder="Name" onInput="typed" onBlur="left" onFocus="came" onConfirm="done"/>
    <textarea name="note" id="note" value="none"/>
    <switch name="loud" id="loud" checked="{{true}}" onChange="switched"/>
    <slider name="sugar" id="sugar" min="0" max="10" value="4"/>
    <checkbox-group name="extras" onChange="extras"><label id="milk">milk <checkbox value="milk"/></label><label><checkbox value="ice" checked/>ice</label></checkbox-group>
    <radio-group name="size" onChange="size"><label id="small"><radio value="s"/>S</label><label id="large"><radio value="l" checked="{{true}}"/>L</label></radio-group>
    <button id="ok" form-type="submit" data-kind="main">OK</button><button id="undo" formType="reset">Undo</button>
  </form>`

  test('hands over the values of its named controls, and puts them back', async () => {
    const view = await show(axml, { name: 'Mei' })
    await view.page.fill('#name input', 'Li')
    await view.page.fill('#note textarea', 'hot')
    await view.page.click('#loud input')
    await view.page.click('#milk')
    await view.page.click('#small')
    await view.page.click('#ok')
    const submitted = await view.event('submit')
    expect(submitted).toMatchObject({
      handler: 'submit',
      detail: {
        value: { name: 'Li', note: 'hot', loud: false, sugar: 4, extras: ['milk', 'ice'], size: 's' },
        buttonTarget: { id: 'ok', dataset: { kind: 'main' } },
      },
    })
    expect((await view.events()).find((event) => event.handler === 'extras')!.detail).toEqual({
      value: ['milk', 'ice'],
    })
    expect((await view.events()).find((event) => event.handler === 'size')!.detail).toEqual({ value: 's' })
    await view.page.click('#undo')
    await view.event('reset')
    await view.page.click('#ok')
    expect((await view.event('submit', 2)).detail).toMatchObject({
      value: { name: 'Mei', note: 'none', loud: true, sugar: 4, extras: ['ice'], size: 'l' },
    })
    await view.close()
  })

  test('input tells what is typed, confirmed, entered and left', async () => {
    const view = await show(axml, { name: '' })
    await view.page.click('#name input')
    await view.page.keyboard.type('ab')
    await view.page.keyboard.press('Enter')
    await view.event('blur')
    expect(
      (await view.events()).filter((event) => event.type !== 'tap').map((event) => [event.handler, event.detail]),
    ).toEqual([
      ['came', { value: '' }],
      ['typed', { value: 'a', cursor: 1 }],
      ['typed', { value: 'ab', cursor: 2 }],
      ['done', { value: 'ab' }],
      ['left', { value: 'ab' }],
    ])
    await view.close()
  })
})

describe('input', () => {
  test('keeps what the user typed until data changes', async () => {
    const view = await show('<input id="i" value="{{v}}" maxlength="5"/>{{other}}', { v: 'one' })
    await view.page.fill('#i input', '')
    await view.page.locator('#i input').pressSequentially('typed more')
    await view.set(['other'], 1)
    expect(await view.page.inputValue('#i input')).toBe('typed')
    await view.set(['v'], 'two')
    expect(await view.page.inputValue('#i input')).toBe('two')
    await view.close()
  })

  test.each([
    ['password="{{true}}"', { type: 'password' }],
    ['type="number"', { inputmode: 'numeric' }],
    ['type="digit"', { inputmode: 'decimal' }],
    ['disabled', { disabled: '' }],
    ['', { maxlength: '140', type: 'text' }],
    ['placeholder="Name" aria-label="Your name"', { placeholder: 'Name', 'aria-label': 'Your name' }],
    ['confirm-type="search"', { enterkeyhint: 'search' }],
  ])('with %s', async (attributes, expected) => {
    const view = await show(`<input id="i" ${attributes}/>`)
    for (const [name, value] of Object.entries(expected))
      expect(await view.page.getAttribute('#i input', name)).toBe(value)
    await view.close()
  })

  test('takes the focus when data says so', async () => {
    const view = await show('<input id="i" focus="{{f}}"/>', { f: false })
    await view.set(['f'], true)
    await view.page.waitForFunction(() => document.activeElement?.localName === 'input')
    await view.close()
  })
})

test('button says what it is: type, size, disabled, loading', async () => {
  const view = await show(
    '<button id="a" type="primary" size="mini">Go</button><button id="b" disabled loading>Wait</button>',
  )
  expect(await view.page.getByRole('button', { name: 'Go' }).count()).toBe(1)
  expect(await view.page.getByRole('button', { name: 'Wait', disabled: true }).count()).toBe(1)
  expect(await view.page.locator('#b .tp-spinner').count()).toBe(1)
  expect((await view.page.locator('#a').boundingBox())!.width).toBeLessThan(100)
  await view.close()
})

test('icon and progress are drawn in their size', async () => {
  const view = await show(
    '<icon id="i" type="success" size="40"/><icon id="none" type="nothing"/><progress id="p" percent="{{30}}" show-info/>',
  )
  expect(await view.page.locator('#i').boundingBox()).toMatchObject({ width: 40, height: 40 })
  expect(await view.page.locator('#none svg').count()).toBe(0)
  expect(await view.page.locator('#p').innerText()).toBe('30%')
  expect(await view.page.getAttribute('#p', 'aria-valuenow')).toBe('30')
  await view.close()
})

test('text shows the line breaks of data, and unknown tags are plain blocks', async () => {
  const view = await show('<text id="t">{{t}}</text><my-card id="u">x</my-card>', { t: 'a\nb' })
  expect((await view.page.locator('#t').boundingBox())!.height).toBeGreaterThan(36)
  expect(await view.page.locator('#u').evaluate((element) => getComputedStyle(element).display)).toBe('block')
  await view.close()
})
