/** What the Alipay door refuses: in the words of the protocol, signed, without any effect, and never as a 5xx. */
import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { ALIPAY_BODY_LIMIT } from '@tradepay/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  callAlipay,
  nextRequestId,
  openDoors,
  readAlipayAnswer,
  tradeRequest,
  type AlipayCall,
  type Doors,
} from './merchant-doors.ts'
import { aUser } from './support/index.ts'

let doors: Doors
beforeAll(async () => {
  doors = await openDoors()
})
afterAll(() => doors.close())

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
