/** setData: at once for the program, once per turn and only the changes for the view, callbacks after the paint. */
import { afterEach, describe, expect, it } from 'vitest'
import { eventFor, startProgram, type FakeHost, type FakeView } from '../support/fake-host.ts'

let host: FakeHost
afterEach(() => host.close())

/** A mounted page whose method `go` has this body. */
async function page(go: string, data = '{}'): Promise<FakeView> {
  host = await startProgram({ 'pages/a/a.js': `Page({ data: ${data}, go() { ${go} } })` })
  const view = await host.open('pages/a/a')
  view.paint()
  view.send(eventFor('go'))
  await host.settle()
  return view
}

describe('setData', () => {
  it('puts what onLoad sets into the first data and sends no update for it', async () => {
    host = await startProgram({ 'pages/a/a.js': 'Page({ data: { n: 1 }, onLoad() { this.setData({ n: 2, m: 3 }) } })' })
    const view = await host.open('pages/a/a')
    expect(view.messages).toEqual([{ kind: 'mount', seq: 1, data: { n: 2, m: 3 } }])
  })

  it('changes this.data at once', async () => {
    await page('this.setData({ n: 2 }); log(this.data.n)', '{ n: 1 }')
    expect(host.log).toEqual(['2'])
  })

  it('sends all of one turn as one message, in order, and only the changes', async () => {
    const view = await page(
      'this.setData({ a: 1 }); this.setData({ "b.c": 2 }); this.setData({ a: 3 })',
      '{ big: [1, 2, 3] }',
    )
    expect(view.messages.slice(1)).toEqual([
      {
        kind: 'update',
        seq: 2,
        changes: [
          { path: ['a'], value: 1 },
          { path: ['b', 'c'], value: 2 },
          { path: ['a'], value: 3 },
        ],
      },
    ])
  })

  it.each([
    ['a.b', ['a', 'b'], '{"a":{"b":1}}'],
    ['a[0].b', ['a', 0, 'b'], '{"a":[{"b":1}]}'],
    ["a['k']", ['a', 'k'], '{"a":{"k":1}}'],
    ['a["x.y"]', ['a', 'x.y'], '{"a":{"x.y":1}}'],
    ['a[1][0]', ['a', 1, 0], '{"a":[null,[1]]}'],
  ])('reads the path %s and makes missing parents', async (path, steps, data) => {
    const view = await page(`this.setData({ ${JSON.stringify(path)}: 1 }); log(JSON.stringify(this.data))`)
    expect(view.changes()).toEqual([{ path: steps, value: 1 }])
    expect(host.log).toEqual([data])
  })

  it('does not let a later change of the turn show in an earlier one', async () => {
    const view = await page('this.setData({ l: [] }); this.$spliceData({ l: [0, 0, 1] }); this.data.l.push(9)')
    expect(view.changes()).toEqual([
      { path: ['l'], value: [] },
      { path: ['l'], splice: { start: 0, deleteCount: 0, items: [1] } },
    ])
  })

  it('does not set undefined, and drops functions inside values', async () => {
    const view = await page('this.setData({ n: undefined, o: { f() {}, x: 1, u: undefined } })', '{ n: 1 }')
    expect(view.changes()).toEqual([{ path: ['o'], value: { x: 1 } }])
  })

  it('keeps the value apart from the object that was passed', async () => {
    const view = await page('const o = { x: 1 }; this.setData({ o }); o.x = 2; log(this.data.o.x)')
    expect(view.changes()).toEqual([{ path: ['o'], value: { x: 1 } }])
    expect(host.log).toEqual(['1'])
  })

  it('runs the callback with the page as this, and only after the view has painted', async () => {
    const view = await page('this.setData({ n: 2 }, function () { log("painted", this.data.n, this.route) })')
    expect(host.log).toEqual([])
    view.paint()
    await host.settle()
    expect(host.log).toEqual(['painted 2 pages/a/a'])
  })

  it('runs the callback of an empty setData too', async () => {
    const view = await page('this.setData({}, () => log("done"))')
    view.paint()
    await host.settle()
    expect(host.log).toEqual(['done'])
  })

  it('does nothing after onUnload', async () => {
    host = await startProgram({
      'pages/a/a.js': 'Page({ onUnload() { setTimeout(() => { this.setData({ n: 1 }); log("set") }, 1) } })',
    })
    const view = await host.open('pages/a/a')
    host.send({ kind: 'pageClosed', pageId: 1 })
    await expect.poll(() => host.log).toEqual(['set'])
    await host.settle()
    expect(view.messages.filter((message) => message.kind === 'update')).toEqual([])
    expect(host.errors()).toEqual([])
  })

  it('does not update the view when this.data is changed directly', async () => {
    const view = await page('this.data.n = 5')
    expect(view.changes()).toEqual([])
  })

  it.each([
    ['a circle', 'const o = {}; o.o = o; this.setData({ o })', /circular/],
    ['a text', 'this.setData("n")', /needs an object/],
    ['an open bracket', 'this.setData({ "a[0": 1 })', /without its \]/],
    ['__proto__ in a path', 'this.setData({ "__proto__.x": 1 })', /__proto__/],
    ['a splice where no list is', 'this.$spliceData({ n: [0, 1] })', /no list at "n"/],
  ])('reports %s as an error of the program', async (_name, go, message) => {
    await page(go)
    expect(host.errors()).toEqual([expect.stringMatching(message)])
  })

  it('never reaches a prototype by a path', async () => {
    await page('this.setData({ "a.constructor.prototype.polluted": 1 }); log(({}).polluted)', '{ a: {} }')
    expect(host.log).toEqual(['undefined'])
  })

  it('shares nested objects between the instances of a page, but not the first level', async () => {
    host = await startProgram({
      'pages/a/a.js':
        'Page({ data: { n: 1, o: { x: 1 } }, onLoad() { log(this.data.n, this.data.o.x); this.data.n = 2; this.data.o.x = 2 } })',
    })
    await host.open('pages/a/a')
    await host.open('pages/a/a')
    expect(host.log).toEqual(['1 1', '1 2'])
  })

  it('gives each instance fresh data from a function', async () => {
    host = await startProgram({
      'pages/a/a.js': 'Page({ data() { return { o: { x: 1 } } }, onLoad() { log(this.data.o.x); this.data.o.x = 2 } })',
    })
    await host.open('pages/a/a')
    await host.open('pages/a/a')
    expect(host.log).toEqual(['1', '1'])
  })
})
