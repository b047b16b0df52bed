/**
 * Keys are rotated while calls run through two servers: the merchant's and the wallet's own. No call fails on the way, and
 * a retired key is refused.
 */
import type { KeyObject } from 'node:crypto'
import {
  alipayNode,
  alipayRequestString,
  decodeSignature,
  generateRsaKeyPair,
  parsePrivateKey,
  parsePublicKey,
  parseSignatureHeader,
  signAlipay,
  signSuperapp,
  superappStringToSign,
  verifyAlipay,
  verifyRsa,
} from '@tradepay/signature'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createPool } from '../src/db/pool.ts'
import { DIRECTORY_MS, RENEWED_MS } from '../src/merchant/directory.ts'
import type { WalletKey } from '../src/ports.ts'
import { gmt8, nextRequestId, payRequest, tradeRequest } from './merchant-doors.ts'
import {
  aMerchantWithClient,
  createTestDatabase,
  startTestServer,
  testWalletKey,
  until,
  type TestDatabase,
  type TestMerchant,
  type TestServer,
} from './support/index.ts'

let database: TestDatabase
let secondWalletKey: WalletKey
let secondKey: { publicKey: string; privateKey: string }
beforeAll(async () => {
  database = await createTestDatabase()
  secondKey = await generateRsaKeyPair()
  secondWalletKey = { version: 2, ...(await generateRsaKeyPair()) }
})
afterAll(() => database.close())

let one: TestServer
let two: TestServer
let merchant: TestMerchant
/** Which of its keys the merchant signs with now. */
let signing: { version: number; privateKey: KeyObject }
let running: { stop(): Promise<{ calls: number; failures: unknown[] }>; calls(): number } | null
beforeEach(async () => {
  ;[one, two] = await Promise.all([start(), start()])
  merchant = await aMerchantWithClient(one, { notifyUrl: null })
  signing = { version: 1, privateKey: parsePrivateKey(merchant.privateKey) }
  running = null
})
afterEach(async () => {
  await running?.stop()
  await Promise.all([one.close(), two.close()])
})

let servers = 0

/** A server with connections and a memory of its own. */
async function start(walletKeys: WalletKey[] = [testWalletKey()]): Promise<TestServer> {
  const seed = ++servers
  const db = createPool(database.url, { connections: 3 })
  const server = await startTestServer({ database, seed, deps: { db }, settings: { walletKeys } })
  return { ...server, close: () => server.close().then(() => db.end()) }
}

const walletPublicKey = (version: number | null): KeyObject =>
  parsePublicKey((version === 2 ? secondWalletKey : testWalletKey()).publicKey)

interface Answer {
  code: string
  message: string
  verified: boolean
}

/** @param named whether the header names the version of the key */
async function superapp({ url, clock }: TestServer, { version, privateKey } = signing, named = true): Promise<Answer> {
  const body = Buffer.from(JSON.stringify(payRequest()))
  const about = { method: 'POST', uri: '/v1/payments/pay', clientId: merchant.client.clientId }
  const time = clock.now().toISOString()
  const { header } = await signSuperapp({ ...about, time, body }, { version, privateKey })
  const answer = await fetch(url + about.uri, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'client-id': about.clientId,
      'request-time': time,
      signature: named ? header : header.replace(/keyVersion=\d+, /, ''),
    },
    body,
  })
  const bytes = Buffer.from(await answer.arrayBuffer())
  const signed = parseSignatureHeader(answer.headers.get('signature')!)
  const string = superappStringToSign({ ...about, time: answer.headers.get('response-time')!, body: bytes })
  const { result } = JSON.parse(bytes.toString()) as { result: { resultCode: string; resultMessage: string } }
  return {
    code: result.resultCode,
    message: result.resultMessage,
    verified: await verifyRsa(string, decodeSignature(signed.signature)!, walletPublicKey(signed.keyVersion)),
  }
}

async function alipay({ url, clock }: TestServer, { privateKey } = signing): Promise<Answer> {
  const parameters = {
    app_id: merchant.client.clientId,
    method: 'alipay.trade.create',
    charset: 'utf-8',
    sign_type: 'RSA2',
    timestamp: gmt8(clock.now()),
    version: '1.0',
    biz_content: JSON.stringify(tradeRequest({ out_trade_no: nextRequestId() })),
  }
  const sign = await signAlipay(alipayRequestString(parameters), privateKey)
  const answer = await fetch(`${url}/gateway.do`, {
    method: 'POST',
    body: new URLSearchParams({ ...parameters, sign }),
  })
  const text = await answer.text()
  const node = alipayNode(text, 'alipay_trade_create_response')!
  const parsed = JSON.parse(text) as { sign: string }
  const { code, sub_code: subCode, sub_msg: message = '' } = JSON.parse(node) as Record<string, string>
  // This family names no version in an answer: a merchant verifies with each key that the wallet has told it of.
  const verified = await Promise.all([1, 2].map((version) => verifyAlipay(node, parsed.sign, walletPublicKey(version))))
  return { code: subCode ?? code!, message, verified: verified.includes(true) }
}

