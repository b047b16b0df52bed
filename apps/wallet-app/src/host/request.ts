/** my.request (steps 2 and 8): through the relay of the wallet server, which checks the domain list and the address. */
import { ApiFailure, type Handlers } from '@tradepay/mini-program/host'
import type { RelayRequest } from '@tradepay/contract'
import type { WalletServer } from '../server-api/wallet-server.ts'
import { asRequestFailure } from './api-failure.ts'
import { fromBase64, toBase64 } from './base64.ts'

const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS']
const LONGEST_TIMEOUT_MS = 60_000

export const requestHandler =
  (appId: string, server: Pick<WalletServer, 'relay'>): Handlers['request'] =>
  async ({ page, url, method, headers, body, timeoutMs }) => {
    const wanted = method.toUpperCase()
    if (!methods.includes(wanted)) {
      throw new ApiFailure(2, `request: "${method}" is not a method; use one of ${methods.join(', ')}.`)
    }
    const request: RelayRequest = {
      appId,
      page,
      url,
      method: wanted as RelayRequest['method'],
      headers,
      timeoutMs: Math.min(Math.max(1, Math.round(timeoutMs)), LONGEST_TIMEOUT_MS),
      ...(body === null ? {} : { bodyBase64: toBase64(body) }),
    }
    try {
      const answer = await server.relay(request)
      return { status: answer.status, headers: answer.headers, body: fromBase64(answer.bodyBase64) }
    } catch (error) {
      throw asRequestFailure(error)
    }
  }
