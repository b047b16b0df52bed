/** The sandbox doors to the delivery log: the bytes, the reasons, telling it once more, and how addresses answer. */
import {
  SandboxEndpointsAnswer,
  SandboxNotificationAnswer,
  SandboxNotificationsAnswer,
  sandboxPaths,
} from '@tradepay/contract'
import type { Static, TSchema } from 'typebox'
import { Check } from 'typebox/value'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { people } from '../src/index.ts'
import { startMerchantServer, type MerchantServer } from './merchant-server.ts'
import { createOrder, testSandbox, type Answer, type TestSandbox } from './support.ts'

const thanks = { status: 200, body: '{"result":{"resultStatus":"S"}}' }
const UNKNOWN = '2026010100000000202123456789'
const mei = people[0]!

let test: TestSandbox
let shop: MerchantServer
beforeAll(async () => {
  test = await testSandbox()
  shop = await startMerchantServer(thanks)
})
afterAll(async () => {
  await shop.close()
  await test.close()
})
beforeEach(() => void (shop.answer = thanks))

const errorOf = ({ body }: Answer): Record<string, string> => (body['error'] ?? {}) as Record<string, string>
/** The answer, which is as it is described. */
async function ask<Schema extends TSchema>(schema: Schema, path: string): Promise<Static<Schema>> {
  const { body } = await test.call(path)
  expect(Check(schema, body), JSON.stringify(body)).toBe(true)
  return body as Static<Schema>
}
const list = (query: string): Promise<SandboxNotificationsAnswer> =>
  ask(SandboxNotificationsAnswer, `${sandboxPaths.notifications}?${query}`)
const find = (id: string): Promise<SandboxNotificationAnswer> =>
  ask(SandboxNotificationAnswer, sandboxPaths.notification(id))

/** An order that is paid and whose notification was sent once. @returns its notification */
async function told(path = '/notify'): Promise<SandboxNotificationAnswer> {
  const tradeNo = await createOrder(test.sandbox, { notifyUrl: `${shop.url}${path}` })
  await test.call(sandboxPaths.confirm(tradeNo), { body: { userId: mei.userId } })
  await expect.poll(async () => (await list(`tradeNo=${tradeNo}`)).notifications[0]?.attempts).toBe(1)
  return find((await list(`tradeNo=${tradeNo}`)).notifications[0]!.notificationId)
}

describe('a notification', () => {
  it('shows what was sent and answered, byte for byte', async () => {
    const { log, ...about } = await told()
    expect(about).toMatchObject({
      type: 'ORDER_PAID',
      sequence: 2,
      state: 'DELIVERED',
      family: 'SUPERAPP',
      dueAt: null,
    })
    const received = shop.received.at(-1)!
    expect(log).toMatchObject([
      {
        attempt: 1,
        accepted: true,
        byHand: false,
        reason: null,
        request: { body: { text: received.body }, headers: { Signature: received.headers['signature'] } },
        answer: { status: 200, body: { text: thanks.body } },
      },
    ])
  })

  it('says why an answer was no acknowledgement, and shows bytes that are no text', async () => {
    shop.answer = { status: 200, body: Buffer.from([0xff, 0x00, 0xfe]) }
    const { state, dueAt, log } = await told()
    expect(state).toBe('DUE')
    expect(dueAt).not.toBeNull()
    expect(log[0]).toMatchObject({ accepted: false, reason: 'the status is 200 but the body is not JSON' })
    expect(log[0]!.answer!.body).toEqual({ base64: '/wD+' })
  })

  it('is sent once more by hand, with the same id and content, and the timeline says so', async () => {
    const first = await told()
    const before = shop.received.at(-1)!
    const answer = await test.call(sandboxPaths.replay(first.notificationId), { method: 'POST' })
    expect(answer).toMatchObject({ status: 200, body: { state: 'DELIVERED', attempts: 2, dueAt: null } })
    const again = shop.received.at(-1)!
    expect(again.body).toBe(before.body)
    expect(again.headers['webhook-id']).toBe(first.notificationId)
    expect((answer.body['log'] as object[]).at(-1)).toMatchObject({ attempt: 2, byHand: true, accepted: true })
    const { body } = await test.call(sandboxPaths.timeline(first.tradeNo))
    const notes = (body['entries'] as { note: string }[]).map(({ note }) => note)
    expect(notes).toContain('By hand: The merchant acknowledged attempt 2')
  })

  it('that is due is left to the schedule', async () => {
    shop.answer = { status: 500, body: '' }
    const { notificationId } = await told()
    const answer = await test.call(sandboxPaths.replay(notificationId), { body: {} })
    expect([answer.status, errorOf(answer)['code']]).toEqual([409, 'NOTIFICATION_IN_PROGRESS'])
    expect(errorOf(answer)['message']).toContain('still to be sent by itself')
  })

  it.each([UNKNOWN, 'latest', '..', '%00', "'", '1'.repeat(300)])('of the number %s is not found', async (id) => {
    for (const call of [
      test.call(sandboxPaths.notification(id)),
      test.call(sandboxPaths.replay(id), { method: 'POST' }),
    ]) {
      expect((await call).status).toBe(404)
    }
  })

  it.each([{ evenIfOlder: 'yes' }, { evenIfOlder: null }, { force: true }, [], 'true'])(
    'is not replayed for the body %j',
    async (body) => {
      const answer = await test.call(sandboxPaths.replay(UNKNOWN), { body: JSON.stringify(body) })
      expect([answer.status, errorOf(answer)['code']]).toEqual([400, 'INVALID_PARAMETER'])
    },
  )
})

