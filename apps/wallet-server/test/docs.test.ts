/**
 * Promises of the descriptions at /docs: whatever the doors of merchants and of the wallet app route is described and nothing else is, and the page shows
 * them with nothing loaded from elsewhere. That the answers are what they say is in docs-answers.test.ts.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { superappVersions } from '@tradepay/contract'
import type { OpenApiDocument } from '@tradepay/contract/open-api'
import { chromium, type Browser, type Page } from '@playwright/test'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { basePaths } from '../src/api/superapp/dialect.ts'
import { described, inLines, routesOf, startTestServer, type TestServer } from './support/index.ts'

let server: TestServer
let sandbox: TestServer
beforeAll(async () => {
  server = await startTestServer({ seed: 61 })
  sandbox = await startTestServer({ seed: 62, database: server.database, settings: { sandbox: true } })
})
afterAll(async () => {
  await sandbox.close()
  await server.close()
})

const get = (path: string, { url } = server): Promise<Response> => fetch(`${url}${path}`)
const documentOf = async (name: string): Promise<OpenApiDocument> =>
  (await (await get(`/docs/${name}.json`)).json()) as OpenApiDocument

describe('what is described', () => {
  const isOf = (prefixes: string[], path: string): boolean => prefixes.some((prefix) => path.startsWith(prefix))

  test('of the super-app API is what its door routes, under every base path', async () => {
    const document = await documentOf('superapp')
    const bases = document.servers.map(({ url }) => (url === '/' ? '' : url))
    expect(bases).toEqual([...basePaths])
    const prefixes = bases.flatMap((base) => superappVersions.map((version) => `${base}/${version}/`))
    const routed = routesOf(server.server.http).filter(({ path }) => isOf(prefixes, path))
    const all = bases.flatMap((base) => described(document).map(({ method, path }) => ({ method, path: base + path })))
    expect(all.length).toBeGreaterThan(100)
    expect(inLines(all)).toEqual(inLines(routed))
  })

  test('of the Alipay gateway is what its door routes', async () => {
    const routed = routesOf(server.server.http).filter(({ path }) => isOf(['/gateway', '/alipay/'], path))
    expect(inLines(described(await documentOf('alipay')))).toEqual(inLines(routed))
  })

  test('of the Alipay REST API is what its door routes', async () => {
    const routed = routesOf(server.server.http).filter(({ path }) => isOf(['/v3/'], path))
    expect(inLines(described(await documentOf('alipay-v3')))).toEqual(inLines(routed))
  })

  test.each(['cashier', 'wallet'])('of the API %s of the wallet app is what its door routes', async (name) => {
    const routed = routesOf(server.server.http).filter(({ path }) => isOf([`/${name}/v1/`], path))
    expect(routed.length).toBeGreaterThan(4)
    expect(inLines(described(await documentOf(name)))).toEqual(inLines(routed))
  })

  test('of the sandbox is said by the sandbox alone', async () => {
    expect((await get('/docs/sandbox.json')).status).toBe(404)
    expect((await get('/docs/sandbox')).status).toBe(404)
    expect((await get('/docs/sandbox.json', sandbox)).status).toBe(200)
    expect(await (await get('/docs', server)).text()).not.toContain('/docs/sandbox')
  })
})

describe('what is served', () => {
  test.each([
    '/docs',
    '/docs/',
    '/docs/superapp',
    '/docs/superapp.json',
    '/docs/cashier',
    '/docs/wallet.json',
    '/docs/page.js',
    '/docs/scheme.js',
    '/docs/swagger-ui/swagger-ui.css',
  ])('%s may run and load nothing of others', async (path) => {
    const answer = await get(path)
    expect(answer.status).toBe(200)
    const policy = answer.headers.get('content-security-policy')
    expect(policy).toMatch(/^default-src 'none'; script-src 'self';/)
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/)
    expect(policy).toContain("frame-ancestors 'none'")
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    await answer.arrayBuffer()
  })

  test.each([
    '/docs/nothing',
    '/docs/superapp.yaml',
    '/docs/swagger-ui/',
    '/docs/swagger-ui/index.html',
    '/docs/swagger-ui/oauth2-redirect.html',
    '/docs/swagger-ui/../package.json',
    '/docs/swagger-ui/%2e%2e/package.json',
    '/docs/door.ts',
    '/docs/page.ts',
  ])('%s is not there', async (path) => {
    const answer = await get(path)
    expect(answer.status).toBe(404)
    await answer.arrayBuffer()
  })
})

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Text whose colours are too near to each other, as axe finds it. */
const unreadable = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(at: Document, how: object): Promise<AxeResult> } }
    const { violations } = await axe.run(document, { runOnly: ['color-contrast'] })
    return violations.flatMap(({ nodes }) => nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary}`))
  })
interface AxeResult {
  violations: { nodes: { html: string; failureSummary?: string }[] }[]
}

describe('the page', () => {
  let browser: Browser
  let page: Page
  const complaints: string[] = []
  const asked: string[] = []
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: process.env['TRADEPAY_CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    })
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    page = await browser.newPage()
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('requestfailed', (request) => complaints.push(`not loaded: ${request.url()}`))
    page.on('request', (request) => asked.push(request.url()))
  })
  /** Whatever a page did: no error, and nobody else was asked. */
  afterEach(async () => {
    await page.close()
    expect(complaints.splice(0)).toEqual([])
    const others = asked.splice(0).filter((url) => !url.startsWith(`${sandbox.url}/docs`) && !url.startsWith('data:'))
    expect(others).toEqual([])
  })
  const heading = (name: string | RegExp) => page.getByRole('heading', { name })

  test('shows every description, one click from each other', async () => {
    await page.goto(`${sandbox.url}/docs`)
    await heading(/Super-app payment API/).waitFor()
    await page.getByRole('link', { name: 'Alipay gateway', exact: true }).click()
    await heading(/Alipay gateway/).waitFor()
    await page.getByRole('link', { name: 'Sandbox', exact: true }).click()
    await heading(/Sandbox/).waitFor()
    expect(await page.getByRole('navigation', { name: 'APIs' }).locator('[aria-current]').innerText()).toBe('Sandbox')
  })

  test('opens at the operation that its address names, with an example of its call', async () => {
    await page.goto(`${sandbox.url}/docs/superapp#/payments/refund-v2`)
    const operation = page.locator('#operations-payments-refund-v2.is-open')
    await operation.waitFor()
    await operation.getByText('coffee-1001-refund').first().waitFor()
    expect(await operation.getByText('Client-Id', { exact: true }).count()).toBeGreaterThan(0)
  })

  test.each([
    ['superapp', 'payments/refund-v2'],
    ['sandbox', 'sandbox/changeApp'],
  ])('of %s follows the system from light to dark, and can be read in both', async (name, operation) => {
    await page.emulateMedia({ colorScheme: 'light' })
    await page.goto(`${sandbox.url}/docs/${name}#/${operation}`)
    await page
      .locator(`#operations-${operation.replace('/', '-')}.is-open`)
      .getByText('Example Value')
      .first()
      .waitFor()
    await page.evaluate(axe)
    const backgrounds = new Set<string>()
    for (const colorScheme of ['light', 'dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme })
      await page.locator(colorScheme === 'dark' ? 'html.dark-mode' : 'html:not(.dark-mode)').waitFor()
      backgrounds.add(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor))
      // Colours move from one to the other.
      await expect.poll(() => unreadable(page)).toEqual([])
    }
    expect(backgrounds.size).toBe(2)
  })

  test.each(['superapp', 'alipay', 'alipay-v3', 'cashier', 'wallet', 'sandbox'])(
    'of %s is no wider than a phone',
    async (name) => {
      await page.setViewportSize({ width: 390, height: 844 })
      await page.goto(`${sandbox.url}/docs/${name}`)
      await page.locator('.opblock').first().waitFor()
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    },
  )

  test('lets all of the sandbox be tried, and sends no call to a merchant API or as the wallet app', async () => {
    await page.goto(`${sandbox.url}/docs/superapp#/payments/pay-v1`)
    await page.locator('#operations-payments-pay-v1.is-open').waitFor()
    expect(await page.getByRole('button', { name: 'Try it out' }).count()).toBe(0)
    await page.goto(`${sandbox.url}/docs/cashier#/cashier/confirm`)
    await page.locator('#operations-cashier-confirm.is-open').waitFor()
    expect(await page.getByRole('button', { name: 'Try it out' }).count()).toBe(0)
    await page.goto(`${sandbox.url}/docs/sandbox#/sandbox/readClock`)
    for (const operation of ['readClock', 'changeApp', 'retireKey']) {
      const place = page.locator(`#operations-sandbox-${operation}`)
      if (operation !== 'readClock') await place.locator('.opblock-summary-control').click()
      await place.getByRole('button', { name: 'Try it out' }).waitFor()
    }
  })
})
