/**
 * The headers of Standard Webhooks on notifications, verified here straight from the specification, as its libraries do:
 * "Signature scheme", "Webhook headers" and "Verifying signatures" of version 1.0.0.
 */
import { createHmac, createPublicKey, generateKeyPairSync, timingSafeEqual, verify } from 'node:crypto'
import { money } from '@tradepay/money'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { standardWebhooks } from '../src/api/merchant-door/standard-webhooks.ts'
import type { ApiFamily } from '@tradepay/contract'
import type { OutgoingRequest, WalletKey } from '../src/ports.ts'
import { openDoors, type Doors } from './merchant-doors.ts'
import { anOrder, aUser, refusal, testWalletKey } from './support/index.ts'

type Sent = Pick<OutgoingRequest, 'headers' | 'body'>

/** With a `whsec_` secret or a `whpk_` public key. Any one signature of the list that fits is enough. */
function verifies({ headers, body }: Sent, key: string): boolean {
  const signed = Buffer.concat([Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`), body!])
  const [prefix, bytes] = [key.slice(0, key.indexOf('_')), Buffer.from(key.slice(key.indexOf('_') + 1), 'base64')]
  return headers['webhook-signature']!.split(' ').some((each) => {
    const [version, text] = each.split(',')
    const signature = Buffer.from(text!, 'base64')
    if (prefix === 'whsec' && version === 'v1') {
      const expected = createHmac('sha256', bytes).update(signed).digest()
      return signature.length === expected.length && timingSafeEqual(signature, expected)
    }
    if (prefix === 'whpk' && version === 'v1a') {
      const jwk = { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }
      return verify(null, signed, createPublicKey({ key: jwk, format: 'jwk' }), signature)
    }
    return false
  })
}

const newWalletKey = (version: number): WalletKey => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return { version, privateKey, publicKey }
}

const now = new Date('2026-03-01T04:00:00.900Z')
const message = { clientId: '2021000000000001', id: '2026030112000000017', body: Buffer.from('{"a":"€"}') }
const webhooks = (...walletKeys: WalletKey[]) => standardWebhooks({ walletKeys })
const sentBy = (sender: ReturnType<typeof webhooks>): Sent => ({
  headers: sender.headers(message, now),
  body: message.body,
})
const both = ({ secret, publicKey }: { secret: string; publicKey: string }): string[] => [secret, publicKey]

describe('a notification', () => {
  let doors: Doors
  beforeAll(async () => {
    doors = await openDoors({ seed: 44 })
  })
  afterAll(() => doors.close())

  test.each<ApiFamily>(['SUPERAPP', 'ALIPAY'])(
    'of the family %s verifies by both schemes, on each attempt',
    async (of) => {
      const notifyUrl = `https://${of.toLowerCase()}.example/n`
      doors.transport.on(new URL(notifyUrl).origin, () => refusal)
      const { tradeNo } = await anOrder(doors, doors.merchant, { family: of, notifyUrl })
      const { userId } = await aUser(doors)
      await doors.rooms.payments.confirm({ tradeNo, payerId: userId, amount: money('CNY', 1250n) })
      await doors.rooms.notifications.deliverDue()
      doors.clock.advance({ minutes: 4 })
      await doors.rooms.notifications.deliverDue()

      const [first, second] = doors.transport.requests.filter(({ url }) => url === notifyUrl)
      const [keys] = standardWebhooks(doors.deps.settings).keys(doors.merchant.client.clientId)
      for (const sent of [first!, second!]) {
        for (const key of both(keys!)) expect(verifies(sent, key)).toBe(true)
      }
      expect(first!.headers['webhook-id']).toMatch(/^[0-9]+$/)
      expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id'])
      const seconds = (sent: Sent) => Number(sent.headers['webhook-timestamp'])
      expect(seconds(second!)).toBe(Math.floor(doors.clock.now().getTime() / 1000))
      expect(seconds(second!) - seconds(first!)).toBe(240)
    },
  )
})

describe('the headers', () => {
  const sender = webhooks(testWalletKey())
  const [keys] = sender.keys(message.clientId)

  test('are the three of the specification, the time in whole seconds', () => {
    expect(sender.headers(message, now)).toEqual({
      'webhook-id': message.id,
      'webhook-timestamp': '1772337600',
      'webhook-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}= v1a,[A-Za-z0-9+/]{86}==$/),
    })
  })

  test.each<[string, (sent: Sent) => Sent]>([
    ['another body', (sent) => ({ ...sent, body: Buffer.from('{"a":"$"}') })],
    ['another id', ({ headers, body }) => ({ headers: { ...headers, 'webhook-id': '1' }, body })],
    ['another time', ({ headers, body }) => ({ headers: { ...headers, 'webhook-timestamp': '1772337601' }, body })],
  ])('do not verify %s', (_, changed) => {
    for (const key of both(keys!)) {
      expect(verifies(sentBy(sender), key)).toBe(true)
      expect(verifies(changed(sentBy(sender)), key)).toBe(false)
    }
  })

  test("do not verify with another client's keys, nor with those of another wallet key", () => {
    const strangers = [...sender.keys('2021000000000002'), ...webhooks(newWalletKey(1)).keys(message.clientId)]
    for (const key of strangers.flatMap(both)) expect(verifies(sentBy(sender), key)).toBe(false)
  })

  test('are signed with every wallet key there is, the newest first, so that a merchant changes over when it likes', () => {
    const [older, newer] = [testWalletKey(), newWalletKey(2)]
    const rotating = webhooks(older, newer)
    expect(rotating.keys(message.clientId)).toEqual([
      ...webhooks(newer).keys(message.clientId),
      ...webhooks(older).keys(message.clientId),
    ])
    for (const key of rotating.keys(message.clientId).flatMap(both)) expect(verifies(sentBy(rotating), key)).toBe(true)
    for (const key of webhooks(older).keys(message.clientId).flatMap(both)) {
      expect(verifies(sentBy(webhooks(newer)), key)).toBe(false)
    }
  })
})

describe('the keys of a client', () => {
  test('are written as the libraries take them, and are the same after a restart', () => {
    const keys = webhooks(testWalletKey()).keys(message.clientId)
    expect(keys).toEqual([
      {
        secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
        publicKey: expect.stringMatching(/^whpk_[A-Za-z0-9+/]{43}=$/),
      },
    ])
    expect(webhooks(testWalletKey()).keys(message.clientId)).toEqual(keys)
  })

  test('of two schemes are not made of the same bytes', () => {
    const [{ secret, publicKey }] = webhooks(testWalletKey()).keys(message.clientId) as [
      { secret: string; publicKey: string },
    ]
    expect(secret.slice(6)).not.toBe(publicKey.slice(5))
  })
})
