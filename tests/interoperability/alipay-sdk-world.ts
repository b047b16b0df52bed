/**
 * The official `alipay-sdk` and the whole server over real HTTP, with nothing of the client set but its gateway, keys and app id;
 * and beside them a shop that acknowledges notifications, and users who pay.
 */
import { inflateRawSync } from 'node:zlib'
import { AlipaySdk } from 'alipay-sdk'
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
import { expect } from 'vitest'
import { listenForNotifications, type MerchantServer } from './superapp-client.ts'

export interface AlipayWorld {
  wallet: TestServer
  merchant: TestMerchant
  shop: MerchantServer
  /** Where the shop is told of its trades. */
  notifyUrl: string
  sdk: AlipaySdk
  /** Another client of the same wallet. */
  anSdk(about: { privateKey?: string; appId?: string }): AlipaySdk
  /** A number that no other trade of this world has. */
  nextNumber(): string
  /** A new user pays a trade from the balance (100.00 before). @returns the user's id */
  pay(tradeNo: string): Promise<string>
  /** The fields of the next notification of a trade that is in this state, verified by the client. */
  notified(tradeNo: string, about: Record<string, string>): Promise<Record<string, string>>
  /** Today, as bills name it. */
  today(): string
  /** Moves the wallet's clock; the client's stays behind. Days at the most. */
  ahead(milliseconds: number): void
  close(): Promise<void>
}

/** @param name begins the numbers of its trades */
export async function anAlipayWorld(name: string): Promise<AlipayWorld> {
  let aheadMs = 0
  let number = 0
  // The client's clock is its own, and stays behind when the wallet's day is over.
  const toleranceSeconds = 3 * 24 * 3600
  const wallet = await startTestServer({
    settings: { alipayTimestampToleranceSeconds: toleranceSeconds, replayWindowSeconds: toleranceSeconds },
    deps: {
      clock: { now: () => new Date(systemClock.now().getTime() + aheadMs) },
      notificationTransport: createTransport({ allowLoopback: true }),
    },
  })
  const merchant = await aMerchantWithClient(wallet, { notifyUrl: null })
  const shop = await listenForNotifications(() => ({ status: 200, body: 'success' }))
  const anSdk = (about: { privateKey?: string; appId?: string }): AlipaySdk =>
    new AlipaySdk({
      gateway: `${wallet.url}/gateway.do`,
      endpoint: wallet.url,
      appId: merchant.client.clientId,
      privateKey: merchant.privateKey,
      keyType: 'PKCS8',
      alipayPublicKey: testWalletKey().publicKey,
      ...about,
    })
  const sdk = anSdk({})

  return {
    wallet,
    merchant,
    shop,
    notifyUrl: `${shop.url}/alipay/notify`,
    sdk,
    anSdk,
    nextNumber: () => `${name}_${++number}`,
    async pay(tradeNo) {
      const { userId } = await aUser(wallet)
      const { amount } = await wallet.rooms.orders.find(tradeNo)
      await wallet.rooms.payments.confirm({ tradeNo, payerId: userId, amount })
      return userId
    },
    async notified(tradeNo, about) {
      const fieldsOf = () =>
        shop.received
          .map(({ body }) => Object.fromEntries(new URLSearchParams(body)))
          .find(
            (fields) =>
              fields['trade_no'] === tradeNo && Object.entries(about).every(([name, value]) => fields[name] === value),
          )
      await until(`trade ${tradeNo} is announced as ${JSON.stringify(about)}`, () => fieldsOf() !== undefined)
      const fields = fieldsOf()!
      expect(sdk.checkNotifySignV2(fields)).toBe(true)
      expect(sdk.checkNotifySignV2({ ...fields, trade_status: 'TRADE_FINISHED' })).toBe(false)
      return fields
    },
    today: () => new Date(wallet.deps.clock.now().getTime() + 8 * 3_600_000).toISOString().slice(0, 10),
    ahead: (milliseconds) => void (aheadMs = milliseconds),
    async close() {
      await shop.close()
      await wallet.close()
    },
  }
}

/** The lines of the first file in the zip behind an address. */
export async function billLines(address: unknown): Promise<string[]> {
  const response = await fetch(String(address))
  expect(response.headers.get('content-type')).toBe('application/zip')
  const bytes = Buffer.from(await response.arrayBuffer())
  // Behind the file's header of 30 bytes and its name.
  const start = 30 + bytes.readUInt16LE(26)
  return inflateRawSync(bytes.subarray(start, start + bytes.readUInt32LE(18)))
    .toString()
    .split('\r\n')
}