describe('the list', () => {
  it('is of an order, of an address, of a state, and page by page', async () => {
    const [one, two] = [await told('/list'), await told('/list')]
    const url = encodeURIComponent(`${shop.url}/list`)
    const ids = async (query: string): Promise<string[]> =>
      (await list(query)).notifications.map(({ notificationId }) => notificationId)
    expect(await ids(`url=${url}`)).toEqual([two.notificationId, one.notificationId])
    expect(await ids(`url=${url}&state=DUE`)).toEqual([])
    expect(await ids(`tradeNo=${one.tradeNo}`)).toEqual([one.notificationId])
    const first = await list(`url=${url}&limit=1`)
    expect(first.notifications).toHaveLength(1)
    const second = await list(`url=${url}&limit=1&after=${first.next}`)
    expect(second).toMatchObject({ notifications: [{ notificationId: one.notificationId }], next: null })
  })

  it.each([
    'state=LOST',
    'limit=0',
    'limit=101',
    'limit=many',
    'limit=1&limit=2',
    'after=nowhere',
    'after=1.2.3',
    'tradeNo=',
    `tradeNo=${'1'.repeat(65)}`,
    'page=2',
  ])('is refused for %s', async (query) => {
    const answer = await test.call(`${sandboxPaths.notifications}?${query}`)
    expect([answer.status, errorOf(answer)['code']]).toEqual([400, 'INVALID_PARAMETER'])
  })
})

describe('the endpoints', () => {
  const health = (query = ''): Promise<SandboxEndpointsAnswer> =>
    ask(SandboxEndpointsAnswer, `${sandboxPaths.endpoints}${query}`)

  it('show who does not answer, and since when', async () => {
    shop.answer = { status: 503, body: '' }
    await told('/down')
    shop.answer = thanks
    await told('/up')
    const { endpoints } = await health()
    const of = (path: string): unknown => endpoints.find(({ url }) => url === `${shop.url}${path}`)
    expect(of('/up')).toMatchObject({ attempts: 1, acknowledged: 1, consecutiveFailures: 0, lastFailure: null, due: 0 })
    expect(of('/down')).toMatchObject({
      attempts: 1,
      acknowledged: 0,
      consecutiveFailures: 1,
      lastSuccessAt: null,
      lastFailure: { reason: 'the status is 503 instead of 200' },
      waiting: 1,
    })
  })

  it('look back as far as they are told', async () => {
    await told('/long-ago')
    await test.call(sandboxPaths.clock, { body: { advanceSeconds: 2 * 3600 } })
    const urls = async (hours: number): Promise<string[]> =>
      (await health(`?hours=${hours}`)).endpoints.map(({ url }) => url)
    expect(await urls(1)).not.toContain(`${shop.url}/long-ago`)
    expect(await urls(3)).toContain(`${shop.url}/long-ago`)
  })

  it.each(['hours=0', 'hours=721', 'hours=-1', 'hours=1.5', 'hours=', 'days=1'])(
    'are refused for %s',
    async (query) => {
      const answer = await test.call(`${sandboxPaths.endpoints}?${query}`)
      expect([answer.status, errorOf(answer)['code']]).toEqual([400, 'INVALID_PARAMETER'])
    },
  )
})

it('these doors are closed to pages of other origins', async () => {
  const headers = { origin: 'https://evil.example' }
  for (const path of [sandboxPaths.notifications, sandboxPaths.notification(UNKNOWN), sandboxPaths.endpoints]) {
    expect((await test.call(path, { headers })).status).toBe(403)
  }
  expect((await test.call(sandboxPaths.replay(UNKNOWN), { method: 'POST', headers })).status).toBe(403)
})
