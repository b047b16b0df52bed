/**
 * The flow page at /flow and /flow/{tradeNo}: Figure 1 of "Use TradeNO to pay", drawn live. Everything it needs lies
 * in one built folder, and nothing else may run in it.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorHandler } from '@tradepay/wallet-server'
import type { FastifyInstance } from 'fastify'
import { loopbackOnly } from './guard.ts'

const types = { 'index.html': 'text/html', 'flow.js': 'text/javascript', 'flow.css': 'text/css' } as const
type File = keyof typeof types

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export async function flowPage(http: FastifyInstance, folder: string): Promise<void> {
  http.setErrorHandler(errorHandler)
  http.addHook('onRequest', loopbackOnly)
  const serve = (address: string, file: File): void => {
    http.get(address, async (_request, reply) =>
      reply
        .header('content-type', `${types[file]}; charset=utf-8`)
        .header('content-security-policy', policy)
        .header('x-content-type-options', 'nosniff')
        .header('referrer-policy', 'no-referrer')
        .header('cache-control', 'no-cache')
        .send(await readFile(join(folder, file))),
    )
  }
  for (const address of ['/flow', '/flow/', '/flow/:tradeNo']) serve(address, 'index.html')
  serve('/flow/flow.js', 'flow.js')
  serve('/flow/flow.css', 'flow.css')
}
