/** The Alipay gateway's authorizations, called by hand and by the official client: who the user is, and what they allowed. */
import type { AddressInfo } from 'node:net'
import { AlipaySdk } from 'alipay-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defaultSettings } from '../src/settings.ts'
import { anAuthorizationWorld, type AuthorizationWorld } from './authorization-world.ts'
import { callAlipay, openDoors, type AlipayCall, type Doors } from './merchant-doors.ts'
import { testWalletKey } from './support/index.ts'

let doors: Doors
let about: AuthorizationWorld

beforeAll(async () => {
  doors = await openDoors({ seed: 43 })
  about = await anAuthorizationWorld(doors, doors.merchant)
})
afterAll(() => doors.close())

const call = (parameters: Record<string, string | undefined>, more: AlipayCall = {}) =>
  callAlipay(doors, { ...more, parameters: { biz_content: undefined, ...parameters } })
const oauthToken = (parameters: Record<string, string | undefined>, more: AlipayCall = {}) =>
  call({ method: 'alipay.system.oauth.token', ...parameters }, more)
const redeem = (code: string, more: AlipayCall = {}) => oauthToken({ grant_type: 'authorization_code', code }, more)
const refresh = (token: string) => oauthToken({ grant_type: 'refresh_token', refresh_token: token })
const userInfo = (token: string | undefined, parameters: Record<string, string> = {}, more: AlipayCall = {}) =>
  call({ method: 'alipay.user.info.share', auth_token: token, ...parameters }, more)

const asStranger = (): { app: Record<string, string>; key: AlipayCall } => ({
  app: { app_id: about.stranger.client.clientId },
  key: { privateKey: about.stranger.privateKey },
})
const tokens = async (scopes?: string[]) => {
  const { node } = await redeem(await about.aCode(scopes))
  return { accessToken: String(node['access_token']), refreshToken: String(node['refresh_token']) }
}

describe('alipay.system.oauth.token', () => {
  test.each(['SPLIT', 'FORM', 'GET', 'MULTIPART', 'JSON'] as const)('takes a code sent as %s', async (as) => {
    const answer = await redeem(await about.aCode(), { as })
    expect(answer).toMatchObject({ status: 200, nodeName: 'alipay_system_oauth_token_response', verified: true })
    expect(answer.node).toEqual({
      code: '10000',
      msg: 'Success',
      user_id: about.userId,
      access_token: expect.stringMatching(/^[A-Za-z0-9_-]{40}$/),
      expires_in: String(defaultSettings.accessTokenSeconds),
      refresh_token: expect.stringMatching(/^[A-Za-z0-9_-]{40}$/),
      re_expires_in: String(defaultSettings.refreshTokenSeconds),
    })
  })

  test('turns a refresh token into a new pair, once', async () => {
    const first = await tokens(['auth_user'])
    const { node } = await refresh(first.refreshToken)
    expect(node).toMatchObject({ code: '10000', user_id: about.userId })
    expect((await userInfo(String(node['access_token']))).node).toMatchObject({ nick_name: 'Mei' })
    expect((await refresh(first.refreshToken)).node).toMatchObject({
      code: '40002',
      sub_code: 'isv.refresh-token-invalid',
    })
  })

  test('refuses a code the second time in the node of the method, and the tokens of the first stay good', async () => {
    const code = await about.aCode()
    const { node } = await redeem(code)
    const again = await redeem(code)
    expect(again).toMatchObject({ status: 200, nodeName: 'alipay_system_oauth_token_response', verified: true })
    expect(again.node).toEqual({
      code: '40002',
      msg: 'Invalid Arguments',
      sub_code: 'isv.code-invalid',
      sub_msg: 'The auth code was used already. Call my.getAuthCode for a new one.',
    })
    expect((await userInfo(String(node['access_token']))).node).toMatchObject({ code: '10000' })
  })

  test("refuses another app's code without using it", async () => {
    const code = await about.aCode()
    const { app, key } = asStranger()
    const foreign = await oauthToken({ grant_type: 'authorization_code', code, ...app }, key)
    expect(foreign.node).toMatchObject({ sub_code: 'isv.code-invalid', sub_msg: expect.stringContaining("client's") })
    expect((await redeem(code)).node).toMatchObject({ code: '10000' })
  })

  test('refuses what has expired', async () => {
    const code = await about.aCode()
    const { refreshToken } = await tokens()
    doors.clock.advance({ seconds: defaultSettings.authCodeSeconds })
    expect((await redeem(code)).node).toMatchObject({
      sub_code: 'isv.code-invalid',
      sub_msg: expect.stringContaining('expired'),
    })
    doors.clock.advance({ seconds: defaultSettings.refreshTokenSeconds })
    expect((await refresh(refreshToken)).node).toMatchObject({ sub_code: 'isv.refresh-token-time-out' })
  })

  test.each<[string, Record<string, string>, string]>([
    ['no grant type', { code: 'x' }, 'isv.grant-type-invalid'],
    ['an unknown grant type', { grant_type: 'password', code: 'x' }, 'isv.grant-type-invalid'],
    ['the grant type of the other family', { grant_type: 'AUTHORIZATION_CODE', code: 'x' }, 'isv.grant-type-invalid'],
    ['no code', { grant_type: 'authorization_code' }, 'isv.invalid-parameter'],
    ['an empty code', { grant_type: 'authorization_code', code: '' }, 'isv.invalid-parameter'],
    [
      'a code in biz_content',
      { grant_type: 'authorization_code', biz_content: '{"code":"x"}' },
      'isv.invalid-parameter',
    ],
    ['a code that never was', { grant_type: 'authorization_code', code: 'x' }, 'isv.code-invalid'],
    ['a very long code', { grant_type: 'authorization_code', code: 'x'.repeat(5_000) }, 'isv.code-invalid'],
    ['no refresh token', { grant_type: 'refresh_token', code: 'x' }, 'isv.invalid-parameter'],
    [
      'a refresh token that never was',
      { grant_type: 'refresh_token', refresh_token: 'x' },
      'isv.refresh-token-invalid',
    ],
  ])('refuses %s', async (_, parameters, subCode) => {
    const answer = await oauthToken(parameters, { as: 'FORM' })
    expect(answer).toMatchObject({ status: 200, verified: true, node: { code: '40002', sub_code: subCode } })
    expect(answer.node['access_token']).toBeUndefined()
  })

  test('never looks at a call whose signature does not match', async () => {
    const [code, other] = [await about.aCode(), await about.aCode()]
    const forged = await redeem(code, { changed: { code: other } })
    expect(forged.node).toMatchObject({ sub_code: 'isv.invalid-signature' })
    expect((await redeem(other)).node).toMatchObject({ code: '10000' })
  })
})

