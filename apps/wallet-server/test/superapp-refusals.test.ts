/** What the super-app door refuses: in the words of the protocol, signed, without any effect, and never as a 5xx. */
import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { SUPERAPP_BODY_LIMIT } from '@tradepay/contract'
import { money } from '@tradepay/money'
import { parsePrivateKey, signSuperapp } from '@tradepay/signature'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callSuperapp, openDoors, payRequest, type Doors, type SuperappCall } from './merchant-doors.ts'
import { aMerchantWithClient } from './support/index.ts'

let doors: Doors
beforeAll(async () => {
  doors = await openDoors()
})
afterAll(() => doors.close())

describe('pay refuses, signed, and creates no order', () => {
  const refusals: [string, () => SuperappCall | Promise<SuperappCall>, string, RegExp][] = [
    ['a changed body', () => ({ sentBody: JSON.stringify(payRequest()) }), 'INVALID_SIGNATURE', /does not match/],
    ['one more blank at the end', () => ({ body: '{}', sentBody: '{} ' }), 'INVALID_SIGNATURE', /does not match/],
    ['a signature over another path', () => ({ signedUri: '/v1/payments/refund' }), 'INVALID_SIGNATURE', /does not/],
    ['no signature', () => ({ headers: { signature: undefined } }), 'INVALID_SIGNATURE', /missing/],
    ['a header without signature', () => ({ headers: { signature: 'keyVersion=1' } }), 'INVALID_SIGNATURE', /no "sig/],
    [
      'a signature that is no base64',
      () => ({ headers: { signature: 'signature=!!' } }),
      'INVALID_SIGNATURE',
      /base64/,
    ],
    [
      'another algorithm',
      () => ({ headers: { signature: 'algorithm=ECC224, signature=aa' } }),
      'INVALID_SIGNATURE',
      /RSA256/,
    ],
    ['the key of somebody else', () => ({ privateKey: strangersKey }), 'INVALID_SIGNATURE', /does not match/],
    ['an unknown key version', () => ({ keyVersion: 9 }), 'KEY_NOT_FOUND', /version 9/],
    ['a stale Request-Time', () => ({ time: '2026-03-01T03:54:59Z' }), 'TIMESTAMP_INVALID', /301 seconds away/],
    ['a Request-Time ahead', () => ({ time: '2026-03-01T04:05:01Z' }), 'TIMESTAMP_INVALID', /301 seconds away/],
    ['a Request-Time without offset', () => ({ time: '2026-03-01T04:00:00' }), 'TIMESTAMP_INVALID', /offset/],
    ['a Request-Time of no calendar', () => ({ time: '2026-02-30T04:00:00Z' }), 'TIMESTAMP_INVALID', /could not/],
    ['no Request-Time', () => ({ headers: { 'request-time': undefined } }), 'TIMESTAMP_INVALID', /missing/],
    ['malformed JSON', () => ({ body: '{"paymentRequestId":' }), 'MSG_PARSE_ERROR', /not JSON/],
    ['bytes that are no UTF-8', () => ({ body: Buffer.from([0x22, 0xff, 0x22]) }), 'MSG_PARSE_ERROR', /UTF-8/],
    ['an empty body', () => ({ body: '' }), 'MSG_PARSE_ERROR', /not JSON/],
    ['a list as body', () => ({ body: '[]' }), 'PARAM_ILLEGAL', /JSON object/],
    ['null as body', () => ({ body: 'null' }), 'PARAM_ILLEGAL', /JSON object/],
    ['a body too large', () => ({ body: Buffer.alloc(SUPERAPP_BODY_LIMIT + 1, 32) }), 'PARAM_ILLEGAL', /131072 bytes/],
    ['no paymentRequestId', () => pay({ paymentRequestId: undefined }), 'PARAM_ILLEGAL', /"paymentRequestId"/],
    ['an empty paymentRequestId', () => pay({ paymentRequestId: '' }), 'PARAM_ILLEGAL', /"paymentRequestId"/],
    ['a paymentRequestId of 65 characters', () => pay({ paymentRequestId: 'x'.repeat(65) }), 'PARAM_ILLEGAL', /64/],
    ['a paymentRequestId with #', () => pay({ paymentRequestId: 'a#b' }), 'PARAM_ILLEGAL', /without @, # and \?/],
    ['a paymentRequestId with NUL', () => pay({ paymentRequestId: 'a\u0000' }), 'PARAM_ILLEGAL', /"paymentRequestId"/],
    ['a number as paymentRequestId', () => pay({ paymentRequestId: 7 }), 'PARAM_ILLEGAL', /"paymentRequestId"/],
    [
      'a title of 257 characters',
      () => pay({ paymentOrderTitle: 'x'.repeat(257) }),
      'PARAM_ILLEGAL',
      /"paymentOrderTitle".*256/,
    ],
    ['half a character as title', () => pay({ paymentOrderTitle: '\ud800' }), 'PARAM_ILLEGAL', /"paymentOrderTitle"/],
    ['no amount', () => pay({ paymentAmount: undefined }), 'PARAM_ILLEGAL', /"paymentAmount"/],
    ['an amount as text', () => pay({ paymentAmount: '12.50' }), 'PARAM_ILLEGAL', /"paymentAmount"/],
    ['no currency', () => pay({ paymentAmount: { value: '1' } }), 'PARAM_ILLEGAL', /"paymentAmount\.currency"/],
    ['zero', () => amount('CNY', '0'), 'PARAM_ILLEGAL', /positive whole number/],
    ['a negative amount', () => amount('CNY', '-1'), 'PARAM_ILLEGAL', /positive whole number/],
    ['a signed amount', () => amount('CNY', '+1'), 'PARAM_ILLEGAL', /positive whole number/],
    ['a decimal amount', () => amount('CNY', '12.50'), 'PARAM_ILLEGAL', /positive whole number/],
    ['a leading zero', () => amount('CNY', '01'), 'PARAM_ILLEGAL', /positive whole number/],
    ['a fraction as JSON number', () => amount('CNY', 12.5), 'PARAM_ILLEGAL', /positive whole number/],
    ['a JSON number that is not exact', () => amount('CNY', 1e20), 'PARAM_ILLEGAL', /positive whole number/],
    ['17 digits', () => amount('CNY', '1'.repeat(17)), 'PAYMENT_AMOUNT_EXCEED_LIMIT', /16 digits/],
    ['an unknown currency', () => amount('XXX', '1'), 'CURRENCY_NOT_SUPPORT', /ISO 4217/],
    ['a currency in small letters', () => amount('cny', '1'), 'CURRENCY_NOT_SUPPORT', /ISO 4217/],
    ['a currency without an account', () => amount('JPY', '1'), 'CURRENCY_NOT_SUPPORT', /account/],
    [
      'an expiry in the past',
      () => pay({ paymentExpiryTime: '2026-03-01T03:59:59Z' }),
      'PARAM_ILLEGAL',
      /"paymentExpiryTime"/,
    ],
    [
      'an expiry too far away',
      () => pay({ paymentExpiryTime: '2027-03-01T04:00:00Z' }),
      'PARAM_ILLEGAL',
      /"paymentExpiryTime"/,
    ],
    ['an expiry without offset', () => pay({ paymentExpiryTime: '2026-03-01T04:10:00' }), 'PARAM_ILLEGAL', /offset/],
    [
      'a notify address that is none',
      () => pay({ paymentNotifyUrl: 'shop/notify' }),
      'PARAM_ILLEGAL',
      /"paymentNotifyUrl"/,
    ],
    [
      'a notify address of another kind',
      () => pay({ paymentNotifyUrl: 'file:///etc/passwd' }),
      'PARAM_ILLEGAL',
      /http/,
    ],
    [
      'a notify address with a password',
      () => pay({ paymentNotifyUrl: 'https://a:b@shop.example/' }),
      'PARAM_ILLEGAL',
      /user/,
    ],
    [
      'a buyer who is no user',
      () => pay({ order: { buyer: { referenceBuyerId: '2088123012345678' } } }),
      'USER_NOT_EXIST',
      /user/,
    ],
    ['a mini program that does not exist', () => pay({ appId: '2021999999999999' }), 'PARAM_ILLEGAL', /appId/],
    ['the partner of somebody else', () => pay({ partnerId: '2088000100000000' }), 'PARTNER_NOT_EXIST', /partnerId/],
    [
      'extendInfo of 4097 characters',
      () => pay({ extendInfo: 'x'.repeat(4097) }),
      'PARAM_ILLEGAL',
      /"extendInfo".*4096/,
    ],
    ['GET', () => ({ method: 'GET', body: '' }), 'METHOD_NOT_SUPPORTED', /POST/],
    ['an unknown path', () => ({ path: '/v1/payments/steal' }), 'NO_INTERFACE_DEF', /no such API/],
    ['an unknown path of version 2', () => ({ path: '/v2/payments/steal' }), 'NO_INTERFACE_DEF', /no such API/],
  ]
  const pay = (about: Record<string, unknown>): SuperappCall => ({ body: payRequest(about) })
  const amount = (currency: string, value: unknown) => pay({ paymentAmount: { currency, value } })
  const strangersKey = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }).privateKey

  test.each(refusals)('%s', async (_, call, code, message) => {
    const before = await doors.orders()
    const answer = await callSuperapp(doors, await call())
    expect(answer.status).toBe(200)
    expect(answer.body.result).toMatchObject({ resultStatus: 'F', resultCode: code })
    expect(answer.body.result.resultMessage).toMatch(message)
    expect(answer.body.result.resultMessage.length).toBeLessThanOrEqual(256)
    expect(answer.verified).toBe(true)
    expect(await doors.orders()).toBe(before)
  })

  test.each([
    ['paymentAmount', { paymentAmount: { currency: 'CNY', value: '1251' } }],
    ['paymentAmount', { paymentAmount: { currency: 'USD', value: '1250' } }],
    ['paymentOrderTitle', { paymentOrderTitle: 'Espresso' }],
    ['paymentNotifyUrl', { paymentNotifyUrl: 'https://shop.example/other' }],
  ])('a used number with another %s, naming it', async (field, other) => {
    const body = payRequest()
    const first = await callSuperapp(doors, { body })
    const answer = await callSuperapp(doors, { body: { ...body, ...other } })
    expect(answer.body.result).toMatchObject({ resultStatus: 'F', resultCode: 'REPEAT_REQ_INCONSISTENT' })
    expect(answer.body.result.resultMessage).toContain(`another ${field}`)
    expect(answer.verified).toBe(true)
    expect((await doors.rooms.orders.find(String(first.body['paymentId']))).amount).toEqual(money('CNY', 1250n))
  })

  test.each([
    ['an unknown client', { clientId: '2021000000000000' }],
    ['an id that is none', { clientId: `x'; drop table orders;--` }],
    ['an id of 500 characters', { clientId: '9'.repeat(500) }],
    ['no Client-Id', { headers: { 'client-id': undefined } }],
  ] as [string, SuperappCall][])('%s: unsigned, for there is nobody to sign for', async (_, call) => {
    const answer = await callSuperapp(doors, call)
    expect(answer).toMatchObject({ status: 200, verified: null })
    expect(answer.body.result).toMatchObject({ resultStatus: 'F', resultCode: 'INVALID_CLIENT' })
  })

  test('what is not signed rightly is not parsed: malformed JSON with a wrong signature is a wrong signature', async () => {
    const answer = await callSuperapp(doors, { sentBody: '{"paymentRequestId":' })
    expect(answer.body.result.resultCode).toBe('INVALID_SIGNATURE')
  })

  test('a disabled client, signed: it is known', async () => {
    const { client } = await aMerchantWithClient(doors)
    await doors.database.pool.query("update clients set state = 'DISABLED' where client_id = $1", [client.clientId])
    const own = await openDoors({ database: doors.database, seed: 9 })
    const answer = await callSuperapp(own, { clientId: client.clientId })
    expect(answer.body.result).toMatchObject({ resultStatus: 'F', resultCode: 'INVALID_CLIENT_STATUS' })
    expect(answer.verified).toBe(true)
    await own.close()
  })

  test('a frozen merchant gets no new orders', async () => {
    const own = await openDoors({ database: doors.database, seed: 10 })
    const { merchantId } = own.merchant.client
    await own.database.pool.query("update merchants set state = 'FROZEN' where merchant_id = $1", [merchantId])
    own.clock.advance({ minutes: 1 })
    const answer = await callSuperapp(own)
    expect(answer.body.result).toMatchObject({ resultStatus: 'F', resultCode: 'PARTNER_STATUS_ABNORMAL' })
    await own.close()
  })

  test('a revoked key, while a newer one goes on', async () => {
    const merchant = await aMerchantWithClient(doors)
    const { clientId } = merchant.client
    const next = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    })
    await doors.rooms.merchants.addKey(clientId, 2, next.publicKey)
    expect((await callSuperapp(doors, { clientId })).body.result.resultCode).toBe('ACCEPT')
    await doors.rooms.merchants.revokeKey(clientId, 1)
    expect((await callSuperapp(doors, { clientId })).body.result.resultCode).toBe('KEY_NOT_FOUND')
    const rotated = await callSuperapp(doors, { clientId, keyVersion: 2, privateKey: next.privateKey })
    expect(rotated.body.result.resultCode).toBe('ACCEPT')
  })

  test('a key under 2048 bits is not registered in the first place', async () => {
    const weak = generateKeyPairSync('rsa', {
      modulusLength: 1024,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    })
    await expect(doors.rooms.merchants.addKey(doors.merchant.client.clientId, 5, weak.publicKey)).rejects.toMatchObject(
      { code: 'INVALID_PARAMETER' },
    )
  })
})

