/**
 * The wallet app as the server sees it: a signed-in page that sends its cookie, its origin and its CSRF token. Tests
 * take one of these away and see what happens.
 */
import { walletPaths, type ApiError, type SessionAnswer } from '@tradepay/contract'
import type { User } from '../../src/user/types.ts'
import type { TestServer } from './server.ts'
import { TEST_PIN } from './world.ts'

export interface Answer<Body> {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  body: Body
}

export interface WalletApp {
  cookie: string
  csrfToken: string
  /** Calls as the page would; `headers` replaces single headers, undefined leaves one out. */
  call<Body = ApiError>(
    method: 'GET' | 'POST' | 'DELETE' | 'PUT',
    path: string,
    body?: unknown,
    headers?: Record<string, string | undefined>,
  ): Promise<Answer<Body>>
}

/** Sends one call. A string or a Buffer is sent as it is, anything else as JSON. */
export async function send<Body = ApiError>(
  { server }: Pick<TestServer, 'server'>,
  method: 'GET' | 'POST' | 'DELETE' | 'PUT',
  path: string,
  headers: Record<string, string | undefined>,
  body?: unknown,
): Promise<Answer<Body>> {
  const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >
  const payload = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
  const answer = await server.http.inject({
    method,
    url: path,
    headers: { ...(payload !== undefined && { 'content-type': 'application/json' }), ...given },
    payload,
  })
  const isJson = String(answer.headers['content-type']).startsWith('application/json') && answer.body !== ''
  return {
    status: answer.statusCode,
    headers: answer.headers as Answer<Body>['headers'],
    text: answer.body,
    body: (isJson ? JSON.parse(answer.body) : null) as Body,
  }
}

/** The headers that a browser adds by itself on the wallet's own page. */
export const fromOwnPage = (url: string): Record<string, string> => ({ origin: url, 'sec-fetch-site': 'same-origin' })

/** Signs a person in, as the wallet app does. */
export async function signIn(test: TestServer, user: Pick<User, 'loginId'>, pin = TEST_PIN): Promise<WalletApp> {
  const own = fromOwnPage(test.url)
  const answer = await send<SessionAnswer>(test, 'POST', walletPaths.session, own, { loginId: user.loginId, pin })
  if (answer.status !== 200) throw new Error(`Signing in was answered ${answer.status}: ${answer.text}`)
  const cookie = String(answer.headers['set-cookie']).split(';')[0]!
  const csrfToken = answer.body.csrfToken!
  return {
    cookie,
    csrfToken,
    call: (method, path, body, headers = {}) =>
      send(test, method, path, { ...own, cookie, 'x-csrf-token': csrfToken, ...headers }, body),
  }
}
