/** What the Alipay door promises a merchant (steps 4 to 7), and what it refuses. */
import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { ALIPAY_BODY_LIMIT } from '@tradepay/contract'
import { money } from '@tradepay/money'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  callAlipay,
  callSuperapp,
  nextRequestId,
  openDoors,
  payRequest,
  readAlipayAnswer,
  tradeRequest,
  type AlipayCall,
  type Doors,
} from './merchant-doors.ts'
import { aMerchantWithClient, aUser } from './support/index.ts'

let doors: Doors
beforeAll(async () => {
  doors = await openDoors()
})
afterAll(() => doors.close())

const query = (content: object, call: AlipayCall = {}) =>
  callAlipay(doors, { content, ...call, parameters: { method: 'alipay.trade.query', ...call.parameters } })

describe('alipay.trade.create', () => {
  test('creates an order and answers its trade_no, signed', async () => {
    const content = tradeRequest({ body: 'with oat milk', passback_params: 'a%3D1' })
    const answer = await callAlipay(doors, { content })
    expect(answer).toMatchObject({ status: 200, nodeName: 'alipay_trade_create_response', verified: true })
    expect(answer.node).toMatchObject({ code: '10000', msg: 'Success', out_trade_no: content['out_trade_no'] })
    expect(answer.node['trade_no']).toMatch(/^[0-9]{28}$/)
    expect(await doors.rooms.orders.find(String(answer.node['trade_no']))).toMatchObject({
      family: 'ALIPAY',
      title: 'Flat white',
      amount: money('CNY', 1250n),
      extra: { body: 'with oat milk', passbackParams: 'a%3D1' },
    })
  })

  test.each(['SPLIT', 'FORM', 'GET', 'MULTIPART', 'JSON'] as const)('takes parameters as %s', async (as) => {
    const answer = await callAlipay(doors, { as, content: tradeRequest({ subject: '珍珠奶茶 🧋 100% + milk' }) })
    expect(answer).toMatchObject({ node: { code: '10000' }, verified: true })
  })

  test('an unpaid one repeated answers the same trade_no, and creates no other', async () => {
    const content = tradeRequest({ timeout_express: '90m' })
    const first = await callAlipay(doors, { content })
    const before = await doors.orders()
    const again = await callAlipay(doors, { content: { ...content, timeout_express: '2h', total_amount: 12.5 } })
    expect(again.node).toEqual(first.node)
    expect(await doors.orders()).toBe(before)
  })

  test('a paid one repeated answers ACQ.TRADE_HAS_SUCCESS, a closed one ACQ.TRADE_HAS_CLOSE', async () => {
    const own = await openDoors({ database: doors.database, seed: 11 })
    const user = await aUser(own, { loginId: 'alipay-repeat@example.com' })
    const [paid, closed] = [tradeRequest(), tradeRequest({ timeout_express: '1m' })]
    const { node } = await callAlipay(own, { content: paid })
    await callAlipay(own, { content: closed })
    await own.rooms.payments.confirm({
      tradeNo: String(node['trade_no']),
      payerId: user.userId,
      amount: money('CNY', 1250n),
    })
    own.clock.advance({ minutes: 2 })
    expect((await callAlipay(own, { content: paid })).node).toMatchObject({ sub_code: 'ACQ.TRADE_HAS_SUCCESS' })
    expect((await callAlipay(own, { content: closed })).node).toMatchObject({ sub_code: 'ACQ.TRADE_HAS_CLOSE' })
    await own.close()
  })

  test.each([
    ['text', '0.01', 1n],
    ['text without decimals', '8', 800n],
    ['text with one decimal', '8.8', 880n],
    ['a JSON number', 88.88, 8888n],
    ['a JSON number that floats cannot hold', 1.1, 110n],
    ['the largest amount', '100000000.00', 10_000_000_000n],
  ])('an amount as %s is read exactly', async (_, total, minor) => {
    const { node } = await callAlipay(doors, { content: tradeRequest({ total_amount: total }) })
    expect((await doors.rooms.orders.find(String(node['trade_no']))).amount).toEqual(money('CNY', minor))
  })

  test.each([
    ['timeout_express 90m', { timeout_express: '90m' }, '2026-03-01T05:30:00.000Z'],
    ['timeout_express 1c: midnight in GMT+8', { timeout_express: '1c' }, '2026-03-01T16:00:00.000Z'],
    [
      'time_expire, which wins',
      { timeout_express: '1d', time_expire: '2026-03-01 12:20:00' },
      '2026-03-01T04:20:00.000Z',
    ],
    ['nothing: the default', {}, '2026-03-01T04:15:00.000Z'],
  ])('the order expires by %s', async (_, about, expected) => {
    const { node } = await callAlipay(doors, { content: tradeRequest(about) })
    expect((await doors.rooms.orders.find(String(node['trade_no']))).expiresAt.toISOString()).toBe(expected)
  })

  test.each([
    ['a common parameter', { parameters: { notify_url: 'https://shop.example/n' } }],
    ['nested in biz_content', { content: tradeRequest({ notify_url: 'https://shop.example/n' }) }],
  ] as [string, AlipayCall][])('notify_url is taken as %s', async (_, call) => {
    const { node } = await callAlipay(doors, call)
    expect((await doors.rooms.orders.find(String(node['trade_no']))).notifyUrl).toBe('https://shop.example/n')
  })

  test.each(['buyer_id', 'buyer_open_id'])('%s is the only one who may pay', async (name) => {
    const [buyer, other] = [await aUser(doors), await aUser(doors)]
    const { node } = await callAlipay(doors, { content: tradeRequest({ [name]: buyer.userId }) })
    const payment = { tradeNo: String(node['trade_no']), amount: money('CNY', 1250n) }
    await expect(doors.rooms.payments.confirm({ ...payment, payerId: other.userId })).rejects.toMatchObject({
      code: 'ORDER_BUYER_MISMATCH',
    })
    await doors.rooms.payments.confirm({ ...payment, payerId: buyer.userId })
  })

  test('a client that signs its empty parameters is verified too', async () => {
    const { node } = await callAlipay(doors, { parameters: { notify_url: '' }, content: tradeRequest() })
    expect(node).toMatchObject({ code: '10000' })
  })

  test('records steps 3 to 7 with the exact bytes and strings', async () => {
    const content = tradeRequest()
    const answer = await callAlipay(doors, { content, as: 'FORM' })
    const entries = doors.recorder.of(String(answer.node['trade_no']))
    expect(entries.map((entry) => entry.step)).toEqual([3, 4, 5, 6, 7])
    expect(entries[0]!.facts).toEqual({ orderNumber: content['out_trade_no'] })
    expect(entries[1]).toMatchObject({
      message: { startLine: 'POST /gateway.do', body: expect.stringContaining('biz_content=%7B%22out_trade_no') },
      signature: { signedBy: 'MERCHANT', verified: true, keyVersion: 1, algorithm: 'RSA2' },
    })
    expect(entries[1]!.signature!.stringToSign).toMatch(/^app_id=2021[0-9]{12}&biz_content=\{"out_trade_no"/)
    expect(entries[4]).toMatchObject({
      message: { startLine: '200', body: answer.text },
      signature: { signedBy: 'WALLET', verified: null, stringToSign: JSON.stringify(answer.node) },
    })
  })
})

describe('alipay.trade.create refuses, in a signed node, and creates no order', () => {
  const trade = (about: Record<string, unknown>): AlipayCall => ({ content: tradeRequest(about) })
  const total = (amount: unknown) => trade({ total_amount: amount })
  const common = (parameters: Record<string, string | undefined>): AlipayCall => ({ parameters })
  const strangersKey = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }).privateKey
  const written = (amount: string): AlipayCall => ({
    content: `{"out_trade_no":"${nextRequestId()}","subject":"x","total_amount":${amount}}`,
  })

  test.each([
    [
      'a parameter changed after signing',
      () => ({ changed: { version: '1.0', charset: 'UTF-8' } }),
      '40002',
      'isv.invalid-signature',
      /does not match/,
    ],
    [
      'a parameter added after signing',
      () => ({ changed: { return_url: 'https://x.example' } }),
      '40002',
      'isv.invalid-signature',
      /does not/,
    ],
    ['the key of somebody else', () => ({ privateKey: strangersKey }), '40002', 'isv.invalid-signature', /public key/],
    [
      'a sign that is no base64',
      () => ({ changed: { sign: '!' } }),
      '40002',
      'isv.invalid-signature',
      /does not match/,
    ],
    ['no sign', () => ({ changed: { sign: undefined } }), '40001', 'isv.missing-signature', /sign is missing/],
    ['no sign_type', () => common({ sign_type: undefined }), '40001', 'isv.missing-signature-type', /RSA2/],
    ['sign_type RSA', () => common({ sign_type: 'RSA' }), '40002', 'isv.invalid-signature-type', /RSA2/],
    ['no app_id', () => common({ app_id: undefined }), '40001', 'isv.missing-app-id', /app_id is missing/],
    [
      'an unknown app_id',
      () => common({ app_id: '2021000000000000' }),
      '40002',
      'isv.invalid-app-id',
      /not registered/,
    ],
    ['an app_id that is none', () => common({ app_id: 'a b' }), '40002', 'isv.invalid-app-id', /not registered/],
    ['no timestamp', () => common({ timestamp: undefined }), '40001', 'isv.missing-timestamp', /missing/],
    [
      'a timestamp of another form',
      () => common({ timestamp: '2026-03-01T12:00:00+08:00' }),
      '40002',
      'isv.invalid-timestamp',
      /yyyy/,
    ],
    [
      'a timestamp of no calendar',
      () => common({ timestamp: '2026-02-31 12:00:00' }),
      '40002',
      'isv.invalid-timestamp',
      /yyyy/,
    ],
    [
      'a stale timestamp',
      () => common({ timestamp: '2026-02-28 11:59:59' }),
      '40002',
      'isv.invalid-timestamp',
      /86400 seconds/,
    ],
    ['no version', () => common({ version: undefined }), '40001', 'isv.missing-version', /1\.0/],
    ['another version', () => common({ version: '2.0' }), '40002', 'isv.invalid-parameter', /1\.0/],
    ['another charset', () => common({ charset: 'gbk' }), '40002', 'isv.invalid-charset', /utf-8/],
    ['another format', () => common({ format: 'XML' }), '40002', 'isv.invalid-format', /JSON/],
    ['an encrypted biz_content', () => common({ encrypt_type: 'AES' }), '40002', 'isv.invalid-parameter', /encrypt/],
    [
      'no biz_content',
      () => common({ biz_content: undefined }),
      '40002',
      'isv.invalid-parameter',
      /biz_content is missing/,
    ],
    ['a biz_content that is no JSON', () => ({ content: '{"a":' }), '40002', 'isv.illegal-json', /not JSON/],
    ['a list as biz_content', () => ({ content: '[]' }), '40004', 'ACQ.INVALID_PARAMETER', /JSON object/],
    ['no out_trade_no', () => trade({ out_trade_no: undefined }), '40004', 'ACQ.INVALID_PARAMETER', /"out_trade_no"/],
    [
      'an out_trade_no of 65 characters',
      () => trade({ out_trade_no: 'x'.repeat(65) }),
      '40004',
      'ACQ.INVALID_PARAMETER',
      /64 letters/,
    ],
    [
      'an out_trade_no with a hyphen',
      () => trade({ out_trade_no: 'a-b' }),
      '40004',
      'ACQ.INVALID_PARAMETER',
      /underscores/,
    ],
    ['no subject', () => trade({ subject: undefined }), '40004', 'ACQ.INVALID_PARAMETER', /"subject"/],
    ['a subject with =', () => trade({ subject: 'a=b' }), '40004', 'ACQ.INVALID_PARAMETER', /without \/, = and &/],
    ['a subject of 257 characters', () => trade({ subject: 'x'.repeat(257) }), '40004', 'ACQ.INVALID_PARAMETER', /256/],
    ['a subject with NUL', () => trade({ subject: 'a\u0000' }), '40004', 'ACQ.INVALID_PARAMETER', /"subject"/],
    ['no amount', () => total(undefined), '40004', 'ACQ.INVALID_PARAMETER', /"total_amount"/],
    ['three decimals', () => total('0.001'), '40004', 'ACQ.INVALID_PARAMETER', /2 decimals/],
    ['three decimals as a JSON number', () => total(12.345), '40004', 'ACQ.INVALID_PARAMETER', /2 decimals/],
    [
      'a JSON number with more decimals than a float holds',
      () => written('12.500000000000000000001'),
      '40004',
      'ACQ.INVALID_PARAMETER',
      /2 decimals/,
    ],
    [
      'a JSON number rounded into the range',
      () => written('99999999.9999999999999999'),
      '40004',
      'ACQ.INVALID_PARAMETER',
      /2 decimals/,
    ],
    ['a negative amount', () => total('-1'), '40004', 'ACQ.INVALID_PARAMETER', /"total_amount"/],
    ['a negative JSON number', () => total(-1), '40004', 'ACQ.INVALID_PARAMETER', /"total_amount"/],
    ['words', () => total('much'), '40004', 'ACQ.INVALID_PARAMETER', /"total_amount"/],
    ['zero', () => total('0'), '40004', 'ACQ.TOTAL_FEE_EXCEED', /0\.01 to 100000000/],
    ['one fen too much', () => total('100000000.01'), '40004', 'ACQ.TOTAL_FEE_EXCEED', /0\.01 to 100000000/],
    ['40 digits', () => total('1'.repeat(40)), '40004', 'ACQ.TOTAL_FEE_EXCEED', /0\.01 to 100000000/],
    [
      'a sum that is none',
      () => trade({ discountable_amount: '5', undiscountable_amount: '5' }),
      '40004',
      'ACQ.INVALID_PARAMETER',
      /sum/,
    ],
    [
      'channels both enabled and disabled',
      () => trade({ enable_pay_channels: 'a', disable_pay_channels: 'b' }),
      '40004',
      'ACQ.INVALID_PARAMETER',
      /only one/,
    ],
    [
      'goods without a price',
      () => trade({ goods_detail: [{ goods_id: '1', goods_name: 'a', quantity: 1 }] }),
      '40004',
      'ACQ.INVALID_PARAMETER',
      /goods_detail\.0\.price/,
    ],
    ['an unknown buyer', () => trade({ buyer_id: '2088123012345678' }), '40004', 'ACQ.BUYER_NOT_EXIST', /user/],
    ['another seller', () => trade({ seller_id: '2088000100000000' }), '40004', 'ACQ.SELLER_NOT_EXIST', /seller_id/],
    [
      'an unknown mini program',
      () => trade({ op_app_id: '2021999999999999' }),
      '40004',
      'ACQ.INVALID_PARAMETER',
      /op_app_id/,
    ],
    [
      'a timeout with a decimal',
      () => trade({ timeout_express: '1.5h' }),
      '40004',
      'ACQ.INVALID_PARAMETER',
      /"timeout_express"/,
    ],
    [
      'a timeout too long',
      () => trade({ timeout_express: '16d' }),
      '40004',
      'ACQ.INVALID_PARAMETER',
      /"timeout_express"/,
    ],
    [
      'an expiry that is over',
      () => trade({ time_expire: '2026-03-01 12:00:00' }),
      '40004',
      'ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR',
      /over/,
    ],
    [
      'an expiry of another form',
      () => trade({ time_expire: 'tomorrow' }),
      '40004',
      'ACQ.INVALID_PARAMETER',
      /"time_expire"/,
    ],
    [
      'a notify_url that is none',
      () => common({ notify_url: 'shop' }),
      '40004',
      'ACQ.INVALID_PARAMETER',
      /"notify_url"/,
    ],
    [
      'a notify_url of 257 characters',
      () => common({ notify_url: `https://shop.example/${'x'.repeat(236)}` }),
      '40004',
      'ACQ.INVALID_PARAMETER',
      /256/,
    ],
  ] as [string, () => AlipayCall, string, string, RegExp][])('%s', async (_, call, code, subCode, message) => {
    const before = await doors.orders()
    const answer = await callAlipay(doors, call())
    expect(answer).toMatchObject({ status: 200, nodeName: 'alipay_trade_create_response', verified: true })
    expect(answer.node).toMatchObject({ code, sub_code: subCode })
    expect(answer.node['sub_msg']).toMatch(message)
    expect(await doors.orders()).toBe(before)
  })

  test.each([
    ['total_amount', { total_amount: '12.51' }, 'ACQ.CONTEXT_INCONSISTENT'],
    ['subject', { subject: 'Espresso' }, 'ACQ.CONTEXT_INCONSISTENT'],
    ['notify_url', { notify_url: 'https://shop.example/other' }, 'ACQ.CONTEXT_INCONSISTENT'],
  ])('a used number with another %s, naming it', async (field, other, subCode) => {
    const content = tradeRequest()
    await callAlipay(doors, { content })
    const { node } = await callAlipay(doors, { content: { ...content, ...other } })
    expect(node).toMatchObject({
      code: '40004',
      sub_code: subCode,
      sub_msg: expect.stringContaining(`another ${field}`),
    })
  })

  test('a used number for another buyer', async () => {
    const content = tradeRequest()
    await callAlipay(doors, { content })
    const buyer = await aUser(doors)
    const { node } = await callAlipay(doors, { content: { ...content, buyer_id: buyer.userId } })
    expect(node).toMatchObject({ sub_code: 'ACQ.TRADE_BUYER_NOT_MATCH' })
  })

  test.each([
    ['no method', { method: undefined }, '40001', 'isv.missing-method'],
    ['an unknown method', { method: 'alipay.trade.steal' }, '40002', 'isv.invalid-method'],
  ])('%s: in error_response, for there is no other name', async (_, parameters, code, subCode) => {
    const answer = await callAlipay(doors, { parameters })
    expect(answer).toMatchObject({ status: 200, nodeName: 'error_response', verified: true })
    expect(answer.node).toMatchObject({ code, sub_code: subCode })
  })

  test('a body too large, naming the limit', async () => {
    const answer = await readAlipayAnswer(doors, {
      method: 'POST',
      url: '/gateway.do?method=alipay.trade.create',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'x'.repeat(ALIPAY_BODY_LIMIT + 1),
    })
    expect(answer).toMatchObject({ status: 200, nodeName: 'alipay_trade_create_response', verified: true })
    expect(answer.node).toMatchObject({ sub_code: 'isv.invalid-parameter', sub_msg: expect.stringContaining('131072') })
  })

  test.each([
    ['JSON that is none', 'application/json', '{'],
    ['a JSON list', 'application/json', '[]'],
    ['JSON with a number', 'application/json', '{"method":1}'],
    ['multipart without a boundary', 'multipart/form-data', 'x'],
    ['multipart without its boundary', 'multipart/form-data; boundary=b', 'x'],
    [
      'multipart cut off',
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="method"\r\n\r\nx',
    ],
    ['multipart without names', 'multipart/form-data; boundary=b', '--b\r\nX: y\r\n\r\nx\r\n--b--'],
    ['a Content-Type that is none', ';;;', 'x'],
  ])('%s', async (_, type, payload) => {
    const answer = await readAlipayAnswer(doors, {
      method: 'POST',
      url: '/gateway.do',
      headers: { 'content-type': type },
      payload,
    })
    expect(answer).toMatchObject({ status: 200, nodeName: 'error_response', verified: true })
    expect(answer.node).toMatchObject({ sub_code: 'isv.invalid-parameter' })
  })

  test('outside of the sandbox a refused signature does not tell the string that was expected', async () => {
    const { node } = await callAlipay(doors, { privateKey: strangersKey })
    expect(node['sub_msg']).not.toContain('app_id=')
  })

  test('in the sandbox it does', async () => {
    const own = await openDoors({ database: doors.database, seed: 12, settings: { sandbox: true } })
    const { node } = await callAlipay(own, { privateKey: strangersKey })
    expect(node['sub_msg']).toContain(`app_id=${own.merchant.client.clientId}&biz_content={"out_trade_no"`)
    await own.close()
  })
})

