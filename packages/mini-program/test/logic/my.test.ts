/** my.*: callbacks and promises, navigation addresses, storage, and names that the wallet does not have. */
import { afterEach, describe, expect, it } from 'vitest'
import { startProgram, type FakeHost } from '../support/fake-host.ts'

let host: FakeHost
afterEach(() => host.close())

/** A program whose app runs this code at launch. */
const run = async (code: string, storage: Record<string, string> = {}): Promise<void> => {
  host = await startProgram({ 'app.js': `App({ onLaunch() { ${code} } })` }, { storage })
}

describe('callbacks and promises', () => {
  it('call success and then complete with the result', async () => {
    await run(
      'my.confirm({ title: "t", success(r) { log("success", r.confirm) }, fail() { log("fail") }, complete(r) { log("complete", r.confirm) } })',
    )
    const call = await host.call('confirm')
    expect(call.params).toEqual({ title: 't' })
    host.answer(call.id, { confirm: true })
    await host.settle()
    expect(host.log).toEqual(['success true', 'complete true'])
  })

  it('call fail and then complete with error and errorMessage', async () => {
    await run(
      'my.alert({ success() { log("success") }, fail(e) { log(JSON.stringify(e)) }, complete(e) { log("complete", e.error) } })',
    )
    host.answer((await host.call('alert')).id, { error: 4, errorMessage: 'no' }, false)
    await host.settle()
    expect(host.log).toEqual(['{"error":4,"errorMessage":"no"}', 'complete 4'])
    expect(host.errors()).toEqual([])
  })

  it('give a promise that resolves or is rejected when there are no callbacks', async () => {
    await run(
      'my.alert({}).then(() => log("resolved")); my.alert({}).catch((e) => log("rejected", e.error, e instanceof Error))',
    )
    host.answer((await host.call('alert')).id, {})
    host.answer((await host.call('alert', 2)).id, { error: 12 }, false)
    await host.settle()
    expect(host.log).toEqual(['resolved', 'rejected 12 false'])
  })

  it('never leave a rejection unhandled when a callback was given', async () => {
    const unhandled: unknown[] = []
    const listen = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', listen)
    await run('my.alert({ success() {} }); my.alert({ complete() {} })')
    host.answer((await host.call('alert')).id, { error: 3 }, false)
    host.answer((await host.call('alert', 2)).id, { error: 3 }, false)
    await host.settle()
    process.off('unhandledRejection', listen)
    expect(unhandled).toEqual([])
  })

  it('report what a callback throws and still call complete', async () => {
    await run('my.alert({ success() { throw new Error("mine") }, complete() { log("complete") } })')
    host.answer((await host.call('alert')).id, {})
    await host.settle()
    expect(host.log).toEqual(['complete'])
    expect(host.errors()).toEqual([expect.stringContaining('my.alert success: Error: mine')])
  })

  it('pass on only what the table names', async () => {
    await run('my.tradePay({ tradeNO: "1", appId: "another", merchantId: "x", success() {} })')
    expect((await host.call('tradePay')).params).toEqual({ tradeNO: '1' })
  })

  it('are asynchronous also where the worker answers', async () => {
    await run('my.getSystemInfo({ success(r) { log("info", r.windowWidth) } }); log("first")')
    await host.settle()
    expect(host.log).toEqual(['first', 'info 375'])
  })

  it('ignore an answer that nobody waits for, and a second one', async () => {
    await run('my.alert({ success() { log("once") } })')
    const { id } = await host.call('alert')
    host.answer(id, {})
    host.answer(id, {})
    host.answer(999, {})
    await host.settle()
    expect(host.log).toEqual(['once'])
  })
})

