/**
 * What every spec stands on: the whole system as `npm start` gives it, started once for a worker, back in its seeded
 * world before each test; and a user in front of the wallet app, whose steps read like the story they play.
 */
import { test as base, expect, type Page } from '@playwright/test'
import { sandboxPaths, type SandboxUser, type Timeline, type TimelineEntry } from '@tradepay/contract'
import { startWallet, type RunningWallet } from '../../support/running-wallet.ts'
import { Customer } from './customer.ts'

interface Fixtures {
  /** Somebody with a phone. Signs in as whom a test says. */
  customer: Customer
}

export const test = base.extend<Fixtures, { wallet: RunningWallet }>({
  wallet: [
    // Playwright reads the names of fixtures from this pattern; this one stands on no other.
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const wallet = await startWallet()
      await use(wallet)
      await wallet.dispose()
    },
    { scope: 'worker', timeout: 150_000 },
  ],
  baseURL: async ({ wallet }, use) => use(wallet.world.walletUrl),
  customer: async ({ wallet, page }, use) => {
    await sandbox(wallet, sandboxPaths.reset, {})
    await use(new Customer(page, wallet))
  },
})

export { expect }

export const person = (wallet: RunningWallet, name: string): SandboxUser => {
  const found = wallet.world.users.find((user) => user.name === name)
  if (!found) throw new Error(`Nobody is called ${name}.`)
  return found
}

/** Calls a sandbox door and answers its JSON. */
export async function sandbox<Answer = unknown>(wallet: RunningWallet, path: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(wallet.world.walletUrl + path, {
    method: body === undefined ? 'GET' : 'POST',
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text}`)
  return JSON.parse(text) as Answer
}

/** Waits until the timeline of an order holds what a test waits for. */
export async function timelineWith(
  wallet: RunningWallet,
  tradeNo: string,
  has: (entries: TimelineEntry[]) => boolean,
): Promise<TimelineEntry[]> {
  let entries: TimelineEntry[] = []
  await expect
    .poll(
      async () => {
        entries = (await sandbox<Timeline>(wallet, sandboxPaths.timeline(tradeNo))).entries
        return has(entries)
      },
      { message: `the timeline of ${tradeNo}`, timeout: 20_000 },
    )
    .toBe(true)
  return entries
}

/** The frame of the mini program's page on top. */
export const topFrame = (page: Page) => page.locator('.program-frames iframe:visible').last().contentFrame()
