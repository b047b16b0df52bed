/**
 * Who may call the doors of the wallet app: its own page, with the user's session. Judged from the headers alone,
 * before a byte of the body is read.
 *
 * - `Origin`, when there is one, is the wallet's own; a sandboxed frame sends `null` and is refused.
 * - `Sec-Fetch-Site`, when there is one, is `same-origin` (or, to read only, an address typed by the user).
 * - What is not a GET carries the session's token in `X-CSRF-Token`, which no other page can read.
 *
 * Source: OWASP Cross-Site Request Forgery Prevention Cheat Sheet; Fetch Metadata Request Headers (W3C).
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { WalletError } from '@tradepay/contract'
import type { FastifyRequest } from 'fastify'
import type { Session, SessionService } from '../session/types.ts'
import type { Settings } from '../settings.ts'
import { sessionToken } from './session-cookie.ts'

const sessions = new WeakMap<object, Session>()

/** The session of a guarded call. */
export function sessionOf(request: FastifyRequest): Session {
  const session = sessions.get(request)
  if (!session) throw new Error(`${request.routeOptions.url} is served without the session guard.`)
  return session
}

/** Refuses calls that other pages and frames make. Enough by itself where nobody is signed in yet. */
export function originGuard(settings: Settings): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const ownOrigin = new URL(settings.publicUrl).origin
    const { origin, host, 'sec-fetch-site': site } = request.headers
    if (origin !== undefined && origin !== ownOrigin && !isOriginOf(origin, host)) {
      throw new WalletError('CSRF_REFUSED', { field: 'Origin', expected: ownOrigin })
    }
    if (site !== undefined && site !== 'same-origin' && !(site === 'none' && isReading(request))) {
      throw new WalletError('CSRF_REFUSED', { field: 'Sec-Fetch-Site', expected: 'same-origin' })
    }
  }
}

/**
 * Demands a session, and its CSRF token from every call that may change something; then `sessionOf` answers it.
 * Use it as an `onRequest` hook, after {@link originGuard}.
 */
export function sessionGuard(service: SessionService): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const token = sessionToken(request)
    const session = token === null ? null : await service.find(token)
    if (!session) throw new WalletError('SESSION_REQUIRED')
    if (!isReading(request)) {
      const given = request.headers['x-csrf-token']
      if (typeof given !== 'string' || !isSame(given, session.csrfToken)) {
        throw new WalletError('CSRF_REFUSED', { field: 'X-CSRF-Token', expected: 'the token of this session' })
      }
    }
    sessions.set(request, session)
  }
}

const isReading = (request: FastifyRequest): boolean => request.method === 'GET' || request.method === 'HEAD'

/** Whether the origin is that of the address which the request itself was sent to. */
function isOriginOf(origin: string, host: string | undefined): boolean {
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`)
}

/** Compares hashes in constant time, so that neither content nor length shows. */
function isSame(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(a), hash(b))
}
