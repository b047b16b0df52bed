/**
 * The load under which the wallet is killed: merchants create orders through the signed door, users pay them from the balance
 * or from a bank account. Whatever was answered with success is written down here, outside of the processes that are killed.
 */
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { sandboxPaths, type ConfirmPaymentAnswer } from '@tradepay/contract'
import { isUnknown, money, nodeHandler, notificationHandler, TradePayClient } from '@tradepay/merchant-sdk'
import type { RunningWallet } from '../support/running-wallet.ts'

const CALLERS = 6
/** Every third order is paid by bank. */
const BY_BANK_EVERY = 3

export interface Merchant {
  client: TradePayClient
  server: Server
  notifyUrl: string
  /** Orders whose payment it was told of. */
  notified: Set<string>
}

export async function startMerchant(wallet: RunningWallet): Promise<Merchant> {
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

export interface Load {
  /** Acknowledged orders: the merchant's number and the tradeNo. */
  orders: Map<string, string>
  /** tradeNo of payments whose success was answered. */
  paid: Set<string>
  /** tradeNo of payments by bank that were answered as processing: they must end as paid. */
  processing: Set<string>
  /** Resolves when the next order is acknowledged that is asked for from now on. */
  nextOrder(): Promise<void>
  /** @throws what a caller could not explain */
  stop(): Promise<void>
}

export function startLoad(wallet: RunningWallet, merchant: Merchant): Load {
  const orders = new Map<string, string>()
  const paid = new Set<string>()
  const processing = new Set<string>()
  let waiting: { behind: number; resolve: () => void }[] = []
  let calls = 0
  let stopped = false
  let failure: unknown = null
  const userId = wallet.world.users[0]!.userId

  async function createAndPay(orderNo: string, count: number): Promise<void> {
    const call = ++calls
    const { tradeNo } = await merchant.client.createOrder({
      orderNo,
      title: `Order ${orderNo}`,
      amount: money('CNY', BigInt(1 + (count % 9))),
      orderCreatedAt: new Date(1_767_225_600_000 + count * 1000),
      notifyUrl: merchant.notifyUrl,
    })
    orders.set(orderNo, tradeNo)
    for (const { resolve } of waiting.filter(({ behind }) => behind < call)) resolve()
    waiting = waiting.filter(({ behind }) => behind >= call)
    const byBank = count % BY_BANK_EVERY === 0
    const { outcome } = await postJson<ConfirmPaymentAnswer>(wallet.world.walletUrl + sandboxPaths.confirm(tradeNo), {
      userId,
      ...(byBank ? { method: 'BANK', bank: { answers: 'NOW' } } : {}),
    })
    if (outcome === 'SUCCEEDED') paid.add(tradeNo)
    else processing.add(tradeNo)
  }

  async function caller(number: number): Promise<void> {
    for (let count = 0; !stopped; count++) {
      const orderNo = `crash-${number}-${count}`
      // A killed wallet answers nothing: the same number is tried until there is an answer.
      for (let answered = false; !answered && !stopped;) {
        try {
          await createAndPay(orderNo, count)
          answered = true
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
      for (const { resolve } of waiting.splice(0)) resolve()
    }),
  )
  return {
    orders,
    paid,
    processing,
    nextOrder: () => (stopped ? Promise.resolve() : new Promise((resolve) => waiting.push({ behind: calls, resolve }))),
    async stop() {
      stopped = true
      await Promise.all(callers)
      waiting = []
      if (failure) throw failure instanceof Error ? failure : new Error(String(failure))
    },
  }
}

/** No answer, or one that says "unknown": the call may or may not have had its effect. */
class Unanswered extends Error {
  override name = 'Unanswered'
}

/** @throws Unanswered; Error for a refusal */
export async function postJson<Answer>(url: string, body: unknown): Promise<Answer> {
  let answer: Response
  try {
    answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    })
    if (answer.ok) return (await answer.json()) as Answer
  } catch (error) {
    throw new Unanswered(`${url} did not answer`, { cause: error })
  }
  const text = await answer.text()
  if (answer.status >= 500 || text.includes('OUTCOME_UNKNOWN')) {
    throw new Unanswered(`${url} answered ${answer.status}: ${text}`)
  }
  throw new Error(`${url} refused with ${answer.status}: ${text}`)
}
