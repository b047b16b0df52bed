/** The super-app door's authorizations: a mini program's server learns who its user is, and only what they allowed. */
import { SuperappApplyTokenAnswer, SuperappCancelTokenAnswer, SuperappUserInfoAnswer } from '@tradepay/contract'
import { Check } from 'typebox/value'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { defaultSettings } from '../src/settings.ts'
import { anAuthorizationWorld, type AuthorizationWorld } from './authorization-world.ts'
import { callSuperapp, openDoors, type Doors, type SuperappAnswer, type SuperappCall } from './merchant-doors.ts'

let doors: Doors
let about: AuthorizationWorld

beforeAll(async () => {
  doors = await openDoors({ seed: 42 })
  about = await anAuthorizationWorld(doors, doors.merchant)
})
afterAll(() => doors.close())

const applyToken = (body: object, call: SuperappCall = {}) =>
  callSuperapp(doors, { path: '/v1/authorizations/applyToken', body, ...call })
const redeem = (authCode: string, call: SuperappCall = {}) =>
  applyToken({ grantType: 'AUTHORIZATION_CODE', authCode }, call)
const refresh = (refreshToken: unknown, call: SuperappCall = {}) =>
  applyToken({ grantType: 'REFRESH_TOKEN', refreshToken }, call)
const userInfo = (accessToken: unknown, call: SuperappCall = {}) =>
  callSuperapp(doors, { path: '/v1/users/inquiryUserInfo', body: { accessToken }, ...call })
const cancel = (accessToken: unknown, call: SuperappCall = {}) =>
  callSuperapp(doors, { path: '/v1/authorizations/cancelToken', body: { accessToken }, ...call })

const asStranger = (): SuperappCall => ({
  clientId: about.stranger.client.clientId,
  privateKey: about.stranger.privateKey,
})
const result = ({ body }: SuperappAnswer) => `${body.result.resultStatus} ${body.result.resultCode}`
const tokens = async (scopes?: string[]) => {
  const { body } = await redeem(await about.aCode(scopes))
  return { accessToken: String(body['accessToken']), refreshToken: String(body['refreshToken']) }
}
const after = (seconds: number): string =>
  new Date(doors.clock.now().getTime() + seconds * 1000).toISOString().replace('.000Z', 'Z')

