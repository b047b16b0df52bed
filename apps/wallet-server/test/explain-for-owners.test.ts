/**
 * Promises of POST /wallet/v1/explain on a server in production: an owner of the merchant is told why a signature does not
 * verify; to everybody else there is no such client.
 */
import { randomBytes } from 'node:crypto'
import { walletPaths, type ExplainAnswer } from '@tradepay/contract'
import { generateRsaKeyPair, parsePrivateKey, signSuperapp, type SuperappMessage } from '@tradepay/signature'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  aMerchantWithClient,
  aUser,
  startTestServer,
  testWalletKey,
  type TestMerchant,
  type TestServer,
} from './support/index.ts'
import { fromOwnPage, send, signIn, type Answer, type WalletApp } from './support/wallet-app.ts'

let wallet: TestServer
let shop: TestMerchant
let ownerId: string
let owner: WalletApp
let stranger: WalletApp

beforeAll(async () => {
  wallet = await startTestServer({ seed: 31 })
  shop = await aMerchantWithClient(wallet, { name: 'Coffee Shop' })
  const users = [await aUser(wallet), await aUser(wallet)] as const
  ownerId = users[0].userId
  owner = await signIn(wallet, users[0])
  stranger = await signIn(wallet, users[1])
})
afterAll(() => wallet.close())
beforeEach(async () => {
  await wallet.rooms.merchants.owners.add(shop.merchant.merchantId, ownerId)
  // Time for another share of explanations.
  wallet.clock.advance({ minutes: 1 })
})

const messageOf = (clientId = shop.client.clientId): SuperappMessage => ({
  method: 'POST',
  uri: '/v1/payments/pay',
  clientId,
  time: '2026-03-01T12:00:00+08:00',
  body: Buffer.from('{"paymentRequestId":"coffee-1","refreshToken":"hush-hush"}'),
})

/** The message as it went over the wire, signed as told. */
async function sent({
  signed = {},
  privateKey = shop.privateKey,
  clientId = shop.client.clientId,
}: { signed?: Partial<SuperappMessage>; privateKey?: string; clientId?: string } = {}): Promise<object> {
  const message = messageOf(clientId)
  const key = { version: 1, privateKey: parsePrivateKey(privateKey) }
  const { header: signature } = await signSuperapp({ ...message, ...signed }, key)
  const { method, uri: path, time, body } = message
  return { family: 'SUPERAPP', method, path, clientId, time, signature, body: body.toString() }
}
const ask = <Body = ExplainAnswer>(app: WalletApp, message: object): Promise<Answer<Body>> =>
  app.call<Body>('POST', walletPaths.explain, message)
const causes = ({ body }: Answer<ExplainAnswer>): string[] => body.faults.map(({ cause }) => cause)

describe('an owner', () => {
  test('is told that a right signature is right, and by which key', async () => {
    const answer = await ask(owner, await sent())
    expect(answer).toMatchObject({ status: 200, body: { verified: true, faults: [], key: { version: 1 } } })
  })

  test('is told cause, change and the first differing byte, and no secret', async () => {
    const answer = await ask(owner, await sent({ signed: { uri: '/v2/payments/pay' } }))
    expect(causes(answer)).toEqual(['PATH'])
    expect(answer.body.faults[0]!.change).not.toBe('')
    expect(answer.body.difference).toMatchObject({ at: 7 })
    expect(answer.text).not.toContain('hush-hush')
  })

  test('is told of a message of the wallet why it does not verify', async () => {
    const message = { ...(await sent({ privateKey: testWalletKey().privateKey })), signer: 'WALLET' }
    expect(await ask(owner, message)).toMatchObject({ body: { verified: true } })
    const changed = await ask(owner, { ...message, body: '{}' })
    expect(changed.body).toMatchObject({ verified: false, key: { version: 1 } })
  })

  test("is told of a key that was mixed up with another of the owner's clients, by its name", async () => {
    const { merchants } = wallet.rooms
    const { clientId } = await merchants.registerClient({
      merchantId: shop.merchant.merchantId,
      name: 'Second Till',
      notifyUrl: null,
    })
    const other = await generateRsaKeyPair()
    await merchants.addKey(clientId, 1, other.publicKey)
    const answer = await ask(owner, await sent({ privateKey: other.privateKey }))
    expect(causes(answer)).toEqual(['WRONG_KEY'])
    expect(answer.body.faults[0]!.sentence).toContain(`Second Till (${clientId})`)
  })

  test("is told nothing of keys of other merchants' clients", async () => {
    const other = await generateRsaKeyPair()
    const foreign = await aMerchantWithClient(wallet, { name: 'Tea House' })
    await wallet.rooms.merchants.addKey(foreign.client.clientId, 2, other.publicKey)
    const answer = await ask(owner, await sent({ privateKey: other.privateKey }))
    expect(causes(answer)).toEqual(['WRONG_KEY'])
    expect(answer.text).not.toContain('Tea House')
    expect(answer.text).not.toContain(foreign.client.clientId)
  })

  test('is refused beyond a share, in which everybody has their own', async () => {
    const other = await aUser(wallet)
    await wallet.rooms.merchants.owners.add(shop.merchant.merchantId, other.userId)
    const message = await sent()
    const answers = []
    for (let n = 0; n < 21; n++) answers.push((await ask(owner, message)).status)
    expect(answers).toEqual([...Array<number>(20).fill(200), 429])
    expect((await ask(await signIn(wallet, other), message)).status).toBe(200)
  })

  test('stops being one at once', async () => {
    expect((await ask(owner, await sent())).status).toBe(200)
    await wallet.rooms.merchants.owners.remove(shop.merchant.merchantId, ownerId)
    expect(await ask(owner, await sent())).toMatchObject({ body: { error: { code: 'CLIENT_UNKNOWN' } } })
  })
})

