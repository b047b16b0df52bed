/**
 * `alipay.user.info.share`: what the scopes of an access token show of its user. The token is the common parameter
 * `auth_token`; there is no biz_content. Source: alipay-openapi §1, §4 and §6.8.
 */
import type { AlipayUserInfoShareAnswer } from '@tradepay/contract'
import { GatewayRefusal } from './errors.ts'
import type { Method } from './method.ts'

export const userInfoShare: Method = {
  name: 'alipay.user.info.share',
  withoutContent: true,
  async answer({ client, parameters, rooms }) {
    const token = parameters['auth_token'] ?? ''
    if (token === '') {
      throw new GatewayRefusal(
        'aop.invalid-auth-token',
        'The parameter auth_token is missing: send the access_token of alipay.system.oauth.token.',
      )
    }
    const { userId, nickName } = await rooms.authorizations.userOf(client.clientId, token)
    const node: AlipayUserInfoShareAnswer = {
      user_id: userId,
      ...(nickName === null ? {} : { nick_name: nickName }),
    }
    return { node }
  },
}
