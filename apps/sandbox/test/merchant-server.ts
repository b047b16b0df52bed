/** A merchant's server for tests: keeps what it gets, byte for byte, and answers what it is told to. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  path: string
  headers: IncomingHttpHeaders
  body: string
}

export interface MerchantServer {
  url: string
  received: Received[]
  /** What it answers from now on. */
  answer: { status: number; body: string | Buffer }
  close(): Promise<void>
}

export async function startMerchantServer(answer: MerchantServer['answer']): Promise<MerchantServer> {
  const http = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { url = '', headers } = request
      server.received.push({ path: url, headers, body: Buffer.concat(chunks).toString() })
      response.writeHead(server.answer.status).end(server.answer.body)
    })
  })
  await new Promise<void>((ready) => http.listen(0, '127.0.0.1', ready))
  const server: MerchantServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    received: [],
    answer,
    close: () => new Promise((closed) => http.close(() => closed())),
  }
  return server
}
