/**
 * The headers of Standard Webhooks on notifications, verified by the published library of its authors (`standardwebhooks`). Source:
 * Standard Webhooks 1.0.0, "Signature scheme", "Webhook headers" and "Verifying signatures".
 */
import { generateKeyPairSync } from 'node:crypto'
import { money } from '@tradepay/money'
import { Webhook, WebhookVerificationError } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { standardWebhooks } from '../src/api/merchant-door/standard-webhooks.ts'
import type { ApiFamily } from '@tradepay/contract'
import type { OutgoingRequest, WalletKey } from '../src/ports.ts'
import { openDoors, type Doors } from './merchant-doors.ts'
import { anOrder, aUser, refusal, testWalletKey } from './support/index.ts'

type Sent = Pick<OutgoingRequest, 'headers' | 'body'>

/** The library takes a message of the last five minutes, by the clock of this process. */
function verifies({ headers, body }: Sent, secret: string): boolean {
  try {
    new Webhook(secret).verify(body!, headers, { jsonParse: false })
    return true
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false
    throw error
  }
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

describe('a notification', () => {
  let doors: Doors
  beforeAll(async () => {
    doors = await openDoors({ seed: 44 })
  })
  afterAll(() => doors.close())
  afterEach(() => void vi.useRealTimers())

  test.each<ApiFamily>(['SUPERAPP', 'ALIPAY'])(
    'of the family %s verifies by the library, on each attempt',
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
      const [secret] = standardWebhooks(doors.deps.settings).secrets(doors.merchant.client.clientId)
      vi.useFakeTimers({ toFake: ['Date'], now: doors.clock.now() })
      for (const sent of [first!, second!]) expect(verifies(sent, secret!)).toBe(true)
      expect(first!.headers['webhook-id']).toMatch(/^[0-9]+$/)
      expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id'])
      const seconds = (sent: Sent) => Number(sent.headers['webhook-timestamp'])
      expect(seconds(second!)).toBe(Math.floor(doors.clock.now().getTime() / 1000))
      expect(seconds(second!) - seconds(first!)).toBe(240)
    },
  )
})

describe('the headers', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now }))
  afterEach(() => void vi.useRealTimers())
  const sender = webhooks(testWalletKey())
  const [secret] = sender.secrets(message.clientId)

  test('are the three of the specification, the time in whole seconds', () => {
    expect(sender.headers(message, now)).toEqual({
      'webhook-id': message.id,
      'webhook-timestamp': '1772337600',
      'webhook-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
    })
  })

  test.each<[string, (sent: Sent) => Sent]>([
    ['another body', (sent) => ({ ...sent, body: Buffer.from('{"a":"$"}') })],
    ['another id', ({ headers, body }) => ({ headers: { ...headers, 'webhook-id': '1' }, body })],
    ['another time', ({ headers, body }) => ({ headers: { ...headers, 'webhook-timestamp': '1772337601' }, body })],
  ])('do not verify %s', (_, changed) => {
    expect(verifies(sentBy(sender), secret!)).toBe(true)
    expect(verifies(changed(sentBy(sender)), secret!)).toBe(false)
  })

  test("do not verify with another client's secret, nor with those of another wallet key", () => {
    const strangers = [...sender.secrets('2021000000000002'), ...webhooks(newWalletKey(1)).secrets(message.clientId)]
    for (const stranger of strangers) expect(verifies(sentBy(sender), stranger)).toBe(false)
  })

  test('are signed with every wallet key there is, the newest first, so that a merchant changes over when it likes', () => {
    const [older, newer] = [testWalletKey(), newWalletKey(2)]
    const rotating = webhooks(older, newer)
    expect(rotating.secrets(message.clientId)).toEqual([
      ...webhooks(newer).secrets(message.clientId),
      ...webhooks(older).secrets(message.clientId),
    ])
    for (const each of rotating.secrets(message.clientId)) expect(verifies(sentBy(rotating), each)).toBe(true)
    for (const each of webhooks(older).secrets(message.clientId)) {
      expect(verifies(sentBy(webhooks(newer)), each)).toBe(false)
    }
  })
})

test('the secret of a client is written as the libraries take it, and is the same after a restart', () => {
  const secrets = webhooks(testWalletKey()).secrets(message.clientId)
  expect(secrets).toEqual([expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/)])
  expect(webhooks(testWalletKey()).secrets(message.clientId)).toEqual(secrets)
})
