/** What went wrong on the way to a stranger, in words that a merchant understands. */
import { TransportError } from '../ports.ts'

const reasons: Record<string, string> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'closed the connection before it had answered',
  EPIPE: 'closed the connection before it had answered',
  ETIMEDOUT: 'could not be connected to in time',
  EHOSTUNREACH: 'could not be reached',
  ENETUNREACH: 'could not be reached',
  ERR_TLS_CERT_ALTNAME_INVALID: 'showed a certificate of another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'showed a self-signed certificate',
  CERT_HAS_EXPIRED: 'showed an expired certificate',
  HPE_HEADER_OVERFLOW: 'answered with a head that is too large',
  ERR_INVALID_CHAR: 'was not called: a header holds a character that cannot be sent',
  ERR_INVALID_HTTP_TOKEN: 'was not called: a method or header name is malformed',
}

/** Whatever was thrown, as a TransportError: it never says that the stranger did not get the request. */
export function toTransportError(error: unknown, host: string): TransportError {
  if (error instanceof TransportError) return error
  // With several addresses every failure is in one AggregateError; the first says as much as all.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  const code = first instanceof Error && 'code' in first && typeof first.code === 'string' ? first.code : ''
  const why = reasons[code] ?? (code.startsWith('HPE_') ? 'did not answer in HTTP' : 'could not be reached')
  return new TransportError('UNREACHABLE', `${host} ${why}${code === '' ? '' : ` (${code})`}.`)
}