describe('applyToken', () => {
  test.each(['/v1', '/v2', '/api/open/v2'])('turns a code into tokens of its user at %s', async (base) => {
    const answer = await redeem(await about.aCode(), { path: `${base}/authorizations/applyToken` })
    expect(answer).toMatchObject({ status: 200, verified: true })
    expect(answer.body).toEqual({
      result: { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: 'Success.' },
      accessToken: expect.stringMatching(/^[A-Za-z0-9_-]{40}$/),
      accessTokenExpiryTime: after(defaultSettings.accessTokenSeconds),
      refreshToken: expect.stringMatching(/^[A-Za-z0-9_-]{40}$/),
      refreshTokenExpiryTime: after(defaultSettings.refreshTokenSeconds),
      customerId: about.userId,
    })
    expect(Check(SuperappApplyTokenAnswer, answer.body)).toBe(true)
  })

  test('takes what the members of the family send beside it', async () => {
    const answer = await applyToken({
      grantType: 'AUTHORIZATION_CODE',
      authCode: await about.aCode(),
      appId: about.appId,
      authClientId: 'x'.repeat(128),
      referenceClientId: '2020',
      customerBelongsTo: 'TNG',
      extendInfo: '{}',
      refreshToken: null,
    })
    expect(result(answer)).toBe('S SUCCESS')
  })

  test('turns a refresh token into a new pair, once', async () => {
    const first = await tokens()
    const answer = await refresh(first.refreshToken)
    expect(result(answer)).toBe('S SUCCESS')
    expect(answer.body).toMatchObject({ customerId: about.userId })
    expect(answer.body['accessToken']).not.toBe(first.accessToken)
    expect(result(await refresh(first.refreshToken))).toBe('F USED_REFRESH_TOKEN')
    expect(result(await refresh(answer.body['refreshToken']))).toBe('S SUCCESS')
  })

  test('refuses a code the second time, and the tokens of the first stay good', async () => {
    const code = await about.aCode()
    const { body } = await redeem(code)
    const again = await redeem(code)
    expect(again).toMatchObject({ status: 200, verified: true })
    expect(again.body).toEqual({
      result: {
        resultStatus: 'F',
        resultCode: 'USED_CODE',
        resultMessage: 'The auth code was used already. Call my.getAuthCode for a new one.',
      },
    })
    expect(result(await userInfo(body['accessToken']))).toBe('S SUCCESS')
  })

  test("refuses another client's code without using it", async () => {
    const code = await about.aCode()
    expect(result(await redeem(code, asStranger()))).toBe('F INVALID_AUTH_CLIENT')
    const elsewhere = { grantType: 'AUTHORIZATION_CODE', authCode: code, appId: about.strangersAppId }
    expect(result(await applyToken(elsewhere))).toBe('F INVALID_AUTH_CLIENT')
    expect(result(await redeem(code))).toBe('S SUCCESS')
  })

  test("refuses another client's refresh token without using it", async () => {
    const { refreshToken } = await tokens()
    expect(result(await refresh(refreshToken, asStranger()))).toBe('F INVALID_TOKEN')
    expect(result(await refresh(refreshToken))).toBe('S SUCCESS')
  })

  test('refuses what has expired', async () => {
    const code = await about.aCode()
    const { refreshToken } = await tokens()
    doors.clock.advance({ seconds: defaultSettings.authCodeSeconds })
    expect(result(await redeem(code))).toBe('F EXPIRED_CODE')
    doors.clock.advance({ seconds: defaultSettings.refreshTokenSeconds })
    expect(result(await refresh(refreshToken))).toBe('F EXPIRED_REFRESH_TOKEN')
  })

  test.each<[string, object, string, string]>([
    ['nothing', {}, 'F PARAM_ILLEGAL', 'grantType'],
    ['no grant type', { authCode: 'x' }, 'F PARAM_ILLEGAL', 'grantType'],
    ['an unknown grant type', { grantType: 'PASSWORD', authCode: 'x' }, 'F PARAM_ILLEGAL', 'grantType'],
    ['the grant type in other letters', { grantType: 'authorization_code' }, 'F PARAM_ILLEGAL', 'grantType'],
    ['no code', { grantType: 'AUTHORIZATION_CODE' }, 'F PARAM_ILLEGAL', 'authCode'],
    ['an empty code', { grantType: 'AUTHORIZATION_CODE', authCode: '' }, 'F PARAM_ILLEGAL', 'authCode'],
    ['a code that is a number', { grantType: 'AUTHORIZATION_CODE', authCode: 7 }, 'F PARAM_ILLEGAL', 'authCode'],
    [
      'a code of 65 characters',
      { grantType: 'AUTHORIZATION_CODE', authCode: 'x'.repeat(65) },
      'F PARAM_ILLEGAL',
      'authCode',
    ],
    ['a code that never was', { grantType: 'AUTHORIZATION_CODE', authCode: 'x' }, 'F INVALID_CODE', 'auth code'],
    ['a code with NUL', { grantType: 'AUTHORIZATION_CODE', authCode: '\u0000' }, 'F INVALID_CODE', 'auth code'],
    ['no refresh token', { grantType: 'REFRESH_TOKEN', authCode: 'x' }, 'F PARAM_ILLEGAL', 'refreshToken'],
    ['a long refresh token', { grantType: 'REFRESH_TOKEN', refreshToken: 'x'.repeat(129) }, 'F PARAM_ILLEGAL', 'refre'],
    [
      'a refresh token that never was',
      { grantType: 'REFRESH_TOKEN', refreshToken: 'x' },
      'F INVALID_TOKEN',
      'refresh token',
    ],
  ])('refuses %s', async (_, body, expected, named) => {
    const answer = await applyToken(body)
    expect(answer).toMatchObject({ status: 200, verified: true })
    expect(result(answer)).toBe(expected)
    expect(answer.body.result.resultMessage).toContain(named)
    expect(Object.keys(answer.body)).toEqual(['result'])
  })

  test('never looks at a call whose signature does not match', async () => {
    const authCode = await about.aCode()
    expect(result(await redeem(authCode, { sentBody: JSON.stringify({ authCode }) }))).toBe('F INVALID_SIGNATURE')
    expect(result(await redeem(authCode))).toBe('S SUCCESS')
  })
})

