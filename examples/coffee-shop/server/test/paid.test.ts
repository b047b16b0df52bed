/**
 * Hearing that an order was paid (steps 18 and 19): once, from the wallet only, and for the order it was.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { money, signSampleNotification, type RawRequest, type SampleNotification } from '@tradepay/merchant-sdk'
import { CLIENT_ID } from './fake-wallet.ts'
import { BASKET, BASKET_FEN, openWorld, type World } from './support.ts'

let world: World
let token: string
let orderNo: string
let tradeNo: string

beforeAll(async () => {
  world = await openWorld(inject('postgresUrl'))
})
afterAll(() => world.close())
beforeEach(async () => {
  world.wallet.mood = 'WORK'
  token = await world.join()
  const { json } = await world.call('POST', '/api/orders', { token, body: BASKET })
  orderNo = json['orderNo'] as string
  tradeNo = json['tradeNO'] as string
})

function notification(change: Partial<SampleNotification> = {}): Promise<RawRequest> {
  return signSampleNotification({
    walletPrivateKey: world.wallet.privateKey,
    clientId: CLIENT_ID,
    path: '/notify',
    tradeNo,
    orderNo,
    amount: money('CNY', BigInt(BASKET_FEN)),
    at: world.clock.now(),
    ...change,
  })
}

async function send(request: RawRequest): Promise<{ http: number; status: string; code: string; signed: boolean }> {
  const response = await fetch(`${world.shop.url}${request.path}`, {
    method: request.method,
    headers: request.headers as Record<string, string>,
    body: Buffer.from(request.body),
  })
  const { result } = (await response.json()) as { result: { resultStatus: string; resultCode: string } }
  return {
    http: response.status,
    status: result.resultStatus,
    code: result.resultCode,
    signed: response.headers.has('signature'),
  }
}

/** The shop's own row, without asking the wallet. */
async function stateOf(number = orderNo): Promise<string> {
  return (await world.database.query<{ state: string }>('SELECT state FROM orders WHERE order_no = $1', [number]))
    .rows[0]!.state
}

const getOrder = () => world.call('GET', `/api/orders/${orderNo}`, { token })

describe('a notification', () => {
  test('pays the order and is acknowledged, signed', async () => {
    expect(await send(await notification())).toEqual({ http: 200, status: 'S', code: 'SUCCESS', signed: true })
    expect(await stateOf()).toBe('PAID')
    expect((await getOrder()).json).toMatchObject({ state: 'PAID', paidAt: world.clock.now().toISOString() })
  })

  test('pays once, however often and at once it comes', async () => {
    const sent = await Promise.all(Array.from({ length: 8 }, async () => send(await notification())))
    expect(sent.every(({ status }) => status === 'S')).toBe(true)
    const { rows } = await world.database.query('SELECT times FROM notifications_seen WHERE trade_no = $1', [tradeNo])
    expect(rows).toEqual([{ times: 8 }])
  })

  test('a later repeat does not move the time of payment', async () => {
    await send(await notification())
    const first = (await getOrder()).json['paidAt']
    world.clock.advanceMinutes(4)
    expect((await send(await notification())).status).toBe('S')
    expect((await getOrder()).json['paidAt']).toBe(first)
  })

  test('of a failed payment leaves the order payable', async () => {
    expect((await send(await notification({ state: 'FAILED' }))).status).toBe('S')
    expect(await stateOf()).toBe('PAYABLE')
  })

  test('that comes before the answer to create tells the shop the number', async () => {
    world.wallet.mood = 'LOSE_ANSWER'
    const { json } = await world.call('POST', '/api/orders', { token, body: BASKET })
    const pending = json['orderNo'] as string
    const { paymentId } = world.wallet.orders.get(pending)!
    expect((await send(await notification({ orderNo: pending, tradeNo: paymentId }))).status).toBe('S')
    expect(await stateOf(pending)).toBe('PAID')
  })

  test('of money that moved pays even an order that the shop had closed', async () => {
    await world.database.query(`UPDATE orders SET state = 'CLOSED' WHERE order_no = $1`, [orderNo])
    expect((await send(await notification())).status).toBe('S')
    expect(await stateOf()).toBe('PAID')
  })

  test('is asked for again when the shop could not save it', async () => {
    await world.database.query('ALTER TABLE notifications_seen RENAME TO away')
    try {
      expect(await send(await notification())).toMatchObject({ http: 200, status: 'U', signed: true })
      expect(await stateOf()).toBe('PAYABLE')
    } finally {
      await world.database.query('ALTER TABLE away RENAME TO notifications_seen')
    }
    expect((await send(await notification())).status).toBe('S')
    expect(await stateOf()).toBe('PAID')
  })
})