describe('a name that the wallet does not have', () => {
  it('fails with error 1, logs, and does not stop the program', async () => {
    await run('my.fly({ fail(e) { log("fail", e.error) }, complete() { log("complete") } }); log("after")')
    await host.settle()
    expect(host.log).toEqual(['after', 'fail 1', 'complete'])
    expect(host.said).toContainEqual(
      expect.objectContaining({
        kind: 'console',
        level: 'warn',
        text: expect.stringContaining('my.fly is not available'),
      }),
    )
  })

  it('may be below another, a listener, or Sync', async () => {
    await run(
      'my.ap.share.now({ fail(e) { log(e.error) } }); log(my.onNetworkStatusChange(() => log("never"))); log(JSON.stringify(my.flySync()))',
    )
    await host.settle()
    expect(host.log).toEqual([
      'undefined',
      '{"error":1,"errorMessage":"my.flySync is not available in this wallet"}',
      '1',
    ])
  })

  it('does not make `my` a promise', async () => {
    await run('Promise.resolve(my).then((m) => log(m === my)); log(my.then, JSON.stringify({ my }) !== "")')
    await host.settle()
    expect(host.log).toEqual(['undefined true', 'true'])
  })

  it('can be filled by the program', async () => {
    await run('my.fly = () => "flying"; log(my.fly())')
    expect(host.log).toEqual(['flying'])
  })
})

describe('canIUse and constants', () => {
  it('answer from the table', async () => {
    await run(`log(['tradePay', 'request.object.method', 'component2', 'button', 'button.open-type'].map((n) => my.canIUse(n)).join())
      log(['fly', 'request.object.nothing', 'constructor', '__proto__', 'web-view'].map((n) => my.canIUse(n)).join(), my.canIUse())
      log(typeof my.SDKVersion, my.getAppIdSync().appId, my.getExtConfigSync().shop, my.getSystemInfoSync().platform)`)
    expect(host.log).toEqual([
      'true,true,true,true,true',
      'false,false,false,false,false false',
      'string 2021000000000001 x Web',
    ])
  })

  it('give a copy of the system information each time', async () => {
    await run('my.getSystemInfoSync().platform = "x"; log(my.getSystemInfoSync().platform)')
    expect(host.log).toEqual(['Web'])
  })
})

describe('navigation', () => {
  it('resolves relative addresses against the page on top and keeps the query as written', async () => {
    host = await startProgram({
      'pages/a/a.js':
        'Page({ onLoad() { my.navigateTo({ url: "../b/b?x=%20" }); my.redirectTo({ url: "c?y" }); my.reLaunch({ url: "/pages/d/d" }); this.router.switchTab({ url: "../../../e" }) } })',
    })
    await host.open('pages/a/a')
    const urls = await Promise.all(
      ['navigateTo', 'redirectTo', 'reLaunch', 'switchTab'].map(async (api) => (await host.call(api)).params),
    )
    expect(urls).toEqual([{ url: '/pages/b/b?x=%20' }, { url: '/pages/a/c?y' }, { url: '/pages/d/d' }, { url: '/e' }])
  })

  it('opens a channel between the pages', async () => {
    host = await startProgram({
      'pages/a/a.js': `Page({ onLoad() { my.navigateTo({ url: '/pages/b/b', events: { chosen(v) { log('a hears', v) } },
        success({ eventChannel }) { eventChannel.emit('given', 1) } }) } })`,
      'pages/b/b.js': `Page({ onLoad() { const c = this.getOpenerEventChannel(); c.once('given', (v) => { log('b hears', v); c.emit('chosen', 2) }) } })`,
    })
    await host.open('pages/a/a')
    const { id } = await host.call('navigateTo')
    await host.open('pages/b/b', { id: 2, stack: [1, 2], call: id })
    host.answer(id, {})
    await host.settle()
    expect(host.log).toEqual(['b hears 1', 'a hears 2'])
  })

  it('gives a page that was opened otherwise a channel that nobody hears', async () => {
    host = await startProgram({
      'pages/a/a.js': 'Page({ onLoad() { this.getOpenerEventChannel().emit("x"); log("fine") } })',
    })
    await host.open('pages/a/a')
    expect(host.log).toEqual(['fine'])
  })
})

