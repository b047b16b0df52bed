/** A nonce is accepted once: by one server or two, in the same moment or later, and its memory does not grow for ever. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DELETED_AT_ONCE, deleteNonces } from '../src/nonce/store.ts'
import { defaultSettings } from '../src/settings.ts'
import { startWorker, type WorkerRooms } from '../src/worker/worker.ts'
import { callRest, restRequest, sendRest } from './alipay-v3-calls.ts'
import { openDoors, type Doors } from './merchant-doors.ts'
import { aMerchantWithClient, createFailingTables, until } from './support/index.ts'

let doors: Doors
/** Another server on the same database. */
let other: Doors
beforeAll(async () => {
  doors = await openDoors({ seed: 71 })
  other = await openDoors({ seed: 72, database: doors.database })
})
afterAll(async () => {
  await other.close()
  await doors.close()
})

const windowMs = defaultSettings.replayWindowSeconds * 1000
const kept = async (): Promise<number> => {
  const { rows } = await doors.database.pool.query<{ count: bigint }>('select count(*) from nonces')
  return Number(rows[0]!.count)
}
const replayed = { status: 400, body: { code: 'suspected-attack', links: [] }, verified: null }

describe('a call that comes again', () => {
  test('is refused, to the letter and with what a client may change unsigned; the first one holds', async () => {
    const request = await restRequest(doors)
    const first = await sendRest(doors, request)
    expect(first).toMatchObject({ status: 200, verified: true })
    const orders = await doors.orders()
    const again = await sendRest(doors, request)
    expect(again).toMatchObject(replayed)
    expect(again.body['message']).toMatch(/nonce was used already.*new|signed anew/)
    const spelled = { ...request, headers: { ...request.headers, 'alipay-request-id': 'x', accept: '*/*' } }
    expect(await sendRest(doors, spelled)).toMatchObject(replayed)
    expect(await doors.orders()).toBe(orders)
  })

  test('is refused at a second server', async () => {
    const request = await restRequest(doors)
    expect(await sendRest(doors, request)).toMatchObject({ status: 200 })
    expect(await sendRest(other, request)).toMatchObject(replayed)
  })

  test('is taken once of forty at two servers in the same moment', async () => {
    const request = await restRequest(doors)
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, turn) => sendRest(turn % 2 ? other : doors, request)),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ body }) => body['code'] === 'suspected-attack')).toHaveLength(39)
  })

  test('is refused as long as its time would be good: to the last millisecond by its nonce, then by its time', async () => {
    const own = await openDoors({ seed: 73, database: doors.database })
    const request = await restRequest(own)
    expect(await sendRest(own, request)).toMatchObject({ status: 200 })
    own.clock.advance({ milliseconds: windowMs })
    await own.rooms.nonces.deleteOld()
    expect(await sendRest(own, request)).toMatchObject(replayed)
    own.clock.advance({ milliseconds: 1 })
    expect(await sendRest(own, request)).toMatchObject({ status: 400, body: { code: 'invalid-timestamp' } })
    await own.close()
  })

  test('signed at the far end of the window is still refused when that time has come and gone', async () => {
    const own = await openDoors({ seed: 74, database: doors.database })
    const request = await restRequest(own, { timestamp: String(own.clock.now().getTime() + windowMs) })
    expect(await sendRest(own, request)).toMatchObject({ status: 200 })
    own.clock.advance({ milliseconds: 2 * windowMs })
    await own.rooms.nonces.deleteOld()
    expect(await sendRest(own, request)).toMatchObject(replayed)
    await own.close()
  })

  test('is refused when what it asked for was refused: the nonce is used all the same', async () => {
    const request = await restRequest(doors, { body: '{"a":' })
    expect(await sendRest(doors, request)).toMatchObject({ body: { code: 'illegal-json' } })
    expect(await sendRest(doors, request)).toMatchObject(replayed)
  })

  test('with a nonce and a signature of its own is a repeat like any other', async () => {
    const body = { out_trade_no: 'again_1', total_amount: '1.00', subject: 'x' }
    const first = await callRest(doors, { body })
    expect(await callRest(doors, { body })).toMatchObject({ status: 200, body: first.body })
  })
})

