/**
 * A browser with the built wallet app for tests of screens: a page of its own for each test, a look that demands no barriers
 * (axe) in light and dark, and pictures when TRADEPAY_PICTURES names a folder.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from '@playwright/test'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { buildWalletApp } from '../../build.ts'
import { fakeWallet, ORIGIN, type Fate, type FakeWallet } from './fake-wallet.ts'
import * as sample from './samples.ts'

export const LINK = `${ORIGIN}/cashier?tradeNo=${sample.order().tradeNo}`
export const PIN = '246810'
export const pictures = process.env['TRADEPAY_PICTURES']
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Where the built app lies. */
export let folder: string
/** The page of the present test. */
export let page: Page
let browser: Browser

/** Builds the app and opens the browser for the tests of a file; each gets a fresh page. */
export function useBrowser(): void {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tradepay-wallet-app-'))
    await buildWalletApp(folder)
    browser = await chromium.launch({
      executablePath: process.env['TRADEPAY_CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    })
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await rm(folder, { recursive: true, force: true })
  })
  beforeEach(() => newPage())
  afterEach(async () => {
    await page.close()
  })
}

/** Takes another page instead of the present one: a phone, unless the test says otherwise. */
export async function newPage(options: BrowserContextOptions = {}): Promise<void> {
  await page?.close()
  page = await browser.newPage({
    viewport: { width: 390, height: 844 },
    locale: 'en-GB',
    reducedMotion: 'reduce',
    ...options,
  })
}

/** Opens an address on a wallet that answers so. */
export async function open(address: string, fates: Record<string, Fate[]> = {}): Promise<FakeWallet> {
  const wallet = await fakeWallet(page, folder, fates)
  await page.goto(address)
  return wallet
}
export const heading = (name: string): Locator => page.getByRole('heading', { name, exact: true })
export const cashier = (): Locator => page.getByRole('dialog', { name: /cashier/ })

async function barriers(): Promise<string[]> {
  // A colour on its way to another has no contrast to judge. What turns for ever is no such colour.
  await page.evaluate(async () => {
    const ending = document.getAnimations().filter((it) => Number.isFinite(it.effect?.getComputedTiming().endTime))
    await Promise.allSettled(ending.map((it) => it.finished))
  })
  await page.evaluate(axe)
  return await page.evaluate(async () => {
    const { axe: engine } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    }
    const { violations } = await engine.run()
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  })
}

/** No barriers and no complaints in light and in dark, and a picture of both. */
export async function looksGood(name: string, wallet: FakeWallet): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect(await barriers(), `${name}, ${colorScheme}`).toEqual([])
    if (pictures) await page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`) })
  }
  expect(wallet.complaints).toEqual([])
}

/** Types digits in the very turn in which the PIN pad is drawn, sooner than any person could. Call before it is opened. */
export async function typeWithThePad(digits: string): Promise<void> {
  await page.evaluate((keys) => {
    const watch = new MutationObserver(() => {
      if (!document.querySelector('.pin')) return
      watch.disconnect()
      for (const key of keys)
        document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
    })
    watch.observe(document, { childList: true, subtree: true })
  }, digits)
}

export async function enterPin(): Promise<void> {
  await page.getByRole('button', { name: /^Pay / }).click()
  await heading('Enter your PIN').waitFor()
  await page.keyboard.type(PIN)
}
