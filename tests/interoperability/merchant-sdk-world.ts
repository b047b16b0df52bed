/**
 * What a merchant has who uses the SDK: a client of one family, a server that hears notifications through an inbox, and a
 * wallet to speak to over real HTTP. Both families in the same words.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  AlipayClient,
  alipayNotificationHandler,
  memoryInboxStore,
  money,
  nodeHandler,
  notificationHandler,
  notificationInbox,
  TradePayClient,
  TradePayError,
  type Clock,
  type CreateOrder,
  type MerchantClient,
  type Money,
  type Notification,
  type TradePayClientOptions,
} from '@tradepay/merchant-sdk'
import { createTransport, systemClock } from '@tradepay/wallet-server'
import {
  aMerchantWithClient,
  aUser,
  startTestServer,
  testWalletKey,
  until,
  type TestMerchant,
  type TestServer,
} from '@tradepay/wallet-server/testing'

export type Family = 'super-app' | 'Alipay'

export interface Shop {
  family: Family
  merchant: TestMerchant
  client: MerchantClient
  /** Another client of the same family. */
  clientWith(about: Partial<TradePayClientOptions>): MerchantClient
  notifyUrl: string
  /** What the inbox has let through, in its order. */
  heard: Notification[]
  /** Why a notification was not acknowledged. */
  refused: string[]
  /** Resolves with what tells of this order, when there are so many. */
  heardOf(tradeNo: string, count: number): Promise<Notification[]>
  close(): Promise<void>
}

export interface World {
  wallet: TestServer
  /** The wallet's and the shops' time: the system's, and as far ahead as a test wants. */
  clock: Clock
  ahead(milliseconds: number): void
}

export async function startWorld(): Promise<World> {
  let aheadMs = 0
  const clock = { now: () => new Date(systemClock.now().getTime() + aheadMs) }
  const wallet = await startTestServer({
    deps: { clock, notificationTransport: createTransport({ allowLoopback: true }) },
  })
  return {
    wallet,
    clock,
    ahead(milliseconds) {
      aheadMs = milliseconds
    },
  }
}

export async function openShop({ wallet, clock }: World, family: Family): Promise<Shop> {
  const merchant = await aMerchantWithClient(wallet, { notifyUrl: null })
  const { clientId } = merchant.client
  const walletPublicKey = testWalletKey().publicKey
  const options = { baseUrl: wallet.url, clientId, privateKey: merchant.privateKey, walletPublicKey, clock }
  const clientWith = (about: Partial<TradePayClientOptions>): MerchantClient =>
    new (family === 'Alipay' ? AlipayClient : TradePayClient)({ ...options, ...about })
  const heard: Notification[] = []
  const refused: string[] = []
  const inbox = notificationInbox({
    store: memoryInboxStore(),
    apply: (notification) => {
      heard.push(notification)
    },
  })
  const listening = { ...options, onRefused: ({ message }: { message: string }) => refused.push(message) }
  const handle =
    family === 'Alipay' ? alipayNotificationHandler(listening, inbox) : notificationHandler(listening, inbox)
  const http = createServer(nodeHandler(handle))
  const url = await listen(http)
  const of = (tradeNo: string): Notification[] => heard.filter((each) => each.tradeNo === tradeNo)
  return {
    family,
    merchant,
    client: clientWith({}),
    clientWith,
    notifyUrl: `${url}/notify`,
    heard,
    refused,
    async heardOf(tradeNo, count) {
      await until(`${count} notifications of ${tradeNo}`, () => of(tradeNo).length >= count)
      return of(tradeNo)
    },
    close: () => new Promise((resolve) => void http.close(() => resolve())),
  }
}

let number = 0

/** An order of 8.80 yuan, with whatever a test wants otherwise. */
export function anOrderOf(shop: Shop, about: Partial<CreateOrder> = {}): CreateOrder {
  return {
    orderNo: `sdk_${++number}`,
    title: '珍珠奶茶 🧋 + 100%',
    amount: yuan(880n),
    notifyUrl: shop.notifyUrl,
    ...about,
  }
}

/** Creates an order and lets somebody pay it. */
export async function aPaidOrderOf(
  wallet: TestServer,
  shop: Shop,
  about?: Partial<CreateOrder>,
): Promise<CreateOrder & { tradeNo: string; payerId: string }> {
  const order = anOrderOf(shop, about)
  const { tradeNo } = await shop.client.createOrder(order)
  const { userId: payerId } = await aUser(wallet)
  await wallet.rooms.payments.confirm({ tradeNo, payerId, amount: order.amount })
  return { ...order, tradeNo, payerId }
}

export const yuan = (fen: bigint): Money => money('CNY', fen)

/** The reason of a call that was refused, and whether it is unknown; `DONE` when it was not. */
export async function reasonOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return 'DONE'
  } catch (error) {
    if (!(error instanceof TradePayError)) throw error
    return error.isUnknown ? `${error.reason} (unknown)` : error.reason
  }
}

async function listen(http: Server): Promise<string> {
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
}

/** A published mini program of the shop. @returns its id */
export async function aProgramOf({ wallet: { rooms } }: World, { merchant }: Shop): Promise<string> {
  const { clientId, merchantId } = merchant.client
  const appId = `${clientId.slice(0, 15)}9`
  await rooms.programs.register({
    appId,
    merchantId,
    name: 'Tea',
    slogan: '',
    clientIds: [clientId],
    payOnlyOwnOrders: true,
  })
  await rooms.programs.addVersion({ appId, version: '1.0.0', packed: Buffer.from('{"format":1}'), manifest: {} })
  const settings = { requestDomains: [], imageDomains: [], extConfig: {} }
  await rooms.programs.release({ appId, version: '1.0.0', settings })
  return appId
}
