/**
 * What the hot paths are made of, by themselves: the transactions that create and pay orders, and what delivering a notification
 * writes, without rooms, batchers and doors; and unpaid orders in store, made before the clock runs.
 */
import { money } from '@tradepay/money'
import { newTimedId, type CreateOrder } from '@tradepay/wallet-server'
import { claim, createOrders, reserve, transaction, writeOutcomes, type Due } from '@tradepay/wallet-server/bare'
import type { BenchWorld } from './world.ts'

export const amount = money('CNY', 1250n)

export const pick = <Item>(items: Item[]): Item => items[Math.floor(Math.random() * items.length)]!

let serial = 0

/** The command for one more order of a client. */
export const command = (clientId: string): CreateOrder => ({
  clientId,
  requestId: `bench-${process.pid}-${serial++}`,
  family: 'SUPERAPP',
  title: 'Two coffees and a croissant',
  amount,
  appId: null,
  buyerId: null,
  notifyUrl: null,
  expiresAt: null,
  extra: {},
  content: { paymentAmount: 'CNY 1250' },
})

type Clients = BenchWorld['clients']

/** Unpaid orders, made before the clock runs. */
export async function makeOrders({ server }: BenchWorld, clients: Clients, count: number): Promise<string[]> {
  const orders: string[] = []
  for (let start = 0; start < count; start += 1000) {
    const made = Array.from({ length: Math.min(1000, count - start) }, () =>
      server.rooms.orders.create(command(pick(clients).clientId)),
    )
    orders.push(...(await Promise.all(made)).map(({ order }) => order.tradeNo))
  }
  return orders
}

/** Pays the next orders through the room and its batcher, by anybody. */
export const confirmNext =
  ({ server, userIds }: BenchWorld, orders: string[], payers = userIds) =>
  async (): Promise<boolean> => {
    const tradeNo = orders.pop()
    if (tradeNo === undefined) return false
    await server.rooms.payments.confirm({ tradeNo, payerId: pick(payers), amount })
    return true
  }

/** Pays so many orders in one transaction: what a batch costs, without the batcher. */
export const payBare =
  ({ deps, userIds }: BenchWorld, orders: string[], items: number) =>
  async (): Promise<boolean> => {
    const tradeNos = orders.splice(-items)
    if (tradeNos.length < items) return false
    const now = deps.clock.now()
    const attempts = tradeNos.map((tradeNo) => {
      const payerId = pick(userIds)
      const orderBucket = Number(tradeNo.slice(16, 19))
      const paymentId = newTimedId(now, deps.settings.timeZone, orderBucket, deps.random)
      const payerBucket = Number(payerId.slice(4, 7))
      return {
        tradeNo,
        payerId,
        payerBucket,
        orderBucket,
        paymentId,
        amount,
        channel: 'BALANCE' as const,
        bankAccountId: null,
      }
    })
    const verdicts = await transaction(
      deps.db,
      async (tx) => {
        const { verdicts, writes } = await reserve(tx, attempts, deps, now)
        await tx.commitWith(writes)
        return verdicts
      },
      { locksFirst: true },
    )
    const refused = verdicts.find(({ outcome }) => outcome !== 'GRANTED')
    if (refused)
      throw new Error(
        `A payment was ${JSON.stringify(refused, (_, value) => (typeof value === 'bigint' ? String(value) : value))}.`,
      )
    return true
  }

/** Creates so many orders in one transaction. */
export const createBare =
  ({ deps, clients }: BenchWorld, items: number) =>
  async (): Promise<void> => {
    const now = deps.clock.now()
    const orders = Array.from({ length: items }, () => {
      const { clientId, merchantId, bucket } = pick(clients)
      const { content, ...wanted } = command(clientId)
      const order = {
        ...wanted,
        tradeNo: newTimedId(now, deps.settings.timeZone, bucket, deps.random),
        bucket,
        merchantId,
        state: 'CREATED' as const,
        closeReason: null,
        sequence: 1,
        createdAt: now,
        expiresAt: new Date(now.getTime() + 900_000),
        paidAt: null,
        closedAt: null,
        payerId: null,
        paymentId: null,
        processingPaymentId: null,
        fee: 0n,
        refunded: 0n,
        feeRefunded: 0n,
      }
      return { order, content }
    })
    await createOrders(deps.db, orders, now)
  }

const DAY_MS = 86_400_000

/** Notifications of filled orders, due tomorrow: until then the wallet's own worker leaves them alone. */
export async function makeDue({ deps }: BenchWorld, count: number): Promise<Due[]> {
  const { rows } = await deps.db.query<Due>({
    text: `update notifications n set state = 'DUE', url = 'http://127.0.0.1/notify', due_at = $2, finished_at = null
      from (select trade_no, bucket from orders where trade_no < '2026' order by trade_no limit $1) o
      where n.subject_id = o.trade_no and n.bucket = o.bucket and n.sequence = 2
      returning n.subject_id as "subjectId", n.sequence, n.bucket, n.url, n.client_id as "clientId"`,
    values: [count, new Date(deps.clock.now().getTime() + DAY_MS)],
  })
  await deps.db.query('vacuum notifications')
  return rows
}

/** Claims so many notifications in one statement and writes in another that each was acknowledged. */
export const deliverBare =
  ({ deps }: BenchWorld, due: Due[], items: number) =>
  async (): Promise<boolean> => {
    const chosen = due.splice(-items)
    if (chosen.length < items) return false
    const startedAt = deps.clock.now()
    const now = new Date(startedAt.getTime() + 2 * DAY_MS)
    const claimed = await claim(deps.db, chosen, now, new Date(now.getTime() + 30_000))
    if (claimed.length < items) throw new Error(`Of ${items} notifications ${claimed.length} were claimed.`)
    const outcomes = claimed.map((notification) => ({
      notification,
      attempt: { startedAt, ...acknowledged },
      final: false,
    }))
    await writeOutcomes(deps.db, outcomes, now)
    return true
  }

/** An attempt with as many bytes as the super-app family sends and gets. */
const acknowledged = {
  durationMs: 1,
  requestHeaders: {
    'Content-Type': 'application/json; charset=UTF-8',
    'Client-Id': '2021000000000000',
    'Request-Time': '2025-01-01T00:00:00Z',
    Signature: `algorithm=RSA256, keyVersion=1, signature=${'x'.repeat(360)}`,
    'webhook-id': '2025010100000000000000000000',
    'webhook-timestamp': '1735689600',
    'webhook-signature': 'x'.repeat(140),
  },
  requestBody: Buffer.alloc(430, 'x'),
  responseStatus: 200,
  responseHeaders: { 'content-type': 'application/json', date: 'Wed, 01 Jan 2025 00:00:00 GMT' },
  responseBody: Buffer.alloc(90, 'x'),
  accepted: true,
  reason: null,
}