describe('a nonce', () => {
  test('of another client is another one', async () => {
    const shop = await aMerchantWithClient(doors)
    expect(await callRest(doors, { nonce: 'shared' })).toMatchObject({ status: 200 })
    expect(await callRest(doors, { nonce: 'shared', appId: shop.client.clientId })).toMatchObject({ status: 200 })
    expect(await callRest(doors, { nonce: 'shared' })).toMatchObject(replayed)
  })

  test.each(['a', '!', 'n'.repeat(64), "'; drop table nonces; --".replaceAll(' ', '_'), '\\x00', 'a=b'])(
    'may be %s',
    async (nonce) => {
      expect(await callRest(doors, { nonce })).toMatchObject({ status: 200 })
      expect(await callRest(doors, { nonce })).toMatchObject(replayed)
    },
  )

  test('is compared to the letter', async () => {
    for (const nonce of ['Letter', 'letter', 'LETTER']) {
      expect(await callRest(doors, { nonce })).toMatchObject({ status: 200 })
    }
  })

  test.each([
    ['whose signature is wrong', { sent: { body: '{}' } }],
    ['whose time is over', { timestamp: '1700000000000' }],
    ['of an unknown app', { appId: '2021000000000000' }],
    ['to an unknown path', { url: '/v3/alipay/trade/steal' }],
  ])('of a call %s is not kept, and is good for the right one', async (what, wrong) => {
    const before = await kept()
    const nonce = what.replaceAll(' ', '-')
    expect((await callRest(doors, { nonce, ...wrong })).status).toBeGreaterThanOrEqual(400)
    expect(await kept()).toBe(before)
    expect(await callRest(doors, { nonce })).toMatchObject({ status: 200 })
  })

  test.each(['', 'a b', 'a,b', 'é', 'a\u0000', 'n'.repeat(65)])('is not taken by the room as %j', async (nonce) => {
    const use = doors.rooms.nonces.use({ client: doors.merchant.client, nonce, signedAt: doors.clock.now() })
    await expect(use).rejects.toMatchObject({ code: 'INVALID_PARAMETER', details: { field: 'nonce' } })
  })
})

test('where the nonce cannot be written nothing else is: the outcome is unknown, and no order is made', async () => {
  const own = await openDoors({ seed: 75, database: doors.database })
  const failing = await createFailingTables(doors.database)
  const before = await doors.orders()
  await failing.fail('nonces', { code: '53100' })
  expect(await callRest(own)).toMatchObject({ status: 500, body: { code: 'unknow-error' } })
  expect(await doors.orders()).toBe(before)
  await failing.recover()
  await own.close()
})

describe('old nonces', () => {
  const fill = (count: number, at: Date, prefix: string) =>
    doors.database.pool.query(
      `insert into nonces (client_id, nonce, bucket, signed_at)
       select 'filled', $3 || n, 0, $2 from generate_series(1, $1::integer) as n`,
      [count, at, prefix],
    )

  test('are deleted in pieces, those first that are oldest, and young ones stay', async () => {
    const now = doors.clock.now().getTime()
    await doors.database.pool.query('delete from nonces')
    await fill(DELETED_AT_ONCE + 5, new Date(now - 2 * windowMs - 1), 'old-')
    await fill(7, new Date(now - 2 * windowMs), 'young-')
    expect(await doors.rooms.nonces.deleteOld()).toBe(DELETED_AT_ONCE)
    expect(await doors.rooms.nonces.deleteOld()).toBe(5)
    expect(await doors.rooms.nonces.deleteOld()).toBe(0)
    expect(await kept()).toBe(7)
  })

  test('are no more in a piece when the database still takes the table for empty, and chooses its plan by that', async () => {
    const before = doors.clock.now()
    await doors.database.pool.query('delete from nonces')
    await doors.database.pool.query('analyze nonces')
    await fill(DELETED_AT_ONCE + 5, new Date(before.getTime() - 1), 'unexpected-')
    expect(await deleteNonces(doors.database.pool, before)).toBe(DELETED_AT_ONCE)
    expect(await kept()).toBe(5)
  })

  test('are deleted by two servers at once without waiting for each other, each once', async () => {
    await doors.database.pool.query('delete from nonces')
    await fill(3 * DELETED_AT_ONCE, new Date(doors.clock.now().getTime() - 3 * windowMs), 'both-')
    const deleted = await Promise.all([doors, other, doors].map(({ rooms }) => rooms.nonces.deleteOld()))
    expect(deleted.reduce((sum, count) => sum + count)).toBe(3 * DELETED_AT_ONCE - (await kept()))
    while ((await doors.rooms.nonces.deleteOld()) > 0);
    expect(await kept()).toBe(0)
  })

  test('are deleted by the worker', async () => {
    await fill(DELETED_AT_ONCE + 1, new Date(doors.clock.now().getTime() - 3 * windowMs), 'worker-')
    const errors: unknown[] = []
    const worker = startWorker(doors.rooms satisfies WorkerRooms, doors.clock, (error) => errors.push(error))
    await until('all are gone', async () => (await kept()) === 0)
    await worker.close()
    expect(errors).toEqual([])
  })
})
