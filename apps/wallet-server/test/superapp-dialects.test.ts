/**
 * Dialects: every spelling of the super-app family is accepted from every client, and what a client gets is spelled as the
 * wallet that it was written for does. The signatures are made and read here by hand, from the reference alone.
 */
import { createSign, createVerify } from 'node:crypto'
import type { SuperappDialect } from '@tradepay/contract'
import { money } from '@tradepay/money'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openDoors, payRequest, type Doors } from './merchant-doors.ts'
import { refusalOf } from './refund-world.ts'
import { aMerchantWithClient, aUser, testWalletKey, type TestMerchant } from './support/index.ts'

let doors: Doors
let shop: TestMerchant
beforeAll(async () => {
  doors = await openDoors()
})
beforeEach(async () => {
  shop = await aMerchantWithClient(doors)
})
afterAll(() => doors.close())

const speak = (dialect: Partial<SuperappDialect>): Promise<void> =>
  doors.rooms.merchants.setDialect(shop.client.clientId, dialect)

const base64url = (base64: string): string => base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
/** How each encoding writes standard base64 down. */
const written = { BASE64: (text: string) => text, BASE64_URLENCODED: encodeURIComponent, BASE64URL: base64url } as const

interface RawCall {
  path?: string
  /** Signed instead of the path. */
  signed?: string
  body?: object
  algorithm?: string | null
  write?: (base64: string) => string
  /** Between the pairs of the header. */
  comma?: string
  keyVersion?: number | null
}

async function call(about: RawCall = {}) {
  const { path = '/v1/payments/pay', signed = path, body = payRequest(), algorithm = 'RSA256' } = about
  const { write = encodeURIComponent, comma = ', ', keyVersion = 1 } = about
  const { clientId } = shop.client
  const time = doors.clock.now().toISOString()
  const text = JSON.stringify(body)
  const signature = createSign('RSA-SHA256').update(`POST ${signed}\n${clientId}.${time}.${text}`)
  const pairs = [
    ...(algorithm === null ? [] : [`algorithm=${algorithm}`]),
    ...(keyVersion === null ? [] : [`keyVersion=${keyVersion}`]),
    `signature=${write(signature.sign(shop.privateKey, 'base64'))}`,
  ]
  const headers = { 'client-id': clientId, 'request-time': time, signature: pairs.join(comma) }
  const answer = await doors.http.inject({ method: 'POST', url: path, headers, payload: text })
  expect(answer.statusCode).toBe(200)
  return {
    body: answer.json<{ result: { resultStatus: string; resultCode: string } } & Record<string, unknown>>(),
    header: String(answer.headers['signature']),
    /** Whether the wallet has signed this answer for this path. */
    signedFor: (uri: string) =>
      holds(
        `POST ${uri}\n${clientId}.${String(answer.headers['response-time'])}.${answer.body}`,
        String(answer.headers['signature']),
      ),
  }
}

/** Whether a Signature header, in any encoding, holds the wallet's signature over the text. */
function holds(text: string, header: string): boolean {
  const value = decodeURIComponent(/signature=(.*)$/.exec(header)![1]!)
  const base64 = value.replaceAll('-', '+').replaceAll('_', '/')
  return createVerify('RSA-SHA256').update(text).verify(testWalletKey().publicKey, base64, 'base64')
}