describe('alipay.trade.query', () => {
  test('tells the state by either number; where both are given, trade_no wins', async () => {
    const user = await aUser(doors)
    const content = tradeRequest()
    const created = await callAlipay(doors, { content })
    const tradeNo = String(created.node['trade_no'])
    const waiting = await query({ out_trade_no: content['out_trade_no'] })
    expect(waiting).toMatchObject({ nodeName: 'alipay_trade_query_response', verified: true })
    expect(waiting.node).toMatchObject({
      code: '10000',
      trade_no: tradeNo,
      trade_status: 'WAIT_BUYER_PAY',
      total_amount: '12.50',
      buyer_pay_amount: '0.00',
    })
    expect(waiting.node).not.toHaveProperty('send_pay_date')
    await doors.rooms.payments.confirm({ tradeNo, payerId: user.userId, amount: money('CNY', 1250n) })
    const paid = await query({ trade_no: tradeNo, out_trade_no: 'something_else' })
    expect(paid.node).toMatchObject({
      trade_status: 'TRADE_SUCCESS',
      out_trade_no: content['out_trade_no'],
      buyer_user_id: user.userId,
      buyer_pay_amount: '12.50',
      receipt_amount: '12.50',
      send_pay_date: '2026-03-01 12:00:00',
    })
  })

  test('an order made at the other door is the same order here', async () => {
    const request = payRequest({ paymentAmount: { currency: 'USD', value: '999' } })
    const { body } = await callSuperapp(doors, { body: request })
    const { node } = await query({ out_trade_no: request['paymentRequestId'] })
    expect(node).toMatchObject({ trade_no: body['paymentId'], total_amount: '9.99', trans_currency: 'USD' })
  })

  test('an unknown number is ACQ.TRADE_NOT_EXIST, with the zeros of the real gateway', async () => {
    const answer = await query({ out_trade_no: 'never_seen' })
    expect(answer.verified).toBe(true)
    expect(answer.node).toMatchObject({
      code: '40004',
      sub_code: 'ACQ.TRADE_NOT_EXIST',
      out_trade_no: 'never_seen',
      buyer_pay_amount: '0.00',
    })
  })

  test.each([
    ['no number', {}, 'ACQ.INVALID_PARAMETER'],
    ['a number with NUL', { out_trade_no: 'a\u0000' }, 'ACQ.TRADE_NOT_EXIST'],
    ['a trade_no of 65 characters', { trade_no: '1'.repeat(65) }, 'ACQ.INVALID_PARAMETER'],
    ['a list as number', { trade_no: ['1'] }, 'ACQ.INVALID_PARAMETER'],
  ])('refuses %s', async (_, content, subCode) => {
    expect((await query(content)).node).toMatchObject({ code: '40004', sub_code: subCode })
  })

  test("somebody else's order does not exist, by either number", async () => {
    const content = tradeRequest()
    const { node } = await callAlipay(doors, { content })
    const stranger = await aMerchantWithClient(doors)
    for (const number of [{ trade_no: node['trade_no'] }, { out_trade_no: content['out_trade_no'] }]) {
      const answer = await query(number, { parameters: { app_id: stranger.client.clientId } })
      expect(answer.node).toMatchObject({ sub_code: 'ACQ.TRADE_NOT_EXIST' })
    }
  })
})

