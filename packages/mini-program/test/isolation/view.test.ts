/**
 * What a hostile program can do with its view: its markup, its data, and even a forged view script. It cannot navigate,
 * reach out, run data as script, draw over the cashier, or take the keys that are meant for the cashier.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import type { PackedProgram } from '../../src/package-format.ts'
import { packAxml, packFiles } from '../support/project.ts'
import { shellCall, startWalletWorld, type WalletWorld } from '../support/wallet-world.ts'

let world: WalletWorld
beforeAll(async () => {
  world = await startWalletWorld()
})
afterAll(() => world.close())

const painted = (page: Page) =>
  page.waitForFunction(() => window.wallet.events.some((event) => event.kind === 'pagePainted'))
const viewOf = (page: Page) => page.frames().find((frame) => frame.url().endsWith('/view.html'))!

/** A page with this markup, whose data `x` is the hostile value; touched all over, and then looked at. */
async function afterTouching(axml: string, value: string) {
  const { packed } = await packAxml(axml, {
    'pages/index/index.js': `Page({ data: { x: ${JSON.stringify(value.replaceAll('ORIGIN', world.url))} } })`,
  })
  world.reached.length = 0
  const page = await world.open(packed)
  await painted(page)
  for (const y of [10, 40, 80, 150]) await page.mouse.click(30, y)
  // Two paints of the page later, whatever a touch has started is under way.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
  await page.waitForTimeout(150)
  const state = {
    url: page.url(),
    frames: page
      .frames()
      .slice(1)
      .map((frame) => new URL(frame.url()).pathname.replace(/.*\//, ''))
      .sort(),
    ran: await viewOf(page).evaluate(() => 'hit' in window),
    failed: await page.evaluate(() => window.wallet.shell.some((call) => call.name === 'failed')),
    pages: world.browser.contexts().flatMap((context) => context.pages()).length,
  }
  await page.close()
  return state
}

describe('data in markup', () => {
  it.each([
    ['a link to a script', '<a href="{{x}}" style="display:block;height:200px">x</a>', 'javascript:window.hit=1'],
    ['a link out', '<a href="{{x}}" target="_top" style="display:block;height:200px">x</a>', 'ORIGIN/reached/link'],
    ['a meta refresh', '<meta http-equiv="refresh" content="{{x}}"/>', '0;url=ORIGIN/reached/refresh'],
    ['a frame with srcdoc', '<iframe srcdoc="{{x}}"/>', '<script>parent.hit=1</script>'],
    ['a frame with an address', '<iframe src="{{x}}"/>', 'ORIGIN/reached/frame'],
    ['a script tag', '<script src="{{x}}"/>', 'ORIGIN/reached/script'],
    ['an object', '<object data="{{x}}"/>', 'ORIGIN/reached/object'],
    ['an embed', '<embed src="{{x}}"/>', 'ORIGIN/reached/embed'],
    ['a base', '<base href="{{x}}"/>', 'ORIGIN/reached/'],
    ['a style sheet', '<link rel="stylesheet" href="{{x}}"/>', 'ORIGIN/reached/style'],
    ['an image of a host that is not listed', '<image src="{{x}}"/>', 'ORIGIN/reached/image'],
    ['an image of a script', '<image src="{{x}}"/>', 'javascript:window.hit=1'],
    ['a video', '<video src="{{x}}"/>', 'ORIGIN/reached/video'],
    ['a background', '<view style="{{x}}">x</view>', 'height:200px;background:url(ORIGIN/reached/background)'],
    [
      'an event attribute',
      '<view onclick="{{x}}" onmouseover="window.hit=1" style="height:200px">x</view>',
      'window.hit=1',
    ],
    [
      'inner html',
      '<view innerHTML="{{x}}" dangerouslySetInnerHTML="{{x}}" style="height:200px"/>',
      '<img src=x onerror="window.hit=1">',
    ],
    [
      'a text that is html',
      '<view style="height:200px">{{x}}</view>',
      '<img src=x onerror="window.hit=1"><script>window.hit=1</script>',
    ],
    ['rich text', '<rich-text nodes="{{x}}"/>', '<img src=x onerror="window.hit=1">'],
    [
      'a form that goes out',
      '<form action="{{x}}" method="post" target="_top"><button form-type="submit" style="height:200px">x</button></form>',
      'ORIGIN/reached/form',
    ],
    ['a web view', '<web-view src="{{x}}"/>', 'ORIGIN/reached/web-view'],
    ['a tag of the program’s choice', '<svg onload="window.hit=1"><use href="{{x}}"/></svg>', 'ORIGIN/reached/svg'],
  ])('as %s does nothing', async (_name, axml, value) => {
    const state = await afterTouching(axml, value)
    expect(world.reached).toEqual([])
    expect(state).toEqual({
      url: `${world.url}/`,
      frames: ['logic.html', 'view.html'],
      ran: false,
      failed: false,
      pages: 1,
    })
  })
})

describe('a forged view script', () => {
  const forged = (packed: PackedProgram, script: string): PackedProgram => ({
    ...packed,
    view: `${script.replaceAll('ORIGIN', world.url)};${packed.view}`,
  })
  const plain = async () => (await packAxml('<view>forged</view>')).packed

  it('reads nothing of the wallet and sends nothing', async () => {
    world.reached.length = 0
    const page = await world.open(
      forged(
        await plain(),
        `window.results = {}
         const attempts = { parent: () => parent.document.title, top: () => top.location.href, cookie: () => document.cookie, local: () => localStorage.length,
           frames: () => parent.frames[0].document.title, database: () => indexedDB.open('wallet').readyState + undefined.x, opened: () => window.open('ORIGIN/reached/open').x,
           topNavigation: () => { top.location = 'ORIGIN/reached/top'; throw 0 }, alert: () => { if (!alert('x')) throw 0 } }
         for (const name in attempts) try { results[name] = String(attempts[name]()) } catch { results[name] = null }
         results.fetch = null; fetch('ORIGIN/reached/fetch').then(() => { results.fetch = 'sent' }, () => {})
         navigator.sendBeacon?.('ORIGIN/reached/beacon'); new Image().src = 'ORIGIN/reached/pixel'
         parent.postMessage({ kind: 'connect' }, '*'); parent.postMessage({ kind: 'call', id: 1, api: 'tradePay', params: { tradeNO: '1' } }, '*')
         top.postMessage({ kind: 'painted' }, '*')`,
      ),
    )
    await painted(page)
    await page.waitForTimeout(150)
    const results = await viewOf(page).evaluate(
      () => (window as unknown as { results: Record<string, string | null> }).results,
    )
    expect(Object.entries(results).filter(([, got]) => got !== null)).toEqual([])
    expect(world.reached).toEqual([])
    expect(await page.evaluate(() => window.wallet.tradePays)).toEqual([])
    expect(page.url()).toBe(`${world.url}/`)
    await page.close()
  })

  it('that navigates its frame to the wallet gets no cookie, and the program is ended', async () => {
    world.reached.length = 0
    const page = await world.open(
      forged(await plain(), `setTimeout(() => { location.href = 'ORIGIN/reached/own' }, 300)`),
    )
    expect(await shellCall(page, 'failed')).toMatchObject({ message: expect.stringContaining('left its place') })
    await expect.poll(() => page.frames().length).toBe(1)
    expect(world.reached.map((request) => request.headers['cookie'])).toEqual([undefined])
    await page.close()
  })

  it('that navigates its frame to another host does not get there, and the program is ended', async () => {
    world.reached.length = 0
    const page = await world.open(
      forged(
        await plain(),
        `setTimeout(() => { location.href = 'ORIGIN/reached/other'.replace('127.0.0.1', 'localhost') }, 300)`,
      ),
    )
    expect(await shellCall(page, 'failed')).toMatchObject({ message: expect.stringContaining('left its place') })
    expect(world.reached).toEqual([])
    await page.close()
  })
})

describe('while the cashier is open', () => {
  /** Touches the page until it has called for the cashier; the first touch may come before the browser shows the frame. */
  async function openCashier(page: Page): Promise<void> {
    await painted(page)
    const opened = async (): Promise<number> => {
      await page.mouse.click(187, 300)
      return page.evaluate(() => window.wallet.tradePays.length)
    }
    await expect.poll(opened, { interval: 200, timeout: 10_000 }).toBe(1)
    await page.focus('#pin')
  }

  const greedy = () =>
    packFiles({
      'pages/index/index.axml':
        '<view class="cover">PIN</view><input class="cover" focus="{{grab}}" auto-focus onInput="typed" onConfirm="typed" onTap="pay"/>',
      'pages/index/index.acss':
        '.cover { position: fixed; top: 0; left: 0; right: 0; bottom: 0; width: 100vw; height: 100vh; z-index: 2147483647; background: red }',
      // Opened from a touch, so that the frame has the focus and the browser's leave to take it.
      'pages/index/index.js': `Page({ data: { grab: false },
        pay() { my.tradePay({ tradeNO: '1' }); setInterval(() => this.setData({ grab: !this.data.grab }), 30) },
        typed(e) { console.log('STOLEN' + JSON.stringify(e.detail)) } })`,
    })

  it('the page cannot be drawn over it', async () => {
    const page = await world.open((await greedy()).packed)
    await openCashier(page)
    const over = await page.evaluate(() =>
      [
        [5, 5],
        [187, 300],
        [370, 595],
      ].map(([x, y]) => document.elementFromPoint(x!, y!)?.closest('#cashier')?.id),
    )
    expect(over).toEqual(['cashier', 'cashier', 'cashier'])
    await page.close()
  })

  it('the page gets neither keys nor touches, however it grabs the focus', async () => {
    const page = await world.open((await greedy()).packed)
    await openCashier(page)
    await page.keyboard.type('246810', { delay: 40 })
    expect(await page.inputValue('#pin')).toBe('246810')
    expect(await page.evaluate(() => [document.activeElement?.id, document.getElementById('program')!.inert])).toEqual([
      'pin',
      true,
    ])
    expect(
      await page.evaluate(() =>
        window.wallet.events.filter((event) => event.kind === 'console' && event.text.startsWith('STOLEN')),
      ),
    ).toEqual([])
    await page.evaluate(() => window.wallet.closeCashier('9000'))
    await page.waitForFunction(() => !document.getElementById('program')!.inert)
    await page.close()
  })
})