describe('every spelling is accepted from a client without a dialect', () => {
  test.each<[string, RawCall]>([
    ['base64', { write: written.BASE64 }],
    ['URL-encoded base64', { write: written.BASE64_URLENCODED }],
    ['base64url without padding', { write: written.BASE64URL }],
    ['base64url with padding', { write: (text) => text.replaceAll('+', '-').replaceAll('/', '_') }],
    ['the algorithm SHA256withRSA', { algorithm: 'SHA256withRSA' }],
    ['the algorithm in small letters', { algorithm: 'rsa256' }],
    ['no algorithm', { algorithm: null }],
    ['no key version', { keyVersion: null }],
    ['no blank after the comma', { comma: ',' }],
    ['the whole path', { path: '/aps/api/v1/payments/pay' }],
    ['the path from its version on', { path: '/aps/api/v1/payments/pay', signed: '/v1/payments/pay' }],
    ['the same in version 2', { path: '/api/open/v2/payments/pay', signed: '/v2/payments/pay' }],
    ['the path without its query', { path: '/v2/payments/pay?a=1', signed: '/v2/payments/pay' }],
    ['the path with its query', { path: '/v2/payments/pay?a=1' }],
    ['each base path: /api', { path: '/api/v1/payments/pay' }],
    ['each base path: /acl/api', { path: '/acl/api/v1/payments/pay' }],
    ['each base path: /ams/api', { path: '/ams/api/v1/payments/pay' }],
  ])('%s', async (_, about) => {
    const answer = await call(about)
    expect(answer.body.result).toMatchObject({ resultStatus: 'A' })
    expect(answer.signedFor(about.signed ?? about.path ?? '/v1/payments/pay')).toBe(true)
    expect(answer.header).toMatch(/^algorithm=RSA256, keyVersion=1, signature=[A-Za-z0-9%]+$/)
  })

  test('but no path that is another call, or another base', async () => {
    for (const signed of ['/v2/payments/pay', '/v1/payments/refund', '/gw/v1/payments/pay', 'v1/payments/pay', '']) {
      expect((await call({ signed })).body.result.resultCode, signed).toBe('INVALID_SIGNATURE')
    }
  })
})

describe("an answer is spelled in the client's dialect", () => {
  const patterns = {
    BASE64: /signature=[A-Za-z0-9+/]+==$/,
    BASE64_URLENCODED: /signature=[A-Za-z0-9%]+%3D%3D$/,
    BASE64URL: /signature=[A-Za-z0-9_-]+$/,
  } as const
  test.each(['BASE64', 'BASE64_URLENCODED', 'BASE64URL'] as const)(
    'the signature as %s, also of a refusal',
    async (signatureEncoding) => {
      await speak({ signatureEncoding })
      for (const answer of [await call(), await call({ body: {} }), await call({ signed: '/v1/other' })]) {
        expect(answer.header).toMatch(patterns[signatureEncoding])
        expect(answer.signedFor('/v1/payments/pay')).toBe(true)
      }
    },
  )

  test('the algorithm as SHA256withRSA', async () => {
    await speak({ algorithm: 'SHA256withRSA' })
    expect((await call()).header).toMatch(/^algorithm=SHA256withRSA, keyVersion=1, /)
  })

  const forms: [SuperappDialect['redirectForm'], (cashier: string) => object][] = [
    ['ACTION_FORM', (url) => ({ actionForm: { actionFormType: 'REDIRECTION', redirectionUrl: url } })],
    ['REDIRECT_URL', (url) => ({ redirectActionForm: { method: 'GET', redirectUrl: url } })],
    ['REDIRECTION_URL', (url) => ({ redirectActionForm: { method: 'GET', redirectionUrl: url } })],
    ['NORMAL_URL', (url) => ({ normalUrl: url })],
    [
      'ALL',
      (url) => ({
        actionForm: { actionFormType: 'REDIRECTION', redirectionUrl: url },
        redirectActionForm: { method: 'GET', redirectUrl: url, redirectionUrl: url },
      }),
    ],
  ]
  test.each(forms)("the cashier's address as %s, and in no other way", async (redirectForm, expected) => {
    await speak({ redirectForm })
    const { result, paymentId, paymentRequestId, ...form } = (await call()).body
    expect([result.resultStatus, typeof paymentRequestId]).toEqual(['A', 'string'])
    expect(form).toEqual(expected(`http://127.0.0.1:4100/cashier?tradeNo=${String(paymentId)}`))
  })

  test('a notification too', async () => {
    await speak({ signatureEncoding: 'BASE64URL', algorithm: 'SHA256withRSA' })
    const { paymentId } = (await call({ body: payRequest({ paymentNotifyUrl: 'https://dialect.example/told' }) })).body
    const { userId } = await aUser(doors)
    await doors.rooms.payments.confirm({ tradeNo: String(paymentId), payerId: userId, amount: money('CNY', 1250n) })
    await doors.rooms.notifications.deliverDue()
    const [request] = doors.transport.to('https://dialect.example')
    const header = request!.headers['Signature']!
    expect(header).toMatch(/^algorithm=SHA256withRSA, keyVersion=1, signature=[A-Za-z0-9_-]+$/)
    const text = `POST /told\n${shop.client.clientId}.${request!.headers['Request-Time']}.${request!.body!.toString()}`
    expect(holds(text, header)).toBe(true)
  })
})

