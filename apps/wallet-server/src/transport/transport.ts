/**
 * Sends requests to strangers: to a merchant's notify address (step 18), and where a mini program's `my.request` goes
 * (step 2).
 *
 * Follows no redirect and uses no proxy; refuses addresses inside of our own networks at the moment of connecting; ends after
 * a time and a size that the caller sets. What may be repeated travels over connections that are kept; everything else over
 * one of its own. Whatever goes wrong is a TransportError, and never says that the stranger did not get the request.
 */
import { isIP } from 'node:net'
import { TransportError, type OutgoingAnswer, type OutgoingRequest, type Transport } from '../ports.ts'
import { createConnections } from './connections.ts'
import { exchange, StaleConnection } from './exchange.ts'
import { isAddressAllowed, isPortAllowed } from './guard.ts'
import { addressRefused, guardedLookup, resolveBySystem, type Resolve } from './lookup.ts'

export interface TransportOptions {
  /** True lets loopback through, on every port, and nothing else that is refused: only for compositions on one machine. */
  allowLoopback: boolean
  /** Finds the addresses of a name; default the operating system's resolver. */
  resolve?: Resolve
}

/** Makes a transport. */
export function createTransport({ allowLoopback, resolve = resolveBySystem }: TransportOptions): Required<Transport> {
  const lookup = guardedLookup(resolve, allowLoopback)
  const connections = createConnections(lookup)

  async function send(request: OutgoingRequest): Promise<OutgoingAnswer> {
    const deadline = performance.now() + request.timeoutMs
    const url = readUrl(request.url)
    // The URL parser has written every spelling of an IPv4 address (decimal, octal, hex, short) as four numbers. For an
    // address the socket asks no resolver, so it is judged here.
    const literal = url.hostname.replace(/^\[|\]$/g, '')
    if (isIP(literal) !== 0 && !isAddressAllowed(literal, allowLoopback)) throw addressRefused(literal)
    if (!allowLoopback && !isPortAllowed(url.port)) {
      throw new TransportError(
        'ADDRESS_REFUSED',
        `The wallet does not call port ${url.port}: it is not one of the web.`,
      )
    }
    if (request.mayRepeat !== true) return exchange(url, request, { lookup }, deadline)
    try {
      return await exchange(url, request, { agent: connections.agent(url.protocol) }, deadline)
    } catch (error) {
      if (error instanceof StaleConnection) return exchange(url, request, { lookup }, deadline)
      throw error
    }
  }

  return { send, close: () => connections.closeIdle() }
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
