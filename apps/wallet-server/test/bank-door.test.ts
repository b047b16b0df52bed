/** The bank's door: it makes the wallet look, and is believed in nothing. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bankPaths } from '@tradepay/contract'
import { aTopUp, aUserWithBank, fundingOf } from './bank-world.ts'
import { balanceOf, startTestServer, until, type TestServer } from './support/index.ts'

const KEY = 'the-key-of-the-bank'

let world: TestServer
beforeAll(async () => {
  world = await startTestServer({ settings: { bankKey: KEY } })
})
afterAll(() => world.close())

function push(body: unknown, headers: Record<string, string | undefined> = {}) {
  const all = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers }
  return world.server.http.inject({
    method: 'POST',
    url: bankPaths.outcomes,
    headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Record<
      string,
      string
    >,
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

describe('a push of the bank', () => {
  test('makes the wallet inquire what is waiting, and the outcome is the one of the inquiry', async () => {
    const mei = await aUserWithBank(world)
    world.bank.next({ moves: 'LATER' })
    const { topUpId, fundingId } = await aTopUp(world, mei)
    await until('it was asked', () => world.bank.asked(fundingId) === 'ASK')
    await until('the answer is written', async () => (await fundingOf(world, topUpId)).attempts === 1)
    world.bank.finish(fundingId)
    const answer = await push({ orderId: fundingId })
    expect([answer.statusCode, answer.body]).toEqual([204, ''])
    await until('the money is there', async () => (await balanceOf(world, mei.user.userId)) === 5_000n)
    expect(await fundingOf(world, topUpId)).toMatchObject({ state: 'SUCCEEDED' })
  })

  test('is not believed when the bank does not say so to an inquiry', async () => {
    const mei = await aUserWithBank(world)
    world.bank.next({ moves: 'NEVER' })
    const { topUpId, fundingId } = await aTopUp(world, mei)
    await until('the answer is written', async () => (await fundingOf(world, topUpId)).attempts === 1)
    const answer = await push({ orderId: fundingId, state: 'SUCCEEDED' })
    expect(answer.statusCode).toBe(204)
    await until('it was inquired', async () => (await fundingOf(world, topUpId)).attempts === 2)
    expect(await fundingOf(world, topUpId)).toMatchObject({ state: 'PROCESSING' })
    expect(await balanceOf(world, mei.user.userId)).toBe(0n)
  })

  test('many times over settles once', async () => {
    const mei = await aUserWithBank(world)
    const { topUpId, fundingId } = await aTopUp(world, mei)
    await Promise.all(Array.from({ length: 30 }, () => push({ orderId: fundingId })))
    await until('it has ended', async () => (await fundingOf(world, topUpId)).state === 'SUCCEEDED')
    expect(await balanceOf(world, mei.user.userId)).toBe(5_000n)
  })

  test('about something that has ended finds out when the bank contradicts itself', async () => {
    const { topUpId, fundingId } = await aTopUp(world, await aUserWithBank(world))
    await until('it has ended', async () => (await fundingOf(world, topUpId)).state === 'SUCCEEDED')
    world.bank.script(fundingId, { says: [{ state: 'FAILED', failure: 'REFUSED' }] })
    await push({ orderId: fundingId })
    await until('it is marked', async () => (await fundingOf(world, topUpId)).contradictedAt !== null)
    expect(await fundingOf(world, topUpId)).toMatchObject({ state: 'SUCCEEDED' })
  })

  test.each(['2026030112000000123000000001', 'unknown', '../../orders'])(
    'about a number that is not known is answered like any other: %s',
    async (orderId) => {
      const answer = await push({ orderId })
      expect([answer.statusCode, answer.body]).toEqual([204, ''])
    },
  )
})

describe('a push by a stranger is refused', () => {
  test.each([
    ['without a key', undefined, 'SIGNATURE_MISSING'],
    ['with an empty key', 'Bearer ', 'SIGNATURE_MISSING'],
    ['with another scheme', `Basic ${KEY}`, 'SIGNATURE_MISSING'],
    ['with a wrong key', 'Bearer another', 'SIGNATURE_INVALID'],
    ['with a part of the key', `Bearer ${KEY.slice(0, -1)}`, 'SIGNATURE_INVALID'],
    ['with more than the key', `Bearer ${KEY}x`, 'SIGNATURE_INVALID'],
    ['with the key in capitals', `Bearer ${KEY.toUpperCase()}`, 'SIGNATURE_INVALID'],
  ])('%s, and nothing is asked', async (_what, authorization, code) => {
    const { topUpId, fundingId } = await aTopUp(world, await aUserWithBank(world))
    await until('it has ended', async () => (await fundingOf(world, topUpId)).state === 'SUCCEEDED')
    const answer = await push({ orderId: fundingId }, { authorization })
    expect(answer.statusCode).toBe(401)
    expect(answer.headers['www-authenticate']).toBe('Bearer')
    expect(answer.json().error).toMatchObject({
      code,
      field: 'Authorization',
      expected: expect.stringContaining('key'),
    })
    expect(answer.body).not.toContain(KEY)
    expect((await fundingOf(world, topUpId)).attempts).toBe(2)
  })

  test('before the body is read', async () => {
    expect((await push('not json', { authorization: 'Bearer another' })).statusCode).toBe(401)
  })

  test('also with the word that stands for no key, when none is set', async () => {
    const closed = await startTestServer({ database: world.database })
    for (const authorization of ['Bearer null', 'Bearer undefined', `Bearer ${KEY}`, 'Bearer']) {
      const answer = await closed.server.http.inject({
        method: 'POST',
        url: bankPaths.outcomes,
        headers: { authorization, 'content-type': 'application/json' },
        payload: '{"orderId":"1"}',
      })
      expect(answer.statusCode).toBe(401)
    }
    await closed.close()
  })
})

describe('bad input', () => {
  test.each<[string, unknown, Record<string, string>, number, string]>([
    ['no JSON', '{', {}, 400, 'BODY_MALFORMED'],
    ['another type', 'orderId=1', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'BODY_MALFORMED'],
    ['no number', {}, {}, 400, 'INVALID_PARAMETER'],
    ['an empty number', { orderId: '' }, {}, 400, 'INVALID_PARAMETER'],
    ['a number of another type', { orderId: 1 }, {}, 400, 'INVALID_PARAMETER'],
    ['a number that is too long', { orderId: 'x'.repeat(65) }, {}, 400, 'INVALID_PARAMETER'],
    ['a number that no row can hold', '{"orderId":"\\u0000"}', {}, 400, 'BODY_MALFORMED'],
    ['a body that is too long', { orderId: '1', more: 'x'.repeat(100_000) }, {}, 413, 'BODY_TOO_LARGE'],
  ])('is answered clearly: %s', async (_what, body, headers, status, code) => {
    const answer = await push(body, headers)
    expect(answer.statusCode).toBe(status)
    expect(answer.json().error).toMatchObject({ code, message: expect.any(String), action: expect.any(String) })
  })

  test('another method is not known', async () => {
    const answer = await world.server.http.inject({ method: 'GET', url: bankPaths.outcomes })
    expect(answer.statusCode).toBe(404)
  })
})

test('closing the server waits for what a push has begun', async () => {
  const short = await startTestServer({
    database: world.database,
    settings: { bankKey: KEY },
    deps: { bank: world.bank },
    seed: 7,
  })
  const { topUpId, fundingId } = await aTopUp(world, await aUserWithBank(world))
  await until('it has ended', async () => (await fundingOf(world, topUpId)).state === 'SUCCEEDED')
  let letGo: () => void = () => undefined
  world.bank.script(fundingId, { before: () => new Promise((resolve) => (letGo = resolve)) })
  const answer = await short.server.http.inject({
    method: 'POST',
    url: bankPaths.outcomes,
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    payload: JSON.stringify({ orderId: fundingId }),
  })
  expect(answer.statusCode, 'the answer does not wait for the bank').toBe(204)
  await until('it is being inquired', () => world.bank.asked(fundingId) === 'ASK INQUIRE INQUIRE')
  let closed = false
  const closing = short.close().then(() => (closed = true))
  await new Promise((resolve) => setImmediate(resolve))
  expect(closed).toBe(false)
  letGo()
  await closing
  expect((await fundingOf(world, topUpId)).attempts).toBe(3)
})
