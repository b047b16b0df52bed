/**
 * Who may use the sandbox doors: programs and pages of this machine. The peer must be loopback; the Host header must
 * name loopback, so that a page of the internet cannot reach them through a name of its own that leads here (DNS
 * rebinding); and a browser must be on this very origin.
 */
import { WalletError } from '@tradepay/contract'
import type { FastifyRequest } from 'fastify'

const localNames = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** Use it as an `onRequest` hook. @throws WalletError CSRF_REFUSED, whose message says which of the three it was */
export async function loopbackOnly(request: FastifyRequest): Promise<void> {
  const { host, origin, 'sec-fetch-site': site } = request.headers
  if (!isLoopbackAddress(request.socket.remoteAddress)) {
    throw refused('peer', 'The sandbox doors answer only to this machine.')
  }
  if (!isLoopbackHost(host)) {
    throw refused('Host', 'The sandbox doors are called by the name of this machine: 127.0.0.1 or localhost.')
  }
  if (origin !== undefined && origin !== `http://${host}`) {
    throw refused('Origin', 'A page of another origin may not use the sandbox doors.')
  }
  const fromAddressBar = site === 'none' && request.method === 'GET'
  if (site !== undefined && site !== 'same-origin' && !fromAddressBar) {
    throw refused('Sec-Fetch-Site', 'A page of another origin may not use the sandbox doors.')
  }
}

export function isLoopbackAddress(address: string | undefined): boolean {
  if (address === undefined) return false
  const plain = address.replace(/^::ffff:/, '')
  return plain === '::1' || /^127(\.[0-9]{1,3}){3}$/.test(plain)
}

export function isLoopbackHost(host: string | undefined): boolean {
  if (host === undefined || !URL.canParse(`http://${host}`)) return false
  const url = new URL(`http://${host}`)
  return localNames.has(url.hostname) && url.pathname === '/' && url.username === ''
}

function refused(field: string, message: string): WalletError {
  return new WalletError('CSRF_REFUSED', { field, expected: 'a call from this machine' }, message)
}
