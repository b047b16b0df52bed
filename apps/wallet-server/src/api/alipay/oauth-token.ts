/**
 * `alipay.system.oauth.token`: the mini program's server turns the code of `my.getAuthCode`, or the refresh token of an
 * earlier answer, into tokens of the user. Its parameters stand beside the common ones, not in biz_content.
 * Source: alipay-openapi §6.8; the names of refused refresh tokens are those of the method's own page.
 */
import type { AlipayOauthTokenAnswer } from '@tradepay/contract'
import type { Tokens } from '../../authorization/types.ts'
import { GatewayRefusal } from './errors.ts'
import type { Call, Method } from './method.ts'

export const oauthToken: Method = {
  name: 'alipay.system.oauth.token',
  withoutContent: true,
  async answer(call) {
    const { accessToken, accessExpiresAt, refreshToken, refreshExpiresAt, userId } = await tokensOf(call)
    const now = call.deps.clock.now()
    const node: AlipayOauthTokenAnswer = {
      user_id: userId,
      access_token: accessToken,
      expires_in: secondsUntil(accessExpiresAt, now),
      refresh_token: refreshToken,
      re_expires_in: secondsUntil(refreshExpiresAt, now),
    }
    return { node }
  },
}

function tokensOf({ client, parameters, rooms }: Call): Promise<Tokens> {
  const { clientId } = client
  const { grant_type: grantType = '', code = '', refresh_token: refreshToken = '' } = parameters
  switch (grantType) {
    case 'authorization_code':
      if (code === '') throw missing('code', 'the code of my.getAuthCode')
      return rooms.authorizations.redeem({ clientId, authCode: code, appId: null })
    case 'refresh_token':
      if (refreshToken === '') throw missing('refresh_token', 'the refresh_token that came with the access_token')
      return rooms.authorizations.refresh(clientId, refreshToken)
    default:
      throw new GatewayRefusal('isv.grant-type-invalid', 'grant_type is authorization_code or refresh_token.')
  }
}

const missing = (name: string, expected: string): GatewayRefusal =>
  new GatewayRefusal('isv.invalid-parameter', `The parameter ${name} is missing: send ${expected}.`)

/** Whole seconds as text, never more than are left. */
const secondsUntil = (time: Date, now: Date): string => String(Math.floor((time.getTime() - now.getTime()) / 1000))
