/**
 * kill -9 of the whole wallet at random moments under load, then a count of everything that was acknowledged.
 *
 * Merchants create orders through the signed door and users pay them; whatever was answered with success is written
 * down here, outside of the killed process. After the last kill each of these must still be true, every invariant must
 * hold, and every payment must have been notified at least once.
 */
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { sandboxPaths } from '@tradepay/contract'
import { isUnknown, money, nodeHandler, notificationHandler, TradePayClient } from '@tradepay/merchant-sdk'
import { startWallet, tradepay, type RunningWallet } from '../support/running-wallet.ts'

export interface CrashReport {
  kills: number
  /** Orders whose tradeNo was answered. */
  ordersAcknowledged: number
  /** Payments whose success was answered. */
  paymentsAcknowledged: number
  /** Acknowledged orders that are not there any more, or have another tradeNo. */
  ordersLost: string[]
  /** Acknowledged payments whose order is not PAID. */
  paymentsLost: string[]
  /** Paid orders that nobody told the merchant of. */
  notificationsMissing: string[]
  /** What `tradepay verify` printed, when it found something. */
  violations: string
  /** Slowest start after a kill. Milliseconds. */
  slowestRestartMs: number
}

const CALLERS = 6

export async function crash(kills: number, progress: (line: string) => void = () => undefined): Promise<CrashReport> {
  const wallet = await startWallet()
  const merchant = await startMerchant(wallet)
  const load = startLoad(wallet, merchant)
  let slowestRestartMs = 0
  try {
    for (let kill = 1; kill <= kills; kill++) {
      await wait(150 + Math.random() * 850)
      await wallet.kill()
      await wallet.restart()
      slowestRestartMs = Math.max(slowestRestartMs, wallet.readyAfterMs)
      progress(
        `kill ${kill}: ${load.orders.size} orders, ${load.paid.size} payments, up after ${Math.round(wallet.readyAfterMs)} ms`,
      )
    }
    await load.stop()
    const ordersLost = await filter(load.orders, async ([orderNo, tradeNo]) => {
      const { tradeNo: found } = await merchant.client.inquire({ orderNo })
      return found !== tradeNo
    })
    const paymentsLost = await filter(
      load.paid,
      async (tradeNo) => (await merchant.client.inquire({ tradeNo })).state !== 'PAID',
    )
    // What a killed server was sending is sent again when its lease ends.
    await postJson(wallet.world.walletUrl + sandboxPaths.clock, { advanceSeconds: 3600 })
    for (let tries = 0; tries < 400 && !isSubset(load.paid, merchant.notified); tries++) await wait(50)
    const url = wallet.world.walletUrl
    progress(`checking ${url}`)
    const verify = await tradepay(['verify', '--data', wallet.folder])
    return {
      kills,
      ordersAcknowledged: load.orders.size,
      paymentsAcknowledged: load.paid.size,
      ordersLost: ordersLost.map(([orderNo]) => orderNo),
      paymentsLost,
      notificationsMissing: [...load.paid].filter((tradeNo) => !merchant.notified.has(tradeNo)),
      violations: verify.code === 0 ? '' : verify.output,
      slowestRestartMs: Math.round(slowestRestartMs),
    }
  } finally {
    await load.stop()
    merchant.server.close()
    await wallet.dispose()
  }
}

interface Merchant {
  client: TradePayClient
  server: Server
  notifyUrl: string
  notified: Set<string>
}

async function startMerchant(wallet: RunningWallet): Promise<Merchant> {
  const app = wallet.world.apps.at(-1)!
  const notified = new Set<string>()
  const keys = { clientId: app.clientId, privateKey: app.privateKey, walletPublicKey: app.walletPublicKey }
  // The wallet's clock is moved at the end, so the age of a notification is not judged here.
  const handler = notificationHandler({ ...keys, toleranceSeconds: 86_400 }, async ({ tradeNo }) => {
    notified.add(tradeNo)
  })
  const server = createServer(nodeHandler(handler))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    client: new TradePayClient({ ...keys, baseUrl: wallet.world.walletUrl, toleranceSeconds: 86_400 }),
    server,
    notifyUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/notify`,
    notified,
  }
}

interface Load {
  /** Acknowledged orders: the merchant's number and the tradeNo. */
  orders: Map<string, string>
  /** tradeNo of acknowledged payments. */
  paid: Set<string>
  stop(): Promise<void>
}

function startLoad(wallet: RunningWallet, merchant: Merchant): Load {
  const orders = new Map<string, string>()
  const paid = new Set<string>()
  let stopped = false
  let failure: unknown = null
  const userId = wallet.world.users[0]!.userId

  async function caller(number: number): Promise<void> {
    for (let count = 0; !stopped; count++) {
      const orderNo = `crash-${number}-${count}`
      // A killed wallet answers nothing: the same number is tried until there is an answer.
      while (!stopped) {
        try {
          const { tradeNo } = await merchant.client.create({
            orderNo,
            title: `Order ${orderNo}`,
            amount: money('CNY', BigInt(1 + (count % 9))),
            orderCreatedAt: new Date(1_767_225_600_000 + count * 1000),
            notifyUrl: merchant.notifyUrl,
          })
          orders.set(orderNo, tradeNo)
          await postJson(wallet.world.walletUrl + sandboxPaths.confirm(tradeNo), { userId })
          paid.add(tradeNo)
          break
        } catch (error) {
          if (!isUnknown(error) && !(error instanceof Unanswered)) throw error
          await wait(20)
        }
      }
    }
  }

  const callers = Array.from({ length: CALLERS }, (_, number) =>
    caller(number).catch((error: unknown) => {
      failure ??= error
      stopped = true
    }),
  )
  return {
    orders,
    paid,
    async stop() {
      stopped = true
      await Promise.all(callers)
      if (failure) throw failure instanceof Error ? failure : new Error(String(failure))
    },
  }
}

/** No answer, or one that says "unknown": the call may or may not have had its effect. */
class Unanswered extends Error {}

async function postJson(url: string, body: unknown): Promise<void> {
  let answer: Response
  try {
    answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    })
    if (answer.ok) return void (await answer.arrayBuffer())
  } catch (error) {
    throw new Unanswered(`${url} did not answer`, { cause: error })
  }
  const text = await answer.text()
  if (answer.status >= 500) throw new Unanswered(`${url} answered ${answer.status}: ${text}`)
  throw new Error(`${url} refused with ${answer.status}: ${text}`)
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
