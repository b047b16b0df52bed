/**
 * POST /wallet/v1/auth-codes: a single-use code that says to a mini program's server who its user is; behind
 * `my.getAuthCode`. Unknown scopes are named in the answer; when none is known the call is refused.
 */
import { AuthCodeAnswer, AuthCodeRequest, walletPaths } from '@tradepay/contract'
import { sessionOf } from '../session-guard.ts'
import type { WalletEndpoint } from './endpoint.ts'

export const authCodeEndpoint: WalletEndpoint = (http, { rooms: { authorizations } }) => {
  http.post<{ Body: AuthCodeRequest }>(
    walletPaths.authCodes,
    { schema: { body: AuthCodeRequest, response: { 200: AuthCodeAnswer } } },
    async (request): Promise<AuthCodeAnswer> => {
      const { appId, scopes } = request.body
      const { userId } = sessionOf(request)
      const { authCode, granted, refused } = await authorizations.issueCode({ appId, userId, scopes })
      return { authCode, authSuccessScopes: granted, authErrorScopes: refused }
    },
  )
}
