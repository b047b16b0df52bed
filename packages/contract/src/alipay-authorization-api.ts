/**
 * The Alipay family's calls about the user behind `my.getAuthCode`: `alipay.system.oauth.token` and
 * `alipay.user.info.share`. What they take stands among the parameters of the call and not in `biz_content`:
 * `grant_type` with `code` or `refresh_token`, and `auth_token`. Source: `alipay-openapi` §1 and §6.8.
 */
import { Type, type Static } from 'typebox'
import { text } from './alipay-fields.ts'

/** Parameters of alipay.system.oauth.token. Not repeatable: a code and a refresh token are good once. */
export const AlipayOauthToken = Type.Object({
  grant_type: Type.Union([Type.Literal('authorization_code'), Type.Literal('refresh_token')]),
  code: Type.Optional(text(64, 'With authorization_code: the code of my.getAuthCode, good once')),
  refresh_token: Type.Optional(text(40, 'With refresh_token: what an earlier answer has given, good once')),
})
export type AlipayOauthToken = Static<typeof AlipayOauthToken>

const seconds = (title: string) => Type.String({ title, pattern: '^[0-9]+$', description: 'whole seconds, as text' })

/** Node of a successful alipay.system.oauth.token. */
export const AlipayOauthTokenAnswer = Type.Object({
  user_id: text(28),
  access_token: text(40),
  expires_in: seconds('How long the access token is good'),
  refresh_token: text(40),
  re_expires_in: seconds('How long the refresh token is good'),
})
export type AlipayOauthTokenAnswer = Static<typeof AlipayOauthTokenAnswer>

/** Parameter of alipay.user.info.share. */
export const AlipayUserInfoShare = Type.Object({
  auth_token: text(128, 'The access token that alipay.system.oauth.token has answered'),
})
export type AlipayUserInfoShare = Static<typeof AlipayUserInfoShare>

/** Node of a successful alipay.user.info.share. */
export const AlipayUserInfoShareAnswer = Type.Object({
  user_id: text(28, 'With every token'),
  nick_name: Type.Optional(Type.String({ title: 'Only where a scope shows it' })),
})
export type AlipayUserInfoShareAnswer = Static<typeof AlipayUserInfoShareAnswer>
