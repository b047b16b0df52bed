/**
 * Promises of the wallet app's door: who is signed in, what other pages cannot make the server do, the published
 * programs, and auth codes. Money is in wallet-api-money.test.ts.
 */
import {
  cashierPaths,
  walletPaths,
  type AuthCodeAnswer,
  type ProgramAnswer,
  type ProgramsAnswer,
  type SessionAnswer,
} from '@tradepay/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { User } from '../src/user/types.ts'
import {
  aMerchantWithClient,
  anOrder,
  aUser,
  startTestServer,
  TEST_PIN,
  type TestMerchant,
  type TestServer,
} from './support/index.ts'
import { fromOwnPage, send, signIn, type WalletApp } from './support/wallet-app.ts'

const appId = '2021000000000010'
let wallet: TestServer
let shop: TestMerchant
let mei: User
let app: WalletApp

beforeAll(async () => {
  wallet = await startTestServer({ seed: 14 })
  shop = await aMerchantWithClient(wallet, { name: 'Coffee Shop' })
  mei = await aUser(wallet, { name: 'Mei' })
  app = await signIn(wallet, mei)
  const { programs } = wallet.rooms
  await programs.register({
    appId,
    merchantId: shop.merchant.merchantId,
    name: 'Coffee',
    slogan: 'Good morning',
    clientIds: [shop.client.clientId],
    payOnlyOwnOrders: true,
  })
  const packed = Buffer.from(
    JSON.stringify({
      format: 1,
      assets: { '/i.svg': { type: 'image/svg+xml', base64: Buffer.from('<svg/>').toString('base64') } },
    }),
  )
  await programs.addVersion({ appId, version: '1.0.0', packed, manifest: { icon: '/i.svg' } })
  await programs.release({
    appId,
    version: '1.0.0',
    settings: { requestDomains: [], imageDomains: [], extConfig: { table: 7 } },
  })
})
afterAll(() => wallet.close())

const own = (): Record<string, string> => fromOwnPage(wallet.url)
const session = (headers: Record<string, string>) => send<SessionAnswer>(wallet, 'GET', walletPaths.session, headers)