describe('nothing that comes in is a 5xx', () => {
  const types = [
    'application/x-www-form-urlencoded',
    'application/json',
    'multipart/form-data; boundary=b',
    'multipart/form-data; boundary="',
    'text/plain',
    'nonsense',
  ]
  const anyText = fc.string({ unit: 'binary', maxLength: 60 })

  test('random bodies and queries of every kind', async () => {
    const before = await doors.orders()
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...types),
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
          fc
            .array(
              fc.constantFrom(
                '--b',
                '--',
                '\r\n',
                'Content-Disposition: form-data; name="method"',
                'x',
                '{',
                '"',
                '=',
                '&',
                '%',
              ),
            )
            .map((parts) => Buffer.from(parts.join(''))),
        ),
        fc.dictionary(fc.constantFrom('method', 'app_id', 'sign', 'timestamp', 'charset', '__proto__'), anyText),
        async (type, payload, parameters) => {
          const answer = await readAlipayAnswer(doors, {
            method: 'POST',
            url: `/gateway.do?${new URLSearchParams(parameters).toString()}`,
            headers: { 'content-type': type },
            payload,
          })
          expect(answer.status).toBe(200)
          expect(answer.verified).toBe(true)
          expect(answer.node['code']).not.toBe('10000')
        },
      ),
      { numRuns: 200 },
    )
    expect(await doors.orders()).toBe(before)
  })

  test('random biz_content that is signed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          out_trade_no: fc.oneof(fc.stringMatching(/^[a-z0-9_]{1,20}$/), anyText, fc.jsonValue()),
          total_amount: fc.oneof(fc.double(), fc.nat(), anyText, fc.jsonValue()),
          subject: fc.oneof(anyText, fc.jsonValue()),
          buyer_id: fc.option(fc.oneof(anyText, fc.jsonValue())),
          body: fc.oneof(anyText, fc.jsonValue()),
          timeout_express: fc.option(fc.oneof(fc.stringMatching(/^[0-9]{1,5}[mhdc]$/), fc.jsonValue())),
          time_expire: fc.option(anyText),
          passback_params: fc.jsonValue(),
        }),
        async (content) => {
          const answer = await callAlipay(doors, { content })
          expect(answer).toMatchObject({ status: 200, verified: true })
          expect(answer.node['code']).not.toBe('20000')
        },
      ),
      { numRuns: 300 },
    )
  })
})
