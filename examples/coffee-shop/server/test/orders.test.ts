/**
 * Ordering at the shop (steps 2, 3, 4 and 8): one order, one number at the wallet, however often the call is repeated.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { BASKET, BASKET_FEN, openWorld, type World } from './support.ts'

let world: World
let token: string

beforeAll(async () => {
  world = await openWorld(inject('postgresUrl'))
})
afterAll(() => world.close())
beforeEach(async () => {
  world.wallet.mood = 'WORK'
  world.wallet.calls.length = 0
  token = await world.join()
})

const order = (body: unknown = BASKET) => world.call('POST', '/api/orders', { token, body })
const countOrders = async (): Promise<number> =>
  Number((await world.database.query<{ n: string }>('SELECT count(*) AS n FROM orders')).rows[0]!.n)

describe('the menu', () => {
  test('has pictures and whole prices for everything', async () => {
    const { status, json } = await world.call('GET', '/api/menu')
    expect(status).toBe(200)
    const products = (json['categories'] as { products: { price: number; image: string }[] }[]).flatMap(
      (c) => c.products,
    )
    expect(products.length).toBeGreaterThanOrEqual(8)
    for (const { price, image } of products) {
      expect(Number.isInteger(price) && price > 0).toBe(true)
      expect(image).toMatch(/^[a-z-]+$/)
    }
  })
})

describe('an order', () => {
  test('gets its tradeNO from the wallet, for the amount of the menu', async () => {
    const { status, json } = await order()
    expect(status).toBe(200)
    const known = world.wallet.orders.get(json['orderNo'] as string)!
    expect(json['tradeNO']).toBe(known.paymentId)
    expect(known.amount).toEqual({ currency: 'CNY', value: String(BASKET_FEN) })
    expect(known.notifyUrl).toBe(`${world.shop.url}/notify`)
    const sent = JSON.parse(known.content)
    expect(sent).toMatchObject({
      paymentRequestId: json['orderNo'],
      paymentOrderTitle: 'Caffè latte and 2 more',
      appId: '2021000000000002',
      paymentExpiryTime: '2026-03-01T08:15:00.000Z',
      order: { referenceOrderId: json['orderNo'], orderCreateTime: '2026-03-01T08:00:00.000Z' },
    })
  })

  test('is listed for its customer and for nobody else', async () => {
    const { json } = await order({ ...BASKET, note: '  oat milk  ' })
    const path = `/api/orders/${json['orderNo'] as string}`
    const own = await world.call('GET', path, { token })
    expect(own.json).toMatchObject({ state: 'PAYABLE', amount: BASKET_FEN, note: 'oat milk', tradeNO: json['tradeNO'] })
    expect(own.json['items']).toMatchObject([
      { productId: 'latte', name: 'Caffè latte', unitPrice: 2000, quantity: 2 },
      { productId: 'croissant', unitPrice: 1050, quantity: 1 },
    ])
    expect((await world.call('GET', '/api/orders', { token })).json['orders']).toHaveLength(1)

    const stranger = await world.join()
    expect((await world.call('GET', path, { token: stranger })).status).toBe(404)
    expect((await world.call('POST', `${path}/pay-again`, { token: stranger, body: {} })).status).toBe(404)
    expect((await world.call('GET', '/api/orders', { token: stranger })).json['orders']).toEqual([])
  })

  test('keeps its price when the menu changes', async () => {
    const { json } = await order()
    await world.database.query(`UPDATE products SET price = price + 100 WHERE product_id = 'latte'`)
    try {
      const again = await world.call('POST', `/api/orders/${json['orderNo'] as string}/pay-again`, { token, body: {} })
      expect(again.json['tradeNO']).toBe(json['tradeNO'])
      const refused = await order({ ...BASKET, expectedTotal: BASKET_FEN })
      expect(refused).toMatchObject({ status: 409, json: { error: { code: 'PRICE_CHANGED' } } })
    } finally {
      await world.database.query(`UPDATE products SET price = price - 100 WHERE product_id = 'latte'`)
    }
  })
})

describe('one order, however often it is asked for', () => {
  test('the same requestKey answers the same order, ten times at once', async () => {
    const before = await countOrders()
    // Several rounds: in the first one the calls may queue up for a connection instead of meeting in the database.
    for (const round of [1, 2, 3, 4]) {
      const body = { ...BASKET, requestKey: `attempt-round-${round}` }
      const answers = await Promise.all(Array.from({ length: 10 }, () => order(body)))
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200))
      expect(new Set(answers.map(({ json }) => json['orderNo'])).size).toBe(1)
      expect(new Set(answers.map(({ json }) => json['tradeNO'])).size).toBe(1)
      expect(await countOrders()).toBe(before + round)
    }
  })

  test("another customer's equal requestKey is another order", async () => {
    const body = { ...BASKET, requestKey: 'attempt-0002' }
    const mine = await order(body)
    const theirs = await world.call('POST', '/api/orders', { token: await world.join(), body })
    expect(theirs.json['orderNo']).not.toBe(mine.json['orderNo'])
  })

  test.each(['LOSE_ANSWER', 'DOWN', 'FORGE'] as const)(
    'when the wallet is in the mood %s the order waits, and the same number is sent again: never a second order',
    async (mood) => {
      const before = { shop: await countOrders(), wallet: world.wallet.orders.size }
      world.wallet.mood = mood
      const first = await order({ ...BASKET, requestKey: `attempt-${mood}` })
      expect(first).toMatchObject({ status: 202, json: { state: 'PENDING', tradeNO: null } })
      const orderNo = first.json['orderNo'] as string
      expect((await world.call('GET', `/api/orders/${orderNo}`, { token })).json['state']).toBe('PENDING')

      const still = await world.call('POST', `/api/orders/${orderNo}/pay-again`, { token, body: {} })
      expect(still.status).toBe(202)
      world.wallet.mood = 'WORK'
      const paths = [
        world.call('POST', `/api/orders/${orderNo}/pay-again`, { token, body: {} }),
        order({ ...BASKET, requestKey: `attempt-${mood}` }),
      ]
      for (const { status, json } of await Promise.all(paths)) {
        expect({ status, ...json }).toMatchObject({
          status: 200,
          orderNo,
          tradeNO: world.wallet.orders.get(orderNo)!.paymentId,
        })
      }
      expect(await countOrders()).toBe(before.shop + 1)
      expect(world.wallet.orders.size).toBe(before.wallet + 1)
    },
  )

  test('when the wallet refuses, the customer is told, and the order is kept for the next try', async () => {
    world.wallet.mood = 'REFUSE'
    const refused = await order({ ...BASKET, requestKey: 'attempt-0003' })
    expect(refused).toMatchObject({ status: 503, json: { error: { code: 'PAYMENT_NOT_AVAILABLE' } } })
    world.wallet.mood = 'WORK'
    expect((await order({ ...BASKET, requestKey: 'attempt-0003' })).status).toBe(200)
  })

  test('an order that never reached the wallet is closed when its time is over', async () => {
    world.wallet.mood = 'DOWN'
    const { json } = await order()
    const orderNo = json['orderNo'] as string
    world.wallet.mood = 'WORK'
    world.clock.advanceMinutes(15)
    const late = await world.call('POST', `/api/orders/${orderNo}/pay-again`, { token, body: {} })
    expect(late).toMatchObject({ status: 409, json: { error: { code: 'ORDER_CLOSED' } } })
    expect(world.wallet.orders.has(orderNo)).toBe(false)
    expect((await world.call('GET', `/api/orders/${orderNo}`, { token })).json['state']).toBe('CLOSED')
  })
})

describe('bad input gets a clear 4xx, and makes no order', () => {
  const line = { productId: 'latte', quantity: 1 }
  const cases: [string, unknown, string][] = [
    ['nothing', {}, '"items"'],
    ['a list', [], 'The body'],
    ['null', null, 'The body'],
    ['items that are none', { items: 'latte' }, '"items"'],
    ['no items', { items: [] }, '"items"'],
    [
      'too many items',
      { items: Array.from({ length: 31 }, (_, i) => ({ productId: `p${i}`, quantity: 1 })) },
      '"items"',
    ],
    ['an item that is none', { items: [null] }, '"items[0]"'],
    ['no product', { items: [{ quantity: 1 }] }, '"items[0].productId"'],
    ['a product of another shape', { items: [{ productId: "'; DROP TABLE orders; --", quantity: 1 }] }, 'productId'],
    ['a product twice', { items: [line, line] }, 'twice'],
    ['no quantity', { items: [{ productId: 'latte' }] }, '"items[0].quantity"'],
    ['none of it', { items: [{ ...line, quantity: 0 }] }, 'quantity'],
    ['less than none', { items: [{ ...line, quantity: -1 }] }, 'quantity'],
    ['half a cup', { items: [{ ...line, quantity: 0.5 }] }, 'quantity'],
    ['too many', { items: [{ ...line, quantity: 21 }] }, 'quantity'],
    ['a quantity in text', { items: [{ ...line, quantity: '1' }] }, 'quantity'],
    ['a note that is none', { items: [line], note: 1 }, '"note"'],
    ['a long note', { items: [line], note: 'x'.repeat(121) }, '"note"'],
    ['a note with a null character', { items: [line], note: 'a\0b' }, '"note"'],
    ['a total with a point', { items: [line], expectedTotal: 20.5 }, '"expectedTotal"'],
    ['a short key', { items: [line], requestKey: 'x' }, '"requestKey"'],
    ['a key with a blank', { items: [line], requestKey: 'attempt 0001' }, '"requestKey"'],
  ]
  test.each(cases)('%s', async (_, body, named) => {
    const before = await countOrders()
    const { status, json } = await order(body)
    expect(status).toBe(400)
    expect(json.error?.message).toContain(named)
    expect(await countOrders()).toBe(before)
    expect(world.wallet.calls).toEqual([])
  })

  test('a product that is not on the menu', async () => {
    const { status, json } = await order({ items: [{ productId: 'tea-of-yesterday', quantity: 1 }] })
    expect({ status, code: json.error?.code }).toEqual({ status: 409, code: 'PRODUCT_NOT_AVAILABLE' })
  })

  test.each([
    ['malformed JSON', '{"items":', 400],
    ['nothing at all', '', 400],
    ['too much', `{"note":"${'x'.repeat(70_000)}"}`, 413],
  ])('a body of %s', async (_, raw, expected) => {
    const { status, json } = await world.call('POST', '/api/orders', { token, raw })
    expect(status).toBe(expected)
    expect(json.error?.message).toEqual(expect.any(String))
  })

  test.each([undefined, '', 'short', 'x'.repeat(32), `${'x'.repeat(31)}'`])('token %s is nobody', async (wrong) => {
    const { status, json } = await world.call('GET', '/api/orders', wrong === undefined ? {} : { token: wrong })
    expect({ status, code: json.error?.code }).toEqual({ status: 401, code: 'CUSTOMER_REQUIRED' })
  })

  test.each(['%00', 'nothing', '%27', 'x'.repeat(90), '%F0%9F%98%80'])(
    'the order number %s does not exist',
    async (orderNo) => {
      expect((await world.call('GET', `/api/orders/${orderNo}`, { token })).status).toBe(404)
      expect((await world.call('POST', `/api/orders/${orderNo}/pay-again`, { token, body: {} })).status).toBe(404)
    },
  )

  test('another page', async () => {
    expect(await world.call('GET', '/admin')).toMatchObject({ status: 404, json: { error: { code: 'NOT_FOUND' } } })
  })
})
