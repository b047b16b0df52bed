/**
 * The cookie of a session of the wallet app. The token in it is readable by nobody but the browser: HttpOnly,
 * SameSite=Strict, for the whole origin, and Secure except in a sandbox, which speaks plain http on loopback.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Session, SessionService } from '../session/types.ts'
import type { Settings } from '../settings.ts'

export const SESSION_COOKIE = 'tradepay_session'

/** The token that the browser sent, if any. Of several the first counts, as browsers send the most specific first. */
export function sessionToken(request: FastifyRequest): string | null {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = pair.trim().split('=', 2)
    if (name === SESSION_COOKIE && value) return value
  }
  return null
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

/** A token is base64url and needs no quoting. Source: RFC 6265 §4.1. */
function setCookie(reply: FastifyReply, settings: Settings, token: string, maxAgeSeconds: number): void {
  const secure = settings.sandbox ? '' : '; Secure'
  reply.header(
    'set-cookie',
    `${SESSION_COOKIE}=${token}; Max-Age=${maxAgeSeconds}; Path=/; HttpOnly${secure}; SameSite=Strict`,
  )
}