describe('alipay.user.info.share', () => {
  test.each([
    ['auth_base', {}],
    ['auth_user', { nick_name: 'Mei' }],
  ])('with %s shows the user id and %j', async (scope, shown) => {
    const answer = await userInfo((await tokens([scope])).accessToken)
    expect(answer).toMatchObject({ status: 200, nodeName: 'alipay_user_info_share_response', verified: true })
    expect(answer.node).toEqual({ code: '10000', msg: 'Success', user_id: about.userId, ...shown })
  })

  test('refuses a token that is missing, unknown or another app’s with 20001, and one that has expired by name', async () => {
    const { accessToken } = await tokens(['auth_user'])
    const { app, key } = asStranger()
    const invalid = { code: '20001', msg: 'Insufficient Token Permissions', sub_code: 'aop.invalid-auth-token' }
    expect((await userInfo(undefined)).node).toMatchObject(invalid)
    expect((await userInfo('x'.repeat(40))).node).toMatchObject(invalid)
    const foreign = await userInfo(accessToken, app, key)
    expect(foreign.node).toMatchObject(invalid)
    expect(foreign.node).toEqual((await userInfo('x'.repeat(40), app, key)).node)
    doors.clock.advance({ seconds: defaultSettings.accessTokenSeconds })
    expect((await userInfo(accessToken)).node).toMatchObject({ code: '20001', sub_code: 'aop.auth-token-time-out' })
  })

  test('shows what tokens of the other family’s door show: an authorization belongs to the client', async () => {
    const grant = { clientId: about.shop.client.clientId, authCode: await about.aCode(['auth_user']), appId: null }
    const { accessToken } = await doors.rooms.authorizations.redeem(grant)
    expect((await userInfo(accessToken)).node).toMatchObject({ user_id: about.userId, nick_name: 'Mei' })
    await doors.rooms.authorizations.revoke(grant.clientId, accessToken)
    expect((await userInfo(accessToken)).node).toMatchObject({ sub_code: 'aop.invalid-auth-token' })
  })
})

test('the official client exchanges a code, refreshes, and reads the user, checking every signature', async () => {
  await doors.http.listen({ host: '127.0.0.1', port: 0 })
  doors.clock.set(new Date())
  const sdk = new AlipaySdk({
    gateway: `http://127.0.0.1:${(doors.http.server.address() as AddressInfo).port}/gateway.do`,
    appId: about.shop.client.clientId,
    privateKey: about.shop.privateKey,
    keyType: 'PKCS8',
    alipayPublicKey: testWalletKey().publicKey,
  })
  const exec = (method: string, parameters: object) => sdk.exec(method, { ...parameters }, { validateSign: true })
  const code = await about.aCode(['auth_user'])

  const first = await exec('alipay.system.oauth.token', { grantType: 'authorization_code', code })
  expect(first).toMatchObject({ code: '10000', userId: about.userId, expiresIn: '3600' })
  const second = await exec('alipay.system.oauth.token', {
    grantType: 'refresh_token',
    refreshToken: (first as unknown as Record<string, string>)['refreshToken'],
  })
  const authToken = (second as unknown as Record<string, string>)['accessToken']
  expect(await exec('alipay.user.info.share', { authToken })).toMatchObject({ userId: about.userId, nickName: 'Mei' })
  expect(await exec('alipay.system.oauth.token', { grantType: 'authorization_code', code })).toMatchObject({
    code: '40002',
    subCode: 'isv.code-invalid',
  })
})
