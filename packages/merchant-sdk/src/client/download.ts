/**
 * Downloads a file from an address that the wallet has given in a verified answer.
 */
import { TradePayError } from '../errors.ts'
import { exchange, type CallRules } from './exchange.ts'
import type { CompleteOptions } from './options.ts'

/** @throws TradePayError NOT_DOWNLOADED, and what `exchange` throws */
export function download(options: CompleteOptions, address: string, rules: CallRules): Promise<Buffer> {
  const notDownloaded = (status: number | null, why: string): TradePayError =>
    new TradePayError(`The file could not be downloaded: ${why}`, {
      code: 'NOT_DOWNLOADED',
      reason: 'UNKNOWN',
      status,
      requestId: rules.requestId,
      isUnknown: true,
    })
  const url = URL.canParse(address) ? new URL(address) : null
  if (!url || !/^https?:$/.test(url.protocol)) return Promise.reject(notDownloaded(null, 'the wallet gave no address.'))
  return exchange(
    options,
    rules,
    async () => ({ url, method: 'GET', headers: {} }),
    async ({ status, body }) => {
      if (status !== 200) throw notDownloaded(status, `HTTP ${status}.`)
      return body
    },
  )
}
