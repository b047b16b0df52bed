/**
 * The inbox's promise: however a wallet's notifications are shuffled, repeated and interrupted, each order ends in the state
 * that its newest one tells of, and no listener is called twice for one, or for an older one after a newer.
 */
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  alipayNotificationHandler,
  memoryInboxStore,
  money,
  notificationHandler,
  notificationInbox,
  signSampleNotification,
  type Inbox,
  type Notification,
} from '../src/index.ts'
import { CLIENT_ID, clock, makeKeys, NOW, type Keys } from './support.ts'

const STREAMS = 10_000

/** An order's notifications by their numbers: the first of the payment, the others of refunds. */
const notification = (sequence: number | null, tradeNo = 'T1'): Notification =>
  sequence === null || sequence > 1
    ? {
        type: 'REFUND',
        tradeNo,
        orderNo: null,
        refundNo: `R${sequence}`,
        refundId: null,
        amount: money('CNY', 1n),
        refunded: null,
        state: 'SUCCEEDED',
        finishedAt: null,
        sequence,
      }
    : {
        type: 'PAYMENT',
        tradeNo,
        orderNo: 'A1',
        amount: money('CNY', 100n),
        state: 'PAID',
        paidAt: null,
        reason: null,
        sequence,
      }

/** True when it would be acknowledged. */
const deliver = (inbox: Inbox, one: Notification): Promise<boolean> =>
  (one.type === 'REFUND' ? inbox.onRefund(one) : inbox.onPaid(one)).then(
    () => true,
    () => false,
  )

test(`${STREAMS} shuffled, repeated and interrupted streams end in one state`, async () => {
  const sequences = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 })
  const stream = sequences.chain((unique) =>
    fc.record({
      // Each once at least, and more of them, in any order; some at the same moment.
      sent: fc
        .array(fc.constantFrom(...unique), { maxLength: 6 })
        .chain((more) => fc.shuffledSubarray([...unique, ...more], { minLength: unique.length + more.length })),
      together: fc.integer({ min: 1, max: 4 }),
      failures: fc.array(fc.boolean(), { maxLength: 4 }),
    }),
  )
  await fc.assert(
    fc.asyncProperty(stream, async ({ sent, together, failures }) => {
      const applied: number[] = []
      const told: (number | null)[] = []
      const broken = [...failures]
      const inbox = notificationInbox({
        store: memoryInboxStore(),
        async apply({ sequence }, { previous }) {
          await Promise.resolve()
          if (broken.shift()) throw new Error('The database is away.')
          told.push(previous)
          applied.push(sequence!)
        },
      })
      // As a wallet does: what was not acknowledged is sent again.
      let left = sent
      while (left.length > 0) {
        const again: number[] = []
        for (let at = 0; at < left.length; at += together) {
          const batch = left.slice(at, at + together)
          const heard = await Promise.all(batch.map((sequence) => deliver(inbox, notification(sequence))))
          again.push(...batch.filter((_, index) => !heard[index]))
        }
        left = again
      }
      const rising = applied.every((sequence, index) => index === 0 || sequence > applied[index - 1]!)
      const chained = told.every((previous, index) => previous === (applied[index - 1] ?? null))
      return rising && chained && applied.at(-1) === Math.max(...sent)
    }),
    { numRuns: STREAMS },
  )
})

describe('one order at a time', () => {
  test('orders do not wait for each other', async () => {
    const applied: string[] = []
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const inbox = notificationInbox({
      store: memoryInboxStore(),
      async apply({ tradeNo }) {
        if (tradeNo === 'slow') await held
        applied.push(tradeNo)
      },
    })
    const slow = deliver(inbox, notification(1, 'slow'))
    expect(await deliver(inbox, notification(1, 'quick'))).toBe(true)
    expect(applied).toEqual(['quick'])
    release()
    expect(await slow).toBe(true)
  })

  test('what is applied waits for what came before of its order, and a failure leaves nothing behind', async () => {
    const applied: number[] = []
    let attempts = 0
    const inbox = notificationInbox({
      store: memoryInboxStore(),
      async apply({ sequence }) {
        if (++attempts === 1) throw new Error('away')
        applied.push(sequence!)
      },
    })
    expect(await Promise.all([deliver(inbox, notification(2)), deliver(inbox, notification(1))])).toEqual([false, true])
    expect(await deliver(inbox, notification(2))).toBe(true)
    expect(await deliver(inbox, notification(2))).toBe(true)
    expect(applied).toEqual([1, 2])
  })

  test('without a number nothing is applied, and the wallet is not told that it was', async () => {
    let calls = 0
    const inbox = notificationInbox({ store: memoryInboxStore(), apply: () => calls++ })
    expect(await deliver(inbox, notification(null))).toBe(false)
    expect(calls).toBe(0)
  })
})

describe('behind a handler', () => {
  let keys: Keys
  beforeAll(async () => {
    keys = await makeKeys()
  })

  test.each(['superapp', 'alipay'] as const)(
    'of the %s family, what is old or repeated is acknowledged',
    async (api) => {
      const applied: [number | null, string][] = []
      let away = true
      const inbox = notificationInbox({
        store: memoryInboxStore(),
        apply({ sequence, type }) {
          if (away) throw new Error('away')
          applied.push([sequence, type])
        },
      })
      const { wallet, merchant } = keys
      const options = {
        clientId: CLIENT_ID,
        walletPublicKey: wallet.publicKey,
        privateKey: merchant.privateKey,
        clock,
      }
      const handle = api === 'alipay' ? alipayNotificationHandler(options, inbox) : notificationHandler(options, inbox)
      const about = {
        api,
        walletPrivateKey: wallet.privateKey,
        clientId: CLIENT_ID,
        path: '/notify',
        tradeNo: 'T1',
        orderNo: 'A1',
        amount: money('CNY', 3600n),
        at: NOW,
      }
      const refund = { refundNo: 'R1', amount: money('CNY', 600n) }
      const paid = await signSampleNotification(about)
      const refunded = await signSampleNotification({ ...about, refund, sequence: 3 })
      const acknowledged = async (request: typeof paid): Promise<boolean> =>
        /^success$|"resultStatus":"S"/.test((await handle(request)).body.toString())

      expect(await acknowledged(refunded)).toBe(false)
      away = false
      expect(await acknowledged(refunded)).toBe(true)
      expect(await acknowledged(refunded)).toBe(true)
      expect(await acknowledged(paid)).toBe(true)
      expect(applied).toEqual([[3, 'REFUND']])
    },
  )
})