describe('a forged or mismatching notification changes nothing', () => {
  test.each<[string, () => Partial<SampleNotification>, string]>([
    ['another amount', () => ({ amount: money('CNY', 1n) }), 'REPEAT_REQ_INCONSISTENT'],
    ['another currency', () => ({ amount: money('JPY', BigInt(BASKET_FEN)) }), 'REPEAT_REQ_INCONSISTENT'],
    ['another tradeNo', () => ({ tradeNo: '2026030199' }), 'REPEAT_REQ_INCONSISTENT'],
    ['an unknown order', () => ({ orderNo: 'C-UNKNOWN' }), 'ORDER_NOT_EXIST'],
  ])('signed by the wallet, with %s', async (_, change, code) => {
    expect(await send(await notification(change()))).toEqual({ http: 200, status: 'F', code, signed: true })
    expect(await stateOf()).toBe('PAYABLE')
  })

  test.each<[string, (request: RawRequest) => RawRequest]>([
    ['no signature', (r) => ({ ...r, headers: { ...r.headers, signature: '' } })],
    ['a changed byte', (r) => ({ ...r, body: Buffer.concat([r.body, Buffer.from(' ')]) })],
    ['another client', (r) => ({ ...r, headers: { ...r.headers, 'client-id': '2021000000000009' } })],
    [
      'text for a body',
      (r) => ({ ...r, headers: { ...r.headers, 'content-type': 'text/plain' }, body: Buffer.from('paid!') }),
    ],
  ])('with %s', async (_, forge) => {
    expect(await send(forge(await notification()))).toMatchObject({ http: 401, status: 'F', signed: false })
    expect(await stateOf()).toBe('PAYABLE')
  })

  test("signed with the shop's own key", async () => {
    const forged = await notification({ walletPrivateKey: world.wallet.merchantPrivateKey })
    expect((await send(forged)).http).toBe(401)
    expect(await stateOf()).toBe('PAYABLE')
  })

  test('kept and sent again six minutes later', async () => {
    const kept = await notification()
    world.clock.advanceMinutes(6)
    expect(await send(kept)).toMatchObject({ http: 401, code: 'TIMESTAMP_INVALID' })
    expect(await stateOf()).toBe('PAYABLE')
  })
})

describe('a lost notification does not matter', () => {
  test('asking the shop asks the wallet while the order is unpaid, and no longer when it is paid', async () => {
    expect((await getOrder()).json['state']).toBe('PAYABLE')
    world.wallet.orders.get(orderNo)!.status = 'SUCCESS'
    expect((await getOrder()).json['state']).toBe('PAID')
    world.wallet.calls.length = 0
    expect((await getOrder()).json['state']).toBe('PAID')
    expect(world.wallet.calls).toEqual([])
  })

  test('a wallet that does not answer leaves the order as it was', async () => {
    world.wallet.mood = 'DOWN'
    expect(await getOrder()).toMatchObject({ status: 200, json: { state: 'PAYABLE' } })
  })

  test('an answer that does not verify pays nothing', async () => {
    world.wallet.orders.get(orderNo)!.status = 'SUCCESS'
    world.wallet.mood = 'FORGE'
    expect((await getOrder()).json['state']).toBe('PAYABLE')
  })

  test('an answer of another amount pays nothing', async () => {
    Object.assign(world.wallet.orders.get(orderNo)!, { status: 'SUCCESS', amount: { currency: 'CNY', value: '1' } })
    expect((await getOrder()).json['state']).toBe('PAYABLE')
  })

  test('an order that the wallet has closed is closed', async () => {
    world.wallet.orders.get(orderNo)!.status = 'CANCELLED'
    expect((await getOrder()).json['state']).toBe('CLOSED')
  })
})

describe('paying again', () => {
  const payAgain = () => world.call('POST', `/api/orders/${orderNo}/pay-again`, { token, body: {} })

  test('answers the same tradeNO as long as the order is payable', async () => {
    expect(await payAgain()).toMatchObject({ status: 200, json: { orderNo, tradeNO: tradeNo } })
    expect(await payAgain()).toMatchObject({ status: 200, json: { orderNo, tradeNO: tradeNo } })
    expect(world.wallet.orders.get(orderNo)!.paymentId).toBe(tradeNo)
  })

  test('is refused for an order that was paid, even when the shop had not heard of it', async () => {
    world.wallet.orders.get(orderNo)!.status = 'SUCCESS'
    expect(await payAgain()).toMatchObject({ status: 409, json: { error: { code: 'ORDER_PAID' } } })
    expect(await stateOf()).toBe('PAID')
  })

  test('is refused for an order that was closed', async () => {
    world.wallet.orders.get(orderNo)!.status = 'CANCELLED'
    expect(await payAgain()).toMatchObject({ status: 409, json: { error: { code: 'ORDER_CLOSED' } } })
  })
})
