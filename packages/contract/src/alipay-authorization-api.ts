/**
 * The Alipay family's calls about the user behind `my.getAuthCode`: `alipay.system.oauth.token` and
 * `alipay.user.info.share`. What they take stands among the parameters of the call and not in `biz_content`:
 * `grant_type` with `code` or `refresh_token`, and `auth_token`. Source: `alipay-openapi` §1 and §6.8.
 */

/** Node of a successful alipay.system.oauth.token. Tokens have at most 40 characters; lifetimes are whole seconds, as text. */
export interface AlipayOauthTokenAnswer {
  user_id: string
  access_token: string
  expires_in: string
  refresh_token: string
  re_expires_in: string
}

/** Node of a successful alipay.user.info.share. `user_id` with every token; the rest only where a scope shows it. */
export interface AlipayUserInfoShareAnswer {
  user_id: string
  nick_name?: string
}
