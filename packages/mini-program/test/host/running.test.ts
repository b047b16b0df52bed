/** A running program in the wallet: navigation and its hooks, tabs, dialogues, storage, and launches that fail. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import type { PackedProgram } from '../../src/package-format.ts'
import { packFiles, type Files } from '../support/project.ts'
import { lineOf, shellCall, startWalletWorld, type WalletWorld } from '../support/wallet-world.ts'

let world: WalletWorld
beforeAll(async () => {
  world = await startWalletWorld()
})
afterAll(() => world.close())

const hooks = (name: string, more = ''): string =>
  `Page({ ${['onLoad', 'onShow', 'onReady', 'onHide', 'onUnload'].map((hook) => `${hook}() { console.log('${name}.${hook}') }`).join(',')}, onTabItemTap(e) { console.log('${name}.tapped ' + e.text) }, ${more} })`

const pages = (names: string[], more: Files = {}, tabs?: string[]): Promise<PackedProgram> =>
  packFiles({
    'app.json': JSON.stringify({
      pages: names.map((name) => `pages/${name}/${name}`),
      window: { defaultTitle: 'Shop' },
      ...(tabs && { tabBar: { items: tabs.map((name) => ({ pagePath: `pages/${name}/${name}`, name })) } }),
    }),
    'app.js': 'App({ onLaunch() { globalThis.go = (api, o) => new Promise((d) => my[api]({ ...o, complete: d })) } })',
    ...Object.fromEntries(names.map((name) => [`pages/${name}/${name}.js`, hooks(name)])),
    ...Object.fromEntries(names.map((name) => [`pages/${name}/${name}.axml`, `<view>${name}</view>`])),
    ...more,
  }).then(({ packed }) => packed)

const lines = (page: Page): Promise<string[]> =>
  page.evaluate(() => window.wallet.events.flatMap((event) => (event.kind === 'console' ? [event.text] : [])))
const until = (page: Page, line: string, count = 1) =>
  page.waitForFunction(
    ([text, number]) =>
      window.wallet.events.filter((event) => event.kind === 'console' && event.text === text).length >= number,
    [line, count] as const,
  )
const lastBar = (page: Page) =>
  page.evaluate(() => window.wallet.shell.filter((call) => call.name === 'navigationBar').at(-1)?.value)

describe('navigation', () => {
  it('opens a page over another and comes back by the wallet’s button, hooks in order', async () => {
    const page = await world.open(
      await pages(['a', 'b'], {
        'pages/a/a.js': hooks('a', 'data: {}, go() {}').replace(
          'onReady() {',
          "onReady() { my.navigateTo({ url: '../b/b?x=1%202' });",
        ),
      }),
    )
    await until(page, 'b.onReady')
    expect(await lines(page)).toEqual([
      'a.onLoad',
      'a.onShow',
      'a.onReady',
      'a.onHide',
      'b.onLoad',
      'b.onShow',
      'b.onReady',
    ])
    expect(await lastBar(page)).toMatchObject({ title: 'Shop', canGoBack: true })
    await page.evaluate(() => window.wallet.running!.back())
    await until(page, 'a.onShow', 2)
    expect((await lines(page)).slice(7)).toEqual(['b.onUnload', 'a.onShow'])
    expect(await lastBar(page)).toMatchObject({ canGoBack: false })
    await page.evaluate(() => window.wallet.running!.back())
    expect(await page.evaluate(() => window.wallet.exits)).toBe(1)
    await page.close()
  })

  it('keeps one view frame for each page of the stack, and drops those that close', async () => {
    const page = await world.open(
      await pages(['a', 'b'], {
        'pages/a/a.js': `Page({ async onReady() { for (let i = 0; i < 3; i++) await my.navigateTo({ url: '/pages/b/b' }); console.log('RESULT1') } })`,
      }),
    )
    await lineOf(page, 'RESULT')
    const views = () => page.frames().filter((frame) => frame.url().endsWith('view.html')).length
    await expect.poll(views).toBe(4)
    await page.evaluate(() => window.wallet.running!.back())
    await expect.poll(views).toBe(3)
    await page.close()
  })

  it('refuses the eleventh page, unknown pages, tab pages, and going back from the first', async () => {
    const page = await world.open(
      await pages(
        ['a', 'b'],
        {
          'pages/a/a.js': `Page({ async onReady() {
            const errors = []
            const attempt = async (api, o) => { try { await my[api](o); errors.push('ok') } catch (e) { errors.push(e.error + ' ' + e.errorMessage) } }
            await attempt('navigateBack', {}); await attempt('navigateTo', { url: '/pages/none/none' }); await attempt('navigateTo', { url: '/pages/a/a' }); await attempt('redirectTo', { url: '/pages/a/a' })
            await attempt('switchTab', { url: '/pages/b/b' }); await attempt('navigateTo', {})
            for (let i = 0; i < 10; i++) await attempt('navigateTo', { url: '/pages/b/b' })
            console.log('RESULT' + JSON.stringify(errors)) } })`,
        },
        ['a'],
      ),
    )
    const errors = (await lineOf(page, 'RESULT')) as string[]
    expect(errors.slice(0, 6)).toEqual([
      '1 navigateBack: there is no page to go back to',
      '1 can not find page:pages/none/none',
      expect.stringMatching(/^1 navigateTo cannot open the tab page/),
      expect.stringMatching(/^1 redirectTo cannot open the tab page/),
      '1 switchTab: pages/b/b is not a tab page',
      '2 navigateTo: url is missing',
    ])
    expect(errors.slice(6)).toEqual([...Array<string>(9).fill('ok'), '1 depth can not be more than 10'])
    await page.close()
  })

  it('runs redirectTo and reLaunch with the documented hooks', async () => {
    const page = await world.open(
      await pages(['a', 'b', 'c'], {
        'pages/a/a.js': hooks('a').replace('onReady() {', "onReady() { my.redirectTo({ url: '/pages/b/b' });"),
        'pages/b/b.js': hooks('b').replace('onReady() {', "onReady() { my.reLaunch({ url: '/pages/c/c' });"),
      }),
    )
    await until(page, 'c.onReady')
    expect(await lines(page)).toEqual(
      'a.onLoad a.onShow a.onReady a.onUnload b.onLoad b.onShow b.onReady b.onUnload c.onLoad c.onShow c.onReady'.split(
        ' ',
      ),
    )
    await page.close()
  })

  it('keeps tab pages alive: seen before, only onShow; left, onHide', async () => {
    const page = await world.open(await pages(['a', 'b', 'c'], {}, ['a', 'b']))
    await until(page, 'a.onReady')
    expect(await shellCall(page, 'tabBar')).toMatchObject({ selected: 0, items: [{ name: 'a' }, { name: 'b' }] })
    await page.evaluate(() => window.wallet.running!.switchTab(1))
    await until(page, 'b.onReady')
    await page.evaluate(() => window.wallet.running!.switchTab(0))
    await until(page, 'a.tapped a')
    expect(await lines(page)).toEqual(
      'a.onLoad a.onShow a.onReady a.onHide b.onLoad b.onShow|b.tapped b|b.onReady b.onHide a.onShow|a.tapped a'
        .split('|')
        .flatMap((part) => (part.includes('tapped') ? [part] : part.split(' '))),
    )
    expect(
      await page.evaluate(() => window.wallet.shell.filter((call) => call.name === 'tabBar').at(-1)?.value),
    ).toMatchObject({ selected: 0 })
    await page.close()
  })

  it('tells the program when the wallet goes to the background and comes back', async () => {
    const page = await world.open(
      await pages(['a'], {
        'app.js': "App({ onShow() { console.log('App.onShow') }, onHide() { console.log('App.onHide') } })",
      }),
    )
    await until(page, 'a.onReady')
    await page.evaluate(() => {
      window.wallet.running!.setVisible(false)
      window.wallet.running!.setVisible(true)
    })
    await until(page, 'a.onShow', 2)
    expect((await lines(page)).slice(-4)).toEqual(['a.onHide', 'App.onHide', 'App.onShow', 'a.onShow'])
    await page.close()
  })
})

describe('the wallet’s own drawing', () => {
  it('shows one dialogue at a time, in order, and answers confirm', async () => {
    const page = await world.open(
      await pages(['a'], {
        'pages/a/a.js':
          "Page({ async onLoad() { my.alert({ content: 1 }); my.alert({ content: 2 }); const r = await my.confirm({ title: 'Sure?' }); console.log('RESULT' + JSON.stringify(r)) } })",
      }),
      { confirm: false },
    )
    expect(await lineOf(page, 'RESULT')).toEqual({ confirm: false, cancel: true })
    const shown = await page.evaluate(() =>
      window.wallet.shell.filter((call) => ['alert', 'confirm'].includes(call.name)).map((call) => call.value),
    )
    expect(shown).toMatchObject([
      { content: '1' },
      { content: '2' },
      { title: 'Sure?', confirmButtonText: 'OK', cancelButtonText: 'Cancel' },
    ])
    await page.close()
  })

  it('never shows a loading that is hidden before its delay', async () => {
    const page = await world.open(
      await pages(['a'], {
        'pages/a/a.js':
          "Page({ async onLoad() { my.showLoading({ content: 'late', delay: 60000 }); await my.hideLoading(); my.showLoading({ content: 'now' }); await my.hideLoading(); console.log('RESULT1') } })",
      }),
    )
    await lineOf(page, 'RESULT')
    expect(
      await page.evaluate(() =>
        window.wallet.shell.filter((call) => call.name === 'loading').map((call) => call.value),
      ),
    ).toEqual(['now', null])
    await page.close()
  })

  it('changes title and colours of the page on top only', async () => {
    const page = await world.open(
      await pages(['a', 'b'], {
        'pages/a/a.js':
          "Page({ async onLoad() { await my.setNavigationBar({ title: 'T'.repeat(300), backgroundColor: '#123456', frontColor: 'white' }); await my.navigateTo({ url: '/pages/b/b' }); await my.setNavigationBar({ title: 'B' }); console.log('RESULT1') } })",
      }),
    )
    await lineOf(page, 'RESULT')
    expect(await lastBar(page)).toMatchObject({ title: 'B', backgroundColor: '#ffffff' })
    await page.evaluate(() => window.wallet.running!.back())
    expect(await lastBar(page)).toMatchObject({
      title: 'T'.repeat(100),
      backgroundColor: '#123456',
      frontColor: 'white',
    })
    await page.close()
  })
})

describe('storage and requests', () => {
  it('start from what was saved, and save what is set', async () => {
    const page = await world.open(
      await pages(['a'], {
        'pages/a/a.js':
          "Page({ onLoad() { const { data } = my.getStorageSync({ key: 'cart' }); my.setStorageSync({ key: 'cart', data: [...data, 2] }); my.setStorageSync({ key: '__proto__', data: 1 }) } })",
      }),
      { storage: { cart: '[1]' } },
    )
    await page.waitForFunction(() => Object.hasOwn(window.wallet.saved, '__proto__'))
    expect(await page.evaluate(() => Object.entries(window.wallet.saved))).toEqual([
      ['cart', '[1,2]'],
      ['__proto__', '1'],
    ])
    await page.close()
  })

  it('send through the relay and bring JSON and bytes back', async () => {
    world.relay = ({ path }) => ({
      status: 201,
      body: path.endsWith('bytes') ? new Uint8Array([1, 2]) : '{"tradeNo":"9"}',
    })
    const page = await world.open(
      await pages(['a'], {
        'pages/a/a.js': `Page({ async onLoad() {
        const json = await my.request({ url: 'https://shop.test/orders', method: 'POST', data: { sku: 1 } })
        const bytes = await my.request({ url: 'https://shop.test/bytes', dataType: 'arraybuffer' })
        console.log('RESULT' + JSON.stringify([json.status, json.statusCode, json.data, bytes.data.constructor.name, [...new Uint8Array(bytes.data)]])) } })`,
      }),
    )
    expect(await lineOf(page, 'RESULT')).toEqual([201, 201, { tradeNo: '9' }, 'ArrayBuffer', [1, 2]])
    expect(world.relayed[0]).toMatchObject({
      method: 'POST',
      path: 'https://shop.test/orders',
      body: '{"sku":1}',
      headers: { 'content-type': 'application/json' },
    })
    await page.close()
  })
})

describe('a launch that fails', () => {
  it.each([
    [
      'a script with a syntax error',
      async () => ({ ...(await pages(['a'])), logic: 'this is not a script' }),
      /SyntaxError/,
    ],
    ['an app.js that throws', () => pages(['a'], { 'app.js': "throw new Error('no app')" }), /no app/],
    ['a page’s module that throws', () => pages(['a'], { 'pages/a/a.js': "throw new Error('no page')" }), /no page/],
    ['a view script that does not know the page', async () => ({ ...(await pages(['a'])), view: '' }), /no page/],
    ['a logic that never ends', () => pages(['a'], { 'app.js': 'for (;;);' }), /in time/],
    [
      'a view script that throws',
      async () => ({ ...(await pages(['a'])), view: 'throw new Error("broken view")' }),
      /broken view/,
    ],
  ])('with %s tells the shell and leaves no frame', async (_name, program, message) => {
    const page = await world.open(await program())
    expect(await shellCall(page, 'failed')).toMatchObject({ message: expect.stringMatching(message) })
    await expect.poll(() => page.frames().length).toBe(1)
    await page.close()
  })

  it('with an error in a hook still shows the page, and tells the developer', async () => {
    const page = await world.open(
      await pages(['a'], { 'pages/a/a.js': "Page({ onLoad() { throw new Error('in the hook') } })" }),
    )
    await page.waitForFunction(() => window.wallet.events.some((event) => event.kind === 'pagePainted'))
    const problems = await page.evaluate(() =>
      window.wallet.events.flatMap((event) => (event.kind === 'problem' ? [event.message] : [])),
    )
    expect(problems).toEqual([expect.stringContaining('in the hook')])
    expect(await page.evaluate(() => window.wallet.shell.some((call) => call.name === 'failed'))).toBe(false)
    await page.close()
  })

  it('or one that was closed at once says nothing and leaves nothing', async () => {
    const page = await world.open(await pages(['a']))
    await page.evaluate(() => {
      window.wallet.running!.close()
      window.wallet.running!.close()
      window.wallet.running!.back()
    })
    await expect.poll(() => page.frames().length).toBe(1)
    expect(await page.evaluate(() => window.wallet.exits)).toBe(0)
    await page.close()
  })
})
