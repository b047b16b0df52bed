/**
 * kill -9 of the wallet, of its PostgreSQL, or of both, at random moments under load; then a count of everything that was
 * acknowledged.
 *
 * After the last kill each acknowledged order must be there, each acknowledged payment must have been made, each payment by
 * bank must have ended, every invariant must hold, the bank's books and the wallet's must agree, and every payment must
 * have been notified.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { sandboxPaths } from '@tradepay/contract'
import { TradePayError } from '@tradepay/merchant-sdk'
import { startWallet, tradepay, type RunningWallet } from '../support/running-wallet.ts'
import { postJson, startLoad, startMerchant, type Load } from './load.ts'

/** What is killed, in turn. A PostgreSQL that dies alone is started again by the wallet itself. */
export const victims = ['SERVER', 'POSTGRES', 'BOTH'] as const
export type Victim = (typeof victims)[number]

export interface CrashReport {
  kills: Record<Victim, number>
  /** Orders whose tradeNo was answered. */
  ordersAcknowledged: number
  /** Payments whose success was answered. */
  paymentsAcknowledged: number
  /** Payments by bank that were answered as processing. */
  bankPaymentsAcknowledged: number
  /** Acknowledged orders that are not there any more, or have another tradeNo. */
  ordersLost: string[]
  /** Acknowledged payments whose order is not PAID. */
  paymentsLost: string[]
  /** Paid orders that nobody told the merchant of. */
  notificationsMissing: string[]
  /** What `tradepay verify` printed, when it found something. */
  violations: string
  /** Longest from the restart of what was killed until a merchant's call succeeded. Milliseconds. */
  slowestServiceMs: number
}

export async function crash(kills: number, progress: (line: string) => void = () => undefined): Promise<CrashReport> {
  const wallet = await startWallet()
  const merchant = await startMerchant(wallet)
  const load = startLoad(wallet, merchant)
  const killed: Record<Victim, number> = { SERVER: 0, POSTGRES: 0, BOTH: 0 }
  let slowestServiceMs = 0
  try {
    await load.nextOrder()
    for (let kill = 0; kill < kills; kill++) {
      await wait(150 + Math.random() * 850)
      const victim = victims[kill % victims.length]!
      const serviceMs = await killAndRestart(wallet, load, victim)
      killed[victim]++
      slowestServiceMs = Math.max(slowestServiceMs, serviceMs)
      progress(
        `kill ${kill + 1} (${victim}): ${load.orders.size} orders, ${load.paid.size} + ${load.processing.size} payments, ` +
          `served again after ${Math.round(serviceMs)} ms`,
      )
    }
    await load.stop()

    // What a killed server had claimed, a notification or a question to the bank, is taken up again when the claim ends.
    await postJson(wallet.world.walletUrl + sandboxPaths.clock, { advanceSeconds: 300 })
    const acknowledged = new Set([...load.paid, ...load.processing])
    await until(() => isSubset(acknowledged, merchant.notified), 60_000)

    const ordersLost = await filter(load.orders, async ([orderNo, tradeNo]) => {
      const { tradeNo: found } = await known(() => merchant.client.inquireOrder({ orderNo }))
      return found !== tradeNo
    })
    const paymentsLost = await filter(
      acknowledged,
      async (tradeNo) => (await known(() => merchant.client.inquireOrder({ tradeNo }))).state !== 'PAID',
    )
    const verify = await tradepay(['verify', '--data', wallet.folder])
    return {
      kills: killed,
      ordersAcknowledged: load.orders.size,
      paymentsAcknowledged: load.paid.size,
      bankPaymentsAcknowledged: load.processing.size,
      ordersLost: ordersLost.map(([orderNo]) => orderNo),
      paymentsLost,
      notificationsMissing: [...acknowledged].filter((tradeNo) => !merchant.notified.has(tradeNo)),
      violations: verify.code === 0 ? '' : verify.output,
      slowestServiceMs: Math.round(slowestServiceMs),
    }
  } finally {
    await load.stop()
    merchant.server.close()
    await wallet.dispose()
  }
}

/** Answers how long it took from the restart until an order was acknowledged that was asked for afterwards. Milliseconds. */
async function killAndRestart(wallet: RunningWallet, load: Load, victim: Victim): Promise<number> {
  if (victim === 'POSTGRES') {
    const started = performance.now()
    await wallet.killPostgres()
    await load.nextOrder()
    return performance.now() - started
  }
  if (victim === 'BOTH') await Promise.all([wallet.kill(), wallet.killPostgres()])
  else await wallet.kill()
  const started = performance.now()
  await wallet.restart()
  await load.nextOrder()
  return performance.now() - started
}

async function until(isSo: () => boolean, timeoutMs: number): Promise<void> {
  const end = performance.now() + timeoutMs
  while (!isSo() && performance.now() < end) await wait(50)
}

/** Asks until the answer is known: after many kills these are more calls than a merchant may make in a second. */
async function known<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof TradePayError && error.isUnknown)) throw error
      await wait(100)
    }
  }
}

async function filter<Item>(items: Iterable<Item>, test: (item: Item) => Promise<boolean>): Promise<Item[]> {
  const found: Item[] = []
  const all = [...items]
  for (let start = 0; start < all.length; start += 16) {
    const part = all.slice(start, start + 16)
    const answers = await Promise.all(part.map(test))
    found.push(...part.filter((_, index) => answers[index]))
  }
  return found
}

const isSubset = (part: Set<string>, whole: Set<string>): boolean => [...part].every((item) => whole.has(item))
