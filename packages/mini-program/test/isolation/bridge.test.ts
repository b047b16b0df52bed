/**
 * A hostile program that holds the very port between logic and host, and says whatever it likes. The host believes only
 * what the table of my.* APIs allows, and a program that floods is stopped.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { stealPort } from '../support/hostile.ts'
import { packFiles } from '../support/project.ts'
import { lineOf, shellCall, startWalletWorld, type WalletWorld } from '../support/wallet-world.ts'
import type { TestOptions } from '../support/wallet-page.ts'

let world: WalletWorld
beforeAll(async () => {
  world = await startWalletWorld()
})
afterAll(() => world.close())

/** Opens a program that runs this with the stolen `port`; `answerOf(id)` waits for an answer. */
async function attack(code: string, options: TestOptions = {}): Promise<Page> {
  const { packed } = await packFiles({ 'app.js': stealPort(code) })
  return world.open(packed, options)
}
const tell = (value: string): string => `console.log('RESULT' + JSON.stringify(${value}))`
const call = (id: number, api: string, params: string): string =>
  `port.postMessage({ kind: 'call', id: ${id}, api: ${JSON.stringify(api)}, params: ${params} })`

describe('a program with the raw port', () => {
  it.each([
    'cashier.confirm',
    'cashier.open',
    'storage.load',
    'storage.save',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'getStorageSync',
    'getSystemInfo',
    'setNavigationBar.constructor',
    'failed',
    'onExit',
    '',
  ])('gets error 1 for the api name "%s"', async (name) => {
    const page = await attack(`${call(900_001, name, '{ tradeNO: "1", pin: "1" }')}; ${tell('await answerOf(900001)')}`)
    expect(await lineOf(page, 'RESULT')).toMatchObject({ ok: false, result: { error: 1 } })
    expect(
      await page.evaluate(() => [
        window.wallet.tradePays.length,
        window.wallet.shell.filter((one) => one.name === 'failed').length,
      ]),
    ).toEqual([0, 0])
    await page.close()
  })

  it('says kinds and shapes that do not exist, and nothing happens', async () => {
    const page = await attack(`
      for (const message of [null, 0, 'call', [], {}, { kind: 'answer', id: 1 }, { kind: 'start' }, { kind: 'pageOpened', pageId: 9 }, { kind: 'painted' }, { kind: 'interacted', type: 'tap' },
        { kind: 'cashier', action: 'confirm' }, { kind: '__proto__' }, { kind: 'constructor' }, { kind: ['call'], id: 1, api: 'alert' }, { kind: 'call' }, { kind: 'call', id: '1', api: 'alert' },
        { kind: 'call', id: NaN, api: 'alert' }, { kind: 'call', id: 1.5, api: 'alert' }, { kind: 'call', id: {}, api: 'alert' }, { kind: 'console', level: 'constructor', text: 'x' },
        { kind: 'console', level: 'log', text: {} }, new Map([['kind', 'call']]), new Date(), new Uint8Array(10)]) port.postMessage(message)
      ${call(900_001, 'getAuthCode', '{}')}; ${tell('await answerOf(900001)')}`)
    expect(await lineOf(page, 'RESULT')).toMatchObject({ ok: true })
    const { names, events } = await page.evaluate(() => ({
      names: window.wallet.shell.map((one) => one.name),
      events: window.wallet.events.map((event) => event.kind),
    }))
    expect(names).not.toContain('alert')
    expect(names).not.toContain('failed')
    expect(events).not.toContain('interacted')
    await page.close()
  })

  it.each([
    ['a number as the api', '{ kind: "call", id: 900001, api: 7, params: {} }', 1],
    ['params that are null', '{ kind: "call", id: 900001, api: "tradePay", params: null }', 2],
    ['params that are a list', '{ kind: "call", id: 900001, api: "tradePay", params: ["1"] }', 2],
    [
      'a tradeNO that is an object',
      '{ kind: "call", id: 900001, api: "tradePay", params: { tradeNO: { toString: null } } }',
      2,
    ],
    [
      'a page address that is a list',
      '{ kind: "call", id: 900001, api: "navigateTo", params: { url: ["/pages/index/index"] } }',
      2,
    ],
    [
      'a page outside of the package',
      '{ kind: "call", id: 900001, api: "navigateTo", params: { url: "/../../frames/view" } }',
      1,
    ],
    ['a script as a page', '{ kind: "call", id: 900001, api: "reLaunch", params: { url: "javascript:alert(1)" } }', 1],
    [
      'a page named like a part of objects',
      '{ kind: "call", id: 900001, api: "redirectTo", params: { url: "/__proto__" } }',
      1,
    ],
    [
      'a colour that is a style',
      '{ kind: "call", id: 900001, api: "setNavigationBar", params: { backgroundColor: "red;background:url(//x)" } }',
      2,
    ],
    [
      'a value of 300 KB for the storage',
      '{ kind: "call", id: 900001, api: "setStorage", params: { key: "k", data: "x".repeat(300000) } }',
      14,
    ],
    [
      'a value of 3 MB for the storage',
      '{ kind: "call", id: 900001, api: "setStorage", params: { key: "k", data: "x".repeat(3000000) } }',
      2,
    ],
    [
      'a circle for the storage',
      '(() => { const o = {}; o.o = o; return { kind: "call", id: 900001, api: "setStorage", params: { key: "k", data: o } } })()',
      2,
    ],
    ['a request to a file', '{ kind: "call", id: 900001, api: "request", params: { url: "file:///etc/passwd" } }', 2],
    [
      'a request to a script',
      '{ kind: "call", id: 900001, api: "request", params: { url: "javascript:alert(1)" } }',
      2,
    ],
    ['a request with a password', '{ kind: "call", id: 900001, api: "request", params: { url: "https://a:b@c/" } }', 2],
    [
      'a request with a line break in a header',
      '{ kind: "call", id: 900001, api: "request", params: { url: "https://a/", headers: { x: "1\\r\\nHost: b" } } }',
      2,
    ],
    [
      'a request with a header name that is none',
      '{ kind: "call", id: 900001, api: "request", params: { url: "https://a/", headers: { "x y": "1" } } }',
      2,
    ],
    [
      'a request with a method that is none',
      '{ kind: "call", id: 900001, api: "request", params: { url: "https://a/", method: "CONNECT" } }',
      2,
    ],
    [
      '3 MB of binary data',
      '{ kind: "call", id: 900001, api: "request", params: { url: "https://a/", method: "POST" }, buffer: new ArrayBuffer(3000000) }',
      2,
    ],
  ])('is refused %s', async (_name, message, error) => {
    const page = await attack(`port.postMessage(${message}); ${tell('await answerOf(900001)')}`)
    expect(await lineOf(page, 'RESULT')).toMatchObject({
      ok: false,
      result: { error, errorMessage: expect.any(String) },
    })
    expect(await page.evaluate(() => window.wallet.tradePays)).toEqual([])
    expect(world.relayed).toEqual([])
    await page.close()
  })

  it('cannot speak as another program: an appId, user or page of its own is dropped', async () => {
    const forged =
      '{ tradeNO: "1", appId: "2021999999999999", userId: "2088", merchantId: "2088", page: "x", scopes: "auth_base" }'
    const page = await attack(
      `${call(900_001, 'tradePay', forged)}; ${call(900_002, 'getAuthCode', forged)}; await answerOf(900002); ${tell('await answerOf(900001)')}`,
      { resultCode: '6001' },
    )
    await lineOf(page, 'RESULT')
    expect(await page.evaluate(() => [window.wallet.tradePays, window.wallet.authCodes])).toEqual([
      [{ tradeNO: '1' }],
      [{ scopes: ['auth_base'] }],
    ])
    await page.close()
  })

  it('pollutes no prototype of the wallet through params', async () => {
    const page = await attack(`
      const own = (o, v) => Object.defineProperty(o, '__proto__', { value: v, enumerable: true })
      port.postMessage({ kind: 'call', id: 900001, api: 'setStorage', params: own({ key: '__proto__', data: own({}, { polluted: 1 }) }, { polluted: 1 }) })
      port.postMessage({ kind: 'call', id: 900002, api: 'request', params: { url: 'https://a/', data: own({}, { polluted: 1 }), headers: own({}, 'x') } })
      port.postMessage({ kind: 'call', id: 900003, api: 'setStorage', params: { key: 'constructor', data: { prototype: { polluted: 1 } } } })
      await answerOf(900001); await answerOf(900003); ${tell('await answerOf(900002)')}`)
    await lineOf(page, 'RESULT')
    expect(
      await page.evaluate(() => 'polluted' in {} || 'polluted' in Object || 'polluted' in Function.prototype),
    ).toBe(false)
    world.relayed.length = 0
    await page.close()
  })

  it('cannot answer for the view: the stack and the bars stay the host’s', async () => {
    const page = await attack(`port.postMessage({ kind: 'pageClosed', pageId: 1 }); port.postMessage({ kind: 'ready' })
      ${call(900_001, 'navigateBack', '{ delta: 99 }')}; ${tell('await answerOf(900001)')}`)
    expect(await lineOf(page, 'RESULT')).toMatchObject({ ok: false, result: { error: 1 } })
    expect(await page.evaluate(() => window.wallet.exits)).toBe(0)
    await page.close()
  })
})

