/**
 * GET, POST, DELETE /wallet/v1/session: who is signed in, signing in, signing out.
 *
 * Signing in tells nobody which logins exist: an unknown login, a wrong PIN and a locked PIN get one answer after a
 * similar time. Wrong tries count towards the lock of the payment PIN.
 */
import { SessionAnswer, SignInRequest, WalletError, walletPaths } from '@tradepay/contract'
import type { FastifyRequest } from 'fastify'
import type { Session } from '../../session/types.ts'
import type { User } from '../../user/types.ts'
import { closeSession, openSession, sessionToken } from '../session-cookie.ts'
import { sessionGuard } from '../session-guard.ts'
import type { WalletEndpoint } from './endpoint.ts'

export const sessionEndpoints: WalletEndpoint = (http, { deps: { settings }, rooms: { sessions, users } }) => {
  const answer = (signedIn: { user: User; session: Session } | null): SessionAnswer => ({
    user: signedIn && {
      userId: signedIn.user.userId,
      name: signedIn.user.name,
      loginId: signedIn.user.loginId,
      frozen: signedIn.user.frozen,
    },
    csrfToken: signedIn?.session.csrfToken ?? null,
    sandbox: settings.sandbox,
    walletName: settings.walletName,
  })

  async function signedIn(request: FastifyRequest): Promise<{ user: User; session: Session } | null> {
    const token = sessionToken(request)
    const session = token === null ? null : await sessions.find(token)
    if (!session) return null
    try {
      return { session, user: await users.get(session.userId) }
    } catch (error) {
      // A session may outlive its user where a sandbox was reset.
      if (error instanceof WalletError && error.code === 'USER_NOT_FOUND') return null
      throw error
    }
  }

  http.get(walletPaths.session, { schema: { response: { 200: SessionAnswer } } }, async (request) =>
    answer(await signedIn(request)),
  )

  http.post<{ Body: SignInRequest }>(
    walletPaths.session,
    { schema: { body: SignInRequest, response: { 200: SessionAnswer } } },
    async (request, reply) => {
      const user = await users.signIn(request.body.loginId, request.body.pin)
      const session = await openSession(request, reply, { sessions, settings, userId: user.userId })
      return answer({ user, session })
    },
  )

  http.delete(
    walletPaths.session,
    { onRequest: sessionGuard(sessions), schema: { response: { 200: SessionAnswer } } },
    async (request, reply) => {
      await closeSession(request, reply, { sessions, settings })
      return answer(null)
    },
  )
}