describe('storage', () => {
  it('answers Sync from the snapshot and writes through, the last value of a key only', async () => {
    await run(
      `log(my.getStorageSync({ key: 'a' }).data.n, my.getStorageSync({ key: 'none' }).data)
       my.setStorageSync({ key: 'b', data: [1] }); my.setStorageSync({ key: 'b', data: [2] }); log(my.getStorageSync({ key: 'b' }).data[0])`,
      { a: '{"n":1}' },
    )
    await host.settle()
    expect(host.log).toEqual(['1 null', '2'])
    expect(host.said.filter((one) => one.kind === 'call')).toEqual([
      expect.objectContaining({ api: 'setStorage', params: { key: 'b', data: [2] } }),
    ])
  })

  it('removes, clears and counts', async () => {
    await run(
      `my.removeStorageSync({ key: 'a' }); log(my.getStorageInfoSync().keys.join()); my.clearStorageSync(); log(my.getStorageInfoSync().keys.length)
       my.setStorageSync({ key: 'c', data: 1 })`,
      { a: '1', b: '2' },
    )
    await host.settle()
    expect(host.log).toEqual(['b', '0'])
    expect(host.said.flatMap((one) => (one.kind === 'call' ? [one.api] : []))).toEqual(['clearStorage', 'setStorage'])
  })

  it.each([
    ['no key', '{ data: 1 }', 2],
    ['no data', "{ key: 'a' }", 2],
    ['a value over 200 KB', "{ key: 'a', data: 'x'.repeat(205000) }", 14],
    ['a circle', "(() => { const o = { key: 'a' }; o.data = o; return o })()", 2],
  ])('refuses %s, as a value from Sync and through fail otherwise, and sends nothing', async (_name, params, error) => {
    await run(
      `log(my.setStorageSync(${params}).error); my.setStorage(Object.assign(${params}, { fail(e) { log('fail', e.error) } }))`,
    )
    await host.settle()
    expect(host.log).toEqual([String(error), `fail ${error}`])
    expect(host.said.filter((one) => one.kind === 'call')).toEqual([])
  })

  it('refuses what would make more than 10 MB', async () => {
    await run(
      `const v = 'x'.repeat(200000); let e; for (let i = 0; i < 60 && !e; i++) e = my.setStorageSync({ key: 'k' + i, data: v }).error; log(e, my.getStorageInfoSync().keys.length)`,
    )
    expect(host.log).toEqual(['12 52'])
  })

  it('keeps keys named like parts of objects', async () => {
    await run(
      `my.setStorageSync({ key: '__proto__', data: { polluted: 1 } }); log(my.getStorageSync({ key: '__proto__' }).data.polluted, ({}).polluted, my.getStorageSync({ key: 'constructor' }).data)`,
    )
    expect(host.log).toEqual(['1 undefined null'])
  })
})

describe('my.request', () => {
  it('is a promise that can be aborted: error 9, and a late answer changes nothing', async () => {
    await run(
      `const t = my.request({ url: 'https://a/', success() { log('success') }, fail(e) { log('fail', e.error) }, complete() { log('complete') } }); t.abort(); t.abort()`,
    )
    const call = await host.call('request')
    host.answer(call.id, { data: 1 })
    await host.settle()
    expect(host.log).toEqual(['fail 9', 'complete'])
  })

  it('sends binary data beside the parameters', async () => {
    await run(`my.request({ url: 'https://a/', method: 'POST', data: new Uint8Array([1, 2, 3]).subarray(1) })`)
    const call = await host.call('request')
    expect(call.params).toEqual({ url: 'https://a/', method: 'POST' })
    expect([...new Uint8Array(call.buffer!)]).toEqual([2, 3])
  })

  it('fails with 2 for parameters that are not data', async () => {
    await run(`const o = {}; o.o = o; my.request({ url: 'https://a/', data: o, fail(e) { log(e.error) } })`)
    await host.settle()
    expect(host.log).toEqual(['2'])
  })
})
