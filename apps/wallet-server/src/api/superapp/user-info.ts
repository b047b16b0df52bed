/**
 * `POST …/users/inquiryUserInfo`: what the scopes of an access token show of its user. Source: superapp-payment-api §8.3.
 */
import {
  superappAuthorizationCalls,
  SuperappUserInfoRequest,
  type SuperappUserInfo,
  type SuperappUserInfoAnswer,
} from '@tradepay/contract'
import type { SharedUser } from '../../authorization/types.ts'
import { contentChecker } from '../merchant-door/check-content.ts'
import type { Endpoint } from './endpoint.ts'
import { superappResult } from './results.ts'

const check = contentChecker(SuperappUserInfoRequest)

const answer: Endpoint['answer'] = async (content, { client, rooms }) => {
  const { accessToken } = check(content)
  const user = await rooms.authorizations.userOf(client.clientId, accessToken)
  const body: SuperappUserInfoAnswer = { result: superappResult('SUCCESS', 'Success.'), userInfo: onWire(user) }
  return { body }
}

function onWire({ userId, state, nickName, fullName }: SharedUser): SuperappUserInfo {
  return {
    userId,
    ...(state === null ? {} : { status: state }),
    ...(nickName === null ? {} : { nickName }),
    ...(fullName === null ? {} : { userName: { fullName } }),
  }
}

const { path, otherPaths } = superappAuthorizationCalls.inquiryUserInfo

/** One for each name of the call. */
export const inquiryUserInfo: Endpoint[] = [path, ...otherPaths].map((each) => ({ path: each, answer }))
