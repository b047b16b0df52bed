/** App and Page: hooks in the documented order, events, modules, and errors that are told and never stop the program. */
import { afterEach, describe, expect, it } from 'vitest'
import { eventFor, startProgram, type FakeHost } from '../support/fake-host.ts'

let host: FakeHost
afterEach(() => host.close())

const hooks = (name: string): string =>
  ['onLoad', 'onShow', 'onReady', 'onHide', 'onUnload'].map((hook) => `${hook}() { log('${name}.${hook}') }`).join(',')
const app = `App({ onLaunch(o) { log('App.onLaunch', o.path) }, onShow() { log('App.onShow') }, onHide() { log('App.onHide') } })`

describe('life cycles', () => {
  it('run in the documented order on a cold start', async () => {
    host = await startProgram({ 'app.js': app, 'pages/a/a.js': `Page({ ${hooks('a')} })` })
    const view = await host.open('pages/a/a')
    expect(host.log).toEqual(['App.onLaunch pages/a/a', 'App.onShow', 'a.onLoad', 'a.onShow'])
    view.paint()
    await host.settle()
    expect(host.log.slice(4)).toEqual(['a.onReady'])
    view.paint()
    await host.settle()
    expect(host.log.length).toBe(5)
    expect(host.said).toContainEqual({ kind: 'started' })
  })

  it('follow the host when pages open, come back and close', async () => {
    host = await startProgram({ 'pages/a/a.js': `Page({ ${hooks('a')} })`, 'pages/b/b.js': `Page({ ${hooks('b')} })` })
    await host.open('pages/a/a')
    host.send({ kind: 'pageHidden', pageId: 1 })
    await host.open('pages/b/b', { id: 2, stack: [1, 2] })
    host.send({ kind: 'pageClosed', pageId: 2 })
    host.send({ kind: 'pageShown', pageId: 1, stack: [1] })
    await host.settle()
    expect(host.log).toEqual(['a.onLoad', 'a.onShow', 'a.onHide', 'b.onLoad', 'b.onShow', 'b.onUnload', 'a.onShow'])
  })

  it('run App.onHide and App.onShow', async () => {
    host = await startProgram({ 'app.js': app })
    host.send({ kind: 'appHidden' })
    host.send({ kind: 'appShown' })
    await host.settle()
    expect(host.log.slice(2)).toEqual(['App.onHide', 'App.onShow'])
  })

  it('give onLoad the query, and the page its route', async () => {
    host = await startProgram({ 'pages/a/a.js': 'Page({ onLoad(q) { log(JSON.stringify(q), this.route) } })' })
    await host.open('pages/a/a', { query: { id: '7' } })
    expect(host.log).toEqual(['{"id":"7"} pages/a/a'])
  })

  it('run the hooks of mixins first, and let the page win over their members', async () => {
    host = await startProgram({
      'pages/a/a.js': `Page({ mixins: [{ data: { x: 1, y: 1 }, onLoad() { log('mixin') }, f() { log('mixin f') }, g() { log('mixin g') } }],
        data: { y: 2 }, onLoad() { log('page', this.data.x, this.data.y); this.f(); this.g() }, f() { log('page f') } })`,
    })
    await host.open('pages/a/a')
    expect(host.log).toEqual(['mixin', 'page 1 2', 'page f', 'mixin g'])
  })

  it('run the hooks in `events` after the page’s own', async () => {
    host = await startProgram({
      'pages/a/a.js': `Page({ onPageScroll() { log('own') }, events: { onPageScroll(e) { log('events', e.scrollTop) } }, onReachBottom() { log('bottom') } })`,
    })
    const view = await host.open('pages/a/a')
    view.send({ kind: 'scroll', scrollTop: 12, scrollHeight: 900, reachedBottom: true })
    await host.settle()
    expect(host.log).toEqual(['own', 'events 12', 'bottom'])
  })

  it('make getApp and getCurrentPages the same everywhere', async () => {
    host = await startProgram({
      'app.js': 'App({ globalData: { n: 1 }, onLaunch() { log(getApp() === this) } })',
      'pages/a/a.js': 'Page({ x: 1 })',
      'pages/b/b.js':
        'Page({ onLoad() { log(getApp().globalData.n, getCurrentPages().map((p) => p.route).join(), getCurrentPages()[0].x) } })',
    })
    await host.open('pages/a/a')
    await host.open('pages/b/b', { id: 2, stack: [1, 2] })
    expect(host.log).toEqual(['true', '1 pages/a/a,pages/b/b 1'])
  })
})

