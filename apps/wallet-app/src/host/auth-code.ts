/**
 * my.getAuthCode: a code that the merchant's server exchanges for who the user is. `auth_base` (the user number) is
 * silent; for anything more the user is asked, in words of the wallet's own.
 */
import { ApiFailure, type Handlers } from '@tradepay/mini-program/host'
import type { WalletServer } from '../server-api/wallet-server.ts'
import { asAuthCodeFailure } from './api-failure.ts'

export const authCodeHandler =
  (
    appId: string,
    server: Pick<WalletServer, 'authCode'>,
    askConsent: () => Promise<boolean>,
  ): Handlers['getAuthCode'] =>
  async ({ scopes }) => {
    if (scopes.some((scope) => scope !== 'auth_base') && !(await askConsent())) {
      throw new ApiFailure(11, 'getAuthCode: the user did not allow it.')
    }
    try {
      return await server.authCode({ appId, scopes })
    } catch (error) {
      throw asAuthCodeFailure(error)
    }
  }
