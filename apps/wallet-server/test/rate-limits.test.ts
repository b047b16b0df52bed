/** How often a client may call, and what a wrong call costs: in the words of each family, without harm to anybody else. */
import { afterAll, describe, expect, test } from 'vitest'
import { createTokenBuckets } from '../src/api/merchant-door/token-buckets.ts'
import { callRest } from './alipay-v3-calls.ts'
import { callAlipay, callSuperapp, openDoors, payRequest, type Doors } from './merchant-doors.ts'
import { aMerchantWithClient, ManualClock } from './support/index.ts'

let doors: Doors
const worlds = new Map<string, Promise<Doors>>()
afterAll(() => Promise.all([...worlds.values()].map(async (world) => (await world).close())))

/** One wallet for each pair of settings, and a merchant of its own for each test. */
async function open(settings: { callsPerSecond: number; callsBurst: number }): Promise<Doors> {
  const key = JSON.stringify(settings)
  const opened = worlds.get(key) ?? openDoors({ settings })
  worlds.set(key, opened)
  const world = await opened
  return (doors = { ...world, merchant: await aMerchantWithClient(world) })
}

const superapp = async (call: Parameters<typeof callSuperapp>[1] = {}) => {
  const { status, body, verified } = await callSuperapp(doors, call)
  expect(status).toBe(200)
  return { ...body.result, verified }
}
const alipay = async (call: Parameters<typeof callAlipay>[1] = {}) => {
  const { status, node, verified } = await callAlipay(doors, call)
  expect(status).toBe(200)
  return { code: node['code'], sub: node['sub_code'], message: node['sub_msg'], verified }
}

describe("a client's share", () => {
  test('used up is answered in the words of the super-app family, signed, and creates no order', async () => {
    const { orders } = await open({ callsPerSecond: 2, callsBurst: 3 })
    const before = await orders()
    for (let call = 0; call < 3; call++) expect(await superapp()).toMatchObject({ resultCode: 'ACCEPT' })
    const refused = await superapp()
    expect(refused).toMatchObject({
      resultStatus: 'U',
      resultCode: 'REQUEST_TRAFFIC_EXCEED_LIMIT',
      resultMessage: expect.stringMatching(/2 calls a second.*3 at once.*Wait and send the same request again/),
      verified: true,
    })
    expect(await orders()).toBe(before + 3)
  })

  test('used up is answered in the words of the Alipay family, signed, and creates no order', async () => {
    const { orders } = await open({ callsPerSecond: 2, callsBurst: 3 })
    const before = await orders()
    for (let call = 0; call < 3; call++) expect(await alipay()).toMatchObject({ code: '10000' })
    expect(await alipay()).toEqual({
      code: '40005',
      sub: 'isv.app-call-limited',
      message: expect.stringContaining('2 calls a second'),
      verified: true,
    })
    expect(await orders()).toBe(before + 3)
  })

  test('used up is answered with 429 and Retry-After by the REST calls, signed', async () => {
    await open({ callsPerSecond: 2, callsBurst: 3 })
    for (let call = 0; call < 3; call++) expect(await callRest(doors)).toMatchObject({ status: 200 })
    expect(await callRest(doors)).toMatchObject({
      status: 429,
      headers: { 'retry-after': '1' },
      body: { code: 'app-call-limited' },
      verified: true,
    })
  })

  test('is one over both doors', async () => {
    await open({ callsPerSecond: 2, callsBurst: 3 })
    expect(await superapp()).toMatchObject({ resultCode: 'ACCEPT' })
    expect(await alipay()).toMatchObject({ code: '10000' })
    expect(await superapp()).toMatchObject({ resultCode: 'ACCEPT' })
    expect(await superapp()).toMatchObject({ resultCode: 'REQUEST_TRAFFIC_EXCEED_LIMIT' })
    expect(await alipay()).toMatchObject({ sub: 'isv.app-call-limited' })
  })

  test('comes back with time, and the refused request is then taken as it was', async () => {
    const { clock } = await open({ callsPerSecond: 2, callsBurst: 3 })
    for (let call = 0; call < 3; call++) await superapp()
    const body = payRequest()
    expect(await superapp({ body })).toMatchObject({ resultCode: 'REQUEST_TRAFFIC_EXCEED_LIMIT' })
    clock.advance({ milliseconds: 499 })
    expect(await superapp({ body })).toMatchObject({ resultCode: 'REQUEST_TRAFFIC_EXCEED_LIMIT' })
    clock.advance({ milliseconds: 1 })
    expect(await superapp({ body })).toMatchObject({ resultCode: 'ACCEPT' })
    expect(await superapp()).toMatchObject({ resultCode: 'REQUEST_TRAFFIC_EXCEED_LIMIT' })
  })

  test("is nobody else's: another client is served meanwhile", async () => {
    const world = await open({ callsPerSecond: 2, callsBurst: 3 })
    for (let call = 0; call < 3; call++) await superapp()
    expect(await superapp()).toMatchObject({ resultCode: 'REQUEST_TRAFFIC_EXCEED_LIMIT' })
    const other = await aMerchantWithClient(world)
    expect(await superapp({ clientId: other.client.clientId })).toMatchObject({ resultCode: 'ACCEPT' })
  })

  test('cannot be used up by a stranger who only names the client', async () => {
    await open({ callsPerSecond: 2, callsBurst: 3 })
    await superapp()
    await superapp()
    for (let call = 0; call < 10; call++) {
      expect(await superapp({ sentBody: '{}' })).toMatchObject({ resultCode: 'INVALID_SIGNATURE' })
      expect(await alipay({ changed: { charset: 'UTF-8' } })).toMatchObject({ sub: 'isv.invalid-signature' })
    }
    expect(await superapp()).toMatchObject({ resultCode: 'ACCEPT' })
    expect(await superapp()).toMatchObject({ resultCode: 'REQUEST_TRAFFIC_EXCEED_LIMIT' })
  })

  test('of 0 is no limit', async () => {
    await open({ callsPerSecond: 0, callsBurst: 1 })
    for (let call = 0; call < 5; call++) expect(await superapp()).toMatchObject({ resultCode: 'ACCEPT' })
    for (let call = 0; call < 60; call++) {
      expect(await superapp({ sentBody: '{}' })).toMatchObject({ resultCode: 'INVALID_SIGNATURE', verified: true })
    }
  })
})

