/**
 * `POST …/authorizations/applyToken`: the mini program's server turns the code of `my.getAuthCode`, or the refresh token of
 * an earlier answer, into tokens of the user. Source: superapp-payment-api §8.2.
 */
import {
  invalidParameter,
  superappAuthorizationCalls,
  SuperappApplyTokenRequest,
  type SuperappApplyTokenAnswer,
} from '@tradepay/contract'
import type { Tokens } from '../../authorization/types.ts'
import { contentChecker } from '../merchant-door/check-content.ts'
import { formatIsoTime } from '../merchant-door/times.ts'
import type { Call, Endpoint } from './endpoint.ts'
import { superappResult } from './results.ts'

const check = contentChecker(SuperappApplyTokenRequest)

export const applyToken: Endpoint = {
  path: superappAuthorizationCalls.applyToken.path,
  async answer(content, call) {
    const tokens = await tokensOf(check(content), call)
    const body: SuperappApplyTokenAnswer = {
      result: superappResult('SUCCESS', 'Success.'),
      accessToken: tokens.accessToken,
      accessTokenExpiryTime: formatIsoTime(tokens.accessExpiresAt),
      refreshToken: tokens.refreshToken,
      refreshTokenExpiryTime: formatIsoTime(tokens.refreshExpiresAt),
      customerId: tokens.userId,
    }
    return { body }
  },
}

function tokensOf(request: SuperappApplyTokenRequest, { client, rooms }: Call): Promise<Tokens> {
  const { clientId } = client
  const { grantType, authCode, refreshToken, appId } = request
  if (grantType === 'AUTHORIZATION_CODE') {
    if (authCode === undefined) throw invalidParameter('authCode', 'the code of my.getAuthCode')
    return rooms.authorizations.redeem({ clientId, authCode, appId: appId ?? null })
  }
  if (refreshToken === undefined) {
    throw invalidParameter('refreshToken', 'the refresh token that came with the access token')
  }
  return rooms.authorizations.refresh(clientId, refreshToken)
}
