/**
 * The promise that no input yields a 5xx at the doors of the wallet app: whatever bytes a signed-in page sends, the
 * answer is below 500, says what was wrong in `ApiError`, and repeats no PIN.
 */
import { ApiError, cashierPaths, walletPaths } from '@tradepay/contract'
import fc from 'fast-check'
import { Compile } from 'typebox/compile'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aMerchantWithClient, anOrder, aUser, startTestServer, TEST_PIN, type TestServer } from './support/index.ts'
import { fromOwnPage, send, signIn, type Answer, type WalletApp } from './support/wallet-app.ts'

const apiError = Compile(ApiError)
let wallet: TestServer
let app: WalletApp
let tradeNo: string

beforeAll(async () => {
  wallet = await startTestServer({ seed: 17, logLevel: 'silent' })
  const shop = await aMerchantWithClient(wallet)
  await wallet.rooms.programs.register({
    appId: '2021000000000040',
    merchantId: shop.merchant.merchantId,
    name: 'A',
    slogan: '',
    clientIds: [],
    payOnlyOwnOrders: true,
  })
  tradeNo = (await anOrder(wallet, shop)).tradeNo
  app = await signIn(wallet, await aUser(wallet))
})
afterAll(() => wallet.close())

function expectClearAnswer(answer: Answer<unknown>): void {
  expect(answer.status, answer.text.slice(0, 500)).toBeLessThan(500)
  if (answer.status >= 400) expect(apiError.Check(answer.body), answer.text.slice(0, 500)).toBe(true)
}

/** Text that has broken servers before, and any other. */
const text = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.constantFrom(
      '',
      '\u0000',
      '\ud800',
      '__proto__',
      'constructor',
      '../..',
      "' or 1=1 --",
      '9'.repeat(64),
      '-0',
      '1e309',
      'NaN',
      '%00',
      '\r\nx: y',
    ),
    fc.constantFrom(tradeNo, '2021000000000040', 'BALANCE', 'CNY', '1250', 'auth_base', 'GET', 'https://a.example/'),
  )
const value = (): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 3, arbitrary: text() }, fc.jsonValue({ maxDepth: 3 }), fc.double(), fc.bigInt().map(String))

/** The fields of every request, each with a likely or an impossible value, or left out. */
const bodies = (): fc.Arbitrary<unknown> =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record(
        {
          tradeNo: fc.oneof(fc.constant(tradeNo), value()),
          appId: value(),
          amount: fc.oneof(fc.record({ currency: value(), value: value() }), value()),
          methodId: fc.oneof(fc.constant('BALANCE'), value()),
          // Never the right PIN, and seldom well-formed: a lock would end the search early.
          pin: fc.oneof(
            fc.constantFrom('12345', '1234567', 'abcdef', 123456),
            value().filter((pin) => pin !== TEST_PIN),
          ),
          loginId: value(),
          scopes: fc.oneof(fc.array(value(), { maxLength: 3 }), value()),
          page: value(),
          url: fc.oneof(fc.webUrl(), value()),
          method: fc.oneof(fc.constantFrom('GET', 'POST'), value()),
          headers: fc.oneof(fc.dictionary(text(), value(), { maxKeys: 3 }), value()),
          bodyBase64: value(),
          timeoutMs: fc.oneof(fc.integer(), value()),
        },
        { requiredKeys: [] },
      ),
    },
    fc.jsonValue({ maxDepth: 5 }),
  )

const paths = [...Object.values(cashierPaths), walletPaths.session, walletPaths.authCodes, walletPaths.relay]
const anyPath = fc.constantFrom(...paths)

test('JSON of every shape', async () => {
  await fc.assert(
    fc.asyncProperty(anyPath, fc.constant(null).chain(bodies), async (path, body) => {
      expectClearAnswer(await app.call('POST', path, JSON.stringify(body)))
    }),
    { numRuns: 400 },
  )
})

test('bytes that are no JSON, under any content type', async () => {
  const types = fc.constantFrom(
    'application/json',
    'application/json; charset=utf-16',
    'text/plain',
    'application/octet-stream',
    'x',
    '',
  )
  await fc.assert(
    fc.asyncProperty(anyPath, fc.uint8Array({ maxLength: 200 }), types, async (path, bytes, type) => {
      const answer = await app.call('POST', path, Buffer.from(bytes), { 'content-type': type })
      expectClearAnswer(answer)
      expect(answer.status).toBeGreaterThanOrEqual(400)
    }),
    { numRuns: 150 },
  )
})

test.each([
  ['nothing at all', ''],
  ['a list ten thousand deep', '['.repeat(10_000) + ']'.repeat(10_000)],
  ['an object ten thousand deep', '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000)],
  ['a member that is ten thousand deep', `{"amount":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`],
  ['a poisoned prototype', '{"__proto__":{"tradeNo":"x"}}'],
  ['a poisoned constructor', '{"constructor":{"prototype":{"tradeNo":"x"}}}'],
  ['a byte order mark', '\ufeff{}'],
  ['a number too large', '{"tradeNo":1e999}'],
  ['the same field twice', '{"tradeNo":"a","tradeNo":5}'],
])('%s', async (_what, body) => {
  for (const path of paths) {
    const answer = await app.call('POST', path, body)
    expectClearAnswer(answer)
    expect(answer.status).toBeGreaterThanOrEqual(400)
  }
})

test('headers and query strings of any text', async () => {
  const header = fc.string({
    unit: fc.constantFrom(...Array.from({ length: 94 }, (_, code) => String.fromCharCode(33 + code)), ' '),
    maxLength: 60,
  })
  const names = fc.constantFrom(
    'cookie',
    'x-csrf-token',
    'origin',
    'sec-fetch-site',
    'accept',
    'if-none-match',
    'range',
  )
  const reads = fc.constantFrom(
    walletPaths.session,
    walletPaths.programs,
    walletPaths.balance,
    walletPaths.movements,
    `${walletPaths.programs}/x`,
    '/',
  )
  await fc.assert(
    fc.asyncProperty(reads, names, header, fc.webQueryParameters(), async (path, name, content, query) => {
      expectClearAnswer(
        await app.call('GET', `${path}?${query}&before=${encodeURIComponent(content)}`, undefined, { [name]: content }),
      )
    }),
    { numRuns: 150 },
  )
})

test('addresses of any text', async () => {
  const start = fc.constantFrom(
    '/',
    '/wallet/v1/',
    '/wallet/v1/programs/',
    '/cashier/v1/',
    '/frames/',
    '/packages/',
    '/assets/',
  )
  await fc.assert(
    fc.asyncProperty(
      start,
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.boolean(),
      async (prefix, rest, encoded) => {
        const path =
          prefix + (encoded ? encodeURIComponent(Buffer.from(rest).toString()) : rest.replace(/[^!-~]/g, '%'))
        const answer = await app.call('GET', path)
        expect(answer.status, path).toBeLessThan(500)
      },
    ),
    { numRuns: 150 },
  )
})

test('logins of any text tell nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 128 }), async (loginId) => {
      const answer = await send(wallet, 'POST', walletPaths.session, fromOwnPage(wallet.url), {
        loginId,
        pin: '000000',
      })
      expectClearAnswer(answer)
      expect(['LOGIN_REFUSED', 'BODY_MALFORMED', 'INVALID_PARAMETER']).toContain(answer.body.error.code)
    }),
    { numRuns: 30 },
  )
})