describe('is refused', () => {
  test('to whoever is no owner, word for word as for a client that there is not', async () => {
    const foreign = await ask<unknown>(stranger, await sent())
    const none = await ask<unknown>(owner, await sent({ clientId: '2021000000009999' }))
    expect(foreign).toMatchObject({ status: none.status, body: { error: { code: 'CLIENT_UNKNOWN' } } })
    expect(foreign.body).toEqual(none.body)
  })

  test("to an owner of one merchant for another's client", async () => {
    const foreign = await aMerchantWithClient(wallet)
    const message = await sent({ clientId: foreign.client.clientId })
    expect(await ask(owner, message)).toMatchObject({ body: { error: { code: 'CLIENT_UNKNOWN' } } })
  })

  test('to nobody in particular, and without the token of the session', async () => {
    const message = await sent()
    const nobody = await send(wallet, 'POST', walletPaths.explain, fromOwnPage(wallet.url), message)
    expect(nobody.body.error.code).toBe('SESSION_REQUIRED')
    const forged = await owner.call('POST', walletPaths.explain, message, { 'x-csrf-token': undefined })
    expect(forged.body.error.code).toBe('CSRF_REFUSED')
  })

  test.each([
    ['a family that there is not', { family: 'PAYPAL' }, 'family'],
    ['a member that it does not know', { clientID: '1' }, 'clientID'],
    ['a client id that cannot be one', { clientId: 'a b' }, 'clientId'],
    ['a client id with what no database can hold', { clientId: 'a\0b' }, 'NUL'],
    ['a public key that is none', { publicKey: 'key' }, 'publicKey'],
  ])('for %s, naming it', async (_what, change, field) => {
    const { status, body } = await ask<{ error: object }>(owner, { ...(await sent()), ...change })
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
    expect(JSON.stringify(body.error)).toContain(field)
  })
})

describe('the owners of a merchant', () => {
  test('are who was added, once each, and nobody after they were removed', async () => {
    const { owners } = wallet.rooms.merchants
    const { merchantId } = (await aMerchantWithClient(wallet)).merchant
    const { userId } = await aUser(wallet)
    await owners.add(merchantId, ownerId)
    wallet.clock.advance({ seconds: 1 })
    await owners.add(merchantId, userId)
    await owners.add(merchantId, ownerId)
    expect(await owners.of(merchantId)).toEqual([ownerId, userId])
    await owners.remove(merchantId, ownerId)
    await owners.remove(merchantId, ownerId)
    expect(await owners.of(merchantId)).toEqual([userId])
  })

  test.each([
    ['2088000000009999', () => ownerId, 'INVALID_PARAMETER'],
    ['\0', () => ownerId, 'INVALID_PARAMETER'],
    [null, () => '2088000000009999', 'USER_NOT_FOUND'],
    [null, () => randomBytes(8).toString('hex'), 'USER_NOT_FOUND'],
  ])('of merchant %s cannot be changed for what there is not', async (merchant, user, code) => {
    const { owners } = wallet.rooms.merchants
    const merchantId = merchant ?? shop.merchant.merchantId
    await expect(owners.add(merchantId, user())).rejects.toMatchObject({ code })
    if (merchant === null) return
    await expect(owners.remove(merchantId, user())).rejects.toMatchObject({ code })
    await expect(owners.of(merchantId)).rejects.toMatchObject({ code })
  })
})