describe('inquiryUserInfo', () => {
  test.each([
    ['auth_base', {}],
    ['auth_user', { status: 'ACTIVE', nickName: 'Mei' }],
    ['USER_NAME', { status: 'ACTIVE', userName: { fullName: 'Mei' } }],
  ])('with %s shows the user id and %j', async (scope, shown) => {
    const answer = await userInfo((await tokens([scope])).accessToken)
    expect(answer).toMatchObject({ status: 200, verified: true })
    expect(answer.body).toEqual({
      result: { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: 'Success.' },
      userInfo: { userId: about.userId, ...shown },
    })
    expect(Check(SuperappUserInfoAnswer, answer.body)).toBe(true)
    // What nobody asked the user for.
    expect(JSON.stringify(answer.body)).not.toContain('mei@example.com')
  })

  test.each([
    '/v2/users/inquiryUserInfo',
    '/v1/customers/user/inquiryUserInfoByAccessToken',
    '/v2/customers/user/inquiryUserInfo',
  ])('is called %s too', async (path) => {
    expect(result(await userInfo((await tokens()).accessToken, { path }))).toBe('S SUCCESS')
  })

  test('shows another client nothing, with a token that is not theirs or never was', async () => {
    const { accessToken } = await tokens(['auth_user'])
    const foreign = await userInfo(accessToken, asStranger())
    expect(result(foreign)).toBe('F INVALID_ACCESS_TOKEN')
    expect(foreign.body).toEqual((await userInfo('x'.repeat(40), asStranger())).body)
  })

  test('shows nothing once the token has expired', async () => {
    const { accessToken } = await tokens()
    doors.clock.advance({ seconds: defaultSettings.accessTokenSeconds })
    expect(result(await userInfo(accessToken))).toBe('F EXPIRED_ACCESS_TOKEN')
  })

  test.each([[undefined], [''], [null], [7], [{}], ['x'.repeat(129)]])('refuses the token %j', async (token) => {
    const answer = await userInfo(token)
    expect(result(answer)).toBe('F PARAM_ILLEGAL')
    expect(answer.body.result.resultMessage).toContain('accessToken')
  })
})

describe('cancelToken', () => {
  test.each(['/v1/authorizations/cancelToken', '/v2/authorizations/revoke', '/v1/authorizations/revoke'])(
    'ends both tokens at %s, and may be repeated',
    async (path) => {
      const { accessToken, refreshToken } = await tokens()
      const answer = await cancel(accessToken, { path })
      expect(answer).toMatchObject({ verified: true, body: { result: { resultStatus: 'S', resultCode: 'SUCCESS' } } })
      expect(Check(SuperappCancelTokenAnswer, answer.body)).toBe(true)
      expect(result(await userInfo(accessToken))).toBe('F INVALID_ACCESS_TOKEN')
      expect(result(await refresh(refreshToken))).toBe('F INVALID_TOKEN')
      expect(result(await cancel(accessToken, { path }))).toBe('S SUCCESS')
    },
  )

  test("ends nothing with another client's token, or one that never was", async () => {
    const { accessToken } = await tokens()
    expect(result(await cancel(accessToken, asStranger()))).toBe('F INVALID_ACCESS_TOKEN')
    expect(result(await cancel('x'.repeat(40)))).toBe('F INVALID_ACCESS_TOKEN')
    expect(result(await cancel(undefined))).toBe('F PARAM_ILLEGAL')
    expect(result(await userInfo(accessToken))).toBe('S SUCCESS')
  })
})

describe('nothing of a token', () => {
  let before: number
  beforeEach(() => {
    before = doors.recorder.entries.length
  })

  test('reaches the timeline', async () => {
    const { accessToken } = await tokens()
    await userInfo(accessToken)
    await cancel(accessToken)
    expect(doors.recorder.entries.slice(before)).toEqual([])
  })
})
