/**
 * The cookie of a session of the wallet app. The token in it is readable by nobody but the browser: HttpOnly,
 * SameSite=Strict, for the whole origin, and Secure except in a sandbox, which speaks plain http on loopback.
 */
import { fastifyCookie } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Session, SessionService } from '../session/types.ts'
import type { Settings } from '../settings.ts'

export const SESSION_COOKIE = 'tradepay_session'

/** The token that the browser sent, if any. Of several the first counts, as browsers send the most specific first. */
export function sessionToken(request: FastifyRequest): string | null {
  const header = request.headers.cookie
  return header === undefined ? null : (fastifyCookie.parse(header)[SESSION_COOKIE] ?? null)
}

/**
 * Opens a session for a person who has proven to be that person, and sets its cookie. A session that the browser had
 * before is closed: a token never survives a change of who is signed in. The sandbox signs its people in by it too.
 */
export async function openSession(
  request: FastifyRequest,
  reply: FastifyReply,
  { sessions, settings, userId }: { sessions: SessionService; settings: Settings; userId: string },
): Promise<Session> {
  const before = sessionToken(request)
  if (before) await sessions.close(before)
  const { token, session } = await sessions.open(userId)
  setCookie(reply, settings, token, settings.sessionSeconds)
  return session
}

/** Closes the session that the browser has, if any, and takes the cookie away. */
export async function closeSession(
  request: FastifyRequest,
  reply: FastifyReply,
  { sessions, settings }: { sessions: SessionService; settings: Settings },
): Promise<void> {
  const token = sessionToken(request)
  if (token) await sessions.close(token)
  setCookie(reply, settings, '', 0)
}

function setCookie(reply: FastifyReply, settings: Settings, token: string, maxAge: number): void {
  reply.header(
    'set-cookie',
    fastifyCookie.serialize(SESSION_COOKIE, token, {
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure: !settings.sandbox,
      maxAge,
    }),
  )
}
