/**
 * Which headers pass the relay. Outward: what the mini program set, less what would speak for the browser, the
 * connection or the wallet. Inward: what the server said, less cookies and what concerns the connection.
 */
import { invalidParameter } from '@tradepay/contract'

const HEADERS_MAX = 64

/** Headers of one connection, never passed on. Source: RFC 9110 §7.6.1. */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** What a mini program may not set. Source: Fetch standard, forbidden request-headers; miniprogram-format §8 (referer). */
const notItsToSet: ReadonlySet<string> = new Set([
  ...hopByHop,
  'accept-charset',
  'accept-encoding',
  'access-control-request-headers',
  'access-control-request-method',
  'content-length',
  'cookie',
  'cookie2',
  'date',
  'expect',
  'forwarded',
  'host',
  'origin',
  'referer',
  'set-cookie',
  'user-agent',
  'via',
])
const notItsToSetPrefixes = ['proxy-', 'sec-', 'x-forwarded-']

const notForTheProgram: ReadonlySet<string> = new Set([...hopByHop, 'set-cookie', 'set-cookie2', 'content-length'])

/** @throws WalletError INVALID_PARAMETER for what cannot be a header: a line break in it would be another header */
export function outgoingHeaders(asked: Record<string, string>, referer: string): Record<string, string> {
  const entries = Object.entries(asked)
  if (entries.length > HEADERS_MAX) throw invalidParameter('headers', `at most ${HEADERS_MAX} headers`)
  const headers: Record<string, string> = {}
  for (const [name, value] of entries) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
      throw invalidParameter('headers', 'names of letters, digits and hyphens')
    }
    if (!/^[\t\x20-\x7e]*$/.test(value)) throw invalidParameter(`headers.${name}`, 'visible ASCII characters')
    const lower = name.toLowerCase()
    if (notItsToSet.has(lower) || notItsToSetPrefixes.some((prefix) => lower.startsWith(prefix))) continue
    headers[lower] = value.trim()
  }
  // The bytes are passed on as they come, so the server is asked not to compress them.
  return { ...headers, 'accept-encoding': 'identity', 'user-agent': 'TradePay mini program', referer }
}

export function answerHeaders(answered: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(answered).filter(([name]) => !notForTheProgram.has(name.toLowerCase())))
}