describe('a flood', () => {
  it('of dialogues is cut off with error 4 while the first ones are shown', async () => {
    const page = await attack(
      `for (let i = 0; i < 300; i++) port.postMessage({ kind: 'call', id: 800000 + i, api: 'alert', params: { content: i } }); ${tell('await answerOf(800299)')}`,
    )
    expect(await lineOf(page, 'RESULT')).toMatchObject({ ok: false, result: { error: 4 } })
    // Thirty at once, and a few that the limit gives back while the flood goes on; never most of the 300.
    expect(await page.evaluate(() => window.wallet.shell.filter((one) => one.name === 'alert').length)).toBeLessThan(
      100,
    )
    await page.close()
  })

  it('of tradePay opens one cashier', async () => {
    const page = await attack(
      `for (let i = 0; i < 50; i++) port.postMessage({ kind: 'call', id: 800000 + i, api: 'tradePay', params: { tradeNO: String(i) } }); ${tell('await answerOf(800049)')}`,
    )
    expect(await lineOf(page, 'RESULT')).toMatchObject({ ok: false, result: { error: 4 } })
    expect(await page.evaluate(() => window.wallet.tradePays)).toEqual([{ tradeNO: '0' }])
    await page.close()
  })

  it('of anything at all ends the program with a word to the user', async () => {
    const page = await attack(
      `for (let i = 0; i < 20000; i++) port.postMessage({ kind: 'call', id: 800000 + i, api: 'x', params: {} })`,
    )
    expect(await shellCall(page, 'failed')).toMatchObject({ message: expect.stringContaining('makes more calls') })
    await expect.poll(() => page.frames().length).toBe(1)
    await page.close()
  })

  it('of console lines is cut off, and does not end in the wallet’s memory', async () => {
    const page = await attack(
      `for (let i = 0; i < 4000; i++) port.postMessage({ kind: 'console', level: 'log', text: 'x'.repeat(10000) }); ${call(900_001, 'hideToast', '{}')}; ${tell('await answerOf(900001)')}`,
    )
    await page.waitForFunction(() => window.wallet.events.filter((event) => event.kind === 'console').length >= 500)
    const lines = await page.evaluate(() =>
      window.wallet.events.flatMap((event) => (event.kind === 'console' ? [event.text.length] : [])),
    )
    expect(lines.length).toBeLessThan(2_500)
    expect(Math.max(...lines)).toBeLessThanOrEqual(4_000)
    await page.close()
  })
})