describe('calls that cannot be verified', () => {
  const FAILURES = 50

  test('become cheap after some: refused without a signature of the wallet, as too many', async () => {
    const { clock } = await open({ callsPerSecond: 200, callsBurst: 400 })
    for (let call = 0; call < FAILURES; call++) {
      expect(await superapp({ sentBody: '{}' })).toMatchObject({ resultCode: 'INVALID_SIGNATURE', verified: true })
    }
    expect(await superapp({ sentBody: '{}' })).toMatchObject({
      resultCode: 'REQUEST_TRAFFIC_EXCEED_LIMIT',
      resultMessage: expect.stringContaining('could not be verified'),
      verified: null,
    })
    // With time they are answered in full again.
    clock.advance({ seconds: 1 })
    expect(await superapp({ sentBody: '{}' })).toMatchObject({ resultCode: 'INVALID_SIGNATURE', verified: true })
  })

  test('never keep a right signature from being taken, from the same address and for the same client', async () => {
    await open({ callsPerSecond: 200, callsBurst: 400 })
    for (let call = 0; call < FAILURES + 5; call++) await superapp({ sentBody: '{}' })
    expect(await superapp()).toMatchObject({ resultCode: 'ACCEPT', verified: true })
    expect(await alipay()).toMatchObject({ code: '10000', verified: true })
  })

  test('of the Alipay family get an answer that was signed before', async () => {
    await open({ callsPerSecond: 200, callsBurst: 400 })
    for (let call = 0; call < FAILURES; call++) {
      expect(await alipay({ changed: { charset: 'UTF-8' } })).toMatchObject({ sub: 'isv.invalid-signature' })
    }
    for (let call = 0; call < 2; call++) {
      expect(await alipay({ changed: { charset: 'UTF-8' } })).toMatchObject({
        code: '40005',
        sub: 'isv.app-call-limited',
        verified: true,
      })
    }
  })

  test('of one client do not shorten the answers to another, nor do those of no client', async () => {
    const world = await open({ callsPerSecond: 200, callsBurst: 400 })
    const other = await aMerchantWithClient(world)
    for (let call = 0; call < FAILURES + 1; call++) await superapp({ clientId: '2021000000000000' })
    expect(await superapp({ sentBody: '{}' })).toMatchObject({ resultCode: 'INVALID_SIGNATURE', verified: true })
    for (let call = 0; call < FAILURES; call++) await superapp({ sentBody: '{}' })
    expect(await superapp({ sentBody: '{}' })).toMatchObject({ verified: null })
    expect(await superapp({ clientId: other.client.clientId, sentBody: '{}' })).toMatchObject({
      resultCode: 'INVALID_SIGNATURE',
      verified: true,
    })
  })
})

describe('token buckets', () => {
  test('never hold more than the burst, however long nobody came', () => {
    const clock = new ManualClock()
    const buckets = createTokenBuckets(clock, { perSecond: 10, burst: 3 })
    clock.advance({ hours: 1 })
    expect([1, 2, 3, 4].map(() => buckets.take('a'))).toEqual([true, true, true, false])
  })

  test('give nothing back when the clock is moved back, and fill from there', () => {
    const clock = new ManualClock()
    const buckets = createTokenBuckets(clock, { perSecond: 1, burst: 1 })
    expect(buckets.take('a')).toBe(true)
    clock.advance({ hours: -1 })
    expect(buckets.take('a')).toBe(false)
    clock.advance({ seconds: 1 })
    expect(buckets.take('a')).toBe(true)
  })

  test('fill in fractions: asking often does not keep them empty', () => {
    const clock = new ManualClock()
    const buckets = createTokenBuckets(clock, { perSecond: 1, burst: 1 })
    buckets.take('a')
    const taken = Array.from({ length: 20 }, () => {
      clock.advance({ milliseconds: 100 })
      return buckets.take('a')
    })
    expect(taken.filter(Boolean)).toHaveLength(2)
  })

  test('of very many keys take bounded room: the one used longest ago is forgotten, which fills it', () => {
    const buckets = createTokenBuckets(new ManualClock(), { perSecond: 1, burst: 1 })
    buckets.take('first')
    buckets.take('second')
    for (let key = 0; key < 9_998; key++) buckets.take(String(key))
    expect(buckets.take('first')).toBe(false)
    buckets.take('one more')
    expect(buckets.take('second')).toBe(true)
    expect(buckets.take('first')).toBe(false)
  })
})
