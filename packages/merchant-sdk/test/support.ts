/**
 * A wallet that answers what a test tells it to, over a real socket, and keys made once for a test file.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { generateRsaKeyPair, parsePrivateKey, signAlipay, signSuperapp, type RsaKeyPair } from '@tradepay/signature'
import { TradePayError } from '../src/index.ts'

export const CLIENT_ID = '2021000000000001'
/** Tests stand still in time, unless they say otherwise. */
export const NOW = new Date('2026-03-01T08:00:00.000Z')
export const clock = { now: () => NOW }

export interface Keys {
  merchant: RsaKeyPair
  wallet: RsaKeyPair
  stranger: RsaKeyPair
}

export async function makeKeys(): Promise<Keys> {
  const [merchant, wallet, stranger] = await Promise.all([
    generateRsaKeyPair(),
    generateRsaKeyPair(),
    generateRsaKeyPair(),
  ])
  return { merchant, wallet, stranger }
}

/** What the wallet received. */
export interface Received {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: Buffer
}

/** What the wallet answers: `headers` and `body` as they go over the wire. `HANG_UP` drops the connection, `SILENT` never answers. */
export type Reply = { status: number; headers: Record<string, string>; body: Buffer } | 'HANG_UP' | 'SILENT'

export interface FakeWallet {
  url: string
  received: Received[]
  answerWith(reply: (request: Received) => Promise<Reply> | Reply): void
  close(): Promise<void>
}

export async function startFakeWallet(): Promise<FakeWallet> {
  let reply: (request: Received) => Promise<Reply> | Reply = () => 'HANG_UP'
  const received: Received[] = []
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
      const seen = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks),
      }
      received.push(seen)
      const answer = await reply(seen)
      if (answer === 'HANG_UP') request.socket.destroy()
      else if (answer !== 'SILENT') response.writeHead(answer.status, answer.headers).end(answer.body)
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answerWith(next) {
      reply = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** An answer as the wallet signs it; `path` is that of the request. */
export async function signedAnswer(
  walletPrivateKey: string,
  path: string,
  content: object,
  options: { clientId?: string; time?: string; keyVersion?: number; status?: number } = {},
): Promise<{ status: number; headers: Record<string, string>; body: Buffer }> {
  const { clientId = CLIENT_ID, time = NOW.toISOString(), keyVersion = 1, status = 200 } = options
  const body = Buffer.from(JSON.stringify(content))
  const { header } = await signSuperapp(
    { method: 'POST', uri: path, clientId, time, body },
    { version: keyVersion, privateKey: parsePrivateKey(walletPrivateKey) },
  )
  return {
    status,
    headers: { 'Content-Type': 'application/json', 'Client-Id': clientId, 'Response-Time': time, Signature: header },
    body,
  }
}

export const success = { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: 'Success.' }
export const accepted = { resultStatus: 'A', resultCode: 'ACCEPT', resultMessage: 'Accepted.' }

/** An answer of the Alipay gateway as the wallet signs it. */
export async function signedNode(
  walletPrivateKey: string,
  method: string,
  node: object | string,
  options: { status?: number; name?: string } = {},
): Promise<{ status: number; headers: Record<string, string>; body: Buffer }> {
  const text = typeof node === 'string' ? node : JSON.stringify(node)
  const name = options.name ?? `${method.replaceAll('.', '_')}_response`
  const sign = await signAlipay(text, parsePrivateKey(walletPrivateKey))
  const body = Buffer.from(`{"${name}":${text},"sign":"${sign}"}`)
  return { status: options.status ?? 200, headers: { 'Content-Type': 'text/html;charset=utf-8' }, body }
}

/** The parameters of a call that the gateway received, from its query and its form. */
export function parametersOf({ path, body }: Received): Record<string, string> {
  const query = path.slice(path.indexOf('?') + 1)
  return Object.fromEntries([...new URLSearchParams(query), ...new URLSearchParams(body.toString())])
}

/** What a call was refused with. */
export async function problemOf(call: Promise<unknown>): Promise<TradePayError> {
  const problem = await call.then(
    () => null,
    (error: unknown) => error,
  )
  if (!(problem instanceof TradePayError)) throw new Error(`expected a TradePayError, got ${String(problem)}`)
  return problem
}