describe('nothing that comes in is a 5xx', () => {
  test('random bytes with random headers, signed or not', async () => {
    const before = await doors.orders()
    const key = { version: 1, privateKey: parsePrivateKey(doors.merchant.privateKey) }
    const header = fc.stringMatching(/^[\x21-\x7e]{0,40}$/)
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.dictionary(fc.constantFrom('content-type', 'request-time', 'signature', 'client-id'), header),
        fc.boolean(),
        async (bytes, extra, signed) => {
          const body = Buffer.from(bytes)
          const { clientId } = doors.merchant.client
          const time = doors.clock.now().toISOString()
          const signature = await signSuperapp({ method: 'POST', uri: '/v1/payments/pay', clientId, time, body }, key)
          const headers = { 'client-id': clientId, 'request-time': time, signature: signature.header }
          const answer = await doors.http.inject({
            method: 'POST',
            url: '/v1/payments/pay',
            headers: signed ? headers : { ...headers, ...extra },
            payload: body,
          })
          expect(answer.statusCode).toBe(200)
          expect(answer.json().result.resultStatus).toBe('F')
        },
      ),
      { numRuns: 200 },
    )
    expect(await doors.orders()).toBe(before)
  })

  test('random JSON in a body that is signed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record(
          {
            paymentRequestId: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
            paymentAmount: fc.oneof(
              fc.record({
                currency: fc.constantFrom('CNY', 'USD', 'JPY', ''),
                value: fc.oneof(fc.jsonValue(), fc.nat()),
              }),
              fc.jsonValue(),
            ),
            paymentOrderTitle: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
            order: fc.jsonValue(),
            appId: fc.oneof(fc.string(), fc.jsonValue()),
            extendInfo: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
            paymentNotifyUrl: fc.oneof(fc.webUrl(), fc.jsonValue()),
            paymentExpiryTime: fc.oneof(fc.string(), fc.jsonValue()),
          },
          { requiredKeys: ['paymentRequestId', 'paymentAmount'] },
        ),
        async (body) => {
          const answer = await callSuperapp(doors, { body })
          expect(answer.status).toBe(200)
          expect(['A', 'F']).toContain(answer.body.result.resultStatus)
          expect(answer.verified).toBe(true)
        },
      ),
      { numRuns: 300 },
    )
  })
})