describe('a client that signs another path than the one that arrives', () => {
  test('behind a proxy that takes its base path away', async () => {
    expect((await call({ signed: '/gw/pay/v1/payments/pay' })).body.result.resultCode).toBe('INVALID_SIGNATURE')
    await speak({ signedBasePath: '/gw/pay' })
    const answer = await call({ signed: '/gw/pay/v1/payments/pay' })
    expect(answer.body.result.resultStatus).toBe('A')
    expect(answer.signedFor('/gw/pay/v1/payments/pay')).toBe(true)
    const refused = await call({ signed: '/gw/pay/v1/other' })
    expect(refused.body.result.resultCode).toBe('INVALID_SIGNATURE')
    expect(refused.signedFor('/gw/pay/v1/payments/pay')).toBe(true)
  })

  test('from the version on: also a refusal is signed so', async () => {
    await speak({ signedBasePath: '' })
    const path = '/aps/api/v2/payments/pay'
    const answer = await call({ path, signed: '/v2/payments/pay' })
    expect(answer.body.result.resultStatus).toBe('A')
    const refused = await call({ path, signed: '/v2/other' })
    expect(refused.body.result.resultCode).toBe('INVALID_SIGNATURE')
    expect(refused.signedFor('/v2/payments/pay')).toBe(true)
  })

  test('may still sign what arrives, and the answer is signed with the same', async () => {
    await speak({ signedBasePath: '/gw' })
    const answer = await call({ path: '/api/v1/payments/pay' })
    expect(answer.body.result.resultStatus).toBe('A')
    expect(answer.signedFor('/api/v1/payments/pay')).toBe(true)
  })
})

describe('a dialect', () => {
  test('is kept, and {} takes the default again', async () => {
    const { clientId } = shop.client
    await speak({ redirectForm: 'NORMAL_URL', signedBasePath: '/gw' })
    const elsewhere = await openDoors({ database: doors.database, seed: 5 })
    expect((await elsewhere.rooms.merchants.client(clientId)).dialect).toEqual({
      ...shop.client.dialect,
      redirectForm: 'NORMAL_URL',
      signedBasePath: '/gw',
    })
    await elsewhere.close()
    await speak({})
    expect((await doors.rooms.merchants.client(clientId)).dialect).toEqual(shop.client.dialect)
  })

  test.each<[string, object, string]>([
    ['an unknown member', { redirect: 'ALL' }, 'INVALID_PARAMETER dialect'],
    ['an unknown form', { redirectForm: 'POST' }, 'INVALID_PARAMETER dialect.redirectForm'],
    ['an unknown encoding', { signatureEncoding: 'HEX' }, 'INVALID_PARAMETER dialect.signatureEncoding'],
    ['an algorithm that is not offered', { algorithm: 'ECC224' }, 'INVALID_PARAMETER dialect.algorithm'],
    ['a base path that is none', { signedBasePath: 'gw' }, 'INVALID_PARAMETER dialect.signedBasePath'],
    ['a base path with a slash at its end', { signedBasePath: '/gw/' }, 'INVALID_PARAMETER dialect.signedBasePath'],
    ['a base path with a line feed', { signedBasePath: '/gw\n' }, 'INVALID_PARAMETER dialect.signedBasePath'],
    ['a base path that is a number', { signedBasePath: 1 }, 'INVALID_PARAMETER dialect.signedBasePath'],
  ])('with %s is refused, and the one before stays', async (_, dialect, refusal) => {
    await speak({ redirectForm: 'NORMAL_URL' })
    expect(await refusalOf(speak(dialect))).toBe(refusal)
    expect((await doors.rooms.merchants.client(shop.client.clientId)).dialect.redirectForm).toBe('NORMAL_URL')
  })

  test('of an unknown client is refused', async () => {
    expect(await refusalOf(doors.rooms.merchants.setDialect('2021000000000000', {}))).toBe('CLIENT_UNKNOWN')
  })
})
