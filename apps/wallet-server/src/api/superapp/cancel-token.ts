/**
 * `POST …/authorizations/cancelToken`, in version 2 of some wallets `…/revoke`: the access token and the refresh token
 * beside it are good no more. Source: superapp-payment-api §8.2.
 */
import {
  superappAuthorizationCalls,
  SuperappCancelTokenRequest,
  type SuperappCancelTokenAnswer,
} from '@tradepay/contract'
import { contentChecker } from '../merchant-door/check-content.ts'
import type { Endpoint } from './endpoint.ts'
import { superappResult } from './results.ts'

const check = contentChecker(SuperappCancelTokenRequest)

const answer: Endpoint['answer'] = async (content, { client, rooms }) => {
  const { accessToken } = check(content)
  await rooms.authorizations.revoke(client.clientId, accessToken)
  const body: SuperappCancelTokenAnswer = { result: superappResult('SUCCESS', 'Success.') }
  return { body }
}

const { path, otherPaths } = superappAuthorizationCalls.cancelToken

/** One for each name of the call. */
export const cancelToken: Endpoint[] = [path, ...otherPaths].map((each) => ({ path: each, answer }))
