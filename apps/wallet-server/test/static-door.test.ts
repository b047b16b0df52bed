/**
 * Promises of the static door: the wallet app's page can be framed by nobody and runs only its own scripts; a mini
 * program's frames have no origin, no network, and only the scripts that were built into them.
 */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aMerchantWithClient, startTestServer, type TestServer } from './support/index.ts'
import { send, type Answer } from './support/wallet-app.ts'

const appId = '2021000000000030'
const script = 'const greeting = "<b>hello</b>"; parent.postMessage(greeting, "*")'
const scriptHash = `'sha256-${createHash('sha256').update(script).digest('base64')}'`
const page = '<!doctype html><title>Wallet</title><script type="module" src="/assets/main-Ab3_x9Qz.js"></script>'
const packed = Buffer.from(
  JSON.stringify({
    format: 1,
    assets: { '/i.svg': { type: 'image/svg+xml', base64: Buffer.from('<svg onload="alert(1)"/>').toString('base64') } },
  }),
)
let folder: string
let wallet: TestServer
let packageHash: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tradepay-static-'))
  const [walletAppFolder, framesFolder] = [join(folder, 'app'), join(folder, 'frames')]
  await mkdir(join(walletAppFolder, 'assets'), { recursive: true })
  await mkdir(framesFolder)
  await writeFile(join(walletAppFolder, 'index.html'), page)
  await writeFile(join(walletAppFolder, 'icon.svg'), '<svg/>')
  await writeFile(join(walletAppFolder, '.secret'), 'secret')
  await writeFile(join(walletAppFolder, 'assets', 'main-Ab3_x9Qz.js'), 'export {}')
  await writeFile(join(folder, 'outside.txt'), 'outside')
  await writeFile(join(framesFolder, 'logic.html'), `<!doctype html><script>${script}</script>`)
  await writeFile(join(framesFolder, 'view.html'), `<!doctype html><body></body><script>${script}</script>`)
  wallet = await startTestServer({ seed: 16, settings: { walletAppFolder, framesFolder } })

  const merchant = await aMerchantWithClient(wallet)
  const { programs } = wallet.rooms
  await programs.register({
    appId,
    merchantId: merchant.merchant.merchantId,
    name: 'A',
    slogan: '',
    clientIds: [],
    payOnlyOwnOrders: true,
  })
  packageHash = (await programs.addVersion({ appId, version: '1.0.0', packed, manifest: { icon: '/i.svg' } }))
    .packageHash
  const imageDomains = ['img.shop.example', '*.cdn.example:8443', '127.0.0.1:4101']
  await programs.release({ appId, version: '1.0.0', settings: { requestDomains: [], imageDomains, extConfig: {} } })
})
afterAll(async () => {
  await wallet.close()
  await rm(folder, { recursive: true, force: true })
})

const get = (path: string, headers: Record<string, string> = {}): Promise<Answer<unknown>> =>
  send(wallet, 'GET', path, headers)
const policyOf = (answer: Answer<unknown>): Map<string, string> =>
  new Map(
    String(answer.headers['content-security-policy'])
      .split('; ')
      .map((directive) => {
        const [name, ...values] = directive.split(' ')
        return [name!, values.join(' ')]
      }),
  )

