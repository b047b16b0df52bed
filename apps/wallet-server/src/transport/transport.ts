/**
 * Sends requests to strangers: to a merchant's notify address (step 18), and where a mini program's `my.request` goes
 * (step 2).
 *
 * Follows no redirect, uses no proxy, keeps no connection; refuses addresses inside of our own networks at the moment of
 * connecting; ends after a time and a size that the caller sets. Whatever goes wrong is a TransportError, and never says
 * that the stranger did not get the request.
 */
import dns from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { TransportError, type OutgoingAnswer, type OutgoingRequest, type Transport } from '../ports.ts'
import { isAddressAllowed } from './guard.ts'

export interface TransportOptions {
  /** True lets loopback through and nothing else that is refused: only for compositions on one machine. */
  allowLoopback: boolean
  /** Finds the addresses of a name; default the operating system's resolver. */
  resolve?: (hostname: string) => Promise<dns.LookupAddress[]>
}

/** Headers that describe this connection, or the length that is written here; a caller cannot set them. */
const ownHeaders = new Set([
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'content-length',
  'upgrade',
  'te',
  'trailer',
  'expect',
])

/** Makes a transport. */
export function createTransport({ allowLoopback, resolve = resolveBySystem }: TransportOptions): Transport {
  const refuse = (host: string): TransportError =>
    new TransportError('ADDRESS_REFUSED', `The wallet does not connect to ${host}: it is not a public address.`)

  // Called by the socket for a name; what is answered here is what it connects to.
  const lookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const usable =
          options.family === 4 || options.family === 6
            ? addresses.filter((a) => a.family === options.family)
            : addresses
        const first = usable[0]
        // One refused address among several is enough: which one the socket would take is not ours to guess.
        if (addresses.some(({ address }) => !isAddressAllowed(address, allowLoopback))) callback(refuse(hostname), '')
        else if (!first) callback(new TransportError('UNREACHABLE', `The name ${hostname} has no address.`), '')
        else if (options.all) callback(null, usable)
        else callback(null, first.address, first.family)
      },
      () => callback(new TransportError('UNREACHABLE', `The name ${hostname} could not be resolved.`), ''),
    )
  }

  return {
    async send(request) {
      const url = readUrl(request.url)
      // The URL parser has written every spelling of an IPv4 address (decimal, octal, hex, short) as four numbers. For
      // an address the socket asks no resolver, so it is judged here.
      const literal = url.hostname.replace(/^\[|\]$/g, '')
      if (isIP(literal) !== 0 && !isAddressAllowed(literal, allowLoopback)) throw refuse(literal)
      return exchange(url, request, lookup)
    },
  }
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '') {
    throw new TransportError('ADDRESS_REFUSED', 'The address is not an http or https URL.')
  }
  if (url.username !== '' || url.password !== '') {
    throw new TransportError('ADDRESS_REFUSED', 'The address carries a user name or password.')
  }
  return url
}

function exchange(url: URL, request: OutgoingRequest, lookup: LookupFunction): Promise<OutgoingAnswer> {
  return new Promise<OutgoingAnswer>((resolve, reject) => {
    const fail = (error: unknown): void => {
      finish()
      outgoing?.destroy()
      reject(toTransportError(error, url.hostname))
    }
    // One limit over everything: name, connection, and the slowest trickle of an answer.
    const timer = setTimeout(
      () => fail(new TransportError('TIMED_OUT', `${url.host} did not answer within ${request.timeoutMs} ms.`)),
      request.timeoutMs,
    )
    const finish = (): void => clearTimeout(timer)

    let outgoing: http.ClientRequest | undefined
    try {
      outgoing = (url.protocol === 'https:' ? https : http).request(url, {
        method: request.method,
        headers: headersOf(request),
        lookup,
        agent: false,
        // An answer without an end, or with two lengths, is not taken for a whole one.
        insecureHTTPParser: false,
      })
    } catch (error) {
      // A method or header that cannot be written: nothing was sent.
      fail(error)
      return
    }
    outgoing.on('error', fail)
    // Nothing was asked to be upgraded; a server that does it anyway speaks another protocol.
    outgoing.on('upgrade', (_answer, socket) => {
      socket.destroy()
      fail(new TransportError('UNREACHABLE', `${url.host} switched to another protocol.`))
    })
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = []
      let size = 0
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size <= request.maxAnswerBytes) chunks.push(chunk)
        else fail(new TransportError('ANSWER_TOO_LARGE', `The answer is larger than ${request.maxAnswerBytes} bytes.`))
      })
      incoming.on('error', fail)
      incoming.on('end', () => {
        finish()
        resolve({ status: incoming.statusCode ?? 0, headers: readHeaders(incoming), body: Buffer.concat(chunks) })
      })
    })
    outgoing.end(request.body ?? undefined)
  })
}

function headersOf({ headers, body, method }: OutgoingRequest): Record<string, string> {
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !ownHeaders.has(name.toLowerCase())))
  if (body !== null || method === 'POST' || method === 'PUT' || method === 'PATCH') {
    kept['content-length'] = String(body?.length ?? 0)
  }
  return { ...kept, connection: 'close' }
}

/** Header names in lower case; what came several times is joined as HTTP joins lists. */
function readHeaders(incoming: http.IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}

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
  ERR_INVALID_CHAR: 'was not called: a header holds a character that cannot be sent',
  ERR_INVALID_HTTP_TOKEN: 'was not called: a method or header name is malformed',
}

function toTransportError(error: unknown, host: string): TransportError {
  if (error instanceof TransportError) return error
  // With several addresses every failure is in one AggregateError; the first says as much as all.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  const code = first instanceof Error && 'code' in first && typeof first.code === 'string' ? first.code : ''
  const why = reasons[code] ?? (code.startsWith('HPE_') ? 'did not answer in HTTP' : 'could not be reached')
  return new TransportError('UNREACHABLE', `${host} ${why}${code === '' ? '' : ` (${code})`}.`)
}

const resolveBySystem = (hostname: string): Promise<dns.LookupAddress[]> => dns.promises.lookup(hostname, { all: true })
