/** Events of the page on their way to its methods: who hears, with what, and what stops them. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { packAxml } from '../support/project.ts'
import { openView, type ViewFrame } from '../support/view-frame.ts'
import type { Json } from '../../src/bridge/messages.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

async function show(axml: string, data: Json = {}): Promise<ViewFrame> {
  const { packed } = await packAxml(axml)
  const view = await openView(browser, packed)
  await view.mount(data)
  return view
}

describe('a tap', () => {
  test('reaches the handler with the dataset of its tag and that of the tag hit', async () => {
    const view = await show(
      '<view id="outer" data-item-id="{{id}}" data-flag="{{true}}" data-text="7" onTap="open"><text id="inner" data-part="name">Latte</text></view>',
      { id: 7 },
    )
    await view.page.click('#inner')
    const event = await view.event('tap')
    expect(event).toMatchObject({
      handler: 'open',
      type: 'tap',
      target: {
        id: 'inner',
        tagName: 'text',
        dataset: { itemId: 7, flag: true, text: '7' },
        targetDataset: { part: 'name' },
      },
      currentTarget: { id: 'outer', tagName: 'view', dataset: { itemId: 7, flag: true, text: '7' } },
    })
    expect(event.detail).toHaveProperty('x')
    expect(await view.fromHost()).toContainEqual({ kind: 'interacted', type: 'tap' })
    await view.close()
  })

  test('bubbles from the inner to the outer tag, and a catch ends it', async () => {
    const view = await show(
      '<view onTap="far"><view catchTap="middle"><view onTap="near" id="hit">hit</view></view></view>',
    )
    await view.page.click('#hit')
    await view.event('tap', 2)
    expect((await view.events()).map((event) => event.handler)).toEqual(['near', 'middle'])
    await view.close()
  })

  test('passes capture handlers first, from the root down', async () => {
    const view = await show('<view capture-onTap="a"><view capture-onTap="b" onTap="c" id="hit">hit</view></view>')
    await view.page.click('#hit')
    await view.event('tap', 3)
    expect((await view.events()).map((event) => event.handler)).toEqual(['a', 'b', 'c'])
    await view.close()
  })

  test('goes nowhere when the handler is an empty text, but a catch still holds it', async () => {
    const view = await show(
      '<view onTap="far"><view catchTap="{{none}}" id="hit">hit</view><view id="free" onTap="">free</view></view>',
      {
        none: '',
      },
    )
    await view.page.click('#hit')
    await view.page.click('#free')
    await view.event('tap')
    expect((await view.events()).map((event) => event.handler)).toEqual(['far'])
    expect((await view.events())[0]!.target.id).toBe('free')
    await view.close()
  })

  test('of a disabled button is no tap, not even for the tags around it', async () => {
    const view = await show('<view onTap="far"><button id="off" disabled="{{off}}" onTap="near">Pay</button></view>', {
      off: true,
    })
    await view.page.click('#off', { force: true })
    await view.set(['off'], false)
    await view.page.click('#off')
    await view.event('tap', 2)
    expect((await view.events()).map((event) => event.handler)).toEqual(['near', 'far'])
    await view.close()
  })

  test('can be made with the keyboard on a button', async () => {
    const view = await show('<button id="b" onTap="pay">Pay</button>')
    await view.page.focus('#b')
    await view.page.keyboard.press('Enter')
    await view.page.keyboard.press('Space')
    await view.event('tap', 2)
    await view.close()
  })

  test('carries marks of all tags above, the nearer winning', async () => {
    const view = await show(
      '<view mark:a="far" mark:b="{{1}}" onTap="go"><view mark:a="near" id="hit">hit</view></view>',
    )
    await view.page.click('#hit')
    expect((await view.event('tap')).mark).toEqual({ a: 'near', b: 1 })
    await view.close()
  })
})

test('a handler name from data follows the data', async () => {
  const view = await show('<view id="hit" onTap="{{name}}">hit</view>', { name: 'first' })
  await view.page.click('#hit')
  await view.set(['name'], 'second')
  await view.page.click('#hit')
  await view.event('tap', 2)
  expect((await view.events()).map((event) => event.handler)).toEqual(['first', 'second'])
  await view.close()
})

test('a press of half a second is a long tap and no tap', async () => {
  const view = await show('<view id="hit" style="height:100px" onTap="tap" onLongTap="long">hit</view>')
  const box = (await view.page.locator('#hit').boundingBox())!
  await view.page.mouse.move(box.x + 5, box.y + 5)
  await view.page.mouse.down()
  await view.event('longTap')
  await view.page.mouse.up()
  await view.page.click('#hit')
  await view.event('tap')
  expect((await view.events()).map((event) => event.handler)).toEqual(['long', 'tap'])
  await view.close()
})

test('a finger tells where it touches, moves and leaves', async () => {
  const view = await show(
    '<view id="hit" style="height:200px" onTouchStart="s" onTouchMove="m" onTouchEnd="e">hit</view>',
  )
  const box = (await view.page.locator('#hit').boundingBox())!
  await view.page.mouse.move(box.x + 20, box.y + 20)
  await view.page.mouse.down()
  await view.page.mouse.move(box.x + 20, box.y + 60)
  await view.page.mouse.up()
  await view.event('touchEnd')
  const events = await view.events()
  expect(events[0]).toMatchObject({
    handler: 's',
    touches: [{ identifier: 0, clientX: box.x + 20, clientY: box.y + 20 }],
  })
  expect(events.at(-1)).toMatchObject({ handler: 'e', touches: [], changedTouches: [{ clientY: box.y + 60 }] })
  expect(events.some((event) => event.handler === 'm')).toBe(true)
  await view.close()
})

test('a pressed tag wears its hover class and takes it off again', async () => {
  const view = await show(
    '<view id="hit" hover-class="down" hover-start-time="{{0}}" hover-stay-time="{{0}}" style="height:50px">hit</view>',
  )
  const box = (await view.page.locator('#hit').boundingBox())!
  await view.page.mouse.move(box.x + 5, box.y + 5)
  await view.page.mouse.down()
  await view.page.waitForSelector('#hit.down')
  await view.page.mouse.up()
  await view.page.waitForSelector('#hit:not(.down)')
  await view.close()
})

test('a navigator asks the logic under the reserved name', async () => {
  const view = await show('<navigator id="go" url="../detail/detail?id={{id}}" open-type="redirect">more</navigator>', {
    id: 3,
  })
  await view.page.click('#go')
  expect(await view.event('tap')).toMatchObject({
    handler: '$navigate',
    detail: { url: '../detail/detail?id=3', openType: 'redirect', delta: 1 },
  })
  await view.close()
})
