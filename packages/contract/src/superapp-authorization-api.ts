/**
 * The super-app family's calls about the user behind `my.getAuthCode`: a code becomes tokens, tokens are taken back, and an
 * access token shows what its scopes allow. Version 1 and 2 have the same messages.
 * Source: `superapp-payment-api` §8.2 and §8.3.
 *
 * `appId` and `authClientId` are required by some members of the family and unknown to others: both are taken. Who calls is
 * said by the signature alone.
 */
import { Type, type Static } from 'typebox'
import { SuperappResult } from './superapp-api.ts'
import { noEffect, text, time } from './superapp-fields.ts'

const caller = {
  appId: Type.Optional(text(32, 'The mini program that asks')),
  authClientId: Type.Optional(noEffect(128)),
  extendInfo: Type.Optional(noEffect(4096)),
}
const accessToken = Type.String({
  minLength: 1,
  maxLength: 128,
  description: 'the access token that applyToken has answered',
})

/**
 * POST …/authorizations/applyToken. Not repeatable: a code and a refresh token are good once. Where the answer is lost, the
 * mini program asks for another code.
 */
export const SuperappApplyTokenRequest = Type.Object({
  ...caller,
  grantType: Type.Union([Type.Literal('AUTHORIZATION_CODE'), Type.Literal('REFRESH_TOKEN')], {
    description: 'AUTHORIZATION_CODE or REFRESH_TOKEN',
  }),
  authCode: Type.Optional(text(64, 'With AUTHORIZATION_CODE: the code of my.getAuthCode, good once')),
  refreshToken: Type.Optional(text(128, 'With REFRESH_TOKEN: what applyToken has answered, good once')),
  referenceClientId: Type.Optional(noEffect(128)),
  customerBelongsTo: Type.Optional(noEffect(32)),
})
export type SuperappApplyTokenRequest = Static<typeof SuperappApplyTokenRequest>

export const SuperappApplyTokenAnswer = Type.Object({
  result: SuperappResult,
  accessToken: Type.Optional(text(128)),
  accessTokenExpiryTime: Type.Optional(time()),
  refreshToken: Type.Optional(text(128)),
  refreshTokenExpiryTime: Type.Optional(time()),
  customerId: Type.Optional(text(64, "The user's id")),
})
export type SuperappApplyTokenAnswer = Static<typeof SuperappApplyTokenAnswer>

/** POST …/authorizations/cancelToken. Ends the refresh token too. May be repeated. */
export const SuperappCancelTokenRequest = Type.Object({ ...caller, accessToken })
export type SuperappCancelTokenRequest = Static<typeof SuperappCancelTokenRequest>

export const SuperappCancelTokenAnswer = Type.Object({ result: SuperappResult })
export type SuperappCancelTokenAnswer = Static<typeof SuperappCancelTokenAnswer>

/** POST …/users/inquiryUserInfo. */
export const SuperappUserInfoRequest = Type.Object({ ...caller, accessToken })
export type SuperappUserInfoRequest = Static<typeof SuperappUserInfoRequest>

/** `userId` with every token; the rest only where a scope shows it. */
export const SuperappUserInfo = Type.Object({
  userId: text(64),
  status: Type.Optional(Type.Union([Type.Literal('ACTIVE'), Type.Literal('FROZEN')])),
  nickName: Type.Optional(text(256)),
  userName: Type.Optional(Type.Object({ fullName: text(256) })),
})
export type SuperappUserInfo = Static<typeof SuperappUserInfo>

export const SuperappUserInfoAnswer = Type.Object({
  result: SuperappResult,
  userInfo: Type.Optional(SuperappUserInfo),
})
export type SuperappUserInfoAnswer = Static<typeof SuperappUserInfoAnswer>

const applyToken = { request: SuperappApplyTokenRequest, answer: SuperappApplyTokenAnswer }
const cancelToken = { request: SuperappCancelTokenRequest, answer: SuperappCancelTokenAnswer }
const userInfo = { request: SuperappUserInfoRequest, answer: SuperappUserInfoAnswer }

/** `path` stands behind the version; `otherPaths` are the same call as other members of the family name it. */
export const superappAuthorizationCalls = {
  applyToken: {
    summary: 'Turn a code, or a refresh token, into tokens',
    description:
      'The code is what `my.getAuthCode` has given the mini program. Not repeatable: code and refresh token are good once; ' +
      'where the answer is lost, the mini program asks for another code.',
    path: '/authorizations/applyToken',
    otherPaths: [],
    v1: applyToken,
    v2: applyToken,
  },
  cancelToken: {
    summary: 'Give tokens back',
    description: 'Ends the access token and the refresh token beside it. May be repeated.',
    path: '/authorizations/cancelToken',
    otherPaths: ['/authorizations/revoke'],
    v1: cancelToken,
    v2: cancelToken,
  },
  inquiryUserInfo: {
    summary: 'Who is behind an access token',
    description: 'Answers `userId` with every token; the rest only where a scope shows it.',
    path: '/users/inquiryUserInfo',
    otherPaths: ['/customers/user/inquiryUserInfoByAccessToken', '/customers/user/inquiryUserInfo'],
    v1: userInfo,
    v2: userInfo,
  },
} as const