/** Calls through both servers, both families, with and without a version, until it is stopped. */
function startLoad(): NonNullable<typeof running> {
  let calls = 0
  let stopped = false
  const failures: unknown[] = []
  const ways = [
    () => superapp(one),
    () => superapp(two),
    () => superapp(two, signing, false),
    () => alipay(one),
    () => alipay(two),
  ]
  const callers = ways.map(async (call) => {
    while (!stopped) {
      const answer = await call().catch((error: unknown) => error)
      const isRight = answer instanceof Object && 'code' in answer && /^(ACCEPT|10000)$/.test(String(answer.code))
      if (!isRight || !(answer as Answer).verified) failures.push(answer)
      calls += 1
    }
  })
  return {
    calls: () => calls,
    async stop() {
      stopped = true
      await Promise.all(callers)
      return { calls, failures }
    },
  }
}

const someCalls = async (): Promise<void> => {
  const before = running!.calls()
  await until('some more calls have been answered', () => running!.calls() >= before + 20)
}

test("a merchant's key is rotated under load and no call fails; then the old one is refused", async () => {
  const first = signing
  running = startLoad()
  await someCalls()
  await one.rooms.merchants.addKey(merchant.client.clientId, 2, secondKey.publicKey)
  // From this moment on: nobody waits until the other server has heard of it.
  signing = { version: 2, privateKey: parsePrivateKey(secondKey.privateKey) }
  await someCalls()
  await one.rooms.merchants.revokeKey(merchant.client.clientId, 1)
  await someCalls()
  const { calls, failures } = await running.stop()
  expect(failures).toEqual([])
  expect(calls).toBeGreaterThan(60)

  const refused = { code: 'KEY_NOT_FOUND', message: expect.stringMatching(/version 1 .*revoked/), verified: true }
  expect(await superapp(one, first)).toEqual(refused)
  expect(await superapp(one, first, false)).toMatchObject({ code: 'INVALID_SIGNATURE' })
  expect(await alipay(one, first)).toMatchObject({ code: 'isv.invalid-signature', verified: true })
  two.clock.advance({ milliseconds: DIRECTORY_MS })
  expect(await superapp(two, first)).toEqual(refused)
  expect(await superapp(two, first, false)).toMatchObject({ code: 'INVALID_SIGNATURE' })
  expect(await alipay(two, first)).toMatchObject({ code: 'isv.invalid-signature', verified: true })
  expect(await superapp(two)).toMatchObject({ code: 'ACCEPT' })
})

test('a key that was revoked at one server is taken by another for three seconds at the most', async () => {
  await superapp(two)
  await one.rooms.merchants.addKey(merchant.client.clientId, 2, secondKey.publicKey)
  await one.rooms.merchants.revokeKey(merchant.client.clientId, 1)
  expect(DIRECTORY_MS).toBe(3_000)
  two.clock.advance({ milliseconds: DIRECTORY_MS - 1 })
  expect(await superapp(two)).toMatchObject({ code: 'ACCEPT' })
  two.clock.advance({ milliseconds: 1 })
  expect(await superapp(two)).toMatchObject({ code: 'KEY_NOT_FOUND' })
})

test('a wrong signature makes a server ask for the keys anew, but not more than ten times a second', async () => {
  const stranger = { version: 1, privateKey: parsePrivateKey(secondKey.privateKey) }
  let asked = 0
  const original = two.deps.db.query.bind(two.deps.db)
  const counted = (...given: Parameters<typeof original>) => {
    if ((given[0] as unknown as { name?: string }).name === 'client-find') asked += 1
    return original(...given)
  }
  two.deps.db.query = counted as typeof two.deps.db.query
  for (let call = 0; call < 5; call++) {
    expect(await superapp(two, stranger)).toMatchObject({ code: 'INVALID_SIGNATURE' })
    expect(await alipay(two, stranger)).toMatchObject({ code: 'isv.invalid-signature' })
    expect(await superapp(two, { ...stranger, version: 7 })).toMatchObject({ code: 'KEY_NOT_FOUND' })
  }
  expect(asked).toBe(2)
  two.clock.advance({ milliseconds: RENEWED_MS })
  await superapp(two, stranger)
  await superapp(two, stranger)
  expect(asked).toBe(3)
})

test("the wallet's own key is rotated server by server under load, and every answer verifies", async () => {
  running = startLoad()
  await someCalls()
  // Each server is replaced by one that has both keys and signs with the newer, as a rolling restart does.
  const keys = [testWalletKey(), secondWalletKey]
  const before = [one, two]
  one = await start(keys)
  await someCalls()
  await before[0]!.close()
  two = await start(keys)
  await someCalls()
  await before[1]!.close()
  await someCalls()
  expect((await running.stop()).failures).toEqual([])
})
