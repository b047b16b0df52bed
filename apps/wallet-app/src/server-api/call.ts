/**
 * One HTTP call to the wallet server: JSON both ways, the CSRF token on everything that changes something, a time
 * limit, and every way it can end sorted into an answer or one ServerError.
 */
import type { ApiError } from '@tradepay/contract'
import { ServerError } from './server-error.ts'

export interface CallPorts {
  fetch: typeof fetch
  isOnline(): boolean
  /** Milliseconds, monotonic. */
  now(): number
}

export interface CallOptions {
  method?: 'GET' | 'POST' | 'DELETE'
  body?: unknown
  /** Default 15,000 ms. */
  timeoutMs?: number
  /** Lets the call outlive the page; for short messages that nobody waits for. */
  keepalive?: boolean
}

export interface Caller {
  /** Calls the server. @throws ServerError for everything but a 2xx answer that can be read */
  call<T>(path: string, options?: CallOptions): Promise<T>
  setCsrfToken(token: string | null): void
  /** The shortest time an answer ever took, ms: what the way there and back costs. 0 before the first answer. */
  roundTripMs(): number
}

const isApiError = (body: unknown): body is ApiError => {
  const error = (body as ApiError | null)?.error as ApiError['error'] | undefined
  return typeof error?.code === 'string' && typeof error.message === 'string'
}

/**
 * Makes a caller with its own CSRF token, kept in memory only.
 *
 * A refusal is a 4xx answer with a well-formed error body, nothing else: a 4xx page of some proxy, a 5xx, a broken
 * body or a lost connection all leave open whether the server acted.
 */
export function createCaller(ports: CallPorts): Caller {
  let csrfToken: string | null = null
  let shortest = 0

  return {
    async call<T>(path: string, options: CallOptions = {}): Promise<T> {
      if (!ports.isOnline()) throw ServerError.lost('OFFLINE')
      const { method = 'GET', body, timeoutMs = 15_000, keepalive = false } = options
      const headers: Record<string, string> = { accept: 'application/json' }
      if (body !== undefined) headers['content-type'] = 'application/json'
      if (method !== 'GET' && csrfToken !== null) headers['x-csrf-token'] = csrfToken

      const limit = AbortSignal.timeout(timeoutMs)
      const sentAt = ports.now()
      let response: Response
      let text: string
      try {
        response = await ports.fetch(path, {
          method,
          headers,
          credentials: 'same-origin',
          cache: 'no-store',
          redirect: 'error',
          signal: limit,
          keepalive,
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
        const tookMs = ports.now() - sentAt
        if (shortest === 0 || tookMs < shortest) shortest = tookMs
        text = await response.text()
      } catch {
        throw ServerError.lost(limit.aborted ? 'TIMED_OUT' : 'CONNECTION_LOST')
      }

      let answer: unknown
      try {
        answer = text === '' ? null : JSON.parse(text)
      } catch {
        throw ServerError.lost(response.status >= 500 ? 'SERVER_FAILED' : 'ANSWER_UNREADABLE')
      }
      if (response.ok) return answer as T
      if (response.status >= 400 && response.status < 500 && isApiError(answer)) {
        const { code, message, action, ...details } = answer.error
        throw new ServerError(code as ServerError['code'], 'REFUSED', message, action, details)
      }
      throw ServerError.lost(response.status >= 500 ? 'SERVER_FAILED' : 'ANSWER_UNREADABLE')
    },
    setCsrfToken(token) {
      csrfToken = token
    },
    roundTripMs: () => shortest,
  }
}