describe('the wallet app', () => {
  test.each(['/', '/wallet', '/flow/2026030112000000000123456789', '/p/2021000000000030?x=1', '/index.html'])(
    '%s is the page, with headers that let in nothing of others',
    async (path) => {
      const answer = await get(path)
      expect(answer).toMatchObject({ status: 200, text: page })
      expect(answer.headers).toMatchObject({
        'cache-control': 'no-cache',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'permissions-policy': expect.stringContaining('camera=()'),
      })
      const policy = policyOf(answer)
      expect(policy.get('default-src')).toBe("'self'")
      expect(policy.get('script-src')).toBe("'self'")
      expect(policy.get('connect-src')).toBe("'self'")
      expect(policy.get('frame-src')).toBe("'self'")
      expect(policy.get('frame-ancestors')).toBe("'none'")
      expect(policy.get('base-uri')).toBe("'none'")
      expect(policy.get('form-action')).toBe("'none'")
    },
  )

  test('a file with a hash in its name is kept for ever, another is asked for again', async () => {
    expect((await get('/assets/main-Ab3_x9Qz.js')).headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect((await get('/icon.svg')).headers).toMatchObject({
      'cache-control': 'no-cache',
      'content-type': expect.stringContaining('image/svg+xml'),
    })
  })

  test.each([
    '/nothing.js',
    '/assets/nothing',
    '/frames/x',
    '/packages/x',
    '/cashier/v1/x',
    '/sandbox/v1/x',
    '/.secret',
    '/../outside.txt',
    '/%2e%2e/outside.txt',
    '/..%2foutside.txt',
    '/assets/..%2f..%2foutside.txt',
  ])('%s is not there, and is not the page either', async (path) => {
    const answer = await get(path)
    expect(answer.status).toBe(404)
    expect(answer.text).not.toContain('<!doctype')
    expect(answer.text).not.toContain('outside\n')
    expect(answer.body).toMatchObject({ error: { code: 'API_UNKNOWN' } })
  })

  test('a POST to a page is refused as an unknown call', async () => {
    expect(await send(wallet, 'POST', '/wallet', {}, {})).toMatchObject({
      status: 404,
      body: { error: { code: 'API_UNKNOWN' } },
    })
  })
})

describe('the frames of a mini program', () => {
  test.each(['logic', 'view'])(
    '%s.html has an opaque origin, no network, and only the script built into it',
    async (kind) => {
      const answer = await get(`/frames/${appId}/${kind}.html`)
      expect(answer.status).toBe(200)
      const policy = policyOf(answer)
      expect(policy.get('sandbox')).toBe('allow-scripts')
      expect(policy.get('default-src')).toBe("'none'")
      expect(policy.get('connect-src')).toBe("'none'")
      expect(policy.get('script-src')).toBe(`${scriptHash} blob:`)
      expect(policy.get('frame-ancestors')).toBe("'self'")
      expect(policy.get('form-action')).toBe("'none'")
      expect(policy.get('base-uri')).toBe("'none'")
      expect(answer.headers['x-content-type-options']).toBe('nosniff')
    },
  )

  test('only logic may make a worker; only the view may draw, with images of the release', async () => {
    const [logic, view] = [
      policyOf(await get(`/frames/${appId}/logic.html`)),
      policyOf(await get(`/frames/${appId}/view.html`)),
    ]
    expect(logic.get('worker-src')).toBe('blob:')
    expect(logic.has('img-src')).toBe(false)
    expect(logic.has('style-src')).toBe(false)
    expect(view.has('worker-src')).toBe(false)
    expect(view.get('style-src')).toBe("'unsafe-inline'")
    expect(view.get('font-src')).toBe('data:')
    expect(view.get('img-src')).toBe(
      'data: blob: https://img.shop.example https://*.cdn.example:8443 http://127.0.0.1:4101',
    )
  })

  test('are asked for again, and not sent again while nothing has changed', async () => {
    const first = await get(`/frames/${appId}/view.html`)
    const again = await get(`/frames/${appId}/view.html`, { 'if-none-match': String(first.headers['etag']) })
    expect(again).toMatchObject({ status: 304, text: '' })
    expect(again.headers['content-security-policy']).toBe(first.headers['content-security-policy'])
  })

  test('of an unknown program are not there', async () => {
    expect(await get('/frames/2021999999999999/logic.html')).toMatchObject({
      status: 404,
      body: { error: { code: 'PROGRAM_NOT_FOUND' } },
    })
  })
})

describe('packages', () => {
  test('are sent byte for byte and kept for ever', async () => {
    const answer = await get(`/packages/${packageHash}.json`)
    expect(answer).toMatchObject({ status: 200, text: packed.toString() })
    expect(answer.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'application/json; charset=utf-8',
      'x-content-type-options': 'nosniff',
    })
  })

  test('an icon is an image and never a document of the wallet: nothing in it runs', async () => {
    const answer = await get(`/packages/${packageHash}/icon`)
    expect(answer.headers).toMatchObject({
      'content-type': 'image/svg+xml',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(policyOf(answer).get('default-src')).toBe("'none'")
    expect(policyOf(answer).get('sandbox')).toBe('')
  })

  test.each([
    '/packages/x.json',
    `/packages/${'0'.repeat(64)}.json`,
    '/packages/..%2f..%2foutside.json',
    `/packages/${'0'.repeat(64)}/icon`,
    '/packages/%00.json',
  ])('%.60s is not there', async (path) => {
    expect((await get(path)).status).toBe(404)
  })
})