describe('the session', () => {
  test('of nobody is answered without anybody, and tells the mark and the name', async () => {
    expect((await session(own())).body).toEqual({ user: null, csrfToken: null, sandbox: false, walletName: 'TradePay' })
  })

  test('signing in sets a cookie that no script and no other site gets, and answers the CSRF token', async () => {
    const { loginId } = mei
    const answer = await send<SessionAnswer>(wallet, 'POST', walletPaths.session, own(), { loginId, pin: TEST_PIN })
    expect(answer.status).toBe(200)
    expect(String(answer.headers['set-cookie'])).toMatch(
      /^tradepay_session=[A-Za-z0-9_-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    )
    expect(answer.body.user).toEqual({ userId: mei.userId, name: 'Mei', loginId, frozen: false })
    expect(answer.body.csrfToken).toMatch(/^[A-Za-z0-9_-]{43}$/)
  })

  test('is found again by the cookie, until the user signs out', async () => {
    const other = await signIn(wallet, mei)
    expect((await other.call<SessionAnswer>('GET', walletPaths.session)).body).toMatchObject({
      user: { userId: mei.userId },
      csrfToken: other.csrfToken,
    })
    const out = await other.call<SessionAnswer>('DELETE', walletPaths.session)
    expect(out).toMatchObject({ status: 200, body: { user: null, csrfToken: null } })
    expect(String(out.headers['set-cookie'])).toContain('tradepay_session=; Max-Age=0')
    expect((await other.call<SessionAnswer>('GET', walletPaths.session)).body.user).toBeNull()
    expect((await other.call('GET', walletPaths.balance)).body.error.code).toBe('SESSION_REQUIRED')
  })

  test('signing in again closes the session that the browser had', async () => {
    const before = await signIn(wallet, mei)
    const again = { ...own(), cookie: before.cookie }
    expect(
      (await send(wallet, 'POST', walletPaths.session, again, { loginId: mei.loginId, pin: TEST_PIN })).status,
    ).toBe(200)
    expect((await before.call('GET', walletPaths.balance)).status).toBe(401)
  })

  test('a wrong PIN and an unknown login get byte for byte the same answer', async () => {
    const user = await aUser(wallet)
    const body = (loginId: string): object => ({ loginId, pin: '000000' })
    const wrong = await send(wallet, 'POST', walletPaths.session, own(), body(user.loginId))
    const unknown = await send(wallet, 'POST', walletPaths.session, own(), body('nobody@example.com'))
    expect(wrong.status).toBe(401)
    expect(wrong.body.error.code).toBe('LOGIN_REFUSED')
    expect(unknown.text).toBe(wrong.text)
    expect(unknown.status).toBe(wrong.status)
    expect(wrong.headers['set-cookie']).toBeUndefined()
    for (let tries = 0; tries < 5; tries++) await send(wallet, 'POST', walletPaths.session, own(), body(user.loginId))
    const locked = await send(wallet, 'POST', walletPaths.session, own(), { loginId: user.loginId, pin: TEST_PIN })
    expect(locked.text).toBe(wrong.text)
  })

  test('of a sandbox has a cookie for plain http', async () => {
    const sandbox = await startTestServer({ database: wallet.database, settings: { sandbox: true } })
    const answer = await send<SessionAnswer>(sandbox, 'POST', walletPaths.session, fromOwnPage(sandbox.url), {
      loginId: mei.loginId,
      pin: TEST_PIN,
    })
    expect(String(answer.headers['set-cookie'])).not.toContain('Secure')
    expect(answer.body.sandbox).toBe(true)
    await sandbox.close()
  })
})

describe('what another page sends', () => {
  // Every call that changes something, with a body that would be taken.
  const calls = [
    ['POST', cashierPaths.open],
    ['POST', cashierPaths.confirm],
    ['POST', cashierPaths.cancel],
    ['POST', cashierPaths.inquire],
    ['POST', walletPaths.authCodes],
    ['POST', walletPaths.relay],
    ['POST', walletPaths.topUps],
    ['DELETE', walletPaths.session],
  ] as const

  describe.each(calls)('%s %s', (method, path) => {
    test.each([
      ['no CSRF token', { 'x-csrf-token': undefined }, 403, 'CSRF_REFUSED'],
      ['an empty CSRF token', { 'x-csrf-token': '' }, 403, 'CSRF_REFUSED'],
      ['a wrong CSRF token', { 'x-csrf-token': 'x'.repeat(43) }, 403, 'CSRF_REFUSED'],
      ['the origin of a sandboxed frame', { origin: 'null' }, 403, 'CSRF_REFUSED'],
      ['another origin', { origin: 'https://evil.example' }, 403, 'CSRF_REFUSED'],
      ['another port', { origin: 'http://127.0.0.1:1' }, 403, 'CSRF_REFUSED'],
      ['a cross-site fetch', { 'sec-fetch-site': 'cross-site' }, 403, 'CSRF_REFUSED'],
      ['a same-site fetch', { 'sec-fetch-site': 'same-site' }, 403, 'CSRF_REFUSED'],
      ['an address typed in', { 'sec-fetch-site': 'none' }, 403, 'CSRF_REFUSED'],
      ['no cookie', { cookie: undefined }, 401, 'SESSION_REQUIRED'],
      ['a cookie of nobody', { cookie: `tradepay_session=${'x'.repeat(43)}` }, 401, 'SESSION_REQUIRED'],
      ['a malformed cookie', { cookie: 'tradepay_session=%00; =; ;;' }, 401, 'SESSION_REQUIRED'],
    ])('with %s is refused', async (_what, headers, status, code) => {
      expect(await app.call(method, path, {}, headers)).toMatchObject({ status, body: { error: { code } } })
    })
  })

  test('the CSRF token of another session is refused', async () => {
    const other = await signIn(wallet, mei)
    const answer = await app.call(
      'POST',
      walletPaths.authCodes,
      { appId, scopes: ['auth_base'] },
      { 'x-csrf-token': other.csrfToken },
    )
    expect(answer).toMatchObject({ status: 403, body: { error: { code: 'CSRF_REFUSED' } } })
  })

  test.each([
    ['origin', 'null'],
    ['origin', 'https://evil.example'],
    ['sec-fetch-site', 'cross-site'],
  ])('cannot sign anybody in: %s %s', async (name, value) => {
    const answer = await send(
      wallet,
      'POST',
      walletPaths.session,
      { ...own(), [name]: value },
      { loginId: mei.loginId, pin: TEST_PIN },
    )
    expect(answer).toMatchObject({ status: 403, body: { error: { code: 'CSRF_REFUSED' } } })
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  test('cannot read either, and no answer allows another origin', async () => {
    const answer = await app.call('GET', walletPaths.session, undefined, { 'sec-fetch-site': 'same-site' })
    expect(answer).toMatchObject({ status: 403, body: { error: { code: 'CSRF_REFUSED' } } })
    expect((await app.call('GET', walletPaths.session)).headers['access-control-allow-origin']).toBeUndefined()
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'as %s, which a form may send, is not read',
    async (type) => {
      const body = JSON.stringify({ appId, scopes: ['auth_base'] })
      expect(await app.call('POST', walletPaths.authCodes, body, { 'content-type': type })).toMatchObject({
        status: 415,
        body: { error: { code: 'BODY_MALFORMED' } },
      })
    },
  )

  test('a call without Origin and Sec-Fetch-Site, as a tool sends it, is taken with the token', async () => {
    const answer = await app.call(
      'POST',
      walletPaths.authCodes,
      { appId, scopes: ['auth_base'] },
      { origin: undefined, 'sec-fetch-site': undefined },
    )
    expect(answer.status).toBe(200)
  })
})

describe('programs', () => {
  test('lists what is live, with the addresses of package and icon', async () => {
    const { body } = await app.call<ProgramsAnswer>('GET', walletPaths.programs)
    expect(body.programs).toMatchObject([
      { appId, name: 'Coffee', slogan: 'Good morning', merchantName: 'Coffee Shop' },
    ])
    expect(body.programs[0]!.iconUrl).toMatch(/^\/packages\/[0-9a-f]{64}\/icon$/)
    const one = await app.call<ProgramAnswer>('GET', `${walletPaths.programs}/${appId}`)
    expect(one.body).toMatchObject({ version: '1.0.0', extConfig: { table: 7 }, program: body.programs[0] })
    expect((await app.call('GET', one.body.packageUrl)).status).toBe(200)
  })

  test.each(['2021999999999999', 'x'.repeat(100), '%00', '..%2f..', '%F0%9F%98%80'])(
    'an unknown one (%.20s) is refused',
    async (id) => {
      expect((await app.call('GET', `${walletPaths.programs}/${id}`)).body.error.code).toBe('PROGRAM_NOT_FOUND')
    },
  )
})

describe('auth codes', () => {
  test('name what was granted and what was refused', async () => {
    const { body } = await app.call<AuthCodeAnswer>('POST', walletPaths.authCodes, {
      appId,
      scopes: ['auth_user', 'admin'],
    })
    expect(body).toEqual({
      authCode: expect.stringMatching(/^[A-Za-z0-9_-]{32}$/),
      authSuccessScopes: ['auth_user'],
      authErrorScopes: { admin: 'SCOPE_UNKNOWN' },
    })
  })

  test.each([
    [{ appId, scopes: ['admin'] }, 400, 'SCOPE_UNKNOWN'],
    [{ appId, scopes: [] }, 400, 'INVALID_PARAMETER'],
    [{ appId, scopes: 'auth_base' }, 400, 'INVALID_PARAMETER'],
    [{ appId: '2021999999999999', scopes: ['auth_base'] }, 404, 'PROGRAM_NOT_FOUND'],
    [{ scopes: ['auth_base'] }, 400, 'INVALID_PARAMETER'],
  ])('%j is refused', async (body, status, code) => {
    expect(await app.call('POST', walletPaths.authCodes, body)).toMatchObject({ status, body: { error: { code } } })
  })
})

test('a path that is none of the API is answered as one of the API', async () => {
  await anOrder(wallet, shop)
  for (const path of ['/wallet/v1/nothing', '/cashier/v1/nothing', '/wallet/v2/session']) {
    expect(await app.call('POST', path, {})).toMatchObject({ status: 404, body: { error: { code: 'API_UNKNOWN' } } })
    expect(await app.call('GET', path)).toMatchObject({ status: 404, body: { error: { code: 'API_UNKNOWN' } } })
  }
})
