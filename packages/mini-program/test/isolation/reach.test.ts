/**
 * What a hostile program's script can reach: nothing. Twice: through both locks as it really runs, and with the first
 * lock alone (the sandboxed frame and its policy), so that neither hides a hole in the other.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runAttempts, workerAttempts } from '../support/hostile.ts'
import { packFiles } from '../support/project.ts'
import { lineOf, startWalletWorld, type WalletWorld } from '../support/wallet-world.ts'

const names = Object.keys(workerAttempts)
let world: WalletWorld
beforeAll(async () => {
  world = await startWalletWorld()
})
afterAll(() => world.close())

describe('a hostile mini program', () => {
  let results: Record<string, string | null>
  let after: { heard: unknown[]; saved: unknown; url: string; frames: string[] }
  beforeAll(async () => {
    const { packed } = await packFiles({})
    // Not through the packager, which would already change some of it.
    const logic = `__modules.define('/app.js', function () { App({}); ${runAttempts(world.url, "console.log('RESULT' + JSON.stringify(results))")} })\n${packed.logic.replace(/^__modules\.define\("\/app\.js"[\s\S]*?\n\}\);\n/, '')}`
    const page = await world.open({ ...packed, logic })
    results = (await lineOf(page, 'RESULT')) as Record<string, string | null>
    after = {
      ...(await page.evaluate(() => ({ heard: window.wallet.heard, saved: window.wallet.saved }))),
      url: page.url(),
      frames: page.frames().map((frame) => new URL(frame.url()).pathname),
    }
    await page.close()
  })

  it.each(names)('cannot use %s', (name) => {
    expect(results).toHaveProperty([name], null)
  })

  it('reaches no door of any server by all of it', () => {
    expect(world.reached).toEqual([])
  })

  it('leaves every frame where it was', () => {
    expect(after.url).toBe(`${world.url}/`)
    expect(after.frames.slice(1).sort()).toEqual([
      '/frames/2021000000000001/logic.html',
      '/frames/2021000000000001/view.html',
    ])
  })

  it('is heard by nobody', () => {
    expect(after.heard.filter((word) => word !== 'wallet secret on the channel')).toEqual([])
  })
})

describe('the second lock', () => {
  it('leaves only the language and a short list of tools', async () => {
    const { packed } = await packFiles({
      'pages/index/index.js': `const names = new Set()
        for (let o = globalThis; o && o !== Object.prototype; o = Object.getPrototypeOf(o)) for (const n of Object.getOwnPropertyNames(o)) if (globalThis[n] !== undefined) names.add(n)
        console.log('RESULT' + JSON.stringify([...names])); Page({})`,
    })
    const page = await world.open(packed)
    const found = (await lineOf(page, 'RESULT')) as string[]
    for (const gone of [
      'fetch',
      'XMLHttpRequest',
      'WebSocket',
      'importScripts',
      'indexedDB',
      'caches',
      'BroadcastChannel',
      'Worker',
      'navigator',
      'location',
      'postMessage',
      'close',
      'onmessage',
      'Blob',
      'FileReader',
      'MessageChannel',
      'WebAssembly',
      'RTCPeerConnection',
      'Notification',
      'origin',
      'crossOriginIsolated',
    ]) {
      expect(found).not.toContain(gone)
    }
    for (const there of [
      'my',
      'App',
      'Page',
      'getApp',
      'getCurrentPages',
      'setTimeout',
      'console',
      'Promise',
      'JSON',
      'URL',
      'TextDecoder',
    ]) {
      expect(found).toContain(there)
    }
    expect(await page.evaluate(() => window.wallet.shell.filter((call) => call.name === 'failed'))).toEqual([])
    await page.close()
  })
})

describe('the first lock alone: a worker in a frame with the policy of the logic, and every global in place', () => {
  let results: Record<string, string | null>
  beforeAll(async () => {
    world.reached.length = 0
    const script = `const w = new Worker(URL.createObjectURL(new Blob([${JSON.stringify(runAttempts(world.url, "postMessage('RESULT' + JSON.stringify(results))"))}])));w.onmessage = (e) => parent.postMessage(e.data, '*')`
    const address = world.serveFrame(script)
    const page = await world.open((await packFiles({})).packed)
    await page.evaluate((src) => {
      const frame = document.createElement('iframe')
      frame.setAttribute('sandbox', 'allow-scripts')
      frame.src = src
      document.body.append(frame)
    }, address)
    const line = await page.waitForFunction(
      () => window.wallet.heard.find((word) => String(word).startsWith('RESULT')),
      null,
      { timeout: 60_000 },
    )
    results = JSON.parse(String(await line.jsonValue()).slice('RESULT'.length)) as Record<string, string | null>
    await page.close()
  }, 90_000)

  it.each(names)('does not let it use %s', (name) => {
    expect(results).toHaveProperty([name], null)
  })

  it('lets nothing through to a server', () => {
    expect(world.reached).toEqual([])
  })
})

describe('the attempts themselves', () => {
  it('succeed in a worker of an ordinary page, so that their failure above means something', async () => {
    const page = await world.browser.newPage()
    await page.goto(`${world.url}/plain`)
    const results = await page.evaluate(
      (script) =>
        new Promise<Record<string, string | null>>((resolve) => {
          // What the wallet has: a database, and a channel that speaks.
          indexedDB.open('wallet', 1).onupgradeneeded = ({ target }) =>
            (target as IDBOpenDBRequest).result.createObjectStore('secrets')
          setInterval(() => new BroadcastChannel('wallet').postMessage('secret'), 50)
          const worker = new Worker(URL.createObjectURL(new Blob([script])))
          worker.onmessage = ({ data }) => resolve(data as Record<string, string | null>)
        }),
      runAttempts(world.url, 'postMessage(results)'),
    )
    const succeeded = names.filter((name) => results[name] !== null)
    expect(succeeded).toEqual(
      expect.arrayContaining([
        'fetch of the wallet with its cookie',
        'XMLHttpRequest',
        'importScripts of the wallet',
        'dynamic import of the wallet',
        'dynamic import of a data address',
        'new Function',
        'eval',
        'a timer with a text',
        'WebAssembly',
        'indexedDB',
        'caches',
        'the origin private file system',
        'hearing the wallet’s BroadcastChannel',
        'a nested worker with a network',
      ]),
    )
    expect(world.reached.map((request) => request.path)).toEqual(
      expect.arrayContaining([
        '/reached/fetch',
        '/reached/socket',
        '/reached/events',
        '/reached/import',
        '/reached/nested',
      ]),
    )
    await page.close()
  }, 60_000)
})
