/**
 * Two of everybody: a merchant and a user A with orders, refunds, tokens, a top-up and a session, and a merchant and a user B,
 * signed in and with valid keys, who try to reach what is A's.
 */
import { money } from '@tradepay/money'
import {
  aBankAccount,
  aMerchantWithClient,
  aUser,
  orderCommand,
  startTestServer,
  TEST_PIN,
  until,
  type TestMerchant,
  type TestServer,
} from '@tradepay/wallet-server/testing'
import { signIn, type WalletApp } from '../../apps/wallet-server/test/support/wallet-app.ts'
import { parsePrivateKey } from '@tradepay/signature'
import type { By } from './messages.ts'

export interface Tenants {
  wallet: TestServer
  merchants: { a: TestMerchant; b: TestMerchant }
  apps: { a: WalletApp; b: WalletApp }
  /** What is A's, by what it is called. */
  a: Record<
    | 'userId'
    | 'merchantId'
    | 'clientId'
    | 'tradeNo'
    | 'paidTradeNo'
    | 'refundId'
    | 'accessToken'
    | 'refreshToken'
    | 'authCode'
    | 'topUpId'
    | 'bankAccountId',
    string
  >
  /** Every row of the database in which A is named, digested. */
  rowsOfA(): Promise<Record<string, string>>
  close(): Promise<void>
}

export const APP_ID = '2021000000000070'

export async function openTenants(): Promise<Tenants> {
  const wallet = await startTestServer({ seed: 70 })
  const { rooms } = wallet
  const result = { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: 'success' }
  const body = Buffer.from(JSON.stringify({ result }))
  wallet.transport.on('https://shop.example', () => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body,
  }))
  const merchants = {
    a: await aMerchantWithClient(wallet, { name: 'Shop A' }),
    b: await aMerchantWithClient(wallet, { name: 'Shop B' }),
  }
  const users = { a: await aUser(wallet, { name: 'Anna' }), b: await aUser(wallet, { name: 'Boris' }) }
  const { userId } = users.a
  const { clientId } = merchants.a.client
  await rooms.programs.register({
    appId: APP_ID,
    merchantId: merchants.a.merchant.merchantId,
    name: 'Shop A',
    slogan: '',
    clientIds: [clientId],
    payOnlyOwnOrders: true,
  })
  await rooms.programs.addVersion({
    appId: APP_ID,
    version: '1.0.0',
    packed: Buffer.from('{"format":1}'),
    manifest: {},
  })
  const settings = { requestDomains: [], imageDomains: [], extConfig: {} }
  await rooms.programs.release({ appId: APP_ID, version: '1.0.0', settings })

  const order = async (requestId: string) =>
    (await rooms.orders.create(orderCommand(wallet, clientId, { requestId, buyerId: userId }))).order
  const { tradeNo } = await order('a_open')
  const paid = await order('a_paid')
  await rooms.payments.confirm({ tradeNo: paid.tradeNo, payerId: userId, amount: paid.amount })
  const { refund } = await rooms.refunds.refund({
    clientId,
    requestId: 'a_refund',
    scope: 'CLIENT',
    order: { tradeNo: paid.tradeNo },
    amount: money('CNY', 100n),
    reason: null,
    notifyUrl: null,
    content: {},
  })
  const ofB = (await rooms.orders.create(orderCommand(wallet, merchants.b.client.clientId))).order
  await rooms.payments.confirm({ tradeNo: ofB.tradeNo, payerId: users.b.userId, amount: ofB.amount })
  const code = async () =>
    (await rooms.authorizations.issueCode({ appId: APP_ID, userId, scopes: ['auth_base'] })).authCode
  const { accessToken, refreshToken } = await rooms.authorizations.redeem({
    clientId,
    authCode: await code(),
    appId: null,
  })
  const { bankAccountId } = await aBankAccount(wallet, userId)
  for (const of of ['a', 'b'] as const) {
    await rooms.merchants.owners.add(merchants[of].merchant.merchantId, users[of].userId)
  }
  const apps = { a: await signIn(wallet, users.a), b: await signIn(wallet, users.b) }
  const topUpId = 'top-up-of-a'
  const topUp = { topUpId, bankAccountId, amount: { currency: 'CNY', value: '500' }, pin: TEST_PIN }
  await apps.a.call('POST', '/wallet/v1/top-ups', topUp)
  await until('the bank has answered, and every notification is delivered', async () => {
    const { rows } = await wallet.database.pool.query(
      "select 1 from notifications where state = 'DUE' union all select 1 from fundings where state = 'PROCESSING'",
    )
    return rows.length === 0
  })

  const names = [userId, merchants.a.merchant.merchantId, clientId, tradeNo, paid.tradeNo, topUpId]
  return {
    wallet,
    merchants,
    apps,
    a: {
      userId,
      merchantId: merchants.a.merchant.merchantId,
      clientId,
      tradeNo,
      paidTradeNo: paid.tradeNo,
      refundId: refund.refundId,
      accessToken,
      refreshToken,
      authCode: await code(),
      topUpId,
      bankAccountId,
    },
    async rowsOfA() {
      const { pool } = wallet.database
      const { rows: tables } = await pool.query<{ name: string }>(
        `select table_name as name from information_schema.tables
          where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
      )
      const state: Record<string, string> = {}
      for (const { name } of tables) {
        const { rows } = await pool.query<{ digest: string }>(
          `select count(*) || ' ' || md5(coalesce(string_agg(t::text, E'\\n' order by t::text), '')) as digest
            from ${name} t where t::text like any($1)`,
          [names.map((each) => `%${each}%`)],
        )
        state[name] = rows[0]!.digest
      }
      return state
    },
    close: () => wallet.close(),
  }
}

/** How a merchant of the world signs. */
export const signerOf = ({ client, privateKey }: TestMerchant): By => ({
  clientId: client.clientId,
  version: 1,
  privateKey: parsePrivateKey(privateKey),
})