describe('events', () => {
  it('call the page’s method with the page as this', async () => {
    host = await startProgram({
      'pages/a/a.js': 'Page({ data: { n: 1 }, tap(e) { log(this.data.n, e.type, e.detail.x, "handler" in e) } })',
    })
    const view = await host.open('pages/a/a')
    view.send(eventFor('tap', { detail: { x: 3 } }))
    await host.settle()
    expect(host.log).toEqual(['1 tap 3 false'])
  })

  it.each([
    ['navigate', 'navigateTo', { url: '/pages/b/b' }],
    ['redirect', 'redirectTo', { url: '/pages/b/b' }],
    ['switchTab', 'switchTab', { url: '/pages/b/b' }],
    ['reLaunch', 'reLaunch', { url: '/pages/b/b' }],
    ['navigateBack', 'navigateBack', { delta: 2 }],
  ])('of a navigator with open-type %s call my.%s', async (openType, api, expected) => {
    host = await startProgram({ 'pages/a/a.js': 'Page({})' })
    const view = await host.open('pages/a/a')
    view.send(eventFor('$navigate', { detail: { url: '../b/b', openType, delta: 2 } }))
    expect((await host.call(api)).params).toMatchObject(expected)
  })

  it('of a navigator with an unknown open-type are an error, not a crash', async () => {
    host = await startProgram({ 'pages/a/a.js': 'Page({ tap() { log("still here") } })' })
    const view = await host.open('pages/a/a')
    view.send(eventFor('$navigate', { detail: { url: '/x', openType: 'constructor', delta: 1 } }))
    view.send(eventFor('tap'))
    await host.settle()
    expect(host.log).toEqual(['still here'])
  })

  it.each([['nothing'], ['constructor'], ['__proto__'], ['toString'], ['data']])(
    'for a method named %s that the page lacks are an error, not a crash',
    async (name) => {
      host = await startProgram({ 'pages/a/a.js': 'Page({ tap() { log("still here") } })' })
      const view = await host.open('pages/a/a')
      view.send(eventFor(name))
      view.send(eventFor('tap'))
      await host.settle()
      expect(host.errors()).toEqual([expect.stringContaining(`no method "${name}"`)])
      expect(host.log).toEqual(['still here'])
    },
  )
})

describe('errors of the program', () => {
  it('in a hook are told to the host and to App.onError, and the page goes on', async () => {
    host = await startProgram({
      'app.js': 'App({ onError(message, stack) { log("onError", message.includes("broken"), typeof stack) } })',
      'pages/a/a.js': 'Page({ onLoad() { throw new Error("broken") }, onShow() { log("shown") } })',
    })
    const view = await host.open('pages/a/a')
    expect(host.log).toEqual(['onError true string', 'shown'])
    expect(host.errors()).toEqual([expect.stringContaining('Error: broken')])
    expect(view.messages[0]).toMatchObject({ kind: 'mount' })
  })

  it('in App.onError itself do not go round in a circle', async () => {
    host = await startProgram({
      'app.js': 'App({ onError() { throw new Error("again") }, onLaunch() { throw new Error("first") } })',
    })
    expect(host.errors()).toEqual([expect.stringContaining('first'), expect.stringContaining('again')])
  })

  it('in app.js end the launch with a fatal error', async () => {
    host = await startProgram({ 'app.js': 'throw new Error("no app")' })
    expect(host.said).toContainEqual(
      expect.objectContaining({ kind: 'error', fatal: true, message: expect.stringContaining('no app') }),
    )
    expect(host.said).not.toContainEqual({ kind: 'started' })
  })

  it('in a page’s module are fatal', async () => {
    host = await startProgram({ 'pages/a/a.js': 'nothing.at.all' })
    await host.open('pages/a/a')
    expect(host.said).toContainEqual(expect.objectContaining({ kind: 'error', fatal: true }))
  })

  it('as an unhandled rejection reach App.onUnhandledRejection, else the host', async () => {
    host = await startProgram({ 'app.js': 'App({ onUnhandledRejection({ reason }) { log(reason) } })' })
    host.runtime.unhandledRejection('why', Promise.resolve())
    expect(host.log).toEqual(['why'])
    host.close()
    host = await startProgram({ 'app.js': 'App({})' })
    host.runtime.unhandledRejection('why', Promise.resolve())
    await host.settle()
    expect(host.errors()).toEqual(['unhandled rejection: why'])
  })

  it('leave a page without Page() empty, with a warning', async () => {
    host = await startProgram({ 'pages/a/a.js': '' })
    const view = await host.open('pages/a/a')
    expect(view.messages).toEqual([{ kind: 'mount', seq: 1, data: {} }])
    expect(host.said).toContainEqual(expect.objectContaining({ kind: 'console', level: 'warn' }))
  })

  it('do not follow from Component(), which is only reported', async () => {
    host = await startProgram({ 'pages/a/a.js': 'Component({ data: {} }); Page({ onLoad() { log("loaded") } })' })
    await host.open('pages/a/a')
    expect(host.log).toEqual(['loaded'])
    expect(host.said).toContainEqual(
      expect.objectContaining({ text: expect.stringContaining('Component() is not supported') }),
    )
  })
})

describe('modules', () => {
  it('run once, in the order of the requires, and see each other in a circle', async () => {
    host = await startProgram({
      'app.js': 'log("app"); const a = require("./a.js"); log(a.name, require("a").fromB()); App({})',
      'a.js': 'log("a"); exports.name = "A"; const b = require("/b.js"); exports.fromB = () => b.seen()',
      'b.js': 'log("b"); const a = require("./a"); exports.seen = () => a.name + a.notExported',
    })
    expect(host.log).toEqual(['app', 'a', 'b', 'A Aundefined'])
  })

  it('that are not in the package fail by name', async () => {
    host = await startProgram({ 'app.js': 'require("./none")' })
    expect(host.errors()).toEqual([expect.stringContaining('cannot find module "./none" from "app.js"')])
  })
})
