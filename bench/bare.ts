/**
 * What the hot paths are made of, by themselves: the transactions that create and pay orders, without rooms, batchers and
 * doors; and unpaid orders in store, made before the clock runs.
 */
import { money } from '@tradepay/money'
import { newTimedId, type CreateOrder } from '@tradepay/wallet-server'
import { createOrders, reserve, transaction } from '@tradepay/wallet-server/bare'
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
